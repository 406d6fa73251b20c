"""Suspensions are told to Redis behind the messages: what an operator does meanwhile must hold."""

import json
import socket

POLICY = "limit hour { scope domain; count recipients; rate 100 / 1h }"
ANN = "user ann@customer.example"


def ask(daemon, **request):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(daemon.control))
        connection.sendall(json.dumps(request).encode() + b"\n")
        return json.loads(connection.makefile().readline())


def test_who_was_just_suspended_can_be_let_go_at_once(spillwayd, redis):
    """The first tries found Redis without the suspension and said that there was none."""
    daemon = spillwayd(POLICY, counters=redis.url)
    for _ in range(50):
        assert ask(daemon, verb="suspend", who=ANN, **{"for": "1h"})["ok"]
        reply = ask(daemon, verb="unsuspend", who=ANN)
        assert reply["ok"], reply
        assert ask(daemon, verb="suspended")["suspended"] == []
    assert not ask(daemon, verb="unsuspend", who=ANN)["ok"]
