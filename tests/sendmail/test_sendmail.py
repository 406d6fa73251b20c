"""What Sendmail makes of the daemon's answers: the same as Postfix, by other means."""

import os
import re

import pytest
from harness.letters import letter
from harness.postfix import Refused, submit

ANN, MALLORY = "ann@customer.example", "mallory@banned.example"
BOB, CAT = "bob@else.example", "cat@else.example"
NOBODY = "nobody@blocked.example"
# Percent signs stand in every text: Sendmail drops text and code for a single one.
RULES = """
map blocked addresses inline [ nobody@blocked.example ]
rule report  { remove-header "X-Abuse-Report"; add-header "X-Abuse-Report" "abuse@%{domain}" }
rule banned  { when mail-from.domain = banned.example; reject 553 5.7.2 "%{rule}: 100% of this domain" }
rule blocked { when rcpt in blocked; reject 551 5.1.6 "%{rule}: this recipient wants 0% of it" }
rule phrase  { when text has "guaranteed winnings"; reject 554 5.6.0 "50% off, %s and 100%" }
rule number  { when text =~ /\\bMRN[ :#]*\\d{6,10}\\b/i; quarantine "patient number" }
limit domain-hour {
    scope domain; count recipients; rate 3 / 1h
    over  reject 552 5.2.2 "%{limit}: %{used} of %{max} used, 100% is all"
}
"""


@pytest.fixture
def daemon(behind):
    return behind(RULES)


def send(sendmail, message, *, recipients=(BOB,), sender=ANN):
    return sendmail.send(message, sender=sender, recipients=recipients)


def fields_of(delivered):
    """The header of a message as it arrived, fields that Sendmail adds left out."""
    head = delivered.data.partition(b"\r\n\r\n")[0].decode()
    fields = head.replace("\r\n\t", " ").split("\r\n")
    return [each for each in fields if not each.startswith(("Received:", "Date:", "Message-Id:"))]


def test_mail_arrives_as_it_was_sent_but_for_the_added_header(sendmail, daemon, sink):
    body = "Hello Bob,\n.a dot first\nlast\n"
    send(sendmail, letter(body, subject=" two blanks"))
    arrived = sink.expect(1)[0]
    assert fields_of(arrived) == [
        "From: Ann <ann@customer.example>", "To: bob@else.example", "Subject:  two blanks",
        "X-Abuse-Report: abuse@customer.example"]
    assert arrived.body == body.replace("\n", "\r\n").encode()


def test_forged_headers_go_though_sendmail_does_not_move_the_numbers(sendmail, daemon, sink):
    forged = [line for number in range(4)
              for line in (f"X-Abuse-Report: forged {number}", f"x-spillway-quarantine: {number}",
                           f"X-Spillway-Verdict: {number}")]
    send(sendmail, letter(fields=forged))
    assert fields_of(sink.expect(1)[0]) == [
        "From: Ann <ann@customer.example>", "To: bob@else.example", "Subject: Greetings",
        "X-Abuse-Report: abuse@customer.example"]


def test_a_sender_is_refused_at_mail_with_the_text_as_written(sendmail, daemon):
    with sendmail.client() as client:
        # The address is Sendmail's own addition.
        assert client.mail(MALLORY) == (
            553, b"5.7.2 <mallory@banned.example>... banned: 100% of this domain")


def test_one_recipient_is_refused_alone_and_the_others_get_the_mail(sendmail, daemon, sink):
    with sendmail.client() as client:
        client.mail(ANN)
        assert client.rcpt(BOB)[0] == 250
        assert client.rcpt(NOBODY) == (551, b"5.1.6 blocked: this recipient wants 0% of it")
        assert client.rcpt(CAT)[0] == 250
        assert client.data(letter().replace("\n", "\r\n"))[0] == 250
    assert set(sink.expect(1)[0].recipients) == {BOB, CAT}
    assert daemon.counts() == {"domain-hour:domain:customer.example": 2}


def test_content_is_refused_at_the_end_with_the_text_as_written(sendmail, daemon, sink):
    with pytest.raises(Refused) as refusal:
        send(sendmail, letter("Your guaranteed winnings wait.\n"))
    assert str(refusal.value) == "554 5.6.0 50% off, %s and 100% (rule phrase)"
    assert sink.messages == []
    assert daemon.counts() == {}


