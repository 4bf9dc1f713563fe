"""Telling what supervision found: each finding with what became of it, for a department, as plain values, counted.

What somebody dismissed or verified is counted and left out: nobody is asked for anything any more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from content.findings import RED, YELLOW, Finding
from content.people import Departments
from workflows.judging import Judged
from workflows.supervision import OVER

NEW = "found"  # the state of what is not kept yet


@dataclass(frozen=True)
class Told:
    """A finding as it stands: what was judged, and the state it is in (`rectification.toml`)."""

    judged: Judged
    state: str
    order: str = ""  # 督办单编号

    def plain(self, units: Departments) -> dict[str, Any]:
        """What scripts read; the department is its code, days are ISO strings."""
        rule, found = self.judged.rule, self.judged.found
        return {"rule": rule.name, "subject": found.subject, "subject_kind": found.kind,
                "department": units.by_id[found.department_id].code, "severity": found.severity,
                "since": found.since.isoformat(), "due": found.due.isoformat() if found.due else None,
                "cycles_late": found.cycles_late, "evidence": found.evidence, "basis": rule.basis,
                "words": found.words, "advice": rule.advice, "state": self.state, "order": self.order or None}


@dataclass
class Telling:
    """What is told of a look: `open` are those that somebody must still see to, reds first."""

    open: list[Told] = field(default_factory=list)
    over: Counter[str] = field(default_factory=Counter)  # state -> how many were left out

    @property
    def red(self) -> int:
        return sum(each.judged.found.severity == RED for each in self.open)

    @property
    def yellow(self) -> int:
        return sum(each.judged.found.severity == YELLOW for each in self.open)

    def by_rule(self) -> dict[str, dict[str, int]]:
        return _counted((each.judged.rule.name, each.judged.found.severity) for each in self.open)

    def by_department(self, units: Departments) -> dict[str, dict[str, int]]:
        return _counted((units.by_id[each.judged.found.department_id].code, each.judged.found.severity)
                        for each in self.open)

    def summary(self, units: Departments) -> dict[str, Any]:
        return {"red": self.red, "yellow": self.yellow, "by_rule": self.by_rule(),
                "by_department": self.by_department(units), "dismissed": self.over["dismissed"],
                "verified": self.over["verified"]}


def tell(session: Session, judged: Iterable[Judged], departments: Collection[int] | None = None) -> Telling:
    """What a look found, of these departments (None for all), with what became of each; one query."""
    wanted = [each for each in judged if departments is None or each.found.department_id in departments]
    states = dict(_states(session, {each.rule.name for each in wanted}))
    telling = Telling()
    for each in wanted:
        state, order = states.get((each.rule.name, *each.found.identity), (NEW, ""))
        if state in OVER:
            telling.over[state] += 1
        else:
            telling.open.append(Told(each, state, order))
    return telling


def _states(session: Session, rules: Collection[str]) -> Iterator[tuple[tuple[str, str, int, str], tuple[str, str]]]:
    """What is kept of these rules and still there; of what has gone, only what somebody decided for good."""
    query = select(Finding.rule, Finding.subject_kind, Finding.subject_id, Finding.cycle, Finding.state,
                   Finding.order_number).where(Finding.rule.in_(rules),
                                               or_(Finding.gone.is_(None), Finding.state.in_(OVER)))
    for rule, kind, number, cycle, state, order in session.execute(query):
        yield (rule, kind, number, cycle), (state, order or "")


def _counted(pairs: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for name, severity in pairs:
        found.setdefault(name, {RED: 0, YELLOW: 0})[severity] += 1
    return dict(sorted(found.items()))
