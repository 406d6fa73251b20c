"""SMTP conversations in every order that clients have come up with."""

import pytest
from harness.milter_client import MilterClient, deliver, split_message, submit_locally
from harness.milter_wire import Protocol
from policies import KEY, ORDINARY, REPORT, SPAM

ANN, BOB = "<ann@customer.example>", "<bob@else.example>"


@pytest.fixture
def client(office):
    with MilterClient(office.address) as talking:
        talking.connect()
        talking.helo()
        yield talking


def used(office):
    return office.counts().get(KEY, 0)


def test_an_ordinary_message_passes_and_is_counted_once(office):
    before = used(office)
    outcome = deliver(office.address, ORDINARY, sender=ANN)
    assert outcome.reply == "250"
    assert outcome.delivered_to == [BOB]
    assert used(office) == before + 1


def test_each_message_of_a_connection_is_judged_and_counted_for_itself(office, client):
    before = used(office)
    assert client.send(SPAM, sender=ANN, queue_id="ONE").reply.startswith("550 5.7.1")
    assert client.send(ORDINARY, sender=ANN, queue_id="TWO").reply == "250"
    assert client.send(SPAM, sender=ANN, queue_id="THREE").reply.startswith("550 5.7.1")
    assert used(office) == before + 1


def test_a_message_after_rset_knows_nothing_of_the_one_before(office, client):
    before = used(office)
    client.mail(ANN)
    for number in range(5):
        client.rcpt(f"<r{number}@else.example>")
    client.abort()
    assert client.send(ORDINARY, sender=ANN).reply == "250"
    assert used(office) == before + 1


def test_mail_without_an_abort_before_it_begins_anew(office, client):
    """Sendmail and Postfix both may start the next message without telling of the last one's end."""
    before = used(office)
    client.mail(ANN)
    client.rcpt(BOB)
    client.data()
    client.header("Subject", " blue moon offer")
    assert client.send(ORDINARY, sender=ANN).reply == "250"
    assert used(office) == before + 1


@pytest.mark.parametrize("forget", [MilterClient.abort, lambda client: None], ids=["RSET", "MAIL"])
def test_the_headers_of_one_message_are_not_the_next_ones(client, forget):
    """Fields left over would be deleted by numbers that the next message does not have."""
    client.mail(ANN)
    client.rcpt(BOB)
    client.data("HEADERS")
    for number in range(3):
        client.header(REPORT, f" forged {number}")
    client.eoh()
    forget(client)
    outcome = client.send(ORDINARY, sender=ANN)
    assert outcome.message.edits == [("add", REPORT, " abuse@customer.example")]


def test_the_login_of_one_message_is_not_the_next_ones(office, client):
    client.send(ORDINARY, sender="<>", user="carl@one.example", queue_id="LOGIN1")
    client.send(ORDINARY, sender="<dora@two.example>", queue_id="LOGIN2")
    counts = office.counts()
    assert counts["domain-hour:domain:one.example"] == 1
    assert counts["domain-hour:domain:two.example"] == 1
    assert "carl" not in office.expect_log("LOGIN2")


def test_one_recipient_is_refused_alone(office, client):
    outcome = client.send(ORDINARY, sender=ANN, recipients=(BOB, "<nobody@blocked.example>",
                                                            "<x@blocked-domain.example>"))
    answers = [answer.text for _, answer in outcome.recipients]
    assert answers[0] == ""
    assert answers[1] == answers[2] == "550 5.7.1 100% refused by rule blocked"
    assert outcome.reply == "250"
    assert outcome.delivered_to == [BOB]


def test_all_recipients_refused_then_the_connection_goes_on(client):
    outcome = client.send(ORDINARY, sender=ANN, recipients=("<nobody@blocked.example>",))
    assert outcome.delivered_to == []
    assert client.send(ORDINARY, sender=ANN).reply == "250"


def test_a_refused_recipient_is_not_counted(office, client):
    before = used(office)
    client.send(ORDINARY, sender=ANN, recipients=(BOB, "<nobody@blocked.example>"))
    assert used(office) == before + 1


STEPS = [
    ("connect", lambda c: c.connect()),
    ("helo", lambda c: c.helo()),
    ("mail", lambda c: c.mail(ANN)),
    ("rcpt", lambda c: c.rcpt(BOB)),
    ("data", lambda c: c.data("GONE")),
    ("header", lambda c: c.header("From", " ann@customer.example")),
    ("eoh", lambda c: c.eoh()),
    ("body", lambda c: c.body(b"Hello\r\n" * 20000)),
]


