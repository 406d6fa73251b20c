"""A socketmap server (socketmap_table(5)) in this process, which can also hang, lie and die."""

import contextlib
import socket
import threading


class Socketmap:
    """`answer(table, key)` gives the whole reply ("OK a b", "NOTFOUND "), bytes to be sent as they
    are, or None to say nothing at all. `asked` holds what was asked so far."""

    def __init__(self, place, answer, name="socketmap"):
        self.path = place.folder(name) / "socket"
        self.answer = answer
        self.asked = []
        self._listener = None
        self._open = set()
        place.own(self)
        self.start()

    def start(self):
        self.path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self.path.chmod(0o666)
        self._listener.listen(128)
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self):
        """Dies: nobody listens any more, and what was connected is cut off."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut_off()

    def cut_off(self):
        """Closes the connections, as a server does with idle ones."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError), connection, connection.makefile("rb") as stream:
            while True:
                length = b""
                while not length.endswith(b":"):
                    length += stream.read(1) or b"x"  # int() refuses it
                text = stream.read(int(length[:-1])).decode()
                assert stream.read(1) == b","
                self.asked.append(text)
                reply = self.answer(*text.split(" ", 1))
                if reply is None:
                    continue
                if isinstance(reply, str):
                    reply = b"%d:%s," % (len(reply.encode()), reply.encode())
                connection.sendall(reply)
        self._open.discard(connection)
