"""Every message counted exactly once, whenever the daemon or Redis is killed.

What a mail server does is played here: a message whose answer never came is tried again, later and
over a new connection; one that was answered is not.
"""

import random
import socket
import time

import pytest
from harness.milter_client import ConnectionLost, MilterClient
from harness.processes import eventually
from harness.redis import Redis

ANN = "<ann@customer.example>"
KEY = "domain-hour:domain:customer.example"
LATER = 5.5  # an unanswered try is taken back by one that comes five seconds later (counters.h)

POLICY = """
limit domain-hour { scope domain; count recipients; rate 100000 / 1h; when-unavailable %s }
limit user-month  { scope user; count messages; rate 100000 / month; when-unavailable %s }
"""


class Letter:
    def __init__(self, number):
        self.number = number
        self.recipients = [f"<r{number}-{i}@else.example>" for i in range(1 + number % 3)]
        self.fields = [("Message-Id", f" <{number}@customer.example>"), ("Subject", f" {number}")]
        self.body = b"Dear all,\r\nletter %d\r\n" % number


def steps_of(client, letter):
    """A try of the letter as steps; the last one returns the filter's answer."""
    def headers():
        for name, value in letter.fields:
            client.header(name, value)

    yield client.connect
    yield lambda: client.mail(ANN, user="ann@customer.example")
    for recipient in letter.recipients:
        yield lambda recipient=recipient: client.rcpt(recipient, queue_id="Q")
    yield lambda: client.data("Q")
    yield headers
    yield client.eoh
    yield lambda: client.body(letter.body)
    yield lambda: client.begin_eom("Q")
    yield client.read_answer


def attempt(daemon, letter, kill_before=None, wait=0.0):
    """True when the letter was taken. `kill_before` is the step at which the daemon is killed."""
    try:
        with MilterClient(daemon.address) as client:
            answer = None
            for number, step in enumerate(steps_of(client, letter)):
                if number == kill_before:
                    time.sleep(wait)
                    daemon.kill()
                answer = step()
            return answer.goes_on
    except (ConnectionLost, OSError, socket.timeout):
        return False


def send_all(daemon, letters, disturb):
    """Tries each letter once, and then again until each is taken; the tries that took."""
    left = list(letters)
    for number, letter in enumerate(list(left)):
        if disturb(number, letter):
            left.remove(letter)
    while left:
        time.sleep(LATER)
        left = [letter for letter in left if not attempt(daemon, letter)]


def expected(letters):
    return {KEY: sum(len(letter.recipients) for letter in letters),
            "user-month:user:ann@customer.example": len(letters)}


@pytest.mark.parametrize("kept", ["memory", "redis"])
def test_a_daemon_killed_at_every_step_counts_each_message_once(spillwayd, redis, kept):
    daemon = spillwayd(POLICY % ("defer", "defer"), counters=redis.url if kept == "redis" else kept)
    letters = [Letter(number) for number in range(40)]
    chance = random.Random(20261123)

    def killed_at_a_step(number, letter):
        last = len(letter.recipients) + 7  # where the answer is waited for
        # Every step in turn; half of the kills fall into the daemon's work on the answer.
        step = last if number % 2 else (number // 2) % (last + 1)
        if number % 5 == 4:
            step = None  # killed just after it answered
        taken = attempt(daemon, letter, step, chance.choice([0, 0.0003, 0.001, 0.003]))
        daemon.kill()
        daemon.start()
        return taken

    send_all(daemon, letters, killed_at_a_step)
    assert daemon.counts() == expected(letters)


def test_redis_killed_and_started_with_its_log_counts_each_message_once(spillwayd, place):
    """appendfsync always: what Redis answered is on its disk. Tries that found it silent come again."""
    redis = Redis(place, "kept", options=["--appendonly", "yes", "--appendfsync", "always"])
    daemon = spillwayd(POLICY % ("defer", "defer"), counters=redis.url + " timeout 150ms")
    letters = [Letter(number) for number in range(60)]

    def redis_killed_now_and_then(number, letter):
        if number % 12 == 5:
            redis.kill()
        taken = attempt(daemon, letter)
        if number % 12 == 9:
            redis.start()
        return taken

    send_all(daemon, letters, redis_killed_now_and_then)
    eventually(lambda: daemon.counts() == expected(letters), lambda: f"{daemon.counts()}")


def test_a_slow_redis_is_told_again_and_counts_each_message_once(spillwayd, redis):
    """Paused longer than the timeout: the calls were sent, and are carried out when it wakes."""
    daemon = spillwayd(POLICY % ("local", "local"), counters=redis.url + " timeout 100ms")
    letters = [Letter(number) for number in range(60)]

    def paused_now_and_then(number, letter):
        if number % 20 == 5:
            redis.pause()
        taken = attempt(daemon, letter)
        if number % 20 == 12:
            redis.resume()
        return taken

    send_all(daemon, letters, paused_now_and_then)
    eventually(lambda: daemon.counts() == expected(letters), lambda: f"{daemon.counts()}", 60)
