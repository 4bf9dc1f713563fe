"""栏目日历: all columns by how late they are, with twelve weeks; the calendar of a year, of all or of one of them."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from sqlalchemy import select

from content.documents import ARCHIVED, PUBLIC, Listing, Live
from content.promises import EMPTY, FREE, LATE, OK, SOON
from content.tree import Node
from portal.desk.supervision._columns import CODES, heat, row_of, standings
from portal.desk.supervision._shared import address, rule_words, state_words
from portal.desk.supervision._views import SEVERITIES, STATES, URL, Supervision
from portal.forms import whole
from portal.i18n import _
from portal.paging import from_first
from workflows.access import Permission
from workflows.reports import findings, upkeep
from workflows.reports.upkeep import DAY, Standing
from workflows.rhythm import Span

SIZE, WEEKS, YEAR, SHOWN = 30, 12, 364, 30


def columns(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/columns?department=&page=`: the worst first, by cycles late, then by days."""
    rows, weeks = standings(context), upkeep.weeks(request.today, WEEKS)
    pages = from_first(len(rows), SIZE, whole(request.GET.get("page", "1")) or 1, lambda number: context.address(
        "/columns", page=number))
    if pages is None:
        raise HTTPNotFound()
    shown = rows[pages.offset:pages.offset + pages.limit]
    first = request.today - YEAR * DAY
    spans = upkeep.all_spans(context.rhythms, context.nodes, first, request.today)
    days = upkeep.standing(spans.values(), first, request.today)
    return context.page("columns", _("栏目日历"), lines=heat(context, shown, weeks), weeks=weeks,
                        late=[row for row in shown if row.verdict.state == LATE],
                        begin=min(pages.offset + 1, len(rows)), until=pages.offset + len(shown), pages=pages,
                        total=len(rows), months=_months(days), drawn=_drawn_all(context, days),
                        longest=max((row.verdict.cycles_late for row in rows), default=0) or 1)


def _months(days: list[Standing]) -> list[dict[str, Any]]:
    """By month: the most that were late on one day, and the days on which none was."""
    found = []
    for (year, month), group in groupby(days, key=lambda each: (each.day.year, each.day.month)):
        those = list(group)
        found.append({"words": _("${year}年${month}月", mapping={"year": year, "month": month}),
                      "late": max(each.late for each in those), "soon": max(each.soon for each in those),
                      "clean": sum(not each.late for each in those), "days": len(those)})
    return found[::-1]


def _drawn_all(context: Supervision, days: list[Standing]) -> dict[str, Any]:
    return {"kind": "calendar", "range": [days[0].day, days[-1].day], "most": max(each.late for each in days),
            "days": [[each.day, each.late, f"{each.day}：" + context.say(
                _("${late}个栏目超期，${soon}个临期", mapping={"late": each.late, "soon": each.soon}))]
                for each in days]}


# -- one column -------------------------------------------------------------------------------------------------

def column(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/columns/{id}`: a year of one column, what it rests on, and what was found."""
    node = request.tree.by_id.get(int(request.matchdict["id"]))
    if node is None or node.department_id not in context.allowed:
        raise HTTPNotFound()
    first = request.today - YEAR * DAY
    spans = context.rhythms.spans(node, first, request.today)
    return context.page("columns", node.name, node=node, row=row_of(context, node), spans=_shown(spans),
                        updates=_updates(request, node), drawn=_drawn(context, spans, first),
                        found=[{"finding": each, "url": address(each), "rule": rule_words(request, each),
                                "severity": SEVERITIES[each.severity], "state": state_words(request, each)}
                               for each in findings.of_subject(request.db, "column", node.id, SHOWN)])


def _shown(spans: list[Span]) -> list[tuple[Span, Any, int]]:
    """The newest first, with how many days each lasted."""
    return [(span, STATES[span.state], (span.last - span.first).days + 1) for span in reversed(spans)][:SHOWN * 2]


def _drawn(context: Supervision, spans: list[Span], first: dt.date) -> dict[str, Any]:
    days = [[day, CODES[span.state], f"{day}：{context.say(STATES[span.state][1])}"]
            for span in spans for day in (span.first + number * DAY for number in range(
                (span.last - span.first).days + 1))]
    return {"kind": "calendar", "range": [first, context.request.today], "days": days,
            "words": [context.say(STATES[state][1]) for state in (FREE, OK, SOON, LATE, EMPTY)]}


def _updates(request: Request, node: Node) -> list[Live]:
    """What was published there last, or below it: the evidence."""
    below = [each.id for each in node.walk()]
    numbers = (select(Listing.document_id).where(Listing.column_id.in_(below)))
    query = (select(Live).where(Live.document_id.in_(numbers), Live.state.in_((PUBLIC, ARCHIVED)))
             .order_by(Live.published.desc()).limit(SHOWN // 2))
    return list(request.db.scalars(query))


def includeme(config: Configurator) -> None:
    may = {"request_method": "GET", "permission": Permission.READ_FINDINGS}
    config.add_route("desk.supervision.columns", f"{URL}/columns", factory=Supervision)
    config.add_route("desk.supervision.column", rf"{URL}/columns/{{id:\d{{1,9}}}}", factory=Supervision)
    config.add_view(columns, route_name="desk.supervision.columns", renderer="desk/supervision/columns.pt", **may)
    config.add_view(column, route_name="desk.supervision.column", renderer="desk/supervision/column.pt", **may)
