"""Dates as official documents write them: 2026年11月22日, 二〇二六年十一月二十二日 (GB/T 9704-2012, 7.3.5)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

_ZEROS = "〇零○Ｏ◯O0"
_ROWS = (_ZEROS, "一1", "二2", "三3", "四4", "五5", "六6", "七7", "八8", "九9")
_DIGITS = {char: digit for digit, chars in enumerate(_ROWS) for char in chars}
_YEAR, _DAY = rf"[12一二][{_ZEROS}0-9一二三四五六七八九]{{3}}", r"(?:[0-9]{1,2}|[一二三四五六七八九十廿]{1,3})"
DATE = re.compile(rf"({_YEAR})年({_DAY})月({_DAY})日")


def plain(text: str) -> str:
    """Without blanks, full-width digits and signs as usual ones."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def dates(text: str) -> list[dt.date]:
    """Every date in a text, in order; those that no calendar has are left out."""
    return [day for match in DATE.finditer(plain(text)) if (day := _day(match)) is not None]


def only_date(text: str) -> dt.date | None:
    """The date that a line is, with nothing else on it."""
    match = DATE.fullmatch(plain(text).rstrip("。."))
    return _day(match) if match else None


def _day(match: re.Match) -> dt.date | None:
    year = int("".join(str(_DIGITS[char]) for char in match[1]))
    try:
        return dt.date(year, _small(match[2]), _small(match[3]))
    except ValueError:
        return None


def _small(written: str) -> int:
    """1 to 31: 7, 十一, 二十二, 廿二."""
    if written.isdigit() and written.isascii():
        return int(written)
    tens, ten, ones = written.replace("廿", "二十").rpartition("十")
    if not ten:
        return _DIGITS[ones] if len(ones) == 1 else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)
