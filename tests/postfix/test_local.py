"""Mail that does not come by SMTP: sendmail(1), and what Postfix writes itself."""

import pytest
from harness.letters import letter
from harness.processes import can_mount, eventually

CRON = "cron@customer.example"
BOB = "bob@else.example"
RULES = """
map blocked addresses inline [ nobody@blocked.example ]
rule blocked { when rcpt in blocked; reject 550 5.7.1 "this recipient wants no mail" }
rule phrase  { when text has "guaranteed winnings"; reject 550 5.7.1 "prohibited content" }
limit domain-hour { scope domain; count recipients; rate 5 / 1h; over reject 552 5.7.1 "%{used} of %{max} used" }
"""


@pytest.fixture
def daemon(behind):
    return behind(RULES)


def sendmail(postfix, *recipients, body="Hello\n"):
    postfix.sendmail(letter(body, sender=CRON), *recipients, sender=CRON)


def bounce_to(sink, address):
    """The bounce that reached `address`, once it has."""
    return sink.expect_where(lambda message: message.sender == ""
                             and message.recipients == (address,))[0]


def nothing_waits(postfix):
    eventually(lambda: not postfix.queued() and not postfix.maildrop(), "an empty queue")


def test_ordinary_local_mail_passes_and_is_counted(postfix, daemon, sink):
    sendmail(postfix, BOB)
    assert sink.expect(1)[0].recipients == (BOB,)
    assert daemon.counts() == {"domain-hour:domain:customer.example": 1}


@pytest.mark.parametrize("recipients, body, reason", [
    ([BOB], "guaranteed winnings\n", b"prohibited content"),
    ([BOB, "nobody@blocked.example"], "Hello\n", b"this recipient wants no mail"),
    ([f"r{number}@else.example" for number in range(6)], "Hello\n", b"more than the whole limit of 5"),
], ids=["content", "one recipient", "limit"])
def test_refused_local_mail_is_returned_whole_and_never_stuck(postfix, daemon, sink, recipients, body,
                                                              reason):
    """A refused recipient would leave it in maildrop, tried again every minute for ever."""
    sendmail(postfix, *recipients, body=body)
    # Postfix folds long replies in its bounces.
    assert reason in b" ".join(bounce_to(sink, CRON).data.split())
    nothing_waits(postfix)
    assert not [message for message in sink.messages if message.sender == CRON]
    assert "can't reject recipient" not in postfix.log()


def test_sendmail_t_reads_its_recipients_from_the_header(postfix, daemon, sink):
    message = f"From: {CRON}\nTo: {BOB}\nCc: nobody@blocked.example\nSubject: x\n\nHello\n"
    postfix.sendmail(message, "-t", sender=CRON)
    assert b"this recipient wants no mail" in bounce_to(sink, CRON).data
    nothing_waits(postfix)


@pytest.mark.skipif(not can_mount(), reason="no right to mount over /etc/postfix here")
def test_a_web_sites_user_may_not_leave_the_policy_behind(postfix, daemon, sink):
    """PHP as www-data, with any envelope sender it likes."""
    for number in range(6):
        postfix.sendmail(letter(f"{number}\n", sender=CRON), BOB, sender=CRON, uid=33)
    assert b"5 of 5 used" in b" ".join(bounce_to(sink, CRON).data.split())
    nothing_waits(postfix)
    assert len([message for message in sink.messages if message.sender == CRON]) == 5
    assert postfix.log_lines("uid=33 from=<cron@customer.example>")


def test_local_mail_is_held_by_a_quarantine_rule(postfix, behind, sink):
    behind('rule held { when text has "internal"; quarantine "internal" }')
    sendmail(postfix, BOB, body="internal\n")
    assert eventually(postfix.held, "the message in the hold queue")[0]["sender"] == CRON
    assert sink.messages == []


def test_bounces_through_the_milter_are_held_where_other_mail_is_refused(postfix, behind, sink):
    """Refusing one leaves the original in the queue, bounced and refused in a circle."""
    daemon = behind(RULES + 'rule nothing { when recipients > 0; reject 550 5.7.1 "nothing at all" }')
    postfix.set({"internal_mail_filter_classes": "bounce"})
    postfix.reload()
    try:
        sendmail(postfix, BOB, body="guaranteed winnings\n")
        assert eventually(postfix.held, "the bounce in the hold queue")[0]["sender"] == "MAILER-DAEMON"
        assert daemon.log_lines("verdict=quarantine")
        assert sink.messages == []
    finally:
        postfix.set({"internal_mail_filter_classes": ""})
        postfix.reload()


def test_a_bounce_of_the_next_server_reaches_the_sender(postfix, daemon, sink):
    sink.refusals["gone@else.example"] = "550 5.1.1 no such user"
    try:
        sendmail(postfix, "gone@else.example")
        assert b"no such user" in bounce_to(sink, CRON).data
    finally:
        sink.refusals.clear()


@pytest.mark.skipif(not can_mount(), reason="no right to mount over /etc/postfix here")
def test_each_local_user_counts_by_himself_whatever_he_writes(postfix, behind, sink):
    """Two web sites on one machine, each naming the other in every field it can write."""
    daemon = behind("""
local-identity [ uid, script, received, mail-from.domain ]
limit site { scope domain; count recipients; rate 100 / 1h }
""")
    for uid, other in ((33, 34), (34, 33)):
        forged = (f"X-Spillway-Uid: {other}", f"X-PHP-Originating-Script: {other}:mailer.php",
                  f"Received: by mx.example (Postfix, from userid {other})")
        postfix.sendmail(letter(f"{uid}\n", sender=CRON, fields=forged), BOB, sender=CRON, uid=uid)
    sink.expect(2)
    assert daemon.counts() == {"site:domain:uid 33": 1, "site:domain:uid 34": 1}
    assert not any(b"X-Spillway-Uid" in message.data for message in sink.messages)
