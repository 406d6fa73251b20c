"""spillwayctl top: who has used most of each limit, and who is near his maximum or over it."""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pytest
from harness.daemon import program
from harness.processes import PATIENCE
from operators import ANN, DAN, EVE, limit

POLICY = limit("user", "10 / 1h") + limit("domain", "1000 / day", name="wide")


@pytest.fixture
def busy(shop):
    """ANN has used 9 of 10, DAN 5, EVE all."""
    at = shop(POLICY)
    for login, count in [(ANN, 9), (DAN, 5), (EVE, 10)]:
        assert at.send(login, count) == "250"
    return at


def whos(told):
    return [(row["limit"], row["who"]) for row in told["top"]]


def test_who_has_used_most_of_his_own_maximum_comes_first(busy):
    told = busy.json("top")
    assert whos(told) == [("sold", EVE), ("sold", ANN), ("sold", DAN),
                          ("wide", "customer.example"), ("wide", "other.example")]
    assert [(row["used"], row["max"], row["percent"], row["state"]) for row in told["top"]] == [
        (10, 10, 100, "over"), (9, 10, 90, "near"), (5, 10, 50, ""), (14, 1000, 1, ""),
        (10, 1000, 1, "")]


def test_it_is_sorted_by_use_or_name_as_well(busy):
    assert [row["used"] for row in busy.json("top", "--by", "used")["top"]] == [14, 10, 10, 9, 5]
    keys = [row["key"] for row in busy.json("top", "--by", "name")["top"]]
    assert keys == sorted(keys) and len(keys) == 5
    assert busy.ctl("top", "--by", "size")[0] == 64


def test_near_leaves_out_who_is_below(busy):
    assert whos(busy.json("top", "--near", 90)) == [("sold", EVE), ("sold", ANN)]
    assert whos(busy.json("top", "--near", 100)) == [("sold", EVE)]
    assert whos(busy.json("top", "--near", 51, "--by", "name")) == [("sold", ANN), ("sold", EVE)]
    # By use the domain would come first, but it is not near.
    assert whos(busy.json("top", "--near", 51, "--by", "used", "--most", 1)) == [("sold", EVE)]
    assert busy.done("top", "wide", "--near", 80) == "nobody"


def test_one_limit_and_a_number_are_chosen(busy):
    assert whos(busy.json("top", "wide", "--most", 1)) == [("wide", "customer.example")]
    assert "the policy has sold, wide" in busy.refused("top", "nope")
    assert busy.ctl("top", "--most", 0)[0] == 64


def test_a_maximum_of_somebodys_own_is_the_one_that_counts(busy):
    busy.done("limit", "set", "sold", DAN, 5)
    busy.done("limit", "set", "sold", EVE, "unlimited")
    rows = {row["who"]: row for row in busy.json("top", "sold")["top"]}
    assert (rows[DAN]["percent"], rows[DAN]["state"], rows[DAN]["set_for"]) == (100, "over", f"user {DAN}")
    assert (rows[EVE]["max"], rows[EVE]["percent"], rows[EVE]["state"]) == ("unlimited", None, "")
    assert whos(busy.json("top", "sold")) == [("sold", DAN), ("sold", ANN), ("sold", EVE)]


def test_the_table_is_aligned_and_marks_who_is_over(busy):
    head, *lines = busy.done("top").splitlines()
    assert head.split() == ["limit", "who", "used", "max", "%", "frees"]
    assert [line.split()[:6] for line in lines[:2]] == [
        ["sold", EVE, "10", "10", "100", "OVER"], ["sold", ANN, "9", "10", "90", "near"]]
    ends = {line.index(figure) + len(figure) for line, figure in
            zip(lines[:4], ["  10  ", "   9  ", "   5  ", "  14  "])}
    assert len(ends) == 1
    assert "1,000" in lines[3]


def test_nobody_is_told(shop):
    assert shop(POLICY).done("top") == "nobody"


def test_the_busiest_of_many_are_found(shop):
    at = shop(limit("user", "100 / 1h"))
    for number in range(30):
        at.send(f"user{number:02}@many.example", 1 + number % 7)
    told = at.json("top", "--most", 3)["top"]
    assert [row["used"] for row in told] == [7, 7, 7]


class Screen:
    """spillwayctl on a terminal of its own."""

    def __init__(self, at, *words, columns=80, lines=24):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            command = [program("spillwayctl"), "--control", at.daemon.control, *words]
            os.execv(command[0], [str(word) for word in command])
        self.data = b""

    def frames(self, count):
        """So many frames, each as lines, once they are there."""
        deadline = time.monotonic() + PATIENCE
        while self.data.count(b"\x1b[J") < count:
            assert time.monotonic() < deadline, self.data
            if select.select([self.fd], [], [], 0.1)[0]:
                self.data += os.read(self.fd, 65536)
        frames = self.data.decode().split("\x1b[J")[:-1]
        return [[line.removesuffix("\x1b[K") for line in
                 frame.removeprefix("\x1b[H").replace("\r", "").splitlines()] for frame in frames]

    def expect(self, text):
        """Waits for a later frame with this text."""
        frame = len(self.frames(1))
        while text not in "\n".join(self.frames(frame + 1)[frame]):
            frame += 1
            assert frame < PATIENCE, self.data

    def interrupt(self):
        """Ctrl-C; the signal that ended it."""
        os.write(self.fd, b"\x03")
        return os.WTERMSIG(os.waitpid(self.pid, 0)[1])

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.close(self.fd)


@pytest.fixture
def screen():
    with contextlib.ExitStack() as stack:
        def start(*words, **options):
            running = Screen(*words, **options)
            stack.callback(running.close)
            return running
        yield start


def test_watch_draws_again_and_again_until_it_is_interrupted(busy, screen):
    running = screen(busy, "top", "sold", "--watch", "--every", "1")
    first = running.frames(1)[0]
    assert first[2].split()[:3] == ["sold", EVE, "10"] and DAN in first[4]
    assert busy.send(DAN, 5) == "250"
    running.expect(f"{DAN}    10")
    assert running.interrupt() == signal.SIGINT


def test_watch_fits_the_terminal(shop, screen):
    at = shop(POLICY)
    for number in range(30):
        at.send(f"somebody.with.a.very.long.name.{number}@{'long.' * 12}customer.example", number % 9 + 1)
    frame = screen(at, "top", "--watch", columns=60, lines=12).frames(1)[0]
    assert len(frame) <= 11
    assert max(map(len, frame)) <= 60
    assert ".." in frame[2] and frame[2].split()[3] == "10"


def test_watch_survives_a_restart_of_the_daemon(busy, screen):
    running = screen(busy, "top", "--watch", "--every", "1")
    running.frames(1)
    busy.daemon.kill()
    running.expect("no spillwayd answers")
    busy.daemon.start()
    running.expect(EVE)


def test_watch_wants_a_terminal_or_json(busy):
    code, text = busy.ctl("top", "--watch")
    assert code == 64 and "--json" in text
    command = [program("spillwayctl"), "--control", busy.daemon.control, "top", "--watch",
               "--every", "1", "--json"]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE) as running:
        lines = [json.loads(running.stdout.readline()) for _ in range(2)]
        running.kill()
    assert whos(lines[0]) == whos(lines[1]) and lines[0]["at"] < lines[1]["at"]
