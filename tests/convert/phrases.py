"""Texts that regular expressions of SpamAssassin's rules find, made from the expressions themselves."""

import re
import string
import warnings

try:
    from re import _constants as opcodes, _parser as parser
except ImportError:  # before Python 3.11
    import sre_constants as opcodes
    import sre_parse as parser

DEFINITION = re.compile(r"^\s*(body|rawbody|uri|header)\s+(\w+)\s+(.*?)\s*$")
PATTERN = re.compile(r"(?:(?P<field>[\w-]+)(?::\w+)?\s*=~\s*)?(?:/(?P<plain>.*)/|m\{(?P<braces>.*)\}|"
                     r"m!(?P<bangs>.*)!|m'(?P<quotes>.*)'|m,(?P<commas>.*),)(?P<flags>[a-z]*)"
                     r"(?:\s+\[if-unset:.*)?$")
CHOICE = "abmkzo0159 -_.,!?$%@/=" + string.ascii_uppercase[:6]
MOST_REPEATS = 60
CLASSES = {opcodes.CATEGORY_DIGIT: "7035", opcodes.CATEGORY_WORD: "wB3", opcodes.CATEGORY_SPACE: " ",
           opcodes.CATEGORY_NOT_DIGIT: "x", opcodes.CATEGORY_NOT_WORD: " ", opcodes.CATEGORY_NOT_SPACE: "n"}


def rules(text):
    """(kind, name, field or None, pattern as Python has it) of rules that look for something."""
    found = {}
    for line in text.splitlines():
        definition = DEFINITION.match(re.sub(r"(?<!\\)#.*", "", line).replace("\\#", "#"))
        if not definition:
            continue
        kind, name, rest = definition.groups()
        pattern = PATTERN.match(rest)
        found.pop(name, None)
        if not pattern:
            continue
        groups = pattern.groupdict()
        source = next((groups[key] for key in ("plain", "braces", "bangs", "quotes", "commas")
                       if groups[key] is not None), None)
        flags = sum(getattr(re, flag.upper()) for flag in set(groups["flags"]) & set("ismx"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found[name] = (kind, name, groups["field"],
                               re.compile(source.replace(r"\z", r"\Z"), flags))
            except (re.error, OverflowError, RecursionError):
                pass  # Perl's own
    return list(found.values())


class Maker:
    """Goes through the tree of an expression and says one text that it describes."""

    def __init__(self, random):
        self.random = random
        self.groups = {}

    def text(self, tree):
        return "".join(self.piece(opcode, value) for opcode, value in tree)

    def piece(self, opcode, value):
        maker = getattr(self, "of_" + str(opcode).lower(), None)
        return maker(value) if maker else ""  # places and look-arounds have no text of their own

    def of_literal(self, value):
        return chr(value)

    def of_not_literal(self, value):
        return next(c for c in CHOICE if ord(c) != value)

    def of_any(self, _):
        return self.random.choice("a e")

    def of_in(self, members):
        if members[0][0] is opcodes.NEGATE:
            allowed = [c for c in CHOICE if not any(self.is_member(c, m) for m in members[1:])]
            return self.random.choice(allowed) if allowed else "~"
        opcode, value = self.random.choice(members)
        if opcode is opcodes.RANGE:
            return chr(self.random.randint(*value))
        return self.random.choice(CLASSES[value]) if opcode is opcodes.CATEGORY else chr(value)

    @staticmethod
    def is_member(char, member):
        opcode, value = member
        if opcode is opcodes.RANGE:
            return value[0] <= ord(char) <= value[1]
        if opcode is opcodes.CATEGORY:
            name = str(value).lower().rsplit("_", 1)[-1]
            inside = {"digit": char.isdigit(), "space": char.isspace(),
                      "word": char.isalnum() or char == "_"}[name]
            return inside != ("not" in str(value).lower())
        return ord(char) == value

    def of_branch(self, value):
        return self.text(self.random.choice(value[1]))

    def of_subpattern(self, value):
        made = self.text(value[-1])
        self.groups[value[0]] = made
        return made

    def of_atomic_group(self, value):
        return self.text(value)

    def of_groupref(self, value):
        return self.groups.get(value, "")

    def of_max_repeat(self, value):
        low, high, tree = value
        high = min(high, low + 3)
        return "".join(self.text(tree) for _ in range(self.random.randint(low, max(low, high))))

    of_min_repeat = of_possessive_repeat = of_max_repeat


def phrases(pattern, random, tries=40):
    """Texts made from the pattern: those it finds itself, at most two, as looking around is not understood."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parser.parse(pattern.pattern, pattern.flags)
    found = []
    for _ in range(tries):
        try:
            text = Maker(random).text(tree)
        except (KeyError, ValueError, OverflowError):
            continue
        text = " ".join(text.split())  # white space is folded, here and there
        if len(text) < 900 and text.isprintable() and pattern.search(text) and text not in found:
            found.append(text)
        if len(found) == 2:
            break
    return found
