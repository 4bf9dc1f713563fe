"""办理情况统计: how applications for disclosure are dealt with, year by year; aggregates only (Art. 49, 50)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from portal.i18n import _
from portal.public import _asked
from portal.security import READ
from workflows.outcomes import GROUPS
from workflows.reports.overview import overview, years
from workflows.reports.rows import CLASSES


@dataclass(frozen=True)
class Bar:
    """A row of a table with its bar: `width` in percent of the longest."""

    words: Any
    count: int
    width: float
    other: int | None = None


@view_config(route_name="statistics", permission=READ, renderer="public/statistics.pt", request_method="GET")
def statistics(request: Request) -> dict[str, Any]:
    """`/apply/statistics?year=`: the county and all its organs."""
    known = years(request.db, request.today)
    year = _asked.number(request, "year") if "year" in request.GET else request.today.year
    if year not in known:
        raise HTTPNotFound()
    units = request.tree.departments
    top = next((unit for unit in units.by_id.values() if unit.parent_id is None), None)
    if top is None:
        raise HTTPNotFound()
    found = overview(request.db, request.tree, year, top.id)
    share = found.share_on_time
    return {
        "title": _("依申请公开办理情况"), "breadcrumb": [(_("依申请公开"), "/apply"), (_("办理情况"), "")],
        "found": found, "years": known, "organ": top.name, "share": "" if share is None else f"{share:.4g}",
        "score": f"{found.satisfaction:.1f}",
        "months": _pairs([(_("${n}月", mapping={"n": month}), each) for month, each in found.months.items()]),
        "offices": _pairs([(units.by_id[unit].short_name, each) for unit, each in found.offices.items()]),
        "groups": _bars({GROUPS[code].partition("）")[2]: count for code, count in found.groups.items()}),
        "classes": _bars({CLASSES[code]: count for code, count in found.classes.items()}),
    }


def _bars(counts: Mapping[str, int]) -> list[Bar]:
    most = max(counts.values(), default=0) or 1
    return [Bar(words, count, round(100 * count / most, 1)) for words, count in counts.items()]


def _pairs(counts: Sequence[tuple[Any, tuple[int, int]]]) -> list[Bar]:
    """Bars of what was received, with what was finished beside it."""
    most = max((came for _words, (came, _went) in counts), default=0) or 1
    return [Bar(words, came, round(100 * came / most, 1), went) for words, (came, went) in counts]


def includeme(config: Configurator) -> None:
    config.add_route("statistics", "/apply/statistics")
