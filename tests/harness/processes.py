"""Places and processes: where a test's servers live, and how they start and end.

A Place is a temporary folder that owns everything started in it; leaving it stops all, newest first.
Nothing here waits a fixed time: whoever waits says for what, and gets the reason when it never comes.
"""

import contextlib
import ctypes
import functools
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PATIENCE = 30.0  # seconds until a test gives up waiting; generous, for busy machines

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def eventually(question, what, seconds=PATIENCE):
    """The first true answer of `question()`; AssertionError naming `what` when there is none in time.

    For things that announce themselves to nobody, such as a line in another program's log.
    """
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what() if callable(what) else what}")
        time.sleep(0.005)


def free_port():
    """A TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@functools.cache
def can_mount():
    """Root may mount, but not in every container."""
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0


class Place(contextlib.ExitStack):
    """A temporary folder. `own(thing)` makes `thing.stop()` run when the place is left."""

    def __enter__(self):
        # Readable by the users Postfix runs as; short, for socket paths end at 108 bytes.
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="spillway-"))
        self.path.chmod(0o755)
        self.callback(shutil.rmtree, self.path, ignore_errors=True)
        return self

    def own(self, thing):
        self.callback(thing.stop)
        return thing

    def folder(self, name, mode=0o755):
        path = self.path / name
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
        return path

    def small_disk(self, name, size):
        """A folder on a disk of its own, of `size` ("256k"). Needs the right to mount."""
        path = self.folder(name)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], check=True)
        self.callback(subprocess.run, ["umount", "--lazy", path], check=False)
        return path

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


def _die_with_parent():
    # A killed test run must not leave servers behind.
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program in its own process group, its output in `output` (stdout and stderr together)."""

    def __init__(self, command, output, *, env=None, cwd=None, preexec=None):
        self.command = [str(word) for word in command]
        self.output = pathlib.Path(output)

        def prepare():
            _die_with_parent()
            if preexec:
                preexec()

        with open(self.output, "ab") as sink:
            self.popen = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=sink,
                                          stderr=sink, env=env, cwd=cwd, preexec_fn=prepare,
                                          start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    @property
    def exit_code(self):
        """None while it runs."""
        return self.popen.poll()

    def text(self):
        return self.output.read_text(errors="replace")

    def signal(self, number):
        self.popen.send_signal(number)

    def freeze(self):
        """SIGSTOP; all its threads stand still when this returns."""
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)

    def wait(self, seconds=PATIENCE):
        return self.popen.wait(seconds)

    def kill(self):
        """Ends the whole group at once, as kill -9 does."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait(PATIENCE)

    def stop(self, seconds=PATIENCE):
        """Asks it to end, insists when it does not; returns the exit status."""
        if self.exit_code is None:
            self.popen.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(seconds)
        self.kill()
        return self.popen.returncode

    def memory_kb(self, field="RssAnon"):
        """A size from /proc/PID/status in kB. RssAnon leaves out mapped spool files."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise AssertionError(f"no {field} in the status of {self.command[0]}")

    def open_files(self):
        """What each descriptor points at."""
        folder = f"/proc/{self.pid}/fd"
        targets = []
        for name in os.listdir(folder):
            with contextlib.suppress(FileNotFoundError):
                targets.append(os.readlink(f"{folder}/{name}"))
        return targets


class Readiness:
    """The receiving end of sd_notify(3): a datagram socket that hears READY=1."""

    def __init__(self, path):
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)

    def wait(self, process, seconds=PATIENCE):
        """True when the process says it is ready, False when it ends first."""
        deadline = time.monotonic() + seconds
        self.socket.settimeout(0.05)
        while time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                if "READY=1" in self.socket.recv(4096).decode(errors="replace").split("\n"):
                    return True
            if process.exit_code is not None:
                return False
        raise AssertionError(f"{process.command[0]} was not ready within {seconds:.0f} s:\n"
                             + process.text())

    def close(self):
        self.socket.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
