"""How days and times are written on pages, in Chinese and in English; the machine form is ISO 8601."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from content import marks
from content.base import SHANGHAI

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def local(moment: dt.datetime) -> dt.datetime:
    """The moment on the clock of the county (UTC+8); a naive one is taken to be on it already."""
    return moment.astimezone(SHANGHAI) if moment.tzinfo else moment


def _day(value: dt.date) -> dt.date:
    return local(value).date() if isinstance(value, dt.datetime) else value


@dataclass(frozen=True)
class Dates:
    """The formats of one page: `code` is "zh" or "en", `today` decides what goes without its year."""

    code: str
    today: dt.date

    def date(self, value: dt.date | None) -> str:
        """2026年11月22日 or 22 November 2026; nothing for no date."""
        if value is None:
            return ""
        day = _day(value)
        if self.code == "en":
            return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
        return f"{day.year}年{day.month}月{day.day}日"

    def short(self, value: dt.date | None) -> str:
        """11月22日 in this year, else with the year."""
        if value is None or _day(value).year != self.today.year:
            return self.date(value)
        marks.until(dt.date(self.today.year + 1, 1, 1))
        day = _day(value)
        return f"{day.day} {MONTHS[day.month - 1]}" if self.code == "en" else f"{day.month}月{day.day}日"

    def datetime(self, value: dt.datetime | None) -> str:
        """2026年11月22日 16:05 or 22 November 2026, 16:05; nothing for no time."""
        if value is None:
            return ""
        between = ", " if self.code == "en" else " "
        return f"{self.date(value)}{between}{local(value):%H:%M}"

    def weekday(self, value: dt.date) -> str:
        """2026年11月22日，星期日 or Sunday, 22 November 2026."""
        number = value.weekday()
        if self.code == "en":
            return f"{WEEKDAYS[number]}, {self.date(value)}"
        return f"{self.date(value)}，星期{'一二三四五六日'[number]}"
