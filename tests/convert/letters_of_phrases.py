"""Messages that hold many phrases each, in the ways in which mail programs write them."""

import base64
import html
import quopri
import random
import re

from phrases import phrases, rules

PHRASES_A_MESSAGE = 8
ALWAYS = {"From": "Ann <ann@customer.example>", "To": "bob@else.example", "Subject": "Greetings",
          "Date": "Mon, 23 Nov 2026 12:00:00 +0000", "Message-Id": "<20261123.120000@customer.example>"}
FIRST_OF = {"ToCc": "To", "MESSAGEID": "Message-Id"}
NO_FIELDS = {"EnvelopeFrom", "ALL"}


def whole(kind, phrase):
    """Part of an address needs the rest of one to be an address."""
    if kind != "uri" or re.match(r"\w+:", phrase):
        return phrase
    if phrase.startswith("://"):
        return "http" + phrase
    return ("http://www.example.com" if phrase.startswith("/") else "http://www.example.com/") + phrase


def encoded(text, encoding):
    data = text.encode()
    if encoding == "base64":
        return base64.encodebytes(data)
    return quopri.encodestring(data) if encoding == "quoted-printable" else data


def as_html(pieces):
    """Phrases that are markup already stay as they are."""
    return "<html><body>\n" + "\n".join(
        piece if kind == "rawbody" else f"<p>{html.escape(piece)}</p>" for kind, piece in pieces) + "\n</body></html>\n"


def message(number, fields, pieces):
    subtype = "html" if number % 3 == 2 else "plain"
    encoding = ("8bit", "base64", "quoted-printable")[number // 3 % 3]
    text = as_html(pieces) if subtype == "html" else "\n\n".join(piece for _, piece in pieces) + "\n"
    head = {**ALWAYS, **fields, "Mime-Version": "1.0",
            "Content-Type": f"text/{subtype}; charset=utf-8", "Content-Transfer-Encoding": encoding}
    lines = "".join(f"{name}: {value}\n" for name, value in head.items())
    return lines.encode() + b"\n" + encoded(text, encoding)


def take_fields(waiting):
    """One phrase of each field."""
    return {field: values.pop() for field, values in waiting.items() if values}


def messages(text, seed=20261123):
    """Of all rules in the text of a rule file; the same for the same text."""
    chance = random.Random(seed)
    pieces, waiting = [], {}
    for kind, _, field, pattern in rules(text):
        field = FIRST_OF.get(field, field)
        for phrase in phrases(pattern, chance):
            if "<!" in phrase:  # would hide the phrases behind it
                continue
            if kind != "header":
                pieces.append((kind, whole(kind, phrase)))
            elif field not in NO_FIELDS and not field.startswith("X-Spam-"):
                waiting.setdefault(field.title(), []).append(phrase)
    chance.shuffle(pieces)
    number = 0
    while pieces or any(waiting.values()):
        taken, pieces = pieces[:PHRASES_A_MESSAGE], pieces[PHRASES_A_MESSAGE:]
        yield message(number, take_fields(waiting), taken or [("body", "Hello Bob.")])
        number += 1
