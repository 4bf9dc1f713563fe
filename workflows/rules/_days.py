"""Days that rules reckon with: limits that run in months."""

from __future__ import annotations

import calendar as months
import datetime as dt


def months_after(day: dt.date, count: int) -> dt.date:
    """The same day so many months later, or the last one of a month that is shorter; `count` may be negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))
