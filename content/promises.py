"""What a column promises (更新承诺): in words, the next date by which it must be kept, and whether it is kept.

A rule is data of the column, `{"type": "interval", "days": 14, "warn_before_days": 2}`; each type is one function
of `_DUE` and one of `_WORDS`. The limits of the inspection (政府网站与政务新媒体检查指标) run in calendar days, so a
date that falls on a Sunday is not moved; limits of `event` and `reply` run in working days.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from translationstring import TranslationString, TranslationStringFactory

from content import calendar

_ = TranslationStringFactory("gongkai")

OK, SOON, LATE, EMPTY, FREE = "ok", "soon", "late", "empty", "free"
WARN_DAYS = {"yearly": 30, "quarterly": 7, "monthly": 5, "interval": 3}
WARN_WORKDAYS = 1  # of what is owed after an event or a letter
DATED = frozenset(WARN_DAYS)  # types of rule that the calendar alone can break
INTERPRETATION = {"type": "event", "working_days_after_event": 3}  # 国办发〔2016〕80号: 解读 after its policy

Rule = dict[str, Any]


@dataclass(frozen=True)
class Promise:
    """A promise as it stands on a day.

    `words` is a message to be translated. `due` is the last day on which it is kept, None where no date is set
    (`event`, `reply`, `static`). `days` is how many days `due` is overdue, or away when `state` is `soon`.
    """

    words: TranslationString
    state: str
    due: dt.date | None
    newest: dt.date | None
    days: int = 0

    @property
    def counted(self) -> bool:
        """Whether the promise can be broken by the calendar alone: only such columns enter a rate."""
        return self.due is not None


def promise(rule: Rule, newest: dt.date | None, today: dt.date, opened: dt.date | None = None) -> Promise:
    """The promise of `rule` on `today`, for a column whose newest item is of `newest`, opened on `opened`.

    An empty column is `empty` until its first date has passed, then `late`. Raises `LookupError` for an unknown
    type of rule.
    """
    words, due = sentence(rule), next_due(rule, newest, opened)
    if due is None:
        return Promise(words, FREE if newest else EMPTY, None, newest)
    if today > due:
        return Promise(words, LATE, due, newest, (today - due).days)
    if newest is None:
        return Promise(words, EMPTY, due, None, (due - today).days)
    left = (due - today).days
    warn = rule.get("warn_before_days", WARN_DAYS[rule["type"]])
    return Promise(words, SOON if left <= warn else OK, due, newest, left)


def sentence(rule: Rule) -> TranslationString:
    """What is promised, as one says it: `每两周更新`. Raises `LookupError` for an unknown type."""
    return _of(_WORDS, rule)(rule)


def next_due(rule: Rule, newest: dt.date | None, opened: dt.date | None = None) -> dt.date | None:
    """The last day for the next update after `newest`; for an empty column, after the day it was opened."""
    start = newest or opened
    due = _of(_DUE, rule)
    return due(rule, start) if start is not None else None


def check(rule: Rule) -> None:
    """Raises `ValueError` where no day can be reckoned by a rule: what it needs is missing or is no number."""
    try:
        sentence(rule)
        if rule["type"] in ("event", "reply"):
            due_after(rule, dt.date(2026, 1, 1))
        elif rule["type"] in DATED:
            warned_from(rule, next_due(rule, dt.date(2026, 1, 1)))
    except (LookupError, TypeError, ValueError, ArithmeticError) as problem:
        raise ValueError(f"{rule}: {problem}") from None


def due_after(rule: Rule, event: dt.date, by: calendar.Calendar = calendar.SHIPPED) -> calendar.Day:
    """The last day for what an `event` or `reply` rule asks for after `event`; `event` itself is not counted."""
    count = rule.get("working_days_after_event", rule.get("working_days"))
    if count is not None:
        return by.add_workdays(event, count)
    return calendar.Day(event + dt.timedelta(days=rule["calendar_days_after_event"]), False)


def warned_from(rule: Rule, due: dt.date, by: calendar.Calendar = calendar.SHIPPED) -> dt.date:
    """The first day on which `due` is near (黄色): calendar days before it, after an event or a letter working days."""
    if rule["type"] in DATED:
        return due - dt.timedelta(days=rule.get("warn_before_days", WARN_DAYS[rule["type"]]))
    return by.workdays_back(due, rule.get("warn_before_days", WARN_WORKDAYS))


def _of(table: dict[str, Callable], rule: Rule) -> Callable:
    try:
        return table[rule["type"]]
    except KeyError:
        raise LookupError(f"no update rule of type {rule.get('type')!r}; there are {', '.join(table)}") from None


# -- dates: an update in one period keeps that period's promise, so the next date is that of the period after it ----

def _interval(rule: Rule, start: dt.date) -> dt.date:
    return start + dt.timedelta(days=rule["days"])


def _yearly(rule: Rule, start: dt.date) -> dt.date:
    month, day = _month_day(rule)
    return _day(start.year + 1, month, day)


def _quarterly(rule: Rule, start: dt.date) -> dt.date:
    """What appears in a quarter is about the one before; the quarter itself is due after its end."""
    last_month = -(-start.month // 3) * 3
    return _day(start.year, last_month, 31) + dt.timedelta(days=rule["due_days_after_quarter_end"])


def _monthly(rule: Rule, start: dt.date) -> dt.date:
    year, month = (start.year + 1, 1) if start.month == 12 else (start.year, start.month + 1)
    return _day(year, month, rule["due_day"])


def _never(rule: Rule, start: dt.date) -> None:
    return None


def _month_day(rule: Rule) -> tuple[int, int]:
    month, day = rule["due_month_day"].split("-")
    return int(month), int(day)


def _day(year: int, month: int, day: int) -> dt.date:
    """That day, or the last one of a month that is shorter."""
    return dt.date(year, month, min(day, months.monthrange(year, month)[1]))


# -- words ------------------------------------------------------------------------------------------------------

_EVERY = {1: _("每天更新"), 7: _("每周更新"), 14: _("每两周更新"), 30: _("每月更新"), 60: _("每两个月更新"),
          90: _("每季度更新"), 180: _("每半年更新"), 365: _("每年更新")}


def _interval_words(rule: Rule) -> TranslationString:
    return _EVERY.get(rule["days"]) or _("至少每${n}天更新", mapping={"n": rule["days"]})


def _yearly_words(rule: Rule) -> TranslationString:
    month, day = _month_day(rule)
    return _("每年${month}月${day}日前更新", mapping={"month": month, "day": day})


def _quarterly_words(rule: Rule) -> TranslationString:
    return _("每季度结束后${n}天内更新", mapping={"n": rule["due_days_after_quarter_end"]})


def _monthly_words(rule: Rule) -> TranslationString:
    return _("每月${n}日前更新", mapping={"n": rule["due_day"]})


def _event_words(rule: Rule) -> TranslationString:
    working = rule.get("working_days_after_event")
    if "event" in rule:
        values = {"event": rule["event"], "n": working or rule["calendar_days_after_event"]}
        return (_("${event}后${n}个工作日内公开", mapping=values) if working
                else _("${event}后${n}天内公开", mapping=values))
    if working:
        return _("有变化后${n}个工作日内更新", mapping={"n": working})
    return _("有变化后${n}天内更新", mapping={"n": rule["calendar_days_after_event"]})


def _reply_words(rule: Rule) -> TranslationString:
    return _("收到后${n}个工作日内答复", mapping={"n": rule["working_days"]})


def _static_words(rule: Rule) -> TranslationString:
    return _("长期有效，有变化时更新")


_DUE: dict[str, Callable[[Rule, dt.date], dt.date | None]] = {
    "interval": _interval, "yearly": _yearly, "quarterly": _quarterly, "monthly": _monthly,
    "event": _never, "reply": _never, "static": _never}
_WORDS: dict[str, Callable[[Rule], TranslationString]] = {
    "interval": _interval_words, "yearly": _yearly_words, "quarterly": _quarterly_words, "monthly": _monthly_words,
    "event": _event_words, "reply": _reply_words, "static": _static_words}
