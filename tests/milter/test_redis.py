"""Counters in Redis, seen from the mail side: Redis absent, slow, killed and back again."""

import time

import pytest
from harness.daemon import Spillwayd, is_sanitized
from harness.milter_client import ConnectionLost, MilterClient, deliver
from harness.processes import eventually, free_port
from policies import KEY, ORDINARY, SPAM

ANN = "<ann@customer.example>"


def policy(when_unavailable, rate="3 / 1h"):
    return f"""
limit domain-hour {{
    scope domain; count recipients; rate {rate}
    over  reject 552 5.7.1 "%{{limit}}: %{{used}} of %{{max}} used"
    when-unavailable {when_unavailable}
}}
rule forbidden {{ when text has "blue moon offer"; reject 550 5.7.1 "forbidden" }}
"""


def send(daemon, message=ORDINARY, **envelope):
    """The reply, and how long it took."""
    begun = time.monotonic()
    outcome = deliver(daemon.address, message, sender=ANN, **envelope)
    return outcome.reply, time.monotonic() - begun


def replies(daemon, count):
    return [send(daemon)[0] for _ in range(count)]


def test_the_limit_is_kept_in_redis(spillwayd, redis):
    daemon = spillwayd(policy("defer"), counters=redis.url)
    assert replies(daemon, 4) == ["250"] * 3 + ["552 5.7.1 domain-hour: 3 of 3 used"]
    assert redis.key_count() >= 1
    assert daemon.counts() == {KEY: 3}


def test_two_daemons_share_one_count(place, redis):
    one, two = (Spillwayd(place, policy("defer"), name=name, counters=redis.url)
                for name in ("one", "two"))
    assert replies(one, 2) + replies(two, 1) == ["250"] * 3
    assert replies(one, 1) == replies(two, 1) == ["552 5.7.1 domain-hour: 3 of 3 used"]


def test_a_restarted_daemon_finds_its_counts_in_redis(spillwayd, redis):
    daemon = spillwayd(policy("defer"), counters=redis.url)
    replies(daemon, 2)
    daemon.kill()
    daemon.start()
    assert replies(daemon, 2) == ["250", "552 5.7.1 domain-hour: 3 of 3 used"]


@pytest.mark.parametrize("choice, expected", [
    ("allow", ["250"] * 5),
    ("defer", ["451"] * 5),
    ("local", ["250"] * 3 + ["552"] * 2),
])
def test_without_redis_each_limit_does_what_it_was_told(spillwayd, choice, expected):
    daemon = spillwayd(policy(choice), counters=f"redis://127.0.0.1:{free_port()}/0")
    assert [reply[:3] for reply in replies(daemon, 5)] == expected


def test_a_silent_counter_never_hides_a_refusal(spillwayd):
    daemon = spillwayd(policy("defer"), counters=f"redis://127.0.0.1:{free_port()}/0")
    assert send(daemon, SPAM)[0] == "550 5.7.1 forbidden (rule forbidden)"


def test_a_redis_that_hangs_costs_one_deadline_and_then_nothing(spillwayd, redis):
    daemon = spillwayd(policy("local", "100000 / 1h"), counters=redis.url + " timeout 150ms")
    assert send(daemon)[0] == "250"
    redis.pause()
    times = []
    for _ in range(40):
        reply, seconds = send(daemon)
        assert reply == "250"
        times.append(seconds)
    assert max(times) < 2
    # After a few failures nobody waits any more but a probe now and then.
    assert is_sanitized() or len([seconds for seconds in times if seconds > 0.1]) <= 10
    redis.resume()
    daemon_uses_redis_again(daemon, redis)


def daemon_uses_redis_again(daemon, redis):
    """Sends until Redis counts; the commands it has seen by then."""
    def counted():
        redis.command("CONFIG", "RESETSTAT")
        assert send(daemon)[0] == "250"
        info = redis.command("INFO", "commandstats")
        return info.count("cmdstat_evalsha:") + info.count("cmdstat_eval:")
    return eventually(counted, "the daemon to come back to Redis")


def test_a_killed_redis_is_used_again_when_it_is_back(spillwayd, redis):
    daemon = spillwayd(policy("local", "100000 / 1h"), counters=redis.url)
    assert send(daemon)[0] == "250"
    redis.kill()
    assert [reply[:3] for reply in replies(daemon, 3)] == ["250"] * 3
    redis.start()
    daemon_uses_redis_again(daemon, redis)
    assert redis.key_count() >= 1
    assert daemon.counts()[KEY] >= 1


def test_what_was_counted_locally_is_still_limited(spillwayd, redis):
    """An attacker must not win a second allowance by knocking Redis over."""
    daemon = spillwayd(policy("local"), counters=redis.url)
    assert replies(daemon, 3) == ["250"] * 3
    redis.kill()
    assert send(daemon)[0][:3] == "552"


def test_a_daemon_killed_in_the_middle_of_its_decision_sends_nothing(spillwayd, redis):
    daemon = spillwayd(policy("defer"), counters=redis.url + " timeout 5s")
    with MilterClient(daemon.address) as client:
        client.connect()
        client.mail(ANN)
        client.rcpt("<bob@else.example>")
        redis.pause()
        client.begin_eom("KILLED")
        # The sign of life before charging says that the decision is under way.
        assert client.read_packet()[0] == b"p"
        daemon.kill()
        with pytest.raises(ConnectionLost):
            client.read_answer()
    redis.resume()
    daemon.start()
    assert send(daemon)[0] == "250"


def test_mail_without_limits_never_asks_redis(spillwayd, redis):
    daemon = spillwayd('rule forbidden { when text has "x"; reject 550 5.7.1 "no" }',
                       counters=redis.url)
    redis.pause()
    assert send(daemon)[1] < 1
