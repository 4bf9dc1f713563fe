"""Rates by which departments are compared (公开工作指标), each with what it is counted of and over what.

A rate is two counts and never a bare percentage; where there is nothing to count over it is no rate, and not 100 %.

- 办结率: of the cases accepted in the period, those closed by its end.
- 按时办结率: of the cases closed in the period that had a limit, those closed within it.
- 满意率: of the cases closed in the period and rated, those rated 基本满意, 满意 or 非常满意 (3 to 5 of 5).
- 按期更新率: of the days on which columns were judged, those on which they were neither late nor blank.
- 及时公开率: of what was published in the period with its date of formation, what was not found late (Art. 26).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from content.base import begins
from content.cases import Case
from content.documents import ARCHIVED, PUBLIC, Document, Live
from content.findings import Finding

CLOSED, ON_TIME, SATISFIED, UPDATED, TIMELY = "closed", "on_time", "satisfied", "updated", "timely"
TITLES = {CLOSED: "办结率", ON_TIME: "按时办结率", SATISFIED: "满意率", UPDATED: "按期更新率", TIMELY: "及时公开率"}
SATISFIED_FROM = 3  # 基本满意; 4 满意, 5 非常满意
NOTHING = "—"
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rate:
    """`part` of `whole`; both are counts, or amounts as `Decimal`."""

    part: int | Decimal = 0
    whole: int | Decimal = 0

    @property
    def percent(self) -> Decimal | None:
        """Rounded half up to two places; None where the whole is 0. What is not all of it is never 100."""
        if not self.whole:
            return None
        exact = Decimal(self.part) * 100 / Decimal(self.whole)
        rounded = exact.quantize(_CENT, ROUND_HALF_UP)
        return 100 - _CENT if rounded == 100 and self.part < self.whole else rounded

    @property
    def words(self) -> str:
        """`99.39%`; `—` where there is nothing to count over."""
        return NOTHING if self.percent is None else f"{self.percent}%"

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.part + other.part, self.whole + other.whole)


Rates = dict[str, Rate]  # by the keys of TITLES


def total(rates: Iterable[Rates]) -> Rates:
    """All of them together: counts are added, percentages are not averaged."""
    found = dict.fromkeys(TITLES, Rate())
    for each in rates:
        found = {name: found[name] + each[name] for name in TITLES}
    return found


def compare(session: Session, units: Collection[int], first: dt.date, last: dt.date,
            updated: Mapping[int, Rate]) -> dict[int, Rates]:
    """`{department: rates}` of the period, both days included; four queries, however many departments.

    `updated` are the column days, which the rhythm of the columns knows.
    """
    found = {unit: dict.fromkeys(TITLES, Rate()) | {UPDATED: updated.get(unit, Rate())} for unit in units}
    for name, rates in {CLOSED: _closed(session, first, last), TIMELY: _timely(session, first, last),
                        **_finished(session, first, last)}.items():
        for unit in found.keys() & rates.keys():
            found[unit][name] = rates[unit]
    return found


# -- counting ---------------------------------------------------------------------------------------------------

def _closed(session: Session, first: dt.date, last: dt.date) -> dict[int, Rate]:
    done = func.count().filter(Case.finished <= last)
    query = select(Case.department_id, done, func.count()).where(Case.received.between(first, last))
    return {unit: Rate(part, whole) for unit, part, whole in session.execute(query.group_by(Case.department_id))}


def _finished(session: Session, first: dt.date, last: dt.date) -> dict[str, dict[int, Rate]]:
    query = (select(Case.department_id, func.count().filter(Case.finished <= Case.due), func.count(Case.due),
                    func.count().filter(Case.satisfaction >= SATISFIED_FROM), func.count(Case.satisfaction))
             .where(Case.finished.between(first, last)).group_by(Case.department_id))
    rows = session.execute(query).all()
    return {ON_TIME: {unit: Rate(part, whole) for unit, part, whole, *_ in rows},
            SATISFIED: {unit: Rate(part, whole) for unit, *_, part, whole in rows}}


def _timely(session: Session, first: dt.date, last: dt.date) -> dict[int, Rate]:
    """What was dismissed with a reason was not late. What was imported is exempt."""
    counted = _published(first, last)
    whole = dict(session.execute(
        select(Live.department_id, func.count()).join(Document, Document.id == Live.document_id)
        .where(*counted).group_by(Live.department_id)).all())
    late = dict(session.execute(
        select(Live.department_id, func.count(Live.document_id.distinct()))
        .join(Document, Document.id == Live.document_id)
        .join(Finding, (Finding.subject_id == Live.document_id) & (Finding.subject_kind == "document"))
        .where(*counted, Finding.rule == "late_disclosure", Finding.gone.is_(None), Finding.state != "dismissed")
        .group_by(Live.department_id)).all())
    return {unit: Rate(count - late.get(unit, 0), count) for unit, count in whole.items()}


def _published(first: dt.date, last: dt.date) -> list[ColumnElement[bool]]:
    return [Live.published >= begins(first), Live.published < begins(last + dt.timedelta(days=1)),
            Live.state.in_((PUBLIC, ARCHIVED)), Live.formed.is_not(None), Document.imported.is_(False)]
