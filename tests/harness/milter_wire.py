"""The milter protocol in bytes: packets, commands, answers, negotiation bits (libmilter/mfdef.h).

A packet is a 32-bit length in network order, a command byte (counted by the length), and data.
"""

import dataclasses
import enum
import struct

CHUNK = 65535  # the most body bytes of one packet

# What the filter may do (SMFIF_*); Postfix 3.7 and Sendmail 8.17 offer all of it.
ADD_HEADERS, CHANGE_BODY, ADD_RECIPIENT, DELETE_RECIPIENT = 0x1, 0x2, 0x4, 0x8
CHANGE_HEADERS, QUARANTINE, CHANGE_SENDER, ADD_RECIPIENT_ARGS, SET_SYMBOLS = (0x10, 0x20, 0x40, 0x80,
                                                                             0x100)
ALL_ACTIONS = 0x1FF
ALL_PROTOCOL = 0x1FFFFF


class Protocol(enum.IntFlag):
    """What the filter wants to be spared (NO*: the event, NR_*: the answer), and what the MTA can."""

    NO_CONNECT = 0x1
    NO_HELO = 0x2
    NO_MAIL = 0x4
    NO_RCPT = 0x8
    NO_BODY = 0x10
    NO_HEADERS = 0x20
    NO_EOH = 0x40
    NR_HEADER = 0x80
    NO_UNKNOWN = 0x100
    NO_DATA = 0x200
    SKIP = 0x400
    RCPT_REJ = 0x800
    NR_CONNECT = 0x1000
    NR_HELO = 0x2000
    NR_MAIL = 0x4000
    NR_RCPT = 0x8000
    NR_DATA = 0x10000
    NR_UNKNOWN = 0x20000
    NR_EOH = 0x40000
    NR_BODY = 0x80000
    LEADING_SPACE = 0x100000


# The stages of smfi_setsymlist, in the order of their numbers.
MACRO_STAGES = ("connect", "helo", "mail", "rcpt", "data", "eom", "eoh")

# What Postfix 3.7 sends at each stage when neither main.cf nor the filter says otherwise.
POSTFIX_MACROS = {
    "connect": ["j", "{daemon_name}", "{daemon_addr}", "v", "_"],
    "helo": ["{tls_version}", "{cipher}", "{cipher_bits}", "{cert_subject}", "{cert_issuer}"],
    "mail": ["i", "{auth_type}", "{auth_authen}", "{auth_author}", "{mail_addr}", "{mail_host}",
             "{mail_mailer}"],
    "rcpt": ["i", "{rcpt_addr}", "{rcpt_host}", "{rcpt_mailer}"],
    "data": ["i"],
    "eoh": ["i"],
    "eom": ["i"],
}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the filter says to one event."""

    kind: str  # continue, accept, reject, tempfail, discard, skip
    text: str = ""  # the SMTP reply as a client would see it

    @property
    def code(self):
        """The SMTP code the client gets; 0 when the MTA goes on."""
        generic = {"reject": 550, "tempfail": 451}
        return int(self.text[:3]) if self.text else generic.get(self.kind, 0)

    @property
    def goes_on(self):
        return self.kind in ("continue", "skip")


GO_ON = Answer("continue")
_PLAIN = {b"c": "continue", b"a": "accept", b"r": "reject", b"t": "tempfail", b"d": "discard",
          b"s": "skip", b"f": "connection failure", b"4": "shutdown"}


def answer_from(command, data):
    """The Answer in a packet; None when the packet is an edit or a sign of life."""
    if command == b"y":
        text = data.rstrip(b"\0").decode()
        # Postfix runs the text through a printf-like expansion: "%%" is "%", a lone "%" vanishes.
        text = text.replace("%%", "\1").replace("%", "").replace("\1", "%")
        return Answer("reject" if text.startswith("5") else "tempfail", text)
    if command in _PLAIN:
        return Answer(_PLAIN[command])
    return None


def packet(command, data=b""):
    return struct.pack("!I", len(data) + 1) + command + data


def strings(*texts):
    """NUL-terminated strings, as most packets hold."""
    return b"".join(as_bytes(text) + b"\0" for text in texts)


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def as_text(data):
    return data.decode("utf-8", "surrogateescape")
