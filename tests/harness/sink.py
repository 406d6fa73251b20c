"""An SMTP server that keeps what it is given, byte for byte: where the mail of a test arrives.

Runs in a thread of its own. Lines, dot-stuffing and the envelope as in RFC 5321; no extensions but
8BITMIME and SMTPUTF8, so that nothing is rewritten on the way.
"""

import contextlib
import dataclasses
import email
import email.policy
import socketserver
import threading

from .processes import PATIENCE


@dataclasses.dataclass(frozen=True)
class Delivered:
    """One message as it arrived. `data` has CRLF line ends and no dot-stuffing."""

    sender: str
    recipients: tuple
    data: bytes

    @property
    def parsed(self):
        return email.message_from_bytes(self.data, policy=email.policy.default)

    @property
    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]

    def header(self, name):
        """All values of a field, as parsed."""
        return self.parsed.get_all(name, [])


def _path(argument):
    """The address in "FROM:<a@b> SIZE=3", brackets off."""
    return argument.partition(":")[2].strip().partition(">")[0].lstrip("<")


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.sender, self.recipients = None, []
        self.say("220 sink ESMTP")
        # Clients may go at any time; that is theirs to notice.
        with contextlib.suppress(ConnectionError):
            while line := self.rfile.readline():
                verb, _, rest = line.decode(errors="surrogateescape").strip().partition(" ")
                if verb.upper() == "QUIT":
                    self.say("221 bye")
                    return
                self.command(verb.upper(), rest)

    def command(self, verb, rest):
        if verb == "EHLO":
            self.say("250-sink\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 0")
        elif verb == "MAIL":
            self.sender, self.recipients = _path(rest), []
            self.say("250 ok")
        elif verb == "RCPT":
            refusal = self.server.sink.refusals.get(_path(rest))
            if refusal is None:
                self.recipients.append(_path(rest))
            self.say(refusal or "250 ok")
        elif verb == "DATA":
            self.say("354 go on")
            data = self.data()
            self.server.sink.keep(Delivered(self.sender, tuple(self.recipients), data))
            self.say("250 kept")
        else:
            self.say("250 ok")

    def data(self):
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise ConnectionError("client went away in DATA")
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


class Sink:
    """`refusals` maps a recipient to the reply it shall get, e.g. "550 5.1.1 no such user"."""

    def __init__(self):
        self.refusals = {}
        self._arrived = []
        self._news = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Conversation)
        self._server.sink = self
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def keep(self, delivered):
        with self._news:
            self._arrived.append(delivered)
            self._news.notify_all()

    @property
    def messages(self):
        with self._news:
            return list(self._arrived)

    def expect(self, count, seconds=PATIENCE):
        """All messages, once there are at least `count`."""
        return self.expect_where(lambda _: True, count, seconds)

    def expect_where(self, wanted, count=1, seconds=PATIENCE):
        """The messages for which `wanted` holds, once there are at least `count` of them."""
        def enough():
            found = [message for message in self._arrived if wanted(message)]
            return found if len(found) >= count else None
        return self._expect(enough, f"{count} messages", seconds)

    def expect_recipients(self, count, seconds=PATIENCE):
        """All recipients, once there are at least `count`: Postfix delivers to 50 at a time."""
        def enough():
            found = [each for message in self._arrived for each in message.recipients]
            return found if len(found) >= count else None
        return self._expect(enough, f"{count} recipients", seconds)

    def _expect(self, enough, what, seconds):
        with self._news:
            answer = self._news.wait_for(enough, seconds)
            if not answer:
                raise AssertionError(f"waited in vain for {what}; {len(self._arrived)} messages came")
            return answer

    def clear(self):
        with self._news:
            self._arrived.clear()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
