"""A clock as it is drawn: one mark for each working day, a calendar of every day, and why it is this date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.i18n import _
from workflows.clocks import RUNNING, WAITING_FEE, WAITING_SUPPLEMENT, Clock, Step

_NOT_COUNTED = "不计入期限"


@dataclass(frozen=True)
class Day:
    """A day of the calendar. `kind`: start, count, left, paused, rest, due; `why` is the step's own sentence."""

    date: dt.date
    number: int | None
    kind: str
    why: str
    today: bool


@dataclass(frozen=True)
class Drawing:
    """What the status page draws. `weeks` begin on Monday; None where no day is drawn."""

    clock: Clock
    today: dt.date
    days: tuple[Day, ...]

    @property
    def total(self) -> int:
        return max((day.number or 0 for day in self.days), default=0)

    @property
    def used(self) -> int:
        """Working days that are over, today among them."""
        return max((day.number or 0 for day in self.days if day.date <= self.today), default=0)

    @property
    def left(self) -> int:
        return self.total - self.used

    @property
    def running(self) -> bool:
        return self.clock.status == RUNNING

    @property
    def overdue(self) -> bool:
        return self.running and self.clock.due is not None and self.today > self.clock.due

    @property
    def waiting(self) -> bool:
        return self.clock.status in (WAITING_SUPPLEMENT, WAITING_FEE)

    @property
    def counted(self) -> list[Day]:
        return [day for day in self.days if day.number is not None]

    @property
    def weeks(self) -> list[list[Day | None]]:
        if not self.days:
            return []
        by_date = {day.date: day for day in self.days}
        monday = self.days[0].date - dt.timedelta(days=self.days[0].date.weekday())
        count = (self.days[-1].date - monday).days // 7 + 1
        return [[by_date.get(monday + dt.timedelta(days=7 * week + day)) for day in range(7)] for week in range(count)]

    @property
    def reasons(self) -> list[tuple[dt.date, dt.date, str]]:
        """`(from, to, why)`: days in a row that have the same reason, told once; plain working days are left out."""
        told: list[tuple[dt.date, dt.date, str]] = []
        for step in self.clock.steps:
            if told and told[-1][2] == step.why:
                told[-1] = (told[-1][0], step.date, step.why)
            else:
                told.append((step.date, step.date, step.why))
        return [each for each in told if each[2] not in ("工作日", "周末", "星期六", "星期日", "周六", "周日")]


WORDS = {"start": _("起算"), "paused": _("暂停"), "rest": _("休息"), "due": _("期限")}


def word(day: Day) -> Any:
    """What stands beneath the date."""
    if day.today and day.kind in ("rest", "start"):
        return _("今天")
    return WORDS[day.kind] if day.kind in WORDS else _("第${n}天", mapping={"n": day.number})


def draw(clock: Clock, today: dt.date) -> Drawing:
    """The calendar of a clock that counts; while something is waited for there are steps and no calendar."""
    counts = any(step.number is not None for step in clock.steps)
    return Drawing(clock, today, tuple(_days(clock, today)) if counts else ())


def _days(clock: Clock, today: dt.date) -> Iterable[Day]:
    last = next(step.date for step in reversed(clock.steps) if step.number is not None)
    for place, step in enumerate(clock.steps):
        if step.date <= last:
            yield Day(step.date, step.number, _kind(step, place, last, today), step.why, step.date == today)


def _kind(step: Step, place: int, last: dt.date, today: dt.date) -> str:
    if place == 0:
        return "start"
    if step.date == last:
        return "due"
    if step.number is None:
        return "paused" if _NOT_COUNTED in step.why else "rest"
    return "count" if step.date <= today else "left"