@pytest.mark.parametrize("steps", range(len(STEPS) + 1),
                         ids=["negotiate"] + [name for name, _ in STEPS])
@pytest.mark.parametrize("farewell", [MilterClient.drop, MilterClient.quit], ids=["drop", "quit"])
def test_going_away_after_any_step_counts_nothing_and_harms_nobody(office, steps, farewell):
    before = used(office)
    client = MilterClient(office.address)
    for _, step in STEPS[:steps]:
        step(client)
    farewell(client)
    assert deliver(office.address, ORDINARY, sender=ANN).reply == "250"
    assert used(office) == before + 1


def test_going_away_before_the_negotiation_harms_nobody(office):
    """Health checks connect and hang up; some filters crashed on close without a session."""
    for _ in range(20):
        MilterClient(office.address, negotiate=False).drop()
    assert deliver(office.address, ORDINARY).reply == "250"


def test_quitting_while_a_decision_is_due_harms_nobody(office):
    with MilterClient(office.address) as client:
        client.connect()
        client.mail(ANN)
        client.rcpt(BOB)
        client.data("GONE2")
        client.begin_eom("GONE2")
        client.drop()
    assert deliver(office.address, ORDINARY).reply == "250"


def test_a_second_greeting_ends_the_open_message(office, client):
    client.mail(ANN)
    client.rcpt("<nobody@blocked.example>")
    client.abort()
    client.helo("again.test")
    assert client.send(ORDINARY, sender=ANN).reply == "250"


@pytest.mark.parametrize("ip, port", [("192.0.2.7", 40000), ("2001:db8::9", 40000), (None, 0),
                                      ("/var/run/client", 0)],
                         ids=["ipv4", "ipv6", "unknown", "unix"])
def test_every_kind_of_client_address_is_served(office, ip, port):
    with MilterClient(office.address) as client:
        client.connect("client.test", ip, port)
        client.helo()
        assert client.send(ORDINARY, sender=ANN).reply == "250"


@pytest.mark.parametrize("macro", ["i", "{mail_addr}", "{rcpt_addr}", "{client_addr}"])
def test_a_macro_that_never_comes_is_no_reason_to_fail(office, macro):
    with MilterClient(office.address) as client:
        client.symbols = {stage: [name for name in names if name != macro]
                          for stage, names in client.symbols.items()}
        client.connect()
        client.helo()
        assert client.send(ORDINARY, sender=ANN).reply == "250"


def test_an_mta_that_offers_no_shortcuts_gets_the_same_decisions(office):
    """Every NR_ and SKIP withheld: all events are sent and each is answered.

    One bit that the filter does not want stands for "none"; libmilter takes an empty set for version 1.
    """
    with MilterClient(office.address, protocol=Protocol.NO_HEADERS) as client:
        client.connect()
        client.helo()
        assert client.send(SPAM, sender=ANN).reply.startswith("550 5.7.1 Rule forbidden")
        kept = client.send(ORDINARY, sender=ANN)
        assert kept.reply == "250"
        assert kept.message.values(REPORT) == ["abuse@customer.example"]


def test_local_submission_is_never_refused_by_recipient(office):
    """Postfix keeps a sendmail(1) message in maildrop for ever when one recipient is refused."""
    outcome = submit_locally(office.address, ORDINARY, sender="cron@customer.example",
                             recipients=["bob@else.example", "nobody@blocked.example"])
    assert all(answer.goes_on for _, answer in outcome.recipients)
    assert outcome.reply.startswith("550 5.7.1")


@pytest.mark.parametrize("sender", ["", "double-bounce@mx.test"])
def test_the_mtas_own_bounce_is_held_where_other_mail_is_refused(office, sender):
    """Refused, it would circle; passed, any program could send anything with this sender."""
    outcome = submit_locally(office.address, SPAM, sender=sender,
                             recipients=["nobody@blocked.example"])
    assert outcome.reply == "250"
    assert outcome.message.quarantined is not None


def test_the_model_splits_messages_as_postfix_does():
    fields, body = split_message("A: b\n  c\nD:e\n\none\ntwo\n")
    assert fields == [(b"A", b" b\n  c"), (b"D", b"e")]
    assert body == b"one\r\ntwo\r\n"
