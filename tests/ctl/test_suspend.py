"""spillwayctl suspend, unsuspend, suspended: from the next message on."""

import datetime

import pytest
from harness.daemon import Spillwayd
from harness.processes import eventually
from operators import ACCOUNTS, ANN, DAN, EVE, Shop, limit

POLICY = limit("user", "100 / 1h")


@pytest.mark.parametrize("who, stopped", [
    (("user", ANN), {ANN}), ((ANN,), {ANN}), (("user", ANN.upper()), {ANN}),
    (("domain", "customer.example"), {ANN, DAN}), (("customer.example",), {ANN, DAN}),
    (("account", "acme"), {ANN, DAN, EVE}),
], ids=lambda each: "-".join(each) if isinstance(each, tuple) else "")
def test_the_next_message_is_stopped_and_passes_again(shop, who, stopped):
    at = shop(ACCOUNTS + POLICY)
    assert at.send(ANN) == "250"
    at.done("suspend", *who, "for", "2h", "stolen", "password")
    for login in (ANN, DAN, EVE):
        reply = at.send(login)
        assert (reply != "250") == (login in stopped)
        if login in stopped:
            assert reply.startswith("550 5.7.1 Sending is suspended") and "stolen password" in reply
    counted = at.counts()
    assert f"sold:user:{ANN}" in counted and counted[f"sold:user:{ANN}"] == 1
    at.done("unsuspend", *who)
    assert at.send(ANN) == at.send(DAN) == at.send(EVE) == "250"
    assert "is not suspended" in at.refused("unsuspend", *who)


def test_a_suspension_ends_by_itself(shop):
    at = shop(POLICY)
    at.done("suspend", ANN, "for", "1s")
    told = at.send()
    assert told.startswith("550") and "stopped by hand" in told
    eventually(lambda: at.send() == "250", "the end of the suspension")
    assert at.done("suspended") == "nobody is suspended"


def test_suspended_lists_who_until_when_and_why(shop):
    at = shop(ACCOUNTS + POLICY)
    at.done("suspend", "account", "acme", "for", "7d", "unpaid")
    at.done("suspend", ANN, "for", "2h", "stolen password")
    first, second = at.json("suspended")["suspended"]
    assert (first["who"], first["reason"], first["account"]) == (f"user {ANN}", "stolen password", "acme")
    assert (second["who"], second["reason"]) == ("account acme", "unpaid")
    until = datetime.datetime.strptime(first["until"], "%Y-%m-%dT%H:%M:%SZ")
    left = until - datetime.datetime.utcnow()
    assert datetime.timedelta(minutes=119) < left <= datetime.timedelta(hours=2)
    lines = at.done("suspended").splitlines()
    assert lines[0].split() == ["who", "until", "(UTC)", "why"]
    assert lines[1].startswith(f"user {ANN}  ") and lines[1].endswith("  stolen password")
    assert "account acme" in lines[2]


def test_a_second_suspension_replaces_the_first(shop):
    at = shop(POLICY)
    at.done("suspend", ANN, "for", "2h", "first")
    at.done("suspend", ANN, "for", "1h", "second")
    assert [one["reason"] for one in at.json("suspended")["suspended"]] == ["second"]
    assert "second" in at.send()


def test_mistakes_are_told(shop):
    at = shop(POLICY)
    for words, told in [
        (("acme", "for", "2h"), 'say which, as in "account acme"'),
        (("everything", "for", "2h"), "a domain or an account can be suspended, not everything"),
        (("client-ip", "192.0.2.7", "for", "2h"), "can be suspended, not client-ip"),
        ((ANN, "for", "long"), 'expected a duration such as 8s, 15m, 1h or 7d, got "long"'),
        ((ANN, "for", "367d"), "366 days"),
        ((ANN, "for", "1h", "x" * 201), "longer than 200 bytes"),
        ((ANN, "for", "1h", "two\r\nlines"), "printable ASCII only"),
        ((ANN, "for", "1h", "überfällig"), "printable ASCII only"),
    ]:
        assert told in at.refused("suspend", *words), words
    for words in [(ANN,), (ANN, "for"), (), ("user", "for")]:
        assert at.ctl("suspend", *words)[0] == 64
    assert at.done("suspended") == "nobody is suspended"
    assert at.send() == "250"


def test_the_log_says_who_stopped_whom(shop):
    at = shop(POLICY)
    at.done("suspend", ANN, "for", "2h", "stolen")
    at.done("unsuspend", ANN)
    assert at.daemon.log_lines(rf"user {ANN} is suspended until \S+, by [^:]+: stolen$")
    assert at.daemon.log_lines(rf"user {ANN} is suspended no longer, by \S+$")


def test_words_of_a_reason_are_no_verbs(shop):
    at = shop(POLICY)
    at.done("suspend", ANN, "for", "2h", "status", "test", "for", "top")
    assert "status test for top" in at.send()


def test_a_killed_daemon_still_knows_who_is_suspended(shop, redis):
    at = shop(POLICY)
    at.done("suspend", ANN, "for", "2h", "stolen")
    if at.daemon.counters != "memory":  # it is told to Redis behind the operator's back
        eventually(redis.key_count, "the suspension in Redis")
    at.daemon.kill()
    at.daemon.start()
    assert "stolen" in at.send()


def test_who_is_suspended_at_one_daemon_is_stopped_at_the_other(place, redis):
    one, two = (Shop(Spillwayd(place, POLICY, name=name, counters=redis.url))
                for name in ("one", "two"))
    assert two.send() == "250"
    one.done("suspend", ANN, "for", "2h", "stolen")
    eventually(lambda: "stolen" in two.send(), "the suspension at the other daemon")
    assert ANN in two.done("suspended")
