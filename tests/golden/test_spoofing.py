"""Every way known to us of writing a sender that is not one's own, and what becomes of it.

ann@owned.example has logged in, and owns owned.example; her policy refuses what is not hers. Each
case is a header as it comes over the wire, run by `spillwayctl test`.
"""

import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = pathlib.Path(os.environ.get("SPILLWAY_BIN", HERE.parents[1] / "build" / "release"))

POLICY = """
map owned pairs inline [ "owned.example owned.example" ]
rule envelope { when auth and not mail-from in owned[domain]; reject 550 5.7.1 "no" }
rule from     { when auth and not from in owned[domain]; reject 550 5.7.1 "no" }
rule sender   { when auth and not sender in owned[domain]; reject 550 5.7.1 "no" }
rule reply-to { when auth and not reply-to in owned[domain]; reject 550 5.7.1 "no" }
rule resent   { when auth and not resent-from in owned[domain]; reject 550 5.7.1 "no" }
rule name     { when misleading-from; tag misleading }
"""

OWN = b"From: Ann <ann@owned.example>\r\n"
EVE = b"eve@evil.example"
OTHER = b"X-Other: x\r\n"

SEVERAL_FIELDS = [
    OWN + OWN, OWN + b"From: " + EVE + b"\r\n", b"From: " + EVE + b"\r\n" + OWN,
    OWN + b"FROM: " + EVE + b"\r\n", OWN + b"from:" + EVE + b"\r\n",
    OWN + b"From : " + EVE + b"\r\n", OWN + b"From\t: " + EVE + b"\r\n",
    OWN + b"X-A: b\rFrom: " + EVE + b"\r\n", OWN + b"X-A: b\r\r\nFrom: " + EVE + b"\r\n",
]
# No names of fields to an MTA, which ends the header before them and puts an empty line there. Where
# one hands them over as fields they are nobody's: see the unit tests of authors.
BODIES = [name + b": " + EVE + b"\r\n" for name in (
    b"From\v", b"From\xc2\xa0", b"From\xe2\x80\x8b", b"\xef\xbb\xbfFrom", b"F\0rom")]
NO_AUTHOR = [OTHER, b"From:\r\n", b"From: \r\n", b"From: Ann\r\n", b"From: <>\r\n",
             b"From: undisclosed:;\r\n", b"\r\n" + OWN]
