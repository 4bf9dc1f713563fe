"""Made-up identifiers for tests: unassigned division codes (…99), computed check digits."""

from content.privacy.checks import id_check_char


def id_number(region: str = "410399", birth: str = "19900307", serial: str = "123") -> str:
    first = region + birth + serial
    return first + id_check_char(first)


def wrong_id(**parts: str) -> str:
    number = id_number(**parts)
    return number[:17] + ("0" if number[17] != "0" else "1")


def bank_card(prefix: str = "621799", size: int = 19) -> str:
    body = (prefix + "0123456789012345")[: size - 1]
    total = 0
    for place, char in enumerate(reversed(body)):
        value = int(char) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)
