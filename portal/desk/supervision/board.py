"""监督一览: how the portal stands today: columns, the lines of the national inspection, findings, orders."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from sqlalchemy import select

from content import cursors
from content.findings import Finding
from content.journal import Row as Entered
from content.promises import LATE, SOON
from portal.desk.navigation import SUPERVISION, Entry
from portal.desk.supervision._columns import Row, heat, standings
from portal.desk.supervision._shared import address, due_words, rule_words, state_words
from portal.desk.supervision._views import SEVERITIES, URL, CountySupervision, Supervision, subject_words
from portal.desk.words import Status
from portal.i18n import _
from portal.supervising import DAY, ROWS
from workflows import inspection
from workflows.access import Permission
from workflows.inspection import Result
from workflows.reports import findings, upkeep
from workflows.reports.findings import Tally
from workflows.reports.rates import Rate
from workflows.rules import all_rules

SHOWN, RANKED, UNITS, WEEKS, FEW = 16, 5, 8, 12, 6


@dataclass(frozen=True)
class Group:
    """Findings of one rule or one department, with where they are listed."""

    words: str
    tally: Tally
    url: str


def board(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision?department=`."""
    rows = standings(context)
    shown = upkeep.weeks(request.today, WEEKS)
    tallies = findings.tallies(request.db, context.units)
    by_unit = _by_unit(context, tallies)
    tally = sum(tallies.values(), Tally())
    late = [row for row in rows if row.verdict.state == LATE]
    return context.page(
        "board", _("公开监督"), counts=_counts(rows), rate=_rate(rows), total=len(rows), weeks=shown,
        lines=heat(context, rows[:SHOWN], shown), late=late[:RANKED],
        longest=max((row.verdict.cycles_late for row in late), default=1), inspection=_inspection(context),
        basis=inspection.BASIS,
        by_rule=_by_rule(request, tallies), by_unit=by_unit[:UNITS], more_units=len(by_unit) - UNITS,
        found=[_line(request, each) for each in findings.newest(request.db, context.units, FEW)],
        tally=tally, standing=tally.red + tally.yellow,
        orders=[_line(request, each) for each in findings.orders(request.db, context.units, FEW)],
        ordered=findings.count_orders(request.db, context.units), looked=_looked(request), halted=_halted(request))


def _counts(rows: list[Row]) -> dict[str, int]:
    """Blank columns are told apart from late ones, though both may be overdue."""
    blank = sum(row.verdict.blank for row in rows)
    return {"late": sum(row.verdict.state == LATE and not row.verdict.blank for row in rows),
            "soon": sum(row.verdict.state == SOON for row in rows), "blank": blank}


def _rate(rows: list[Row]) -> Rate:
    judged = [row for row in rows if row.verdict.state in upkeep.JUDGED]
    return Rate(sum(row.verdict.state in upkeep.KEPT for row in judged), len(judged))


def _inspection(context: Supervision) -> list[tuple[Result, Status]] | None:
    """The lines of the national inspection with how near each is; the whole site's, so for who sees all of it."""
    if CountySupervision(context.request).department_id not in context.allowed or context.chosen:
        return None
    return [(result, _nearness(result)) for result in inspection.preset(context.look).results]


def _nearness(result: Result) -> Status:
    if result.state == inspection.HIT:
        return "late", _("触及红线")
    if result.state == inspection.MANUAL:
        return "idle", _("人工判断")
    return ("warn", _("已到一半")) if result.number and 2 * result.number >= result.limit else ("ok", _("未触及"))


def _by_rule(request: Request, tallies: dict[tuple[str, int], Tally]) -> list[Group]:
    english, sums = request.language.code == "en", {}
    for (name, _unit), tally in tallies.items():
        sums[name] = sums.get(name, Tally()) + tally
    rules = all_rules()
    found = [Group(name if name not in rules else rules[name].english if english else rules[name].title, tally,
                   f"{URL}/findings?rule={name}") for name, tally in sums.items()]
    return _sorted(found)


def _by_unit(context: Supervision, tallies: dict[tuple[str, int], Tally]) -> list[Group]:
    sums: dict[int, Tally] = {}
    for (_name, unit), tally in tallies.items():
        sums[unit] = sums.get(unit, Tally()) + tally
    return _sorted([Group(context.short(unit), tally, f"{URL}/findings?department={unit}")
                    for unit, tally in sums.items()])


def _sorted(found: list[Group]) -> list[Group]:
    return sorted(found, key=lambda group: (-group.tally.red, -group.tally.yellow, group.words))


def _line(request: Request, finding: Finding) -> dict[str, Any]:
    unit = request.tree.departments.by_id[finding.department_id]
    return {"finding": finding, "url": address(finding), "rule": rule_words(request, finding),
            "severity": SEVERITIES[finding.severity], "state": state_words(request, finding),
            "about": subject_words(request.context, finding),
            "due": due_words(request, finding), "unit": unit.short_name}


def _looked(request: Request) -> dt.datetime | None:
    """The moment up to which findings are kept up to date; None before the first look."""
    return request.db.scalar(select(Entered.at).where(Entered.seq == cursors.position(request.db, ROWS)))


def _halted(request: Request) -> dt.date | None:
    """The day of the last full look, where that was neither today nor yesterday: the worker stands still."""
    day = cursors.position(request.db, DAY)
    return dt.date.fromordinal(day) if 0 < day < request.today.toordinal() - 1 else None


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(SUPERVISION, _("监督一览"), URL, "eye", Permission.READ_FINDINGS, 10))
    config.add_route("desk.supervision", URL, factory=Supervision)
    config.add_view(board, route_name="desk.supervision", request_method="GET", permission=Permission.READ_FINDINGS,
                    renderer="desk/supervision/board.pt")
