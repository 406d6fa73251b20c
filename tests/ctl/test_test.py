"""spillwayctl test: its options, its JSON and its exit codes; the texts are in tests/golden."""

import pytest
from conftest import POLICY
from harness.letters import letter

MESSAGE = letter()
FREE = letter(sender="x@free.example")


@pytest.fixture
def rehearse(place, ctl):
    """spillwayctl test over standard input."""
    config = place.write("test.conf", POLICY)
    return lambda message, *words: ctl("-f", config, "test", "-", *words, stdin=message)


@pytest.fixture
def told(place, ctl):
    config = place.write("test.conf", POLICY)
    return lambda message, *words: ctl.json("-f", config, "test", "-", *words, stdin=message)


def test_the_exit_code_says_that_it_worked_not_what_came_out(rehearse):
    assert rehearse(MESSAGE).returncode == rehearse(FREE).returncode == 0


def test_an_unexpected_verdict_is_exit_1(rehearse):
    assert rehearse(FREE, "--expect", "reject").returncode == 0
    done = rehearse(MESSAGE, "--expect", "reject")
    assert (done.returncode, done.stderr) == (1, "spillwayctl: expected reject, got accept\n")
    assert rehearse(MESSAGE, "--expect", "perhaps").returncode == 64


def test_json_says_what_was_decided_and_by_whom(told):
    outcome = told(FREE)
    assert outcome["verdict"] == "reject" and outcome["decided_by"] == "rule no-freemail"
    assert outcome["stage"] == "headers"
    assert outcome["reply"]["code"] == 550 and outcome["reply"]["enhanced"] == "5.7.1"
    assert outcome["rules"][0]["matched"] == "yes"


def test_json_tells_the_limits(told):
    limit, = told(MESSAGE, "--used", "domain-hour=3")["limits"]
    assert limit == {"limit": "domain-hour", "key": "domain-hour:domain:customer.example", "cost": 1,
                     "max": 5, "answer": "granted", "used": 4}
    limit, = told(MESSAGE, "--used", "domain-hour=5")["limits"]
    assert limit["answer"] == "exceeded" and limit["used"] == 5 and limit["next_free_ms"] > 0
    limit, = told(MESSAGE, *[word for n in range(6) for word in ("--rcpt", f"{n}@x.example")])["limits"]
    assert limit["answer"] == "exceeded" and limit["next_free_ms"] is None


def test_sender_and_recipients_come_from_the_message_unless_named(told):
    assert told(MESSAGE)["sender"] == "ann@customer.example"
    assert told(MESSAGE, "--mail-from", "<>")["sender"] == ""
    assert told(MESSAGE, "--mail-from", "bounce@lists.example")["domain"] == "lists.example"
    assert told(MESSAGE, "--as", "eve@login.example")["domain"] == "login.example"


@pytest.mark.parametrize("words, mistake", [
    (("--rcpt", "<>"), "is no address"),
    (("--from-ip", "300.1.1.1"), "--from-ip"),
    (("--at", "yesterday"), "--at"),
    (("--at", "2026-13-23 12:00"), "--at"),
    (("--used", "domain-hour"), "LIMIT=N"),
    (("--used", "domain-hour=many"), "--used"),
    (("--used", "domain-our=1"), 'did you mean "domain-hour"?'),
])
def test_a_wrong_value_is_a_usage_mistake(rehearse, words, mistake):
    done = rehearse(MESSAGE, *words)
    assert done.returncode == 64 and mistake in done.stderr


def test_a_message_without_readable_recipients_asks_for_them(rehearse):
    done = rehearse("From: ann@customer.example\n\nx\n")
    assert done.returncode == 64 and "--rcpt" in done.stderr


def test_a_bad_policy_is_exit_78(place, ctl):
    assert ctl("-f", place.write("bad.conf", "nonsense\n"), "test", "-", stdin=MESSAGE).returncode == 78


def test_a_missing_message_is_exit_1(place, ctl):
    done = ctl("-f", place.write("test.conf", POLICY), "test", place.path / "absent.eml")
    assert done.returncode == 1 and "absent.eml" in done.stderr
