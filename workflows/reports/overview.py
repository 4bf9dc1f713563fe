"""How an organ deals with applications for disclosure, in aggregates for everybody: a year at a glance.

Counted as in the annual report, by a fixed number of queries; nothing that names a case or a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from content.cases import Case
from content.documents import ARCHIVED, PUBLIC, Live
from content.repeats import Repeat, Repeated
from content.tree import Tree
from workflows.outcomes import GROUPS, OUTCOMES
from workflows.reports.annual import REQUEST, Annual, below, of_row, received, report
from workflows.reports.rows import CLASSES, DONE, LEFT, NEW, TOTAL

MONTHS = range(1, 13)


@dataclass(frozen=True)
class Overview:
    """A year: `months` and `offices` are (received, finished) by month and by department; `groups` by kind of answer.

    `active` of the finished were turned into active disclosure (Art. 44) and may be read by everybody; `on_time` of
    `answered` finished by their due date; `satisfaction` is the mean of `rated` ratings from 1 to 5.
    """

    year: int
    received: int
    finished: int
    left: int
    active: int
    answered: int
    on_time: int
    rated: int
    satisfaction: float
    months: dict[int, tuple[int, int]]
    groups: dict[str, int]
    classes: dict[str, int]
    offices: dict[int, tuple[int, int]]

    @property
    def share_on_time(self) -> float | None:
        """Percent, None while nothing was finished."""
        return 100 * self.on_time / self.answered if self.answered else None


def overview(session: Session, tree: Tree, year: int, department_id: int) -> Overview:
    """Of a department and all below it."""
    units, counted = below(tree, department_id), report(session, tree, year, department_id)
    new, done = of_row(NEW, year, units), of_row(DONE, year, units)
    answered, on_time, rated, mean = session.execute(
        select(func.count(Case.due), func.count().filter(Case.finished <= Case.due), func.count(Case.satisfaction),
               func.avg(Case.satisfaction)).where(*done)).one()
    requests = counted.requests
    return Overview(year, requests[NEW][TOTAL], requests[DONE][TOTAL], requests[LEFT][TOTAL], _active(session, done),
                    answered, on_time, rated, float(mean or 0), _months(session, new, done), _groups(counted),
                    {kind: requests[NEW][kind] for kind in CLASSES}, _offices(session, new, done))


def years(session: Session, today: dt.date) -> list[int]:
    """The years that have a case, the present one among them, newest first."""
    first = session.scalar(select(func.min(received)).where(Case.type == REQUEST))
    return list(range(today.year, min(first.year if first else today.year, today.year) - 1, -1))


def _active(session: Session, done: list[ColumnElement[bool]]) -> int:
    """How many of these were turned into active disclosure and are public now."""
    public = (select(Repeated.case_id).join(Repeat, Repeat.id == Repeated.repeat_id)
              .join(Live, Live.document_id == Repeat.document_id)
              .where(Live.state.in_((PUBLIC, ARCHIVED)), Live.audience == "public"))
    return session.scalar(select(func.count()).select_from(Case).where(*done, Case.id.in_(public))) or 0


def _groups(counted: Annual) -> dict[str, int]:
    found = dict.fromkeys(GROUPS, 0)
    for code, outcome in OUTCOMES.items():
        found[outcome.group] += counted.requests[code][TOTAL]
    return found


def _months(session: Session, new: list[ColumnElement[bool]],
            done: list[ColumnElement[bool]]) -> dict[int, tuple[int, int]]:
    came = _by(session, extract("month", received), new)
    went = _by(session, extract("month", Case.finished), done)
    return {month: (came.get(month, 0), went.get(month, 0)) for month in MONTHS}


def _offices(session: Session, new: list[ColumnElement[bool]],
             done: list[ColumnElement[bool]]) -> dict[int, tuple[int, int]]:
    came, went = _by(session, Case.office_id, new), _by(session, Case.office_id, done)
    order = sorted(came.keys() | went.keys(), key=lambda unit: (-came.get(unit, 0), unit))
    return {unit: (came.get(unit, 0), went.get(unit, 0)) for unit in order}


def _by(session: Session, key: ColumnElement, where: Iterable[ColumnElement[bool]]) -> dict[int, int]:
    rows = session.execute(select(key, func.count()).where(*where).group_by(key))
    return {int(value): count for value, count in rows}
