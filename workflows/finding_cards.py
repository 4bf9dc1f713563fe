"""Yellow and red cards (黄牌、红牌): whose findings ran past their day, how long, and how often in a quarter.

A card belongs to a department, and to a person where repair was ordered to one. It is yellow when something is
overdue; red when it is overdue by more working days than the setting `cards` allows, or when it is the department's
`red_times`-th in a quarter. What was dismissed leads to none; what was only about to run out leads to none either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from content.base import local_date
from content.calendar import Calendar
from content.findings import RED, YELLOW, Finding
from workflows.rules import all_rules
from workflows.supervision import OVER

NAME = "cards"  # of the setting
DEFAULT = {"red_days": 5, "red_times": 3}
STILL = OVER | {"rectified", "gone"}  # states in which an order no longer runs
DAY = dt.timedelta(days=1)
SHOWN = 10  # what led to a card, at most so much of it is named


@dataclass(frozen=True)
class Limits:
    """Red from more than `red_days` working days, or from the `red_times`-th time in a quarter."""

    red_days: int
    red_times: int

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Limits:
        return cls(**{name: int(values.get(name, default)) for name, default in DEFAULT.items()})


@dataclass(frozen=True)
class Overdue:
    """A finding that ran past its day `due`: by `days` working days, up to its end or the last day of the period."""

    finding_id: int
    rule: str
    department_id: int
    person_id: int | None
    due: dt.date
    began: dt.date
    days: int
    ordered: bool  # whether it is the day of an order that was missed

    def colour(self, limits: Limits) -> str:
        return RED if self.days > limits.red_days else YELLOW


@dataclass(frozen=True)
class Card:
    """What a department, or a person in it, holds for a period.

    `led` are the worst of `total` that led to it; `often` is the quarter's count where that makes it red.
    """

    department_id: int
    person_id: int | None
    red: int
    yellow: int
    often: int
    total: int
    led: tuple[Overdue, ...]

    @property
    def colour(self) -> str:
        return RED if self.red else YELLOW


def overdue(session: Session, calendar: Calendar, units: Collection[int], first: dt.date,
            last: dt.date) -> list[Overdue]:
    """What was overdue on any day of the period in these departments; one query, rows without their words."""
    query = select(Finding.id, Finding.rule, Finding.department_id, Finding.person_id, Finding.severity, Finding.due,
                   Finding.since, Finding.gone, Finding.state, Finding.state_since, Finding.order_due).where(
        Finding.department_id.in_(units), Finding.state != "dismissed",
        or_(and_(Finding.severity == RED, Finding.since <= last), Finding.order_due < last),
        or_(Finding.gone.is_(None), Finding.gone >= first))
    lasting = {name for name, rule in all_rules().items() if rule.lasting}
    between = cache(calendar.workdays_between)
    return [each for row in session.execute(query) for each in _of(row, row.rule in lasting, first, last, between)]


def _of(row: Row, lasting: bool, first: dt.date, last: dt.date, between: Callable[..., int]) -> Iterator[Overdue]:
    """The finding, and the order for it, as far as they were overdue in the period.

    A fact that nothing undoes (it was late) ended with the day on which it was found to be one.
    """
    closed = local_date(row.state_since) if row.state in STILL else None
    end = min(each for each in (row.gone, closed, last) if each is not None)
    stood = row.since if lasting else end
    if row.severity == RED and row.since <= last and stood >= first:
        due = row.due if row.due and row.due < row.since else row.since - DAY
        yield Overdue(row.id, row.rule, row.department_id, None, due, row.since,
                      between(due, max(stood, row.since)), False)
    if row.order_due is not None and row.order_due < end and end >= first:
        yield Overdue(row.id, row.rule, row.department_id, row.person_id, row.order_due, row.order_due + DAY,
                      between(row.order_due, end), True)


def cards(found: Iterable[Overdue], limits: Limits) -> list[Card]:
    """The cards, red before yellow and the most first: one for each department, one for each person an order names."""
    held: dict[tuple[int, int | None], list[Overdue]] = {}
    for each in found:
        held.setdefault((each.department_id, None), []).append(each)
        if each.person_id is not None:
            held.setdefault((each.department_id, each.person_id), []).append(each)
    made = [_card(unit, person, led, limits) for (unit, person), led in held.items()]
    return sorted(made, key=lambda card: (-card.red, -card.yellow, card.department_id, card.person_id or 0))


def counts(made: Iterable[Card]) -> dict[int, dict[str, int]]:
    """`{department: {"red": n, "yellow": n}}`, for scores."""
    return {card.department_id: {RED: card.red, YELLOW: card.yellow} for card in made if card.person_id is None}


def _card(unit: int, person: int | None, led: list[Overdue], limits: Limits) -> Card:
    reds = sum(each.colour(limits) == RED for each in led)
    quarters: dict[tuple[int, int], int] = {}
    for each in led:
        quarter = each.began.year, (each.began.month - 1) // 3
        quarters[quarter] = quarters.get(quarter, 0) + 1
    often = max(quarters.values())
    too_often = often >= limits.red_times
    worst = sorted(led, key=lambda each: (-each.days, each.due, each.finding_id))
    return Card(unit, person, reds + too_often, len(led) - reds, often if too_often else 0, len(led),
                tuple(worst[:SHOWN]))
