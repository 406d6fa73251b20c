"""A private redis-server on a free port, and one that can be made slow, dead and alive again."""

import os
import shutil
import signal
import socket

from .processes import Process, eventually, free_port

PROGRAM = shutil.which("redis-server")


class Redis:
    """In memory only, unless `options` say else. The port stays the same over kill() and start()."""

    def __init__(self, place, name="redis", options=("--appendonly", "no")):
        self.folder = place.folder(name)
        self.options = options
        self.port = free_port()
        self.process = None
        place.own(self)
        self.start()

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = [PROGRAM, "--port", self.port, "--bind", "127.0.0.1", "--save", "", "--dir",
                   self.folder, *self.options]
        self.process = Process(command, self.folder / "output")
        eventually(self.answers, lambda: "redis-server to answer\n" + self.process.text())

    def answers(self):
        try:
            return self.command("PING") == "PONG"
        except OSError:
            return False

    def command(self, *words):
        """One command; the answer's first line without its type byte, or a bulk string's text."""
        packed = [str(word).encode() for word in words]
        request = b"*%d\r\n" % len(packed)
        request += b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in packed)
        with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
            connection.sendall(request)
            with connection.makefile("rb") as stream:
                line = stream.readline().strip()
                if line.startswith(b"$") and line != b"$-1":
                    return stream.read(int(line[1:])).decode()
                return line[1:].decode()

    def key_count(self):
        return int(self.command("DBSIZE"))

    def pause(self):
        """It accepts connections and says nothing, as a machine that swaps does."""
        self.process.freeze()

    def resume(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self):
        self.process.kill()

    def stop(self):
        if self.process:
            self.process.kill()
