"""The cases that are open on the day of a look, each with its clock: two queries, shared by the rules about cases.

A case is spoken of by its number; nothing sealed is read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import defer

from content.cases import Case, Fact
from workflows import limits
from workflows.clocks import Clock, Limit, begin, reckon
from workflows.facts import Contradiction, Facts, facts_of
from workflows.looking import Look

KEPT = "cases"


@dataclass(frozen=True)
class OpenCase:
    """A case that has no answer on the day. `facts` are those known by then, `begun`
    is the day from which its present clock counts."""

    case: Case
    received: dt.date
    facts: Facts
    begun: dt.date
    clock: Clock

    def evidence(self, **more: Any) -> dict[str, Any]:
        found = {"url": f"/desk/cases/{self.case.id}", "type": self.case.type, "received": self.received.isoformat()}
        return found | ({} if self.case.received else {"provisional": True}) | more


def open_cases(look: Look) -> list[OpenCase]:
    """Until the day of receipt is certain, that of submission stands in for it, as in the lists of the desk.

    Left out is a case whose facts contradict each other: what its clock says nobody knows.
    """
    if KEPT not in look.kept:
        where = and_(Case.submitted <= look.day, or_(Case.finished.is_(None), Case.finished > look.day))
        events, clocks = _events(look, where), _Clocks(look)
        query = select(Case).where(where).options(defer(Case.sealed)).order_by(Case.id)
        found = (clocks.opened(case, events.get(case.id, [])) for case in look.session.scalars(query))
        look.kept[KEPT] = [each for each in found if each is not None]
    return look.kept[KEPT]


def _events(look: Look, where: ColumnElement[bool]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    query = select(Fact.case_id, Fact.data).join(Case, Case.id == Fact.case_id).where(where, Fact.annulled.is_(False))
    for number, data in look.session.execute(query.order_by(Fact.id)):
        found.setdefault(number, []).append(data)
    return found


class _Clocks:
    """Limits and clocks of one look; what is alike is reckoned once."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.limits: dict[tuple[str, int], Limit] = {}
        self.clocks: dict[tuple[Facts, Limit, dt.date], Clock] = {}

    def opened(self, case: Case, events: list[dict[str, Any]]) -> OpenCase | None:
        received = case.received or case.submitted
        day = max(self.look.day, received)
        try:
            facts = facts_of({"received": received.isoformat(), "events": events}).until(day)
        except Contradiction:
            return None
        limit = self._limit(case.workflow, case.office_id)
        return OpenCase(case, received, facts, begin(facts, limit)[0], self._clock(facts, limit, day))

    def _limit(self, workflow: str, office: int) -> Limit:
        if (workflow, office) not in self.limits:
            rule = limits.rule_of(workflow)
            found = limits.promised(rule, office, self.look.tree) if rule.promised else rule.limit
            self.limits[workflow, office] = found
        return self.limits[workflow, office]

    def _clock(self, facts: Facts, limit: Limit, day: dt.date) -> Clock:
        if (facts, limit, day) not in self.clocks:
            self.clocks[facts, limit, day] = reckon(facts, self.look.calendar, day, limit)
        return self.clocks[facts, limit, day]
