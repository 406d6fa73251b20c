"""The third and fourth job: what a message says, and what is added to it."""

import pytest
from harness.letters import encoded, html, letter
from harness.postfix import Refused

ANN = "ann@customer.example"
BOB, CAT = "bob@else.example", "cat@else.example"
RULES = """
map blocked addresses inline [ nobody@blocked.example ]
rule report  { remove-header "X-Abuse-Report"; add-header "X-Abuse-Report" "abuse@%{domain}" }
rule blocked { when rcpt in blocked; reject 550 5.7.1 "%{rule}: this recipient wants no mail" }
rule phrase  { when text has "guaranteed winnings"; reject 550 5.7.1 "Rule %{rule}: prohibited content" }
rule number  { when text =~ /\\bMRN[ :#]*\\d{6,10}\\b/i; quarantine "patient number" }
"""


@pytest.fixture
def daemon(behind):
    return behind(RULES)


def send(postfix, message, recipients=(BOB,)):
    return postfix.send(message, sender=ANN, recipients=recipients, login=ANN)


HIDDEN = {
    "plain": letter("Your guaranteed winnings wait.\n"),
    "folded": letter("Your guaranteed\nwinnings wait.\n").replace("guaranteed\n", "guaranteed "),
    "base64": encoded("Your guaranteed winnings wait."),
    "quoted-printable": encoded("Your guaranteed winn\u00adings wait.", encoding="quoted-printable"),
    "utf-16": encoded("Your guaranteed winnings wait.", charset="utf-16"),
    "iso-2022-jp": encoded("日本 guaranteed winnings 日本", charset="iso-2022-jp"),
    "html": html("<p>Your g<b>uaran</b>teed&nbsp;winn<!-- x -->ings</p>"),
    "html entities": html("<p>&#71;uaranteed &#x77;innings</p>"),
}


@pytest.mark.parametrize("form", HIDDEN)
def test_a_phrase_is_found_in_every_form_a_reader_can_read(postfix, daemon, sink, form):
    with pytest.raises(Refused) as refusal:
        send(postfix, HIDDEN[form])
    assert (refusal.value.code, refusal.value.text) == (550, "5.7.1 Rule phrase: prohibited content")
    assert sink.messages == []


def test_innocent_mail_arrives_as_it_was_sent_but_for_the_added_header(postfix, daemon, sink):
    body = "Hello Bob,\n.a dot first\n" + "é" * 100 + "\n"
    send(postfix, letter(body))
    arrived = sink.expect(1)[0]
    assert arrived.body == body.replace("\n", "\r\n").encode()
    assert arrived.header("X-Abuse-Report") == ["abuse@customer.example"]


def test_forged_report_headers_do_not_arrive(postfix, daemon, sink):
    forged = [f"X-Abuse-Report: forged{number}@evil.example" for number in range(5)]
    send(postfix, letter(fields=forged))
    assert sink.expect(1)[0].header("X-Abuse-Report") == ["abuse@customer.example"]


def test_one_recipient_is_refused_alone_and_the_others_get_the_mail(postfix, daemon, sink):
    with postfix.client(ANN) as client:
        client.mail(ANN)
        assert client.rcpt(BOB)[0] == 250
        code, text = client.rcpt("nobody@blocked.example")
        assert (code, text) == (550, b"5.7.1 blocked: this recipient wants no mail")
        assert client.rcpt(CAT)[0] == 250
        assert client.data(letter().replace("\n", "\r\n"))[0] == 250
    assert sink.expect(1)[0].recipients == (BOB, CAT)
    assert postfix.expect_log("milter-reject: RCPT from .*to=<nobody@blocked.example>")


@pytest.fixture
def held(postfix, daemon):
    """The one message in the hold queue."""
    assert send(postfix, encoded("Patient MRN: 1234567", encoding="quoted-printable"),
                [BOB, CAT]).startswith("250 ")
    [entry] = postfix.held()
    return entry


def test_quarantined_mail_waits_in_the_hold_queue_with_its_reason(postfix, daemon, sink, held):
    assert [each["address"] for each in held["recipients"]] == [BOB, CAT]
    assert "X-Spillway-Quarantine: rule number: patient number" in postfix.contents(held["queue_id"])
    line = daemon.expect_log(held["queue_id"])
    assert "quarantine" in line and "patient number" in line and "1234567" not in line
    assert postfix.expect_log(f"{held['queue_id']}: milter-hold: .*HOLD action")
    assert sink.messages == []


def test_released_mail_arrives_with_all_edits(postfix, sink, held):
    postfix.release(held["queue_id"])
    postfix.flush()
    arrived = sink.expect(1)[0]
    assert arrived.recipients == (BOB, CAT)
    assert arrived.header("X-Abuse-Report") == ["abuse@customer.example"]
    assert postfix.held() == []


def test_deleted_mail_never_arrives(postfix, sink, held):
    postfix.run("postsuper", "-d", held["queue_id"])
    assert send(postfix, letter()).startswith("250 ")
    assert len(sink.expect(1)) == 1


def test_a_rule_in_audit_mode_lets_mail_pass_and_says_so(postfix, behind, sink):
    daemon = behind(RULES.replace("rule phrase  {", "rule phrase { mode audit;"))
    assert send(postfix, HIDDEN["base64"]).startswith("250 ")
    arrived = sink.expect(1)[0]
    assert arrived.header("Subject") == ["Greetings"]
    assert daemon.expect_log("audit=.*phrase")
