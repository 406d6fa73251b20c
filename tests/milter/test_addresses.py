"""Envelope addresses as clients write them; they become keys, log fields and reply text."""

import pytest
from harness.milter_client import MilterClient, deliver
from policies import ORDINARY, SPAM


def deliver_as(office, sender, recipients=("<bob@else.example>",), **options):
    return deliver(office.address, ORDINARY, sender=sender, recipients=recipients, **options)


@pytest.mark.parametrize("sender", ["<>", ""])
def test_the_null_sender_is_counted_under_its_login_or_its_client(office, sender):
    before = office.counts()
    assert deliver_as(office, sender, user="eve@null.example").reply == "250"
    assert deliver_as(office, sender, ip="198.51.100.9").reply == "250"
    new = set(office.counts()) - set(before) | {key for key, used in office.counts().items()
                                               if used > before.get(key, 0)}
    assert {"domain-hour:domain:null.example", "domain-hour:domain:[198.51.100.9]"} <= new


@pytest.mark.parametrize("sender", [
    "ann@plain.example", "<ann@plain.example>", "<@relay.test,@b.test:ann@plain.example>",
    "<Ann@PLAIN.EXAMPLE>", "<ann@plain.example.>", '<"ann"@plain.example>',
])
def test_all_ways_to_write_one_domain_are_one_counter(office, sender):
    key = "domain-hour:domain:plain.example"
    before = office.counts().get(key, 0)
    assert deliver_as(office, sender).reply == "250"
    assert office.counts()[key] == before + 1


def test_utf8_domains_are_counted_under_their_a_label(office):
    assert deliver_as(office, "<jörg@bücher.example>").reply == "250"
    assert office.counts()["domain-hour:domain:xn--bcher-kva.example"] == 1


@pytest.mark.parametrize("argument", [
    "<nobody@blocked.example>", "nobody@blocked.example", "<@relay.test:nobody@blocked.example>",
    "<nobody@BLOCKED.example>", "<nobody@blocked.example.>", '<"nobody"@blocked.example>',
])
def test_no_way_to_write_a_blocked_recipient_gets_past(office, argument):
    with MilterClient(office.address) as client:
        client.connect()
        client.mail("<ann@customer.example>")
        # Without Postfix's own reading of it, the argument alone must do.
        client.symbols["rcpt"] = ["i"]
        assert client.rcpt(argument).code == 550


HOSTILE = [
    "<%s%s%n@customer.example>", "<$(reboot)@customer.example>", "<{a}:*@customer.example>",
    '<"a b"@customer.example>', '<"a\\\rb"@customer.example>', "<" + "a" * 1000 + "@customer.example>",
    "<a@" + "b." * 400 + "example>", "<a@[192.0.2.1]>", "<a!b!c>", "<a%b@c>", "<@>", "<a@b@c>", "<",
    "<\udcff\udcfe@\udc80.example>", "<\x01\x1b[2J@customer.example>",
]


@pytest.mark.parametrize("argument", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_an_address_stays_text(office, argument):
    """Keys, log lines and replies are made of it; none may break, and nothing may be refused by chance."""
    outcome = deliver(office.address, ORDINARY, sender=argument, recipients=(argument,),
                      queue_id="HOSTILE")
    assert outcome.reply[:3] in ("250", "550")
    refused = deliver(office.address, SPAM, sender=argument, queue_id="HOSTILE")
    assert refused.reply == "550 5.7.1 Rule forbidden: this phrase may not leave"
    for line in office.log_lines("HOSTILE"):
        assert line.isprintable(), line
    assert all(key.isprintable() for key in office.counts())


def test_percent_signs_reach_the_client_as_written(office):
    with MilterClient(office.address) as client:
        client.connect()
        client.mail("<ann@customer.example>")
        assert client.rcpt("<nobody@blocked.example>").text == "550 5.7.1 100% refused by rule blocked"


def test_a_reply_that_quotes_the_sender_is_one_clean_line(spillwayd):
    daemon = spillwayd('rule no { when mail-from.domain in bad; reject 550 5.7.1 "%{rule}: %{sender} may not" }\n'
                       "map bad domains inline [ bad.example ]")
    for local in ("50%off", "%s%n", "ü", "x" * 900):
        answer = deliver(daemon.address, ORDINARY, sender=f"<{local}@bad.example>").reply
        assert answer.startswith("550 5.7.1 no: ") and answer.endswith(" may not")
        assert answer.isascii() and answer.isprintable() and len(answer) <= 512
    assert "50%off" in deliver(daemon.address, ORDINARY, sender="<50%off@bad.example>").reply


def test_a_thousand_recipients_are_counted_as_a_thousand(office):
    recipients = [f"<r{number}@else.example>" for number in range(1000)]
    outcome = deliver_as(office, "<bulk@thousand.example>", recipients)
    assert outcome.reply == "250"
    assert len(outcome.delivered_to) == 1000
    assert office.counts()["domain-hour:domain:thousand.example"] == 1000


def test_the_recipient_past_the_permitted_number_is_refused(spillwayd):
    daemon = spillwayd('rule too-many { when recipients > 10; reject 550 5.5.3 "More than 10 recipients" }')
    recipients = [f"<r{number}@else.example>" for number in range(11)]
    outcome = deliver(daemon.address, ORDINARY, recipients=recipients)
    texts = [answer.text for _, answer in outcome.recipients] + [outcome.reply]
    assert "550 5.5.3 More than 10 recipients (rule too-many)" in texts
    assert deliver(daemon.address, ORDINARY, recipients=recipients[:10]).reply == "250"