def test_over_the_limit_the_client_gets_552_and_nothing_is_charged(sendmail, daemon, sink):
    with sendmail.client() as client:
        submit(client, letter(), ANN, [BOB, CAT])
        with pytest.raises(Refused) as refusal:
            submit(client, letter(), ANN, [BOB, CAT])
        assert str(refusal.value) == "552 5.2.2 domain-hour: 2 of 3 used, 100% is all"
        submit(client, letter(), ANN, [BOB])
    assert sorted(sink.expect_recipients(3)) == [BOB, BOB, CAT]


def test_quarantined_mail_waits_with_its_reason_and_arrives_when_released(sendmail, daemon, sink):
    queue_id = send(sendmail, letter("Patient MRN: 1234567\n"))
    listed = sendmail.held()
    assert queue_id in listed and "QUARANTINE: rule number: patient number" in listed
    assert "\nqrule number: patient number\n" in sendmail.queue_file("hf", queue_id)
    assert sink.messages == []

    sendmail.release(queue_id)
    assert fields_of(sink.expect(1)[0])[-2:] == [
        "X-Abuse-Report: abuse@customer.example",
        "X-Spillway-Quarantine: rule number: patient number"]
    assert daemon.counts() == {"domain-hour:domain:customer.example": 1}


def test_one_line_tells_each_message_under_sendmails_queue_id(sendmail, daemon):
    queue_id = send(sendmail, letter())
    [line] = daemon.log_lines("verdict=")
    for field in (f"queue-id={queue_id} ", "verdict=accept", f"sender={ANN}", "recipients=1",
                  "client=127.0.0.1"):
        assert field in line


def test_a_refusal_at_mail_is_logged_under_a_queue_id_too(sendmail, daemon):
    """Sendmail names a message at MAIL, Postfix only after its first recipient."""
    with sendmail.client() as client:
        client.mail(MALLORY)
    assert re.search(r"queue-id=\w{14} verdict=reject", daemon.expect_log("verdict="))


def test_without_the_daemon_clients_are_told_to_come_again(sendmail, behind, sink):
    with pytest.raises(Refused) as refusal:
        send(sendmail, letter())
    assert refusal.value.code == 451
    behind(RULES)
    send(sendmail, letter())
    assert len(sink.expect(1)) == 1


def test_a_daemon_that_dies_in_a_session_lets_nothing_pass(sendmail, daemon, sink):
    with sendmail.client() as client:
        client.mail(ANN)
        client.rcpt(BOB)
        daemon.kill()
        assert client.data(letter().replace("\n", "\r\n"))[0] == 451
    assert sink.messages == []


def test_mail_of_the_submission_program_is_filtered_and_counted(sendmail, daemon, sink):
    """PHP and cron: it comes by SMTP, so one recipient of it can be refused; a bounce tells of it."""
    code, _ = sendmail.sendmail(letter(), BOB, NOBODY, sender=ANN)
    assert code == os.EX_NOUSER
    [arrived] = sink.expect_where(lambda message: message.sender == ANN)
    assert arrived.recipients == (BOB,)
    assert fields_of(arrived)[-1] == "X-Abuse-Report: abuse@customer.example"
    assert daemon.counts()["domain-hour:domain:customer.example"] == 1
    [bounce] = sink.expect_where(lambda message: message.sender == "")
    assert bounce.recipients == (ANN,)
    assert b"reason: 551 5.1.6 blocked: this recipient wants 0% of it" in bounce.data


def test_a_bounce_of_the_submission_program_needs_a_rule_to_pass(sendmail, behind, sink):
    """It has the refused text in it and comes by SMTP too, so the rule that README.md tells of lets it
    pass; what is not a bounce stays refused."""
    behind("rule bounces { when mail-from =~ /^$/ and client-ip = 127.0.0.1; accept }\n" + RULES)
    code, _ = sendmail.sendmail(letter("Your guaranteed winnings wait.\n"), BOB, sender=ANN)
    assert code == os.EX_UNAVAILABLE
    [bounce] = sink.expect(1)
    assert (bounce.sender, bounce.recipients) == ("", (ANN,))
    assert b"reason: 554 5.6.0 50% off, %s and 100% (rule phrase)" in bounce.data
