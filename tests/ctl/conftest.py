"""A small policy, a daemon that runs it, and spillwayctl."""

import json
import subprocess

import pytest
from harness.daemon import program
from harness.letters import letter
from harness.milter_client import deliver
from operators import Shop

POLICY = """
map freemail domains inline [ free.example ]

limit domain-hour {
    scope domain
    count recipients
    rate  5 / 1h
    over  reject 552 5.7.1 "%{limit}: %{used} of %{max} used; next free at %{next}"
}
rule no-freemail {
    when   from.domain in freemail
    reject 550 5.7.1 "No free mail"
}
"""

ANN, BOB, EVE = "<ann@customer.example>", "<bob@else.example>", "<eve@third.example>"


class Ctl:
    """spillwayctl with common options; what it wrote and how it ended."""

    def __init__(self, *common):
        self.common = common

    def __call__(self, *words, stdin=""):
        command = [program("spillwayctl"), *self.common, *words]
        done = subprocess.run([str(word) for word in command], input=stdin.encode(), timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
        assert not done.returncode < 0, f"killed by signal {-done.returncode}: {done.stderr}"
        return done

    def json(self, *words, **options):
        return json.loads(self(*words, "--json", **options).stdout)


@pytest.fixture
def ctl():
    return Ctl()


@pytest.fixture
def daemon(spillwayd):
    """Killed at the end: an orderly stop of an idle libmilter takes five seconds."""
    running = spillwayd(POLICY)
    yield running
    running.kill()


@pytest.fixture
def ask(daemon):
    """spillwayctl for that daemon."""
    return Ctl("--control", daemon.control)


def people(count):
    """So many different recipients: one address named twice is one recipient."""
    return tuple(f"<person{number}@else.example>" for number in range(count))


def send(daemon, sender=ANN, recipients=(BOB,), **letter_options):
    """Sends one message; the reply's text."""
    return deliver(daemon.address, letter(**letter_options), sender=sender,
                   recipients=recipients).reply


@pytest.fixture(params=["memory", "redis"])
def shop(request, spillwayd):
    """Starts a daemon with either kind of counters: shop(policy)."""
    url = "memory" if request.param == "memory" else request.getfixturevalue("redis").url
    return lambda policy: Shop(spillwayd(policy, counters=url))
