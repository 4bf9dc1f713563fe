"""一年走势: how many columns were late and near their day, and how many other findings stood, week by week."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from portal.desk.supervision._views import URL, Supervision
from portal.i18n import _
from workflows.access import Permission
from workflows.reports import findings, upkeep

WEEKS = 52


def trend(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/trend?department=`: each week as it stood on its last day."""
    weeks = upkeep.weeks(request.today, WEEKS)
    first, last = weeks[0].first, weeks[-1].last
    columns = upkeep.standing(upkeep.all_spans(context.rhythms, context.nodes, first, last).values(), first, last)
    others = findings.daily(request.db, context.units, first, last, without=findings.BY_RHYTHM)
    lines = [(week, columns[day], others[day]) for week, day in
             ((week, (week.last - first).days) for week in weeks)]
    return context.page("trend", _("一年走势"), lines=lines[::-1], drawn=_drawn(context, lines))


def _drawn(context: Supervision, lines: list[tuple]) -> dict[str, Any]:
    series = ((_("超期栏目"), "late", [column.late for _week, column, _other in lines]),
              (_("临期栏目"), "warn", [column.soon for _week, column, _other in lines]),
              (_("其他红色问题"), "info", [other.red for _week, _column, other in lines]),
              (_("其他黄色问题"), "idle", [other.yellow for _week, _column, other in lines]))
    return {"kind": "lines", "x": [f"{week.last.month}.{week.last.day}" for week, *_rest in lines],
            "series": [{"name": context.say(words), "tone": tone, "data": data} for words, tone, data in series]}


def includeme(config: Configurator) -> None:
    config.add_route("desk.supervision.trend", f"{URL}/trend", factory=Supervision)
    config.add_view(trend, route_name="desk.supervision.trend", request_method="GET",
                    permission=Permission.READ_FINDINGS, renderer="desk/supervision/trend.pt")
