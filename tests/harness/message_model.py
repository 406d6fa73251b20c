"""A message in the hands of an MTA: what a filter's edits make of it.

Header edits count as Postfix counts them: fields of one name from 1, without regard to case; a
deleted field moves the later ones up. `sendmail_counting` keeps the numbers instead.
"""

import dataclasses
import struct

from .milter_wire import as_text


@dataclasses.dataclass
class MessageModel:
    """Names and values are str with surrogate escapes; folding in values is "\\n" and blanks."""

    sender: str = ""
    recipients: list = dataclasses.field(default_factory=list)
    headers: list = dataclasses.field(default_factory=list)  # [name, value] pairs
    body: bytes = b""
    quarantined: str | None = None  # the reason
    sendmail_counting: bool = False
    edits: list = dataclasses.field(default_factory=list)  # every edit, in order, as tuples
    _new_body: bytes | None = None

    def values(self, name):
        """All values of a field, leading blanks off."""
        return [value.strip() for field, value in self.headers
                if value is not None and field.lower() == name.lower()]

    def names(self):
        return [name for name, value in self.headers if value is not None]

    def apply(self, command, data):
        """One edit packet. True when it was one."""
        edit = _EDITS.get(command)
        if edit is None:
            return False
        edit(self, data)
        return True

    def finish(self):
        """The end of the filter's edits."""
        if self._new_body is not None:
            self.body, self._new_body = self._new_body, None

    def _add_header(self, data):
        name, value = _texts(data)[:2]
        self.edits.append(("add", name, value))
        self.headers.append([name, value])

    def _insert_header(self, data):
        index = struct.unpack("!I", data[:4])[0]
        name, value = _texts(data[4:])[:2]
        self.edits.append(("insert", index, name, value))
        self.headers.insert(index, [name, value])

    def _change_header(self, data):
        index = struct.unpack("!I", data[:4])[0]
        name, value = _texts(data[4:])[:2]
        self.edits.append(("change", index, name, value))
        fields = [field for field in self.headers if field[0].lower() == name.lower()]
        if not self.sendmail_counting:
            fields = [field for field in fields if field[1] is not None]
        place = max(index, 1) - 1
        if place < len(fields):
            # Postfix and Sendmail both take an empty value for "delete".
            fields[place][1] = value if value else None
        elif value:
            self.headers.append([name, value])

    def _replace_body(self, data):
        self._new_body = (self._new_body or b"") + data
        self.edits.append(("body", len(data)))

    def _add_recipient(self, data):
        address = _texts(data)[0]
        self.edits.append(("add recipient", address))
        self.recipients.append(address)

    def _delete_recipient(self, data):
        address = _texts(data)[0]
        self.edits.append(("delete recipient", address))
        self.recipients = [known for known in self.recipients if known != address]

    def _change_sender(self, data):
        self.sender = _texts(data)[0]
        self.edits.append(("sender", self.sender))

    def _quarantine(self, data):
        self.quarantined = _texts(data)[0]
        self.edits.append(("quarantine", self.quarantined))


def _texts(data):
    return [as_text(part) for part in data.split(b"\0")]


_EDITS = {
    b"h": MessageModel._add_header,
    b"i": MessageModel._insert_header,
    b"m": MessageModel._change_header,
    b"b": MessageModel._replace_body,
    b"+": MessageModel._add_recipient,
    b"2": MessageModel._add_recipient,
    b"-": MessageModel._delete_recipient,
    b"e": MessageModel._change_sender,
    b"q": MessageModel._quarantine,
}
