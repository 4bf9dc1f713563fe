"""部门矩阵: departments by weeks, each cell with how many columns were late; behind each cell its columns."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from content.promises import FREE, LATE, OK, SOON
from portal.desk.supervision._columns import CODES, row_of
from portal.desk.supervision._views import STATES, URL, Supervision
from portal.forms import whole
from portal.i18n import _
from workflows.access import Permission
from workflows.reports import upkeep
from workflows.reports.upkeep import Cell, Week
from workflows.rhythm import CLOSED

WEEKS = (26, 52)
SIGNS = {LATE: "◆", SOON: "▲", OK: "", FREE: ""}
KINDS = {LATE: "r", SOON: "y", OK: "w1", FREE: "n"}


def matrix(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/matrix?weeks=&department=`."""
    count = whole(request.GET.get("weeks", "")) or WEEKS[0]
    count = count if count in WEEKS else WEEKS[0]
    weeks = upkeep.weeks(request.today, count)
    spans = upkeep.all_spans(context.rhythms, context.nodes, weeks[0].first, request.today)
    cells = upkeep.matrix(spans, weeks)
    units = sorted(cells, key=lambda unit: (-sum(cell.late for cell in cells[unit]), context.short(unit)))
    rows = [(context.short(unit), sum(cell.late > 0 for cell in cells[unit]),
             [_shown(context, unit, week, cell) for week, cell in zip(weeks, cells[unit], strict=True)])
            for unit in units]
    return context.page("matrix", _("部门矩阵"), rows=rows, weeks=weeks, count=count, choices=WEEKS,
                        drawn=_drawn(context, rows, weeks))


def _shown(context: Supervision, unit: int, week: Week, cell: Cell) -> dict[str, Any]:
    number = cell.late or cell.soon
    words = {LATE: _("${n}个栏目超期", mapping={"n": cell.late}), SOON: _("${n}个栏目临期", mapping={"n": cell.soon}),
             OK: _("都按期"), FREE: STATES[FREE][1]}[cell.state]
    code = context.request.tree.departments.by_id[unit].code
    return {"kind": KINDS[cell.state], "code": CODES[cell.state], "words": words,
            "sign": f"{SIGNS[cell.state]}{number}" if number else "·" if cell.state == OK else "",
            "url": context.address(f"/matrix/{code}/{week.first}") if cell.state != FREE else ""}


def _drawn(context: Supervision, rows: list[tuple], weeks: list[Week]) -> dict[str, Any]:
    cells = [[x, y, cell["code"], cell["sign"],
              f"{name}，{context.say(_week_words(weeks[x]))}：{context.say(cell['words'])}", cell["url"]]
             for y, (name, _late, row) in enumerate(rows) for x, cell in enumerate(row)]
    return {"kind": "matrix", "x": [f"{week.first.month}.{week.first.day}" for week in weeks],
            "y": [name for name, _late, _row in rows], "cells": cells,
            "words": [context.say(STATES[state][1]) for state in (FREE, OK, SOON, LATE)]}


def _week_words(week: Week) -> Any:
    return _("${first}至${last}", mapping={"first": week.first.isoformat(), "last": week.last.isoformat()})


def cell(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/matrix/{code}/{monday}`: the columns of a department in a week, and how each stood."""
    unit = request.tree.departments.by_code.get(request.matchdict["code"])
    if unit is None or unit.id not in context.allowed:
        raise HTTPNotFound()
    week = _week(request)
    nodes = upkeep.columns(request.tree, {unit.id})
    updates = upkeep.updates(request.db, nodes, week.first, week.last)
    lines = []
    for node in nodes:
        spans = context.rhythms.spans(node, week.first, week.last)
        state = upkeep.worst(spans)
        if state != CLOSED and (state != FREE or updates[node]):
            due = next((span.due for span in spans if span.state == state), None)
            lines.append({"row": row_of(context, node), "state": STATES[state], "due": due,
                          "order": upkeep.WORST.index(state),
                          "count": sum(updates[node].values())})
    lines.sort(key=lambda line: line["order"])
    return context.page("matrix", _("${unit}的一周", mapping={"unit": unit.short_name}), unit=unit, week=week,
                        lines=lines, before=week.first - 7 * upkeep.DAY,
                        after=week.first + 7 * upkeep.DAY if week.last < request.today else None)


def _week(request: Request) -> Week:
    try:
        first = dt.date.fromisoformat(request.matchdict["week"])
    except ValueError:
        raise HTTPNotFound() from None
    if first.weekday() or not request.today - dt.timedelta(days=1830) < first <= request.today:
        raise HTTPNotFound()
    return Week(first, min(first + 6 * upkeep.DAY, request.today))


def includeme(config: Configurator) -> None:
    may = {"request_method": "GET", "permission": Permission.READ_FINDINGS}
    config.add_route("desk.supervision.matrix", f"{URL}/matrix", factory=Supervision)
    config.add_route("desk.supervision.cell", rf"{URL}/matrix/{{code:[\w-]{{1,40}}}}/{{week:\d{{4}}-\d\d-\d\d}}",
                     factory=Supervision)
    config.add_view(matrix, route_name="desk.supervision.matrix", renderer="desk/supervision/matrix.pt", **may)
    config.add_view(cell, route_name="desk.supervision.cell", renderer="desk/supervision/cell.pt", **may)
