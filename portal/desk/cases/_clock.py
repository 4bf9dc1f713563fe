"""The clock of a case drawn (时限): the days that were counted, and for each why it counts or not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pyramid.request import Request

from content.cases import Case
from workflows.applications import clock_of
from workflows.clocks import Clock, Step


@dataclass(frozen=True)
class Cell:
    """A counted day: `standing` is `past`, `today`, `due` or empty."""

    number: int
    date: dt.date
    standing: str


@dataclass(frozen=True)
class Drawn:
    """A clock for the page. `used` and `left` are counted days; `steps` every day on the way, with its reason."""

    clock: Clock
    cells: tuple[Cell, ...]
    steps: tuple[Step, ...]
    used: int
    left: int


def drawn(request: Request, case: Case) -> Drawn:
    """As it stands today, or as it stood when the case ended."""
    today = case.finished or request.today
    clock = clock_of(request.db, request.house, case, today)
    counted = [step for step in clock.steps if step.number is not None]
    used = sum(step.date <= today for step in counted)
    return Drawn(clock, tuple(_cell(step, today, clock.due) for step in counted), clock.steps, used,
                 len(counted) - used)


def _cell(step: Step, today: dt.date, due: dt.date | None) -> Cell:
    standing = "due" if step.date == due else "today" if step.date == today else "past" if step.date < today else ""
    return Cell(step.number, step.date, standing)
