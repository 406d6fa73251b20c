"""What the filter does to a message: all of it, or none."""

import pytest
from harness.letters import letter
from harness.milter_client import MilterClient, deliver
from harness import milter_wire as wire
from policies import FORBIDDEN, ORDINARY, REPORT, SPAM

GENUINE = ["abuse@customer.example"]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 50])
def test_every_forged_header_goes_and_the_true_one_stays(office, count):
    """Deleting by a shifting number leaves every second one behind (OpenDKIM did)."""
    forged = [f"{REPORT}: forged {number}" for number in range(count)]
    outcome = deliver(office.address, letter(fields=forged))
    assert outcome.message.values(REPORT) == GENUINE
    assert outcome.message.names().count("Subject") == 1


def test_forged_headers_go_on_an_mta_that_keeps_numbers_too(office):
    """Sendmail does not move fields up when one is deleted."""
    forged = [f"{REPORT}: forged {number}" for number in range(5)]
    with MilterClient(office.address) as client:
        client.connect()
        client.mail("<ann@customer.example>")
        client.message.sendmail_counting = True
        client.rcpt("<bob@else.example>")
        client.data()
        for line in forged:
            client.header(*line.split(":", 1))
        client.eoh()
        assert client.eom("NUMBERS").kind == "continue"
        assert client.message.values(REPORT) == GENUINE


@pytest.mark.parametrize("name", ["x-spillway-report", "X-SPILLWAY-REPORT", "X-Spillway-report"])
def test_a_forged_header_goes_in_any_case(office, name):
    outcome = deliver(office.address, letter(fields=[f"{name}: forged", f"{REPORT}: two"]))
    assert outcome.message.values(REPORT) == GENUINE


def test_the_header_value_has_one_blank_after_its_colon(office):
    for protocol, expected in ((wire.ALL_PROTOCOL, f" {GENUINE[0]}"),
                               (wire.Protocol.NO_HEADERS, GENUINE[0])):
        with MilterClient(office.address, protocol=protocol) as client:
            client.connect()
            message = client.send(ORDINARY).message
            assert message.headers[-1] == [REPORT, expected]


def test_a_refused_message_is_not_edited(office):
    outcome = deliver(office.address, SPAM)
    assert outcome.final.code == 550
    assert outcome.message.edits == []


def test_a_held_message_carries_its_reason_and_its_header(office):
    outcome = deliver(office.address, letter("This is internal only.\n"), queue_id="HELD")
    assert outcome.final.goes_on or outcome.final.kind == "accept"
    assert outcome.message.quarantined == "rule held: marked as internal"
    assert outcome.message.values(REPORT) == GENUINE
    assert outcome.message.values("X-Spillway-Quarantine") == ["rule held: marked as internal"]
    assert outcome.delivered_to == []
    assert "marked as internal" in office.expect_log("HELD")


def test_nobody_else_says_why_a_message_is_held(office):
    forged = ["X-Spillway-Quarantine: released by postmaster", "x-spillway-quarantine: no reason"]
    held = deliver(office.address, letter("This is internal only.\n", fields=forged))
    assert held.message.values("X-Spillway-Quarantine") == ["rule held: marked as internal"]


def test_an_mta_without_the_needed_actions_gets_no_half_policy(office):
    """Postfix offers everything; where something is missing, mail waits rather than passes unedited."""
    with MilterClient(office.address, negotiate=False) as client:
        try:
            client.negotiate(actions=wire.ADD_HEADERS)
            client.connect()
            outcome = client.send(letter(f"{FORBIDDEN}\n"))
            assert outcome.reply[:1] in "45"
        except AssertionError as refused:
            assert "closed" in str(refused) or "negotiation" in str(refused)
    assert deliver(office.address, ORDINARY).reply == "250"