SEVERAL_ADDRESSES = [
    b"ann@owned.example, eve@evil.example", b"ann@owned.example; eve@evil.example",
    b"ann@owned.example eve@evil.example", b"ann@owned.example\teve@evil.example",
    b"Us: ann@owned.example, eve@evil.example;", b"Us: ann@owned.example;, eve@evil.example",
    b"A: B: ann@owned.example;;", b"Us:;, ann@owned.example",
    b"<ann@owned.example> eve@evil.example", b"<ann@owned.example><eve@evil.example>",
    b"Ann <ann@owned.example> <eve@evil.example>", b"," * 5000 + b"ann@owned.example, " + EVE,
]
WHERE_IS_IT = [
    b"<@evil.example:ann@owned.example>", b"<@a.example,@b.example:ann@owned.example>",
    b"(eve@evil.example) ann@owned.example", b"ann@owned.example (<eve@evil.example>)",
    b"ann(x)@owned.example", b"Ann (x <ann@owned.example>", b"Ann ((x) <ann@owned.example>",
    b'"eve@evil.example"@owned.example', b'<"eve@evil.example>"@owned.example>',
    b'"Ann <ann@owned.example>', b"<<ann@owned.example>>", b"<ann@owned.example>>",
    b"<ann @owned.example>", b"<an n@owned.example>", b"ann\\@evil.example@owned.example",
    b"ann@owned.example@evil.example", b"=?utf-8?q?eve?=@owned.example",
    b"<=?utf-8?q?eve=40evil.example?=>", b"=?utf-8?q?ann=40owned.example?=",
    b"=?utf-8?q?=3Ceve=40evil.example=3E?= <ann@owned.example>",
    b'"<eve@evil.example>" <ann@owned.example>', b"eve@evil.example <ann@owned.example>",
    b"ann\0@owned.example", b"Ann\x01 <ann@owned.example>", b"Ann \xc0\xbc <ann@owned.example>",
    "ann＠owned.example".encode(), "ann﹫owned.example".encode(), "＜eve@evil.example＞".encode(),
    b"\xff\xfe@owned.example", b"a" * 70_000 + b" <ann@owned.example>",
]
WHOSE_DOMAIN = [
    b"ann@owned.example.evil.example", b"ann@notowned.example", b"ann@owned.example..",
    b"ann@.owned.example", b"ann@owned..example", b"ann@sub.owned.example", b"ann@[192.0.2.1]",
    b"ann@", b"ann", "ann@оwned.example".encode(), "ann@ｏwned.example".encode(),
    "ann@owned。example".encode(), "ann@ow\u00adned.example".encode(),
    "ann@ow\u200dned.example".encode(),
]
OTHERS = [
    (b"Sender: eve@evil.example\r\n", "sender"),
    (b"Sender: ann@owned.example\r\nSender: ann@owned.example\r\n", "sender"),
    (b"Sender : eve@evil.example\r\n", "sender"),
    (b"Reply-To: eve@evil.example\r\n", "reply-to"),
    (b"Reply-To: ann@owned.example, eve@evil.example\r\n", "reply-to"),
    (b"Reply-To: ann@owned.example\r\nReply-To: eve@evil.example\r\n", "reply-to"),
    (b"Reply-To:\r\n", "reply-to"),
    (b"Resent-From: eve@evil.example\r\n", "resent"),
    (b"Resent-From: ann@owned.example\r\nResent-From: eve@evil.example\r\n", "resent"),
    (b"Resent-Sender: eve@evil.example\r\n", "resent"),
]
LEGITIMATE = [
    b"ann@owned.example", b"<ann@owned.example>", b'"Lee, Ann" <ann@owned.example>',
    b"Ann O'Lee <ann@owned.example>", b"o'lee@owned.example", b"ann+tag@owned.example",
    "Ännchen <ann@owned.example>".encode(), b"=?utf-8?q?=C3=84nnchen?= <ann@owned.example>",
    b"=?ISO-2022-JP?B?GyRCO3NFRBsoQg==?= <ann@owned.example>", b"ann@owned.example (Ann Lee)",
    b"Ann\r\n <ann@owned.example>", b"ann@OWNED.example", b"ann@owned.example.",
    b"ann@owned.example, bob@owned.example", b'"ann@owned.example" <ann@owned.example>',
    b"Us: ann@owned.example, bob@owned.example;",
]
MISLEADING = [
    b'"ceo@bank.example" <ann@owned.example>', b"=?utf-8?q?ceo=40bank.example?= <ann@owned.example>",
    '"ceo＠bank.example" <ann@owned.example>'.encode(),
    '"\u202eelpmaxe.knab@oec" <ann@owned.example>'.encode(),
]


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What is said about a message with this header: the verdict and what decided."""
    folder = tmp_path_factory.mktemp("spoofing")
    (folder / "policy.conf").write_text(POLICY)

    def ask(header, sender="ann@owned.example"):
        message = folder / "message.eml"
        message.write_bytes(header + b"Subject: x\r\n\r\nHello\r\n")
        done = subprocess.run(
            [PROGRAM.resolve() / "spillwayctl", "-f", "policy.conf", "test", message.name, "--as",
             "ann@owned.example", "--mail-from", sender, "--rcpt", "bob@else.example"],
            cwd=folder, capture_output=True, timeout=60, check=False)
        text = done.stdout.decode(errors="replace")
        assert done.returncode == 0, text + done.stderr.decode(errors="replace")
        return next(line for line in text.splitlines() if line.startswith(("ACCEPT", "REJECT"))), text
    return ask


def from_field(value):
    return b"From: " + value + b"\r\n"


@pytest.mark.parametrize("header", [
    *SEVERAL_FIELDS, *NO_AUTHOR,
    *map(from_field, SEVERAL_ADDRESSES + WHERE_IS_IT + WHOSE_DOMAIN)], ids=repr)
def test_whatever_is_not_surely_hers_is_refused(said, header):
    assert "by rule from" in said(header)[0]


@pytest.mark.parametrize("line", BODIES, ids=repr)
def test_what_an_mta_takes_for_the_body_is_no_author(said, line):
    assert said(OWN + line)[0] == "ACCEPT"


@pytest.mark.parametrize("fields, rule", OTHERS, ids=repr)
def test_other_originators_are_refused_by_rules_of_their_own(said, fields, rule):
    assert f"by rule {rule}" in said(OWN + fields)[0]


@pytest.mark.parametrize("value", LEGITIMATE, ids=repr)
def test_legitimate_forms_pass(said, value):
    verdict, text = said(from_field(value))
    assert verdict == "ACCEPT"
    assert "misleading" not in text


@pytest.mark.parametrize("value", MISLEADING, ids=repr)
def test_a_name_that_shows_another_address_is_hers_and_is_told(said, value):
    verdict, text = said(from_field(value))
    assert verdict == "ACCEPT"
    assert "misleading" in text


def test_a_from_that_comes_as_the_5001st_field_counts(said):
    assert said(OTHER * 5000 + OWN)[0] == "ACCEPT"
    assert "by rule from" in said(OTHER * 5000 + from_field(EVE))[0]


def test_from_in_the_body_is_not_the_author(said):
    assert said(OWN + b"Content-Type: text/plain\r\n\r\nFrom: eve@evil.example\r\n")[0] == "ACCEPT"


@pytest.mark.parametrize("sender", [
    "eve@evil.example", "<@owned.example:eve@evil.example>", "ann@owned.example@evil.example",
    '"ann@owned.example"@evil.example', "ann%owned.example@evil.example", "ann",
    "evil.example!ann", "<>", "a" * 1000 + "@evil.example",
])
def test_the_envelope_sender_has_a_rule_of_its_own(said, sender):
    assert "by rule envelope" in said(OWN, sender)[0]


@pytest.mark.parametrize("sender", [
    "ann@OWNED.example", "prvs=1234=ann@owned.example", "bounce+bob=x.example@owned.example",
    '"a b {}:*%s$(x)"@owned.example', "<@relay.example:ann@owned.example>",
])
def test_envelope_senders_of_her_domain_are_hers(said, sender):
    assert said(OWN, sender)[0] == "ACCEPT"
