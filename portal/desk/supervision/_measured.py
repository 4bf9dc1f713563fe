"""What departments are compared and scored by, for one period: rates, cards, findings; asked once a page."""

from __future__ import annotations

from portal.desk.supervision._views import Period, Supervision
from workflows import finding_cards
from workflows.finding_cards import Card, Limits, Overdue
from workflows.reports import findings, rates, upkeep
from workflows.reports.publishing import organs
from workflows.reports.rates import Rates
from workflows.scoring import NAME, Counted, Scheme, Score, score


def units_of(context: Supervision) -> list[int]:
    """The organs among them: village committees are compared with nobody."""
    wanted = {unit.id for unit in organs(context.request.tree)}
    return sorted(context.units & wanted, key=lambda unit: context.request.tree.departments.by_id[unit].code)


def rates_of(context: Supervision, period: Period) -> dict[int, Rates]:
    spans = upkeep.all_spans(context.rhythms, context.nodes, period.first, period.last)
    return rates.compare(context.request.db, units_of(context), period.first, period.last, upkeep.kept_days(spans))


def overdue_of(context: Supervision, period: Period) -> list[Overdue]:
    return finding_cards.overdue(context.request.db, context.look.calendar, units_of(context), period.first,
                                 period.last)


def limits_on(context: Supervision, period: Period) -> Limits:
    """The limits of cards as they hold on the last day of the period."""
    return Limits.of(context.look.setting(finding_cards.NAME, period.last))


def scheme_on(context: Supervision, period: Period) -> Scheme:
    return Scheme.of(context.look.setting(NAME, period.last))


def scores_of(context: Supervision, period: Period, scheme: Scheme) -> dict[int, Score]:
    """`{department: score}`; the number of queries does not grow with the departments."""
    found = findings.in_period(context.request.db, context.units, period.first, period.last)
    made: list[Card] = finding_cards.cards(overdue_of(context, period), limits_on(context, period))
    held, measured = finding_cards.counts(made), rates_of(context, period)
    return {unit: score(scheme, Counted(found.get(unit, {}), held.get(unit, {}), measured[unit]))
            for unit in units_of(context)}
