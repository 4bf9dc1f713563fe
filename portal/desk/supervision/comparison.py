"""部门比较: departments side by side, by rates that are each a count over a count; what has none has no rate."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from portal.desk.supervision import _measured
from portal.desk.supervision._views import URL, Supervision, period, periods
from portal.i18n import _
from workflows.access import Permission
from workflows.reports import rates
from workflows.reports.rates import CLOSED, ON_TIME, SATISFIED, TIMELY, UPDATED, Rates

TITLES = {UPDATED: _("按期更新率"), TIMELY: _("及时公开率"), CLOSED: _("办结率"), ON_TIME: _("按时办结率"),
          SATISFIED: _("满意率")}
HOW = {UPDATED: _("栏目不超期也不空白的天数 ÷ 栏目应当考核的天数"), TIMELY: _("没有逾期公开的 ÷ 写明形成日期并公开的"),
       CLOSED: _("到期末已办结的 ÷ 本期收到的"), ON_TIME: _("按时办结的 ÷ 本期办结的"),
       SATISFIED: _("非常满意、满意、基本满意 ÷ 本期办结并评价的")}


def comparison(context: Supervision, request: Request) -> dict[str, Any]:
    """`/desk/supervision/comparison?period=&by=`: by one of the rates, the lowest first; without one at the end."""
    asked = period(request)
    by = request.GET.get("by", UPDATED)
    by = by if by in TITLES else UPDATED
    measured = _measured.rates_of(context, asked)
    found = [(unit, each) for unit, each in measured.items() if any(rate.whole for rate in each.values())]
    found.sort(key=lambda pair: (pair[1][by].percent is None, pair[1][by].percent or 0, context.short(pair[0])))
    return context.page("comparison", _("部门比较"), lines=found, asked=asked, periods=periods(request.today), by=by,
                        titles=TITLES, how=HOW, total=rates.total(each for _unit, each in found),
                        drawn=_drawn(context, found, by))


def _drawn(context: Supervision, found: list[tuple[int, Rates]], by: str) -> dict[str, Any]:
    shown = [(unit, each[by].percent) for unit, each in found if each[by].percent is not None]
    return {"kind": "bars", "flat": True, "percent": True, "x": [context.short(unit) for unit, _percent in shown],
            "series": [{"name": context.say(TITLES[by]), "tone": "qing",
                        "data": [float(percent) for _unit, percent in shown]}]}


def includeme(config: Configurator) -> None:
    config.add_route("desk.supervision.comparison", f"{URL}/comparison", factory=Supervision)
    config.add_view(comparison, route_name="desk.supervision.comparison", request_method="GET",
                    permission=Permission.READ_FINDINGS, renderer="desk/supervision/comparison.pt")
