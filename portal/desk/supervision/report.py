"""监察报告: the audit report at the desk, to be read, and to be taken home signed as a page, a workbook or a PDF."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request
from pyramid.response import Response

from content.people import Unit
from content.signing import public_key
from portal.desk.navigation import SUPERVISION, Entry
from portal.desk.supervision._registers import FIRST_DAY
from portal.desk.supervision._views import URL as DESK
from portal.i18n import _
from portal.reporting import html
from portal.reporting.audit import FORMS, paper, write
from workflows.access import Permission, units_for
from workflows.reports.audit import Audit, audit

URL = f"{DESK}/report"
MEDIA = {"html": "text/html", "pdf": "application/pdf",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
TITLES = {"html": "HTML", "xlsx": "Excel", "pdf": "PDF"}


class DeskAudit:
    """What is asked for with `?department=&since=&until=`: the factory of these pages.

    An auditor gets reports of the departments below his own. Raises `KeyError` for any other.
    """

    node = None

    def __init__(self, request: Request) -> None:
        self.request = request
        self.code, self.since, self.until = (request.GET.get(name, "").strip()
                                             for name in ("department", "since", "until"))
        if self.code and self.code not in {unit.code for unit in self.offered}:
            raise KeyError(self.code)

    @cached_property
    def offered(self) -> list[Unit]:
        """The highest first, so that the first one is what an auditor answers for."""
        units = self.request.tree.departments
        mine = units_for(self.request.identity, Permission.SUPERVISE, self.request.tree) \
            if self.request.identity else set()
        return sorted((units.by_id[each] for each in mine), key=lambda unit: (len(units.chain(unit.id)), unit.code))

    @property
    def unit(self) -> Unit:
        return next(unit for unit in self.offered if not self.code or unit.code == self.code)

    @cached_property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """First and last day; None where they are no dates, in the wrong order, to come, or before all records."""
        today = self.request.today
        try:
            last = dt.date.fromisoformat(self.until) if self.until else today
            first = dt.date.fromisoformat(self.since) if self.since else dt.date(last.year, 1, 1)
        except ValueError:
            return None
        return (first, last) if FIRST_DAY <= first <= last <= today else None

    def made(self) -> Audit:
        """Raises `HTTPBadRequest` where the days are wrong."""
        if self.days is None:
            raise HTTPBadRequest()
        return audit(self.request.db, self.request.house, self.unit, *self.days, self.request.now)


def page(context: DeskAudit, request: Request) -> dict[str, Any]:
    """`/desk/supervision/report`: the report as it would be signed now."""
    shown = None
    if context.days is not None:
        shown = html.fragment(paper(context.made(), with_proof=False))
    else:
        request.response.status_int = 400
    first, last = context.days or (context.since, context.until)
    return {"title": _("监察报告"), "url": URL, "offered": context.offered, "chosen": context.unit, "since": first,
            "until": last, "shown": shown, "key": public_key(request.house.keys, request.db),
            "files": [(TITLES[form], f"{URL}.{form}?{_query(context)}") for form in FORMS]}


def _query(context: DeskAudit) -> str:
    return urlencode({"department": context.unit.code, "since": context.since, "until": context.until})


def export(context: DeskAudit, request: Request) -> Response:
    """`/desk/supervision/report.{form}`: the same, signed."""
    form, found = request.matchdict["form"], context.made()
    name = quote(f"{found.unit.short_name}政务公开监察报告{found.day.isoformat()}.{form}")
    return Response(write(request.db, request.house, found, form), content_type=MEDIA[form], cache_control="no-store",
                    charset="utf-8" if form == "html" else None,
                    content_disposition=f"attachment; filename=\"audit.{form}\"; filename*=UTF-8''{name}")


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(SUPERVISION, _("监察报告"), URL, "chart", Permission.SUPERVISE, 55))
    config.add_route("desk.supervision.report", URL, factory=DeskAudit)
    config.add_route("desk.supervision.report.file", f"{URL}.{{form:{'|'.join(FORMS)}}}", factory=DeskAudit)
    asked = {"request_method": "GET", "permission": Permission.SUPERVISE}
    config.add_view(page, route_name="desk.supervision.report", renderer="desk/supervision/report.pt", **asked)
    config.add_view(export, route_name="desk.supervision.report.file", **asked)
