"""The audit report (政务公开监察报告): how columns stand, what was found and what became of it, orders, rates.

Everything in it is of one moment: the row of the journal it was read at is part of it, and of what is signed. What it
claims of columns is what the rules `column_empty` and `column_stale` find on the day: 目前无空白栏目及长期未更新栏目.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from content import journal
from content.base import begins
from content.findings import RED, Finding
from content.house import House
from content.people import Unit
from content.tree import Node, Tree
from workflows.inspection import Inspection, preset
from workflows.judging import judge
from workflows.looking import Look
from workflows.reports import rates, upkeep
from workflows.reports.publishing import organs
from workflows.reports.rates import Rates
from workflows.rhythm import CLOSED, Verdict
from workflows.rhythms import Rhythms, rhythms_of
from workflows.rules import Rule, all_rules
from workflows.telling import Telling, tell

EMPTY_RULE, STALE_RULE = "column_empty", "column_stale"
MOST = 2000  # lines of a table; a note says how many more there are


@dataclass(frozen=True)
class Line:
    """A column and how it stands."""

    node: Node
    verdict: Verdict


@dataclass(frozen=True)
class Life:
    """Of the findings of a rule or a department, over a period: how many came, how many went, and how they stand."""

    new: int = 0
    ended: int = 0
    ordered: int = 0
    overdue: int = 0  # of the orders
    verified: int = 0
    dismissed: int = 0


@dataclass(frozen=True)
class Audit:
    """The report of an organ and all below it, on `day`, about the days from `since` on; both days included.

    `inspection` is of the whole portal. `head` is number and hash of the newest row of the journal; `lives` are by
    rule, `units` by department.
    """

    unit: Unit
    since: dt.date
    day: dt.date
    made: dt.datetime
    tree: Tree
    columns: tuple[Line, ...]
    telling: Telling
    lives: dict[str, Life]
    units: dict[int, Life]
    orders: tuple[Finding, ...]
    rates: dict[int, Rates]
    inspection: Inspection
    thresholds: dict[str, dict[str, int]]
    head: tuple[int, str]

    @property
    def empty(self) -> int:
        return self._red(EMPTY_RULE)

    @property
    def stale(self) -> int:
        return self._red(STALE_RULE)

    def _red(self, rule: str) -> int:
        """Columns, not findings: a column may have missed several letters."""
        return len({each.judged.found.id for each in self.telling.open
                    if each.judged.rule.name == rule and each.judged.found.severity == RED})

    def claim(self) -> dict[str, Any]:
        """What is signed: the figures, the day, by which thresholds, and where in the journal they were read."""
        seq, digest = self.head
        return {"kind": "audit", "organ": self.unit.name, "department": self.unit.code, "day": self.day.isoformat(),
                "since": self.since.isoformat(), "made": self.made.isoformat(timespec="seconds"),
                "columns": len(self.columns), "empty": self.empty, "stale": self.stale, "red": self.telling.red,
                "yellow": self.telling.yellow, "thresholds": self.thresholds,
                "journal": {"seq": seq, "hash": digest}}


def audit(session: Session, house: House, unit: Unit, since: dt.date, day: dt.date, made: dt.datetime,
          told: Callable[[Rule], None] | None = None) -> Audit:
    """Judge `day` and count the days from `since`; a fixed number of queries. Writes nothing.

    The row of the journal is taken first: what came after it may be counted, never the other way round.
    """
    head, look = journal.head(session), Look(session, house, day)
    tree, rhythms = look.tree, rhythms_of(look)
    units = set(tree.departments.below(unit.id))
    nodes = [node for node in upkeep.columns(tree, units) if node.is_public()]
    telling = tell(session, judge(session, house, day, told=told), units)
    compared = [each.id for each in organs(tree) if each.id in units]
    return Audit(
        unit, since, day, made, tree, tuple(_lines(rhythms, nodes)), telling,
        _lives(session, Finding.rule, units, since, day), _lives(session, Finding.department_id, units, since, day),
        tuple(_orders(session, units, since)), _rates(session, rhythms, nodes, compared, since, day),
        preset(look), _thresholds(look), head)


def _lines(rhythms: Rhythms, nodes: Collection[Node]) -> list[Line]:
    """What is judged on the day: open columns with a promise, and every other that should show something."""
    found = [Line(node, rhythms.of(node)) for node in nodes if rhythms.is_judged(node)]
    return [line for line in found if line.verdict.state != CLOSED]


def _rates(session: Session, rhythms: Rhythms, nodes: Collection[Node], units: Collection[int], since: dt.date,
           day: dt.date) -> dict[int, Rates]:
    spans = upkeep.all_spans(rhythms, nodes, since, day)
    return rates.compare(session, units, since, day, upkeep.kept_days(spans))


def _lives(session: Session, key: Any, units: Collection[int], since: dt.date, day: dt.date) -> dict[Any, Life]:
    first, end = begins(since), begins(day + dt.timedelta(days=1))
    ordered = Finding.state == "ordered"
    query = select(
        key, _count(Finding.found >= first, Finding.found < end), _count(Finding.gone.between(since, day)),
        _count(ordered), _count(ordered, Finding.order_due < day), _count(Finding.state == "verified"),
        _count(Finding.state == "dismissed")).where(
        Finding.department_id.in_(units), Finding.found < end,
        or_(Finding.gone.is_(None), Finding.gone >= since)).group_by(key)
    return {name: Life(*counts) for name, *counts in session.execute(query)}


def _count(*conditions: Any) -> Any:
    return func.count(case((conditions[0] if len(conditions) == 1 else conditions[0] & conditions[1], 1)))


def _orders(session: Session, units: Collection[int], since: dt.date) -> list[Finding]:
    """Every order that is open or was carried out in the period, by number."""
    query = select(Finding).where(Finding.order_number.is_not(None), Finding.department_id.in_(units),
                                  or_(Finding.state.in_(("ordered", "rectified", "appealed")),
                                      Finding.state_since >= begins(since)))
    return list(session.scalars(query.order_by(Finding.order_due, Finding.id).limit(MOST)))


def _thresholds(look: Look) -> dict[str, dict[str, int]]:
    return {rule.name: {name: rule.threshold(look, name) for name in rule.thresholds}
            for rule in all_rules().values() if rule.thresholds}
