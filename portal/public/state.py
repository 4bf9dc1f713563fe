"""本站运行情况: whether the portal keeps what it promises, told by itself: columns, limits, reports, the last look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.view import view_config

from content import journal
from content.promises import sentence
from portal import promised
from portal.i18n import _
from portal.security import READ
from workflows.reports.health import Health, health
from workflows.reports.rates import Rate

MOST = 50  # late columns that are named; the rest is counted
MOVING = (*promised.MOVING, "report", "finding")  # what moves the figures


@dataclass(frozen=True)
class Bar:
    """A department with its rate and how many of its columns are late, drawn: `width` in percent."""

    words: str
    rate: Rate
    late: int
    width: float


@view_config(route_name="health", permission=READ, renderer="public/state.pt", request_method="GET")
def state(request: Request) -> dict[str, Any]:
    """`/health`."""
    version = journal.latest(request.db, *MOVING), request.today
    found: Health = request.registry.settings["promises"].get("health", version, lambda: _reckoned(request))
    return {"title": _("本站运行情况"), "breadcrumb": [(_("本站运行情况"), "")], "found": found, "most": MOST,
            "late": [(each.node, each.verdict, sentence(each.node.rule)) for each in found.late[:MOST]],
            "bare": [each.node for each in found.bare[:MOST]],
            "days": (request.today - found.newest).days if found.newest else None, "units": _bars(request, found)}


def _reckoned(request: Request) -> Health:
    calendar = request.house.calendar(request.db)
    return health(request.db, request.tree, calendar, promised.all_verdicts(request), request.today)


def _bars(request: Request, found: Health) -> list[Bar]:
    """Those first that keep least; departments without a column that owes anything are left out."""
    units = request.tree.departments.by_id
    made = [Bar(units[unit].short_name, rate, int(rate.whole - rate.part), round(100 * rate.part / rate.whole, 1))
            for unit, rate in found.units.items()]
    return sorted(made, key=lambda bar: (bar.width, bar.words))


def includeme(config: Configurator) -> None:
    config.add_route("health", "/health")
