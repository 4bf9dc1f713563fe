"""Figures about findings (监督发现的问题): what stands today, what stood on a day, what stood in a period.

A finding stands from the day on which it was as bad as it is until its cause was gone, or until somebody closed it;
what was dismissed never stood. Each question is a query or two, however many findings there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from content.base import begins, local_date
from content.findings import RED, YELLOW, Finding
from workflows.supervision import OVER

DAY = dt.timedelta(days=1)
BY_RHYTHM = frozenset({"column_stale", "column_empty"})  # rules whose history the rhythm of columns tells exactly


@dataclass(frozen=True)
class Tally:
    """How many red and yellow ones."""

    red: int = 0
    yellow: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.red + other.red, self.yellow + other.yellow)


def standing(units: Collection[int]) -> ColumnElement[bool]:
    """What is wrong now in these departments and was not settled."""
    return and_(Finding.gone.is_(None), Finding.state.not_in(OVER), Finding.department_id.in_(units))


def tallies(session: Session, units: Collection[int]) -> dict[tuple[str, int], Tally]:
    """`{(rule, department): tally}` of what stands now."""
    query = (select(Finding.rule, Finding.department_id, func.count().filter(Finding.severity == RED),
                    func.count().filter(Finding.severity == YELLOW)).where(standing(units))
             .group_by(Finding.rule, Finding.department_id))
    return {(rule, unit): Tally(red, yellow) for rule, unit, red, yellow in session.execute(query)}


def newest(session: Session, units: Collection[int], limit: int) -> list[Finding]:
    """What stands, red before yellow, the newest of each first."""
    order = case((Finding.severity == RED, 0), else_=1), Finding.since.desc(), Finding.id.desc()
    return list(session.scalars(select(Finding).where(standing(units)).order_by(*order).limit(limit)))


def orders(session: Session, units: Collection[int], limit: int, until: dt.date | None = None) -> list[Finding]:
    """Orders that are not carried out yet, by the day on which they run out."""
    query = select(Finding).where(Finding.state == "ordered", Finding.order_due.is_not(None),
                                  Finding.department_id.in_(units))
    if until is not None:
        query = query.where(Finding.order_due <= until)
    return list(session.scalars(query.order_by(Finding.order_due, Finding.id).limit(limit)))


def count_orders(session: Session, units: Collection[int]) -> int:
    query = select(func.count()).where(Finding.state == "ordered", Finding.department_id.in_(units))
    return session.scalar(query) or 0


def of_subject(session: Session, kind: str, number: int, limit: int) -> list[Finding]:
    """The findings about one subject, whatever became of them, the newest first."""
    query = select(Finding).where(Finding.subject_kind == kind, Finding.subject_id == number)
    return list(session.scalars(query.order_by(Finding.since.desc(), Finding.id.desc()).limit(limit)))


def in_period(session: Session, units: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """`{department: {rule: how many red ones stood on some day of the period}}`."""
    query = (select(Finding.department_id, Finding.rule, func.count())
             .where(Finding.department_id.in_(units), Finding.severity == RED, Finding.state != "dismissed",
                    Finding.since <= last, or_(Finding.gone.is_(None), Finding.gone >= first),
                    or_(Finding.state.not_in(OVER), Finding.state_since >= begins(first)))
             .group_by(Finding.department_id, Finding.rule))
    found: dict[int, dict[str, int]] = {}
    for unit, rule, count in session.execute(query):
        found.setdefault(unit, {})[rule] = count
    return found


def daily(session: Session, units: Collection[int], first: dt.date, last: dt.date,
          without: Collection[str] = ()) -> list[Tally]:
    """How many stood on each day of the period, both days included. Two queries: what is open, and what was closed."""
    days = (last - first).days + 1
    change = {RED: [0] * (days + 1), YELLOW: [0] * (days + 1)}
    counted = [Finding.department_id.in_(units), Finding.state != "dismissed", Finding.since <= last,
               or_(Finding.gone.is_(None), Finding.gone >= first), Finding.rule.not_in(without)]
    grouped = (select(Finding.severity, Finding.since, Finding.gone, func.count())
               .where(*counted, Finding.state.not_in(OVER))
               .group_by(Finding.severity, Finding.since, Finding.gone))
    closed = select(Finding.severity, Finding.since, Finding.gone, Finding.state_since).where(
        *counted, Finding.state.in_(OVER), Finding.state_since >= begins(first))
    rows = [(severity, since, gone, count) for severity, since, gone, count in session.execute(grouped)]
    rows += [(severity, since, min(gone or dt.date.max, local_date(at)), 1)
             for severity, since, gone, at in session.execute(closed)]
    for severity, since, gone, count in rows:
        change[severity][max((since - first).days, 0)] += count
        change[severity][min((gone - first).days, days) if gone else days] -= count
    found, red, yellow = [], 0, 0
    for number in range(days):
        red, yellow = red + change[RED][number], yellow + change[YELLOW][number]
        found.append(Tally(red, yellow))
    return found
