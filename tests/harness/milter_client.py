"""An MTA that speaks milter: Postfix's side of the conversation, for tests of the filter alone.

MilterClient says one event at a time and can break off or talk nonsense anywhere; send() is a whole
message the way Postfix would send it. Events and answers the filter declined are left out.
"""

import dataclasses
import socket
import struct

from . import milter_wire as wire
from .message_model import MessageModel
from .milter_wire import GO_ON, Answer, Protocol, as_bytes, packet, strings
from .processes import PATIENCE


class ConnectionLost(AssertionError):
    """The filter closed the connection while an answer was due."""


@dataclasses.dataclass
class Outcome:
    """What became of one message: the answer to each event, and the message as edited."""

    mail: Answer = GO_ON
    recipients: list = dataclasses.field(default_factory=list)  # (address, Answer)
    data: Answer = GO_ON
    final: Answer | None = None  # None when the message did not get to its end
    message: MessageModel = dataclasses.field(default_factory=MessageModel)

    @property
    def refusal(self):
        """The first answer that ended the message, or the final one."""
        for answer in (self.mail, self.data):
            if not answer.goes_on:
                return answer
        return self.final

    @property
    def reply(self):
        """The SMTP reply to the message as a whole: "250" when it was taken."""
        answer = self.refusal
        if answer is None:
            return self.recipients[-1][1].text if self.recipients else ""
        return answer.text if answer.text else {0: "250"}.get(answer.code, str(answer.code))

    @property
    def delivered_to(self):
        """The recipients that get the message; none when it was refused, discarded or held."""
        taken = self.final is not None and self.final.kind in ("continue", "accept")
        return self.message.recipients if taken and self.message.quarantined is None else []


def raw_fields(text):
    """(name, value) pairs of a header block, as Postfix cuts it; values keep the leading blank."""
    fields = []
    for line in as_bytes(text).replace(b"\r\n", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1] += b"\n" + line
        elif line:
            name, _, value = line.partition(b":")
            fields.append([name, value])
    return [(name, value) for name, value in fields]


def split_message(raw):
    """Header fields and body (CRLF) of a message text."""
    text = as_bytes(raw).replace(b"\r\n", b"\n")
    head, _, body = text.partition(b"\n\n")
    return raw_fields(head), body.replace(b"\n", b"\r\n")


