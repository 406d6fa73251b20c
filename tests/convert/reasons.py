"""Why a rule of SpamAssassin's may find something else here: spillwayctl(8), WHAT IS IMPORTED."""

import re

FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
NESTED = re.compile(rb"^content-(type:\s*(message|multipart)/|disposition:\s*attachment|type:[^\n]*pgp)"
                    rb"|^begin \d+ |^-----BEGIN", re.IGNORECASE | re.MULTILINE)
MAY_BE_A_LINE_END = re.compile(r"[ ^$.]|\\[sSWDAzZn]")


def head_of(message):
    return re.split(rb"\r?\n\r?\n", message, maxsplit=1)[0]


def unfolded(message):
    return re.sub(rb"\r?\n(?=[ \t])", b"\0", head_of(message)).splitlines()


def has_odd_header(message):
    """A line before the first empty one is no field: it ends the header for mail servers, not there."""
    return any(not FIELD.match(line) for line in unfolded(message)) or message[:1].isspace()


def has_another_boundary(message):
    """A multipart whose boundary never comes: here it is taken apart by the one that does."""
    named = re.search(rb'boundary="?([^";\s]+)', head_of(message))
    return named is not None and b"\n--" + named.group(1) not in message


def values_of(message, name):
    stands_for = {"tocc": (b"to", b"cc"),
                  "messageid": (b"message-id", b"resent-message-id", b"x-message-id")}
    names = stands_for.get(name.lower(), (name.lower().encode(),))
    fields = [line.partition(b":") for line in unfolded(message)]
    return [value for key, _, value in fields if key.strip().lower() in names]


def of_a_field(definition, message):
    name, _, part = re.split(r"\s|=~|!~", definition.removeprefix("exists:"))[0].partition(":")
    values = values_of(message, name)
    if has_odd_header(message):
        return "the header ends at a line that is no field"
    if name == "EnvelopeFrom" or part == "addr":
        return "addresses are all that any reader could see"
    if any(byte > 0x7f for value in values for byte in value):
        return "characters are counted, not bytes"
    if re.search(r"\\[sW]|\[\^", definition) and definition.startswith("Subject"):
        return "values are unfolded and decoded, with single blanks and no line end"
    if len(values) > 1:
        return "each of several fields is searched by itself"
    if any(re.search(rb"\0|\s\s|\t|\s$", value.lstrip(b" ")) or b"=?" in value for value in values):
        return "values are unfolded and decoded, with single blanks and no line end"
    return None


def of_a_text(kind, definition, message, found_here):
    if has_odd_header(message):
        return "the header ends at a line that is no field"
    if has_another_boundary(message):
        return "a multipart is taken apart by the boundary that is there"
    if found_here and NESTED.search(message):
        return "what is nested, attached or signed is read as well"
    if found_here and MAY_BE_A_LINE_END.search(definition):
        return "a line is not a paragraph"
    if kind == "body" and any(b"=?" in value for value in values_of(message, "subject")):
        return "characters are counted, not bytes"
    if kind == "rawbody":
        return "white space is folded in sources of HTML too"
    return None


def reason(rule, message, *, found_here, differing, changed):
    """Or None. `rule` is (kind, name, definition); `differing` are all rules that differ on this message."""
    kind, name, definition = rule
    if name in changed:
        return "told at the import"
    if kind == "meta":
        asked = set(re.findall(r"\w+", definition))
        return "asks for a rule that differs" if asked & differing else None
    if kind == "uri":
        return "links are those that browsers follow, as they spell them"
    return of_a_field(definition, message) if kind == "header" else of_a_text(
        kind, definition, message, found_here)
