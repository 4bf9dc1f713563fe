"""A new calendar at work: years are imported, every open case is reckoned anew, and what moved is on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from content import holidays, journal
from content.base import local_date, now
from content.calendar import Year
from content.house import House
from workflows.applications import calendar_changed, open_cases

MOVED = "calendar.moved"  # in the journal
MOST = 500  # cases that one row of the journal names; each of them has a row of its own besides


@dataclass(frozen=True)
class Moved:
    """A case whose due date a new calendar moved."""

    number: str
    before: dt.date | None
    due: dt.date | None
    provisional: bool


@dataclass(frozen=True)
class Adopted:
    """What an import changed: `years`, and the open cases whose due date moved."""

    years: list[int]
    moved: list[Moved]


def adopt(session: Session, house: House, years: Iterable[Year], *, actor_id: int | None,
          at: dt.datetime | None = None) -> Adopted:
    """Import years; what they say already changes nothing."""
    at, before = at or now(), {case.id: case.due for case in open_cases(session)}
    changed = holidays.keep(session, years, actor_id=actor_id, at=at)
    if not changed:
        return Adopted([], [])
    session.flush()
    moved = [Moved(case.number, before[case.id], case.due, case.provisional)
             for case in calendar_changed(session, house, local_date(at))]
    journal.record(session, MOVED, (holidays.KIND, max(changed)), actor_id=actor_id, at=at, years=changed,
                   count=len(moved), cases=[[each.number, _plain(each.before), _plain(each.due), each.provisional]
                                            for each in moved[:MOST]])
    return Adopted(changed, moved)


def last_moved(session: Session) -> tuple[journal.Row, list[Moved]] | None:
    """The newest import that reckoned cases anew, and which of them moved; None before there was one."""
    rows = journal.newest(session, journal.Query(action=MOVED), limit=1)
    return (rows[0], [Moved(number, _day(before), _day(due), provisional)
                      for number, before, due, provisional in rows[0].payload.get("cases", ())]) if rows else None


def _plain(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(written: str | None) -> dt.date | None:
    return dt.date.fromisoformat(written) if written else None
