"""The rules of numbers that check themselves, written down from their sources a second time.

Each judge answers for a value without separators; nothing here is shared with the program.
"""

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # HISO 10046: without I and O

# Lengths by the IBAN Registry (ISO 13616), by country.
IBAN_LENGTHS = {
    15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC",
    32: "LC", 33: "RU"}
IBAN = {country: length for length, countries in IBAN_LENGTHS.items() for country in countries.split()}

# What issuers publish: the first and last beginning, and the lengths.
CARDS = [((4, 4), {13, 16, 19}), ((51, 55), {16}), ((2221, 2720), {16}), ((34, 34), {15}), ((37, 37), {15}),
         ((6011, 6011), range(16, 20)), ((644, 659), range(16, 20)), ((300, 305), range(14, 20)),
         ((3095, 3095), range(14, 20)), ((36, 36), range(14, 20)), ((38, 39), range(14, 20)),
         ((3528, 3589), range(16, 20)), ((62, 62), range(16, 20)), ((81, 81), range(16, 20))] + [
             ((begin, begin), range(12, 20)) for begin in
             (5018, 5020, 5038, 5893, 6304, 6759, 6761, 6762, 6763, 6767)]


def luhn(digits):
    """ISO/IEC 7812-1 annex B, by the table of doubled digits."""
    doubled = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    backwards = [int(digit) for digit in reversed(digits)]
    return (sum(backwards[0::2]) + sum(doubled[digit] for digit in backwards[1::2])) % 10 == 0


def card(digits):
    return luhn(digits) and any(
        len(digits) in lengths and first <= int(digits[:len(str(first))]) <= last
        for (first, last), lengths in CARDS)


def iban(value):
    """As one large number (ISO/IEC 7064, MOD 97-10)."""
    if IBAN.get(value[:2]) != len(value) or not value[2:4].isdigit():
        return False
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1


def ssn(digits):
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    given_out = 1 <= int(area) <= 899 and area != "666" and int(group) > 0 and int(serial) > 0
    return len(digits) == 9 and given_out and digits not in ("078051120", "219099999")


def npi(digits):
    """45 CFR 162.406: Luhn with the prefix of health applications and of the United States."""
    return len(digits) == 10 and digits[0] in "12" and luhn("80840" + digits)


def nhs(digits):
    """The whole sum, check digit included, is a multiple of 11."""
    return len(digits) == 10 and len(set(digits)) > 1 and sum(
        weight * int(digit) for weight, digit in zip(range(10, 0, -1), digits)) % 11 == 0


def nhi(value):
    values = [int(char) if char.isdigit() else LETTERS.find(char) + 1 for char in value]
    kinds = "".join("N" if char.isdigit() else "A" if char in LETTERS else "?" for char in value)
    total = sum(weight * number for weight, number in zip(range(7, 1, -1), values))
    if kinds == "AAANNNN":
        rest = total % 11
        return rest != 0 and values[6] == (0 if rest == 1 else 11 - rest)
    return kinds == "AAANNAA" and values[6] == 23 - total % 23


def ird(digits):
    if len(digits) not in (8, 9) or not 10_000_000 <= int(digits) <= 200_000_000:
        return False
    base, check = digits.zfill(9)[:8], int(digits[-1])
    for weights in ("32765432", "74325276"):
        rest = sum(int(weight) * int(digit) for weight, digit in zip(weights, base)) % 11
        if rest == 0:
            return check == 0
        if rest != 1:
            return check == 11 - rest
    return False


def tfn(digits):
    weights = {8: (10, 7, 8, 4, 6, 3, 5, 1), 9: (1, 4, 3, 7, 5, 8, 6, 9, 10)}.get(len(digits))
    return weights is not None and int(digits) > 0 and sum(
        weight * int(digit) for weight, digit in zip(weights, digits)) % 11 == 0
