"""Messages to send: short ways to say what a test's message holds, and texts no program would write."""

import base64
import quopri

ANN = "Ann <ann@customer.example>"


def letter(body="Hello Bob.\n", *, sender=ANN, subject="Greetings", fields=()):
    """A plain message; `fields` are further header lines."""
    head = [f"From: {sender}", "To: bob@else.example", f"Subject: {subject}", *fields]
    return "\n".join(head) + "\n\n" + body


def encoded(text, *, encoding="base64", charset="utf-8", subtype="plain", **rest):
    """A message whose body is `text` in a charset and a transfer encoding."""
    data = text.encode(charset)
    body = base64.encodebytes(data) if encoding == "base64" else quopri.encodestring(data)
    fields = ["MIME-Version: 1.0", f"Content-Type: text/{subtype}; charset={charset}",
              f"Content-Transfer-Encoding: {encoding}"]
    return letter(body.decode(), fields=fields, **rest)


def html(markup, **rest):
    return encoded(markup, subtype="html", **rest)


def nested(depth, innermost, *, closed=True):
    """multipart in multipart, `depth` deep, with a text part at the bottom."""
    lines = []
    for level in range(depth):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    lines += ["Content-Type: text/plain", "", innermost]
    if closed:
        lines += [f"--b{level}--" for level in reversed(range(depth))]
    return f"From: {ANN}\nMIME-Version: 1.0\n" + "\n".join(lines) + "\n"
