"""The arithmetic of identifiers: check digits, real dates, issuing regions (GB 11643, GB 32100, Luhn)."""

import re
from datetime import date

from content.base import local_date, now

PROVINCES = frozenset(str.split(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83"
))
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_FORM = re.compile(r"[1-9]\d{5}(?:18|19|20)\d\d[01]\d[0-3]\d{4}[\dX]")
_ID_CHECKS = "10X98765432"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_USCC_PREFIXES = frozenset(str.split(
    "11 12 13 19 21 29 31 32 33 34 35 39 41 49 51 52 53 54 55 59 61 62 69 71 72 79 81 89 91 92 93 "
    "A1 A9 N1 N2 N3 N9 Y1"
))


def real_date(year: int, month: int, day: int) -> bool:
    """Whether the numbers name a calendar day between 1850 and 2100."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return 1850 <= year <= 2100


def id_check_char(first17: str) -> str:
    """The 18th character of a resident identity number (GB 11643-1999) for its 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def id_shape(number: str, today: date | None = None) -> bool:
    """Whether 18 or 15 characters have an issuing region and a birth date that has come (no check digit)."""
    if number[0] != "9" and number[:2] not in PROVINCES:
        return False
    birth = number[6:14] if len(number) == 18 else "19" + number[6:12]
    year, month, day = int(birth[:4]), int(birth[4:6]), int(birth[6:8])
    return real_date(year, month, day) and date(year, month, day) <= (today or local_date(now()))


def id_valid(number: str) -> bool:
    """Whether 18 characters are an identity number with the right check character."""
    return id_shape(number) and id_check_char(number[:17]) == number[17]


def is_id(number: str) -> bool:
    """Whether any 18 characters are an identity number with the right check character."""
    return bool(_ID_FORM.fullmatch(number)) and id_valid(number)


def luhn_valid(digits: str) -> bool:
    """Whether a card number satisfies the Luhn formula."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def uscc_check_char(first17: str) -> str:
    """The check character of a unified social credit code 统一社会信用代码 (GB 32100-2015)."""
    total = sum(_USCC_ALPHABET.index(char) * weight for char, weight in zip(first17, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[-total % 31]


def uscc_valid(code: str) -> bool:
    """Whether 18 characters are a unified social credit code with the right check character."""
    if len(code) != 18 or code[:2] not in _USCC_PREFIXES or any(char not in _USCC_ALPHABET for char in code):
        return False
    return uscc_check_char(code[:17]) == code[17]
