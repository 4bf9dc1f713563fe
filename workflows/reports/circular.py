"""The circular (通报) about a period: what supervision found, department by department, and what became of it.

Figures and the names of departments only; nothing that names a person or repeats what was found in a text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from content import journal
from content.base import begins
from content.findings import RED, Finding
from content.journal import Row
from workflows.reports import findings
from workflows.reports.rates import Rates, total

DAY = dt.timedelta(days=1)
REPAIRED = ("rectified", "verified", "gone")


@dataclass(frozen=True)
class Line:
    """A department: how many red findings stood on some day of the period, how many of them were put right."""

    unit: int
    found: int
    repaired: int
    rates: Rates

    @property
    def left(self) -> int:
        return self.found - self.repaired


@dataclass(frozen=True)
class Circular:
    """`lines` by what is left, the most first; `rules`: red findings by rule; `orders` given in the period, by date.

    `row` is the number of the newest row of the journal when it was counted, `digest` its hash: the figures are
    those of that row.
    """

    first: dt.date
    last: dt.date
    lines: tuple[Line, ...]
    rules: dict[str, int]
    orders: tuple[Finding, ...]
    rates: Rates
    row: int
    digest: str

    @property
    def good(self) -> list[Line]:
        """Where nothing was found although something was counted."""
        return [line for line in self.lines if not line.found and any(rate.whole for rate in line.rates.values())]

    @property
    def found(self) -> int:
        return sum(line.found for line in self.lines)

    @property
    def repaired(self) -> int:
        return sum(line.repaired for line in self.lines)


def circular(session: Session, measured: Mapping[int, Rates], first: dt.date, last: dt.date) -> Circular:
    """About the departments that were measured; five queries, whatever their number."""
    row, digest = journal.head(session)
    found = findings.in_period(session, measured.keys(), first, last)
    repaired = _repaired(session, measured.keys(), first, last)
    rules: dict[str, int] = {}
    for counts in found.values():
        for name, count in counts.items():
            rules[name] = rules.get(name, 0) + count
    lines = [Line(unit, sum(found.get(unit, {}).values()), min(repaired.get(unit, 0),
             sum(found.get(unit, {}).values())), rates) for unit, rates in measured.items()]
    lines.sort(key=lambda line: (-line.left, -line.found))
    return Circular(first, last, tuple(lines), dict(sorted(rules.items(), key=lambda pair: -pair[1])),
                    _orders(session, measured.keys(), first, last), total(measured.values()), row, digest)


def _repaired(session: Session, units: Collection[int], first: dt.date, last: dt.date) -> dict[int, int]:
    """Of the red ones of the period, those that were put right by its end."""
    begin, end = begins(first), begins(last + DAY)
    query = select(Finding.department_id, func.count()).where(
        Finding.department_id.in_(units), Finding.severity == RED, Finding.since <= last,
        Finding.state.in_(REPAIRED), Finding.state_since >= begin, Finding.state_since < end,
        or_(Finding.gone.is_(None), Finding.gone >= first))
    return dict(session.execute(query.group_by(Finding.department_id)).all())


def _orders(session: Session, units: Collection[int], first: dt.date, last: dt.date) -> tuple[Finding, ...]:
    given = select(Row.subject_id).where(Row.subject_kind == "finding", Row.action == "finding.order",
                                         Row.at >= begins(first), Row.at < begins(last + DAY))
    query = select(Finding).where(Finding.id.in_(given), Finding.department_id.in_(units)).order_by(Finding.id)
    return tuple(session.scalars(query))
