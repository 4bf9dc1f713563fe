"""30天预测: what turns red in the next thirty days if nothing comes: columns, cases, orders."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from sqlalchemy import select

from content.cases import Case
from content.promises import LATE
from portal.desk.supervision._shared import address, rule_words
from portal.desk.supervision._views import URL, Supervision
from portal.i18n import _
from workflows.access import Permission, units_for
from workflows.reports import findings
from workflows.reports.upkeep import DAY

AHEAD, MOST = 30, 300
COLUMN, CASE, ORDER = "column", "case", "order"
KINDS = {COLUMN: _("栏目"), CASE: _("申请件、来信"), ORDER: _("督办单")}
TONES = {COLUMN: "late", CASE: "info", ORDER: "warn"}


@dataclass(frozen=True)
class Line:
    """What turns red on `day`; `last` is the last day on which it is well."""

    kind: str
    day: dt.date
    words: str
    unit: int
    url: str
    note: Any = ""

    @property
    def last(self) -> dt.date:
        return self.day - DAY


def forecast(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/forecast?department=`: by day; at most `MOST` cases and orders are listed."""
    until = request.today + AHEAD * DAY
    lines = sorted([*_columns(context, until), *_cases(context, until), *_orders(context, until)],
                   key=lambda line: (line.day, line.kind, line.words))
    return context.page("forecast", _("30天预测"), lines=lines, kinds=KINDS, until=until,
                        counts={kind: sum(line.kind == kind for line in lines) for kind in KINDS},
                        drawn=_drawn(context, lines))


def _columns(context: Supervision, until: dt.date) -> list[Line]:
    wanted = {node.id for node in context.nodes}
    return [Line(COLUMN, day, node.name, node.department_id, context.address(f"/columns/{node.id}"))
            for node, day, state in context.rhythms.turning(until) if state == LATE and node.id in wanted]


def _cases(context: Supervision, until: dt.date) -> list[Line]:
    """By their numbers, for who may see cases: nobody's name."""
    request = context.request
    units = context.units & units_for(request.identity, Permission.READ_CASES, request.tree)
    query = (select(Case.id, Case.number, Case.due, Case.department_id)
             .where(Case.finished.is_(None), Case.due >= request.today, Case.due < until,
                    Case.department_id.in_(units)).order_by(Case.due, Case.id).limit(MOST))
    return [Line(CASE, due + DAY, number, unit, f"/desk/cases/{case}")
            for case, number, due, unit in request.db.execute(query)]


def _orders(context: Supervision, until: dt.date) -> list[Line]:
    request = context.request
    return [Line(ORDER, each.order_due + DAY, each.order_number or "", each.department_id, address(each),
                 rule_words(request, each))
            for each in findings.orders(request.db, context.units, MOST, until - DAY)
            if each.order_due >= request.today]


def _drawn(context: Supervision, lines: list[Line]) -> dict[str, Any]:
    days = [context.request.today + number * DAY for number in range(1, AHEAD + 1)]
    found = Counter((line.kind, line.day) for line in lines)
    return {"kind": "bars", "stack": True, "x": [f"{day.month}.{day.day}" for day in days],
            "series": [{"name": context.say(words), "tone": TONES[kind], "data": [found[kind, day] for day in days]}
                       for kind, words in KINDS.items()]}


def includeme(config: Configurator) -> None:
    config.add_route("desk.supervision.forecast", f"{URL}/forecast", factory=Supervision)
    config.add_view(forecast, route_name="desk.supervision.forecast", request_method="GET",
                    permission=Permission.READ_FINDINGS, renderer="desk/supervision/forecast.pt")
