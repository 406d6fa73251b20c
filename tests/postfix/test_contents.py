"""What rules read in attachments, lists and numbers, decided on behind Postfix."""

import email.message
import io
import pathlib
import zipfile

import pytest
from harness.letters import letter
from harness.postfix import Refused

ANN, BOB = "ann@customer.example", "bob@else.example"
PACKS = pathlib.Path(__file__).resolve().parents[2] / "rules"
POLICY = f"""
include {PACKS}/malware-names.rules
include {PACKS}/dlp-payment.rules
mode seen-archived-program enforce
words health file health
rule contract {{
    when     attachment.text has "project nightfall"
    on-error no-match
    reject   550 5.7.1 "Rule %{{rule}}: keep that here"
}}
rule locked   {{ when encrypted; quarantine "cannot be looked into" }}
rule damaged  {{ when attachment.text has "anything at all"; on-error quarantine; reject }}
rule patient  {{
    when text has health count >= 2 and text =~ /\\bMRN[ :#]*\\d{{6,10}}\\b/ within 8 words of health
    reject 550 5.7.1 "Rule %{{rule}}: health data"
}}
"""
HEALTH = "# what patients suffer from\ndiabetes\nhigh blood pressure\n"


@pytest.fixture
def daemon(behind, place):
    (place.folder("spillwayd") / "health").write_text(HEALTH)
    return behind(POLICY)


def zipped(name, content):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as open_archive:
        open_archive.writestr(name, content)
    return archive.getvalue()


def with_file(name, content, text="See what is attached.\n"):
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = ANN, BOB, "A file"
    message.set_content(text)
    message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_string()


def send(postfix, message):
    return postfix.send(message, sender=ANN, recipients=[BOB], login=ANN)


def held(postfix, message):
    """Sends what Postfix must keep in its hold queue."""
    answer = send(postfix, message)
    kept = postfix.held()
    return len(kept) == 1 and answer.endswith(kept[0]["queue_id"])


def refused(postfix, message):
    with pytest.raises(Refused) as refusal:
        send(postfix, message)
    return f"{refusal.value.code} {refusal.value.text}"


def locked(content):
    """The same archive, marked as encrypted in both places where that is said (APPNOTE 4.4.4)."""
    marked = bytearray(content)
    marked[6] |= 1
    marked[marked.find(b"PK\1\2") + 8] |= 1
    return bytes(marked)


def test_a_phrase_within_archives_is_found(postfix, daemon, sink):
    inner = zipped("notes.txt", "About PROJECT\nNightfall\n")
    answer = refused(postfix, with_file("papers.zip", zipped("inner.zip", inner)))
    assert answer == "550 5.7.1 Rule contract: keep that here"
    send(postfix, with_file("papers.zip", zipped("notes.txt", "About something else\n")))
    assert len(sink.expect(1)) == 1


def test_a_program_within_an_archive_is_refused_by_the_pack(postfix, daemon, sink):
    answer = refused(postfix, with_file("papers.zip", zipped("invoice/scan.exe", "MZ")))
    assert answer.startswith("550 5.7.1 Programs cannot be mailed from here")
    assert sink.messages == []


def test_what_is_encrypted_is_held(postfix, daemon, sink):
    assert held(postfix, with_file("papers.zip", locked(zipped("notes.txt", "secret\n" * 20))))
    assert sink.messages == []
    assert "cannot be looked into" in daemon.log()


def test_what_cannot_be_read_is_held_with_the_reason(postfix, daemon, sink):
    broken = zipped("notes.txt", "anything " * 500)
    assert held(postfix, with_file("papers.zip", broken[:len(broken) // 2]))
    assert "rule damaged: could not be checked (an attachment is damaged)" in daemon.log()


def test_payment_cards_are_held_and_never_logged(postfix, daemon, sink):
    cards = "4111 1111 1111 1111, 5500-0000-0000-0004 and 340000000000009"
    assert held(postfix, letter(f"Charge my credit card: {cards}, valid thru 11/29\n"))
    said = daemon.log()
    assert "1111 1111" not in said and "340000000000009" not in said


def test_words_of_a_list_near_a_number_are_refused(postfix, daemon, sink):
    near = "Patient MRN 1234567 has diabetes and high\nblood pressure.\n"
    assert refused(postfix, letter(near)) == "550 5.7.1 Rule patient: health data"
    send(postfix, letter("Diabetes and high blood pressure are on the rise.\n"))
    assert len(sink.expect(1)) == 1


def test_what_the_rules_did_is_told(postfix, daemon, sink):
    refused(postfix, with_file("papers.zip", zipped("notes.txt", "project nightfall\n")))
    code, said = daemon.ctl("rules", "--sort", "hits")
    first = said.splitlines()[1].split()
    assert code == 0 and first[0] == "contract" and "1" in first[1:4], said
