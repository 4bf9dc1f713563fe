"""年度报告: the annual report of an organ at the desk: its figures, its checks, its words, and the draft it becomes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import select

from content import annual
from content.annual import AnnualReport
from content.documents import Document
from content.people import Unit
from portal.desk import annual_form
from portal.desk.admin import _forms
from portal.desk.navigation import WORK, Entry
from portal.desk.words import Status, state_status
from portal.forms import whole
from portal.i18n import _
from portal.reporting import excel, html, word
from portal.reporting.annual import paper
from portal.traversal import Desk
from workflows.access import Permission, permits
from workflows.reports import publishing
from workflows.reports.annual import Annual, report

URL = "/desk/annual"
ONE = rf"{URL}/{{year:\d{{4}}}}/{{code:[\w-]{{1,40}}}}"
FIRST = 2008  # the year in which the first Regulation came into force
SHOWN = 6  # years that the list offers
EXPORTS = {"html": ("text/html", lambda sheet: html.page(sheet).encode()),
           "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", word.write),
           "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", excel.write)}


class DeskReport:
    """The report of an organ for a year: the factory of `/desk/annual/{year}/{code}/…`. Raises `KeyError`."""

    node = None

    def __init__(self, request: Request) -> None:
        self.request, self.year = request, int(request.matchdict["year"])
        self.unit: Unit = request.tree.departments.by_code[request.matchdict["code"]]
        if not FIRST <= self.year <= request.today.year or self.unit not in publishing.organs(request.tree):
            raise KeyError(request.matchdict["year"])

    @property
    def department_id(self) -> int:
        return self.unit.id

    @property
    def url(self) -> str:
        return f"{URL}/{self.year}/{self.unit.code}"

    @cached_property
    def report(self) -> Annual:
        return report(self.request.db, self.request.tree, self.year, self.unit.id)

    @cached_property
    def entry(self) -> AnnualReport | None:
        return annual.of(self.request.db, self.year, self.unit.id)


@dataclass(frozen=True)
class Line:
    """An organ in the list: when its words were written last, and where its document stands."""

    unit: Unit
    changed: dt.datetime | None
    document: Document | None
    status: Status | None


def listing(request: Request) -> dict[str, Any]:
    """`/desk/annual?year=`: the organs that one works for; three queries, however many there are."""
    year, years = _year(request), range(request.today.year, request.today.year - SHOWN, -1)
    entries = {each.department_id: each for each in
               request.db.scalars(select(AnnualReport).where(AnnualReport.year == year))}
    numbers = [each.document_id for each in entries.values() if each.document_id]
    documents = {each.id: each for each in request.db.scalars(select(Document).where(Document.id.in_(numbers)))}
    units = [unit for unit in publishing.organs(request.tree)
             if permits(request.identity, Permission.READ_ANNUAL, None, request.tree, unit.id)]
    return {"title": _("年度报告"), "year": year, "years": years, "url": URL,
            "lines": [_line(request, unit, entries.get(unit.id), documents) for unit in units]}


def _year(request: Request) -> int:
    """The year asked for; until June the report being written is that of last year."""
    today, asked = request.today, whole(request.GET.get("year", ""))
    if asked is not None and FIRST <= asked <= today.year:
        return asked
    return today.year - (today.month <= 6)


def _line(request: Request, unit: Unit, entry: AnnualReport | None, documents: dict[int, Document]) -> Line:
    document = documents.get(entry.document_id) if entry and entry.document_id else None
    return Line(unit, entry.changed if entry else None, document,
                state_status(request, document) if document else None)


# -- one report -------------------------------------------------------------------------------------------------

def show(context: DeskReport, request: Request, refused: tuple[str, ...] = ()) -> dict[str, Any]:
    """`/desk/annual/{year}/{code}`: the tables with their cases, every check, and what can be done."""
    found, link = context.report, _links(request)
    document = publishing.document_of(request.db, found)
    homes = publishing.homes(request.identity, request.tree, request.today)
    usual = publishing.usual_home(request.db, found, homes)
    return {
        "title": publishing.title(found), "context": context, "report": found, "url": context.url,
        "fragment": html.fragment(paper(found, link)), "refused": refused,
        "problems": publishing.problems(found, request.today),
        "held": len([check for check in found.checks if check.holds]),
        "document": document, "status": state_status(request, document) if document else None,
        "homes": homes, "usual": usual, "may_write": request.has_permission(Permission.WRITE_ANNUAL),
    }


def _links(request: Request) -> Any:
    """Row and column to the list of the cases counted there, for who may see cases."""
    if not request.has_permission(Permission.READ_CASES):
        return lambda row, column: ""
    return lambda row, column: f"{request.context.url}/cases/{row}/{column}"


def export(context: DeskReport, request: Request) -> Response:
    """`/desk/annual/{year}/{code}/export.{form}`: the report to take home."""
    form = request.matchdict["form"]
    media, write = EXPORTS[form]
    name = quote(f"{publishing.title(context.report)}.{form}")
    return Response(write(paper(context.report)), content_type=media, charset="utf-8" if form == "html" else None,
                    content_disposition=f"attachment; filename=\"report.{form}\"; filename*=UTF-8''{name}")


def edit(context: DeskReport, request: Request) -> dict[str, Any]:
    """`/desk/annual/{year}/{code}/edit`: the form with what was written so far."""
    shown = annual_form.filled(context.entry, context.report.layout)
    return _editing(context, _form(context, request).render(shown))


def save(context: DeskReport, request: Request) -> dict[str, Any] | Response:
    """Keep words and figures; what somebody else saved meanwhile is not overwritten unseen."""
    form = _form(context, request)
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return _editing(context, failure.render())
    now_there = annual_form.stamp(context.entry)
    if values["seen"] != now_there:
        form.form["seen"].cstruct = now_there
        return _editing(context, _forms.refused(form, request.localizer.translate(
            _("别人先保存了这份报告。下面是您写的；再按一次“保存”就以您的为准。"))), theirs=True)
    texts, figures = annual_form.entered(values, context.report.layout)
    annual.enter(request.db, context.year, context.unit.id, texts=texts, figures=figures,
                 actor_id=request.identity.user_id, at=request.now)
    request.session.flash(("ok", request.localizer.translate(_("已保存"))))
    return HTTPSeeOther(context.url)


def _form(context: DeskReport, request: Request) -> Any:
    return annual_form.form(request, context.report, f"{context.url}/edit")


def _editing(context: DeskReport, form: str, theirs: bool = False) -> dict[str, Any]:
    return {"title": _("修改${title}", mapping={"title": publishing.title(context.report)}), "form": form,
            "url": context.url,
            "theirs": context.entry.texts if theirs and context.entry else None}


def draft(context: DeskReport, request: Request) -> dict[str, Any] | Response:
    """Make the draft in the chosen column, or write the new figures into the one that is there."""
    nodes = {node.id: node for node in publishing.homes(request.identity, request.tree, request.today)}
    node = nodes.get(whole(request.POST.get("column", "")) or 0)
    if node is None:
        raise HTTPForbidden()
    try:
        body = str(html.fragment(paper(context.report)))
        made = publishing.draft(request.db, request.tree, context.report, node, body, identity=request.identity,
                                at=request.now)
    except publishing.NotReady as problem:
        return show(context, request, tuple(problem.reasons))
    request.session.flash(("ok", request.localizer.translate(_("文稿已生成，请核对后送审"))))
    return HTTPSeeOther(f"/desk/document/{made.id}")


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(WORK, _("年度报告"), URL, "chart", Permission.READ_ANNUAL, 70))
    config.add_route("desk.annual", URL, factory=Desk)
    config.add_route("desk.annual.report", ONE, factory=DeskReport)
    config.add_route("desk.annual.edit", f"{ONE}/edit", factory=DeskReport)
    config.add_route("desk.annual.draft", f"{ONE}/draft", factory=DeskReport)
    config.add_route("desk.annual.export", f"{ONE}/export.{{form:html|docx|xlsx}}", factory=DeskReport)
    read, write = {"permission": Permission.READ_ANNUAL}, {"permission": Permission.WRITE_ANNUAL}
    page, form = "desk/annual_report.pt", "desk/annual_edit.pt"
    config.add_view(listing, route_name="desk.annual", request_method="GET", renderer="desk/annual.pt", **read)
    config.add_view(show, route_name="desk.annual.report", request_method="GET", renderer=page, **read)
    config.add_view(export, route_name="desk.annual.export", request_method="GET", **read)
    config.add_view(edit, route_name="desk.annual.edit", request_method="GET", renderer=form, **write)
    config.add_view(save, route_name="desk.annual.edit", request_method="POST", renderer=form, **write)
    config.add_view(draft, route_name="desk.annual.draft", request_method="POST", renderer=page, **write)
