"""The portal's own state of health (运行情况) in figures for everybody: how columns are kept up, how timely what is due
comes, what is unanswered.

Nothing that names a case or a person; a fixed number of queries, whatever the size of the site.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content import cursors, feedback
from content.base import local_date
from content.calendar import Calendar
from content.documents import ARCHIVED, PUBLIC, Live
from content.feedback import ErrorReport
from content.promises import LATE, SOON
from content.tree import Node, Tree
from workflows.reports import rates
from workflows.reports.rates import ON_TIME, TIMELY, Rate
from workflows.reports.upkeep import JUDGED, KEPT
from workflows.rhythm import Verdict

LOOKED = "supervision day"  # the cursor that says on which day everything was last looked at


@dataclass(frozen=True)
class Late:
    """A public column that did not keep its promise."""

    node: Node
    verdict: Verdict


@dataclass(frozen=True)
class Health:
    """`updated` of the public columns that owe something: those in time. `bare` ones show nothing at all;
    `late` are the others that are overdue, those with most cycles first. `units`: the same rate by department.

    `on_time` and `timely` are those of `workflows.reports.rates`, of this year. `waiting` reports of errors are not
    answered yet, `overdue` of them longer than promised. `looked`: the day of the last full look of supervision.
    """

    updated: Rate
    soon: int
    bare: tuple[Late, ...]
    late: tuple[Late, ...]
    units: dict[int, Rate]
    newest: dt.date | None
    on_time: Rate
    timely: Rate
    waiting: int
    overdue: int
    looked: dt.date | None


def health(session: Session, tree: Tree, calendar: Calendar, verdicts: Mapping[int, Verdict], today: dt.date) -> Health:
    """Of the columns that the public reads, by their verdicts of today."""
    judged = [(node, verdicts[node.id]) for node in tree.walk()
              if node.is_public() and node.id in verdicts and verdicts[node.id].state in JUDGED]
    late = [Late(node, found) for node, found in judged if found.state == LATE and not found.blank]
    compared = rates.total(rates.compare(session, tree.departments.by_id.keys(), dt.date(today.year, 1, 1), today,
                                         {}).values())
    waiting, overdue = _reports(session, calendar, today)
    units: dict[int, Rate] = {}
    for node, found in judged:
        units[node.department_id] = units.get(node.department_id, Rate()) + _kept(found)
    return Health(sum((_kept(found) for _node, found in judged), Rate()),
                  sum(found.state == SOON for _node, found in judged),
                  tuple(Late(node, found) for node, found in judged if found.blank),
                  tuple(sorted(late, key=_urgency)), units, _newest(session), compared[ON_TIME], compared[TIMELY],
                  waiting, overdue, _looked(session))


def _kept(found: Verdict) -> Rate:
    return Rate(int(found.state in KEPT), 1)


def _urgency(late: Late) -> tuple:
    return -late.verdict.cycles_late, late.verdict.since or dt.date.min, late.node.path


def _newest(session: Session) -> dt.date | None:
    at = session.scalar(select(func.max(Live.published)).where(Live.state.in_((PUBLIC, ARCHIVED)),
                                                               Live.audience == "public"))
    return local_date(at) if at is not None else None


def _reports(session: Session, calendar: Calendar, today: dt.date) -> tuple[int, int]:
    received: Iterable[dt.datetime] = session.scalars(
        select(ErrorReport.received).where(ErrorReport.state == feedback.WAITING)).all()
    overdue = sum(calendar.add_workdays(local_date(at), feedback.ANSWER_WORKDAYS).date < today for at in received)
    return len(received), overdue


def _looked(session: Session) -> dt.date | None:
    ordinal = cursors.position(session, LOOKED)
    return dt.date.fromordinal(ordinal) if ordinal else None