class MilterClient:
    """One SMTP connection's milter conversation. `address` is a unix path or (host, port)."""

    def __init__(self, address, *, timeout=PATIENCE, actions=wire.ALL_ACTIONS,
                 protocol=wire.ALL_PROTOCOL, negotiate=True):
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(address if isinstance(address, tuple) else str(address))
        self.protocol = Protocol(0)
        self.actions = 0
        self.symbols = dict(wire.POSTFIX_MACROS)
        self.known = {"j": "mx.test", "{daemon_name}": "mx.test", "v": "Postfix 3.7.11",
                      "{daemon_addr}": "127.0.0.1", "_": "client.test [192.0.2.7]"}
        self.message = MessageModel()
        if negotiate:
            self.negotiate(actions, protocol)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.drop()

    # --- packets -----------------------------------------------------------------------------

    def write(self, data):
        """Bytes as they are, sense or nonsense."""
        self.socket.sendall(data)

    def send_packet(self, command, data=b""):
        self.write(packet(command, data))

    def read_packet(self):
        length = struct.unpack("!I", self._read(4))[0]
        content = self._read(length)
        return content[:1], content[1:]

    def _read(self, count):
        data = bytearray()
        while len(data) < count:
            try:
                part = self.socket.recv(count - len(data))
            except ConnectionError as error:
                raise ConnectionLost(str(error)) from error
            if not part:
                raise ConnectionLost("the filter closed the connection")
            data += part
        return bytes(data)

    def read_answer(self):
        """The next answer; edits and signs of life before it are applied to the message."""
        while True:
            command, data = self.read_packet()
            answer = wire.answer_from(command, data)
            if answer is not None:
                return answer
            if command != b"p" and not self.message.apply(command, data):
                raise AssertionError(f"unexpected packet {command!r} {data[:60]!r}")

    def drop(self):
        """Goes away without a word, as a killed MTA process does."""
        self.socket.close()

    def closed_by_filter(self):
        """True once the filter has closed its end."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    # --- events ------------------------------------------------------------------------------

    def negotiate(self, actions=wire.ALL_ACTIONS, protocol=wire.ALL_PROTOCOL, version=6):
        self.send_packet(b"O", struct.pack("!III", version, actions, protocol))
        command, data = self.read_packet()
        assert command == b"O", f"negotiation answered with {command!r}"
        self.version, self.actions, granted = struct.unpack("!III", data[:12])
        self.protocol = Protocol(granted & wire.ALL_PROTOCOL)
        assert self.actions & ~actions == 0, "the filter wants actions that were not offered"
        assert granted & ~protocol == 0, "the filter wants protocol steps that were not offered"
        self._take_symbols(data[12:])

    def _take_symbols(self, data):
        while len(data) > 4:
            stage = struct.unpack("!I", data[:4])[0]
            names, _, data = data[4:].partition(b"\0")
            if names:
                self.symbols[wire.MACRO_STAGES[stage]] = names.decode().split()

    def macros(self, stage, command, values=None):
        """The macros of a stage that have a value now; `values` are learned first."""
        self.known.update(values or {})
        pairs = []
        for name in self.symbols[stage]:
            value = self.known.get(name, self.known.get("{%s}" % name.strip("{}")))
            if value is not None:
                pairs += [name, value]
        self.send_packet(b"D", command + strings(*pairs))

    def _event(self, command, data, spared, silent):
        if spared in self.protocol:
            return GO_ON
        self.send_packet(command, data)
        return GO_ON if silent in self.protocol else self.read_answer()

    def connect(self, host="client.test", ip="192.0.2.7", port=40000, **macros):
        """`ip` None is the client Postfix calls unknown: family U and no address (Sendmail -bs too)."""
        self.known.update({"{client_addr}": ip or "unknown", "{client_name}": host,
                           "{client_port}": str(port), "{daemon_port}": "25" if port else "0"})
        self.macros("connect", b"C", macros)
        if ip is None:
            data = strings(host) + b"U"
        elif ip.startswith("/"):
            data = strings(host) + b"L" + struct.pack("!H", 0) + strings(ip)
        else:
            family, text = (b"6", f"IPv6:{ip}") if ":" in ip else (b"4", ip)
            data = strings(host) + family + struct.pack("!H", port) + strings(text)
        return self._event(b"C", data, Protocol.NO_CONNECT, Protocol.NR_CONNECT)

    def helo(self, name="client.test"):
        self.macros("helo", b"H")
        return self._event(b"H", strings(name), Protocol.NO_HELO, Protocol.NR_HELO)

    def mail(self, argument, *esmtp, user=None, queue_id=None):
        """`argument` is what follows MAIL FROM:, brackets and all. MAIL begins a new message."""
        self.message = MessageModel(sender=argument)
        for name in ("i", "{auth_type}", "{auth_authen}", "{rcpt_addr}"):
            self.known.pop(name, None)
        login = {"{auth_type}": "PLAIN", "{auth_authen}": user} if user is not None else {}
        parsed = wire.as_text(as_bytes(argument)).strip("<>")
        place = {"i": queue_id} if queue_id else {}
        self.macros("mail", b"M", {"{mail_addr}": parsed, **login, **place})
        return self._event(b"M", strings(argument, *esmtp), Protocol.NO_MAIL, Protocol.NR_MAIL)

    def rcpt(self, argument, *esmtp, parsed=None, queue_id=None):
        """`parsed` is {rcpt_addr}: brackets off and lower case, unless told otherwise."""
        if parsed is None:
            parsed = wire.as_text(as_bytes(argument)).strip("<>").lower()
        place = {"i": queue_id} if queue_id else {}
        self.macros("rcpt", b"R", {"{rcpt_addr}": parsed, **place})
        answer = self._event(b"R", strings(argument, *esmtp), Protocol.NO_RCPT, Protocol.NR_RCPT)
        if answer.goes_on:
            self.message.recipients.append(argument)
        return answer

    def data(self, queue_id=None):
        self.macros("data", b"T", {"i": queue_id} if queue_id else {})
        return self._event(b"T", b"", Protocol.NO_DATA, Protocol.NR_DATA)

    def header(self, name, value):
        """`value` as in the message: the blank after the colon is sent only where it was agreed on."""
        name, value = as_bytes(name), as_bytes(value)
        self.message.headers.append([wire.as_text(name), wire.as_text(value)])
        if Protocol.LEADING_SPACE not in self.protocol and value.startswith(b" "):
            value = value[1:]
        # What holds a NUL arrives cut there: the packet's strings end at it.
        return self._event(b"L", strings(name, value), Protocol.NO_HEADERS, Protocol.NR_HEADER)

    def eoh(self):
        self.macros("eoh", b"N")
        return self._event(b"N", b"", Protocol.NO_EOH, Protocol.NR_EOH)

    def body(self, data):
        """All of the body in chunks; ends early at "skip" or a final answer."""
        self.message.body += data
        answer = GO_ON
        for start in range(0, len(data), wire.CHUNK):
            answer = self._event(b"B", data[start:start + wire.CHUNK], Protocol.NO_BODY,
                                 Protocol.NR_BODY)
            if answer.kind != "continue":
                break
        return answer

    def begin_eom(self, queue_id=None):
        """The end of the message, without waiting for the answer."""
        self.macros("eom", b"E", {"i": queue_id} if queue_id else {})
        self.send_packet(b"E")

    def eom(self, queue_id=None):
        self.begin_eom(queue_id)
        answer = self.read_answer()
        self.message.finish()
        return answer

    def abort(self):
        self.send_packet(b"A")

    def quit(self):
        self.send_packet(b"Q")
        self.socket.close()

    # --- a whole message -----------------------------------------------------------------------

    def send(self, message, *, sender="<ann@customer.example>", recipients=("<bob@else.example>",),
             user=None, queue_id="QID1"):
        """A message over an open connection, as Postfix's smtpd and cleanup send one.

        The queue id comes with the second recipient; after the end Postfix says abort in any case.
        `message` is raw text, or (fields, body) with fields as (name, value) pairs.
        """
        outcome = Outcome()
        outcome.mail = self.mail(sender, user=user)
        outcome.message = self.message
        if not outcome.mail.goes_on:
            return outcome
        for argument in recipients:
            place = queue_id if self.message.recipients else None
            outcome.recipients.append((argument, self.rcpt(argument, queue_id=place)))
        if not self.message.recipients:
            self.abort()
            return outcome
        outcome.data = self.data(queue_id)
        if outcome.data.goes_on:
            fields, body = message if isinstance(message, tuple) else split_message(message)
            outcome.final = self.content(fields, body, queue_id)
        self.abort()
        return outcome

    def content(self, fields, body, queue_id=None):
        """Headers, body and end; the answer that ended it."""
        for name, value in fields:
            answer = self.header(name, value)
            if not answer.goes_on:
                return answer
        for step in (self.eoh, lambda: self.body(body)):
            answer = step()
            if not answer.goes_on:
                return answer
        return self.eom(queue_id)


def deliver(address, message, *, ip="192.0.2.7", **envelope):
    """One message over a connection of its own."""
    with MilterClient(address) as client:
        client.connect(ip=ip)
        client.helo()
        outcome = client.send(message, **envelope)
        client.quit()
        return outcome


def submit_locally(address, message, *, sender, recipients, queue_id="LOCAL1"):
    """As cleanup sends what came through sendmail(1): port 0, queue id at MAIL, no brackets."""
    with MilterClient(address) as client:
        client.connect("localhost", "127.0.0.1", 0)
        client.helo("localhost")
        outcome = Outcome(mail=client.mail(sender, queue_id=queue_id), message=client.message)
        if outcome.mail.goes_on:
            outcome.recipients = [(each, client.rcpt(each)) for each in recipients]
            outcome.data = client.data()
            fields, body = split_message(message)
            outcome.final = client.content(fields, body, queue_id)
        client.quit()
        return outcome
