"""Hundreds of thousands of numbers, judged by the program and by a reckoning of its own."""

import os
import pathlib
import random
import subprocess

import pytest
import reckoning

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = pathlib.Path(os.environ.get("SPILLWAY_BIN", HERE.parents[1] / "build" / "release")).resolve()
EACH = 40_000
DIGITS = "0123456789"


def digits(chance, length):
    return "".join(chance.choices(DIGITS, k=length))


def some_card(chance):
    """Mostly of an issuer and of a length that is right for it."""
    (first, last), lengths = chance.choice(reckoning.CARDS)
    length = chance.choice(sorted(lengths)) if chance.random() < 0.8 else chance.randint(12, 19)
    begin = str(chance.randint(first, last)) if chance.random() < 0.8 else ""
    return begin + digits(chance, length - len(begin))


def some_iban(chance):
    country = chance.choice(sorted(reckoning.IBAN))
    length = reckoning.IBAN[country] + (chance.random() < 0.1)
    account = "".join(chance.choices(DIGITS * 3 + "ABCXYZ", k=length - 4))
    rest = int("".join(str(int(char, 36)) for char in account + country + "00")) % 97
    check = 98 - rest if chance.random() < 0.6 else chance.randint(0, 99)
    return f"{country}{check:02}{account}"


def some_nhi(chance):
    letters = "".join(chance.choices(reckoning.LETTERS + "IO" * (chance.random() < 0.1), k=3))
    return letters + digits(chance, 2) + (
        digits(chance, 2) if chance.random() < 0.5 else "".join(chance.choices(reckoning.LETTERS, k=2)))


# How it is looked for: the word of the language, who makes values, who judges, and how a valid one is
# grouped where it is found in a text; None where it stands in one piece.
KINDS = {
    "card-number": (some_card, reckoning.card, None),
    "iban": (some_iban, reckoning.iban, None),
    "us-ssn": (lambda chance: digits(chance, 9), reckoning.ssn, (3, 2, 4)),
    "us-npi": (lambda chance: chance.choice("1212123") + digits(chance, 9), reckoning.npi, None),
    "uk-nhs": (lambda chance: digits(chance, 10), reckoning.nhs, (3, 3, 4)),
    "nz-nhi": (some_nhi, reckoning.nhi, None),
    "nz-ird": (lambda chance: chance.choice(("0", "1", "2", "")) + digits(chance, 8), reckoning.ird, None),
    "au-tfn": (lambda chance: digits(chance, chance.choice((8, 9))), reckoning.tfn, None),
}


def grouped(value, sizes):
    if sizes is None:
        return value
    ends = [sum(sizes[:i]) for i in range(len(sizes) + 1)]
    return "-".join(value[begin:end] for begin, end in zip(ends, ends[1:]))


def with_last_changed(chance, value):
    return value[:-1] + chance.choice([digit for digit in DIGITS if digit != value[-1]])


def cases(kind, chance):
    """Each value twice, with two last digits: one wrong digit is what check digits are for."""
    make = KINDS[kind][0]
    values = [make(chance) for _ in range(EACH // 2)]
    return values + [with_last_changed(chance, value) for value in values]


def judged(kind, texts):
    lines = "".join(f"{kind} {text}\n" for text in texts)
    done = subprocess.run([PROGRAM / "tests" / "identifiers_of_lines"], input=lines.encode(),
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0
    return done.stdout.decode().split()


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_is_valid_exactly_when_its_rule_says_so(kind):
    _, judge, sizes = KINDS[kind]
    values = cases(kind, random.Random(kind))
    told = judged(kind, [grouped(value, sizes) for value in values])
    assert len(told) == len(values) == EACH
    valid = [judge(value) for value in values]
    wrong = [(value, got, want) for value, got, want in zip(values, told, valid) if got != "11" * want + "00" * (not want)]
    print(f"{kind}: {len(values)} values, {sum(valid)} valid")
    assert wrong == []
    assert EACH * 0.03 < sum(valid) < EACH * 0.97  # else nothing would be proven
