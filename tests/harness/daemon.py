"""The real spillwayd in a place of its own, ready when the constructor returns.

The programs are taken from $SPILLWAY_BIN, the build folder under test.
"""

import functools
import json
import os
import pathlib
import re
import signal
import subprocess

from .processes import PATIENCE, Process, Readiness, eventually

ROOT = pathlib.Path(__file__).resolve().parents[2]


def program(name):
    """The path of a program under test."""
    folder = pathlib.Path(os.environ.get("SPILLWAY_BIN", ROOT / "build" / "release"))
    path = folder / name
    if not path.exists():
        raise AssertionError(f"{path} is missing: build it, or set SPILLWAY_BIN to the build folder")
    return path


@functools.cache
def is_sanitized():
    """True for builds with AddressSanitizer or ThreadSanitizer, whose time and memory say nothing."""
    data = program("spillwayd").read_bytes()
    return b"libasan.so" in data or b"libtsan.so" in data


class DidNotStart(AssertionError):
    """spillwayd ended before it was ready; `exit_code` and `output` say how."""

    def __init__(self, process):
        self.exit_code, self.output = process.exit_code, process.text()
        super().__init__(f"spillwayd ended with {self.exit_code}:\n{self.output}")


def races_of_ours(text):
    """ThreadSanitizer's reports but for those between libmilter and itself.

    libmilter 8.17.1 destroys a mutex its threads may still hold when it ends (listener.c, worker.c).
    Whose an access is says the first frame that is not the sanitizer's.
    """
    def is_libmilters(stack):
        frames = [line for line in stack.splitlines() if re.match(r"\s+#\d+ ", line)]
        outer = [frame for frame in frames if "(libtsan" not in frame]
        return not outer or "(libmilter" in outer[0]

    def is_ours(report):
        accesses = re.split(r"\n  (?:Location|Thread|Mutex) ", report)[0]
        return not all(is_libmilters(stack) for stack in accesses.split("\n\n"))

    return [report for report in text.split("WARNING: ThreadSanitizer:")[1:] if is_ours(report)]


class Spillwayd:
    """`policy` is everything but the sockets and folders, which the harness chooses.

    `listen` is "unix:PATH mode 0666" or "inet:127.0.0.1:PORT"; by default a unix socket in the place.
    """

    def __init__(self, place, policy, *, name="spillwayd", listen=None, counters="memory",
                 settings="", preexec=None):
        self.folder = place.folder(name)
        self.socket = self.folder / "milter.sock"
        self.control = self.folder / "control.sock"
        self.config = self.folder / "spillway.conf"
        self.listen = listen or f"unix:{self.socket} mode 0666"
        self.counters = counters
        self.settings = settings
        self._preexec = preexec
        self.process = None
        (self.folder / "state").mkdir(exist_ok=True)
        self.write(policy)
        place.own(self)
        self.start()

    def write(self, policy):
        """A new configuration, not yet loaded."""
        head = [f"listen    {self.listen}",
                f"control   unix:{self.control} mode 0600",
                f"counters  {self.counters}",
                f"state-dir {self.folder}/state"]
        if not re.search(r"(?m)^log\b", self.settings):
            head.append("log       stderr")
        self.config.write_text("\n".join([*head, self.settings, policy, ""]))

    def start(self):
        self._may_end = False
        readiness = Readiness(self.folder / "notify")
        env = {**os.environ, "NOTIFY_SOCKET": readiness.path}
        # An address sanitizer's report must reach the output, and a leak must not pass for health.
        env.setdefault("ASAN_OPTIONS", "detect_leaks=0")
        # Races are looked for in the output, see stop().
        env.setdefault("TSAN_OPTIONS", "exitcode=0")
        try:
            self.process = Process([program("spillwayd"), "-f", self.config], self.folder / "output",
                                   env=env, preexec=self._preexec)
            if not readiness.wait(self.process):
                self._may_end = True
                raise DidNotStart(self.process)
        finally:
            readiness.close()

    @property
    def address(self):
        """Where a milter client connects: a path, or (host, port)."""
        if self.listen.startswith("unix:"):
            return self.listen.removeprefix("unix:").split()[0]
        host, port = self.listen.removeprefix("inet:").rsplit(":", 1)
        return host, int(port)

    def log(self):
        return self.process.text()

    def log_lines(self, pattern):
        return [line for line in self.log().splitlines() if re.search(pattern, line)]

    def expect_log(self, pattern, seconds=PATIENCE):
        """The first log line that `pattern` finds, once there is one."""
        return eventually(lambda: self.log_lines(pattern),
                          lambda: f"log line /{pattern}/ in\n{self.log()}", seconds)[0]

    def reload(self, policy=None, *, expect=r"generation \d+ (loaded|stays)"):
        """SIGUSR1, then waits for a new log line that `expect` finds; returns it."""
        if policy is not None:
            self.write(policy)
        before = len(self.log_lines(expect))
        self.process.signal(signal.SIGUSR1)
        return eventually(lambda: self.log_lines(expect)[before:],
                          lambda: f"log line /{expect}/ in\n{self.log()}")[0]

    def ctl(self, *words):
        """spillwayctl with this daemon's control socket: (exit code, stdout + stderr)."""
        done = subprocess.run([program("spillwayctl"), "--control", self.control, *map(str, words)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE)
        return done.returncode, done.stdout.decode(errors="replace")

    def counts(self):
        """Every count as {key: used}, asked through spillwayctl."""
        code, text = self.ctl("counters", "--json")
        assert code == 0, text
        listed = json.loads(text)
        listed = listed["counters"] if isinstance(listed, dict) else listed
        return {entry["key"]: entry["used"] for entry in listed}

    def terminate(self):
        """SIGTERM, without waiting for the end."""
        self._may_end = True
        self.process.signal(signal.SIGTERM)

    def kill(self):
        self._may_end = True
        self.process.kill()

    def stop(self):
        """Killed, since libmilter takes five seconds to end in order; a crash before is a failure."""
        if self.process is None:
            return
        died = self.process.exit_code is not None and not self._may_end
        self.process.kill()
        if died:
            raise AssertionError(f"spillwayd died, {self.process.exit_code}:\n{self.log()}")
        if races := races_of_ours(self.log()):
            raise AssertionError(f"data races in spillwayd:\n{races[0]}")
