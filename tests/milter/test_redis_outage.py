"""Charges made while Redis is away survive a kill of the daemon and are told once Redis is back."""

import pytest
from harness.milter_client import deliver
from harness.processes import eventually
from policies import KEY, ORDINARY

ANN = "<ann@customer.example>"


def policy(when_unavailable):
    return f"""
limit domain-hour {{
    scope domain; count recipients; rate 100 / 1h
    over  reject 552 5.7.1 "%{{limit}}: %{{used}} of %{{max}} used"
    when-unavailable {when_unavailable}
}}
"""


def send(daemon, count):
    """Different messages: the same one would be a retry."""
    for number in range(count):
        message = ORDINARY.replace("Subject: ", f"Subject: {number} ", 1)
        assert message != ORDINARY
        assert deliver(daemon.address, message, sender=ANN).reply == "250"


@pytest.mark.parametrize("when_unavailable", ["local", "allow"])
def test_a_kill_in_an_outage_loses_and_doubles_nothing(spillwayd, redis, when_unavailable):
    daemon = spillwayd(policy(when_unavailable), counters=redis.url)
    send(daemon, 2)
    redis.kill()
    send(daemon, 3)
    daemon.kill()
    daemon.start()
    send(daemon, 4)
    daemon.kill()
    redis.start()  # in memory: what was counted before is gone
    daemon.start()
    eventually(lambda: daemon.counts() == {KEY: 7}, lambda: f"7, not {daemon.counts()}")
    daemon.kill()
    daemon.start()  # and is not told again
    send(daemon, 1)
    eventually(lambda: daemon.counts() == {KEY: 8}, lambda: f"8, not {daemon.counts()}")
