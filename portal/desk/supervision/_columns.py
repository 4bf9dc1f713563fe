"""Columns as the auditor's pages show them: each with its verdict, and a line of weeks with a cell for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from content import promises
from content.promises import EMPTY, FREE, LATE, OK, SOON
from content.tree import Node
from portal.desk.supervision._views import STATES, Supervision, days_late, verdict_words
from portal.desk.words import Status
from portal.i18n import _
from workflows.reports import upkeep
from workflows.reports.upkeep import Week
from workflows.rhythm import CLOSED, Span, Verdict

ORDER = (LATE, SOON, EMPTY, OK, FREE, CLOSED)
CODES = {FREE: 0, OK: 1, SOON: 2, LATE: 3, EMPTY: 4, CLOSED: 0}  # of the charts


@dataclass(frozen=True)
class Row:
    """A column with how it stands today."""

    node: Node
    verdict: Verdict
    status: Status
    promise: Any
    unit: str
    url: str
    days: int  # overdue

    @property
    def urgency(self) -> tuple:
        return ORDER.index(self.verdict.state), -self.verdict.cycles_late, -self.days, \
            self.verdict.due or dt.date.max, self.node.path


@dataclass(frozen=True)
class Cell:
    """A week of a column: the class of its colour, what is seen, and what is said to those who do not see it."""

    kind: str
    sign: str
    words: Any


@dataclass(frozen=True)
class Line:
    row: Row
    cells: list[Cell]


def standings(context: Supervision) -> list[Row]:
    """The columns that are open today and owe something, the worst first."""
    today = context.request.today
    found = [row_of(context, node) for node in context.nodes if node.is_open(today)]
    return sorted((row for row in found if row.verdict.state not in (FREE, CLOSED)), key=lambda row: row.urgency)


def row_of(context: Supervision, node: Node) -> Row:
    today, verdict = context.request.today, context.rhythms.of(node)
    return Row(node, verdict, verdict_words(verdict, today), promises.sentence(node.rule),
               context.short(node.department_id), context.address(f"/columns/{node.id}"),
               days_late(verdict, today))


def heat(context: Supervision, rows: list[Row], weeks: list[Week]) -> list[Line]:
    """The weeks of some columns; one query beyond those of the rhythms."""
    first, last = weeks[0].first, weeks[-1].last
    updates = upkeep.updates(context.request.db, [row.node for row in rows], first, last)
    found = []
    for row in rows:
        spans, days = context.rhythms.spans(row.node, first, last), updates[row.node]
        found.append(Line(row, [_cell(upkeep.within(spans, week.first, week.last),
                                      sum(count for day, count in days.items() if week.first <= day <= week.last))
                                for week in weeks]))
    return found


def _cell(spans: Iterable[Span], count: int) -> Cell:
    """How the week ended, unless something came: then how much."""
    spans = list(spans)
    state = spans[-1].state if spans else CLOSED
    if state == LATE:
        return Cell("r", "◆", _("超期"))
    if count:
        return Cell(f"w{1 if count < 3 else 2 if count < 6 else 3}", str(count),
                    _("更新${n}条", mapping={"n": count}))
    if state == SOON:
        return Cell("y", "▲", _("临期"))
    if state in (FREE, CLOSED):
        return Cell("n", "", STATES[state][1])
    return Cell("", "○" if state == EMPTY else "·", _("还没有内容") if state == EMPTY else _("没有更新，仍在周期内"))
