"""Footers between Postfix and a signer behind us: the signature is about what leaves."""

import email
import html

import pytest
from harness.letters import letter
from harness.odd_messages import alternative, attached, mixed, text_part, wire

pytest.importorskip("dkim", reason="python3-dkim is not installed")
from harness.opendkim import OpenDkim  # noqa: E402

ANN, BOB = "ann@customer.example", "bob@else.example"
LINE = "Tōkyō footer 7f3a \U0001f600"
RULES = f"""
footer legal {{ text "{LINE}"; html "<p>{LINE}</p>"; else attach }}
rule legal {{ footer legal }}
"""
MESSAGES = {
    "bare": letter("Hello.\n1 + 1 = 2\n.dot\n").encode(),
    "8bit": wire(text_part("Grüße\n", "utf-8", "8bit")),
    "latin": wire(text_part("Grüße\n", "iso-8859-1", "8bit")),
    "flowed": wire(text_part("Hi \nthere\n-- \nAnn\n", "us-ascii", "7bit", format="flowed",
                             delsp="yes")),
    "base64": wire(text_part("Grüße\n" * 40, "utf-8", "base64")),
    "both sides": wire(alternative("utf-8", "quoted-printable")),
    "with files": wire(mixed(alternative("iso-8859-1", "8bit"), attached())),
    "signed by the sender": wire(mixed(
        text_part("Signed.\n", "us-ascii", "7bit"),
        text_part("x\n", "us-ascii", "7bit", "x-signature"), subtype="signed")),
}


@pytest.fixture(scope="module")
def signer(site):
    return OpenDkim(site, "customer.example")


@pytest.fixture
def chain(postfix, signer, behind):
    """Postfix with us first and the signer second, as it should be."""
    usual = postfix.run("postconf", "-h", "smtpd_milters").strip()
    postfix.set({"smtpd_milters": f"{usual}, {signer.milter}"})
    postfix.reload()
    yield behind(RULES)
    postfix.set({"smtpd_milters": usual})
    postfix.reload()


def texts_of(message):
    for part in message.walk():
        if part.get_content_maintype() != "text" or part.get_filename():
            continue
        charset = part.get_content_charset("ascii")
        yield html.unescape(part.get_payload(decode=True).decode(charset))


@pytest.mark.parametrize("form", MESSAGES)
def test_a_signature_made_behind_us_holds_and_covers_the_footer(postfix, chain, signer, sink, form):
    postfix.send(MESSAGES[form].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"), sender=ANN,
                 recipients=[BOB], login=ANN)
    arrived = sink.expect(1)[0].data
    assert b"DKIM-Signature:" in arrived
    assert signer.verifies(arrived)
    texts = list(texts_of(email.message_from_bytes(arrived)))
    assert sum(text.count(LINE) for text in texts) == (
        2 if form in ("both sides", "with files") else 1)
    # It is signed with the footer, not beside it.
    tampered = arrived.replace(b"7f3a", b"7f3b").replace(b"ZjNh", b"ZjNi")  # in base64 as well
    assert tampered != arrived
    assert not signer.verifies(tampered)


def test_a_signature_made_before_us_is_broken_by_what_is_added(postfix, signer, behind, sink):
    """Why the manual says to sign behind us."""
    usual = postfix.run("postconf", "-h", "smtpd_milters").strip()
    postfix.set({"smtpd_milters": f"{signer.milter}, {usual}"})
    postfix.reload()
    try:
        behind(RULES)
        postfix.send(MESSAGES["bare"], sender=ANN, recipients=[BOB], login=ANN)
        assert not signer.verifies(sink.expect(1)[0].data)
    finally:
        postfix.set({"smtpd_milters": usual})
        postfix.reload()


def test_a_large_message_comes_through_with_its_bytes(postfix, behind, sink):
    behind(RULES)
    file = attached("large.bin")
    file.set_payload(("QUJD" * 19 + "\r\n") * 150_000)
    message = wire(mixed(text_part("Hello\n", "us-ascii", "7bit"), file))
    postfix.send(message, sender=ANN, recipients=[BOB], login=ANN)
    arrived = sink.expect(1)[0].body
    payload = file.get_payload().encode().rstrip()
    assert payload in arrived
    assert "7f3a" in arrived.decode()
