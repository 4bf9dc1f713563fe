"""找错: what citizens pointed out (我为政府网站找错), answered by the department that is responsible for the page."""

from __future__ import annotations

from typing import Any

import colander
import deform
from deform.widget import TextAreaWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import case, select

from content import feedback
from content.feedback import ErrorReport
from content.people import Unit
from portal.desk.inbox import report_due
from portal.desk.navigation import WORK, Entry
from portal.desk.words import Status, limit_status
from portal.forms import SchemaForm
from portal.i18n import _, safe_back
from portal.traversal import Desk
from workflows.access import PERMISSIONS, Permission, manages

URL = "/desk/reports"
LIMIT = 100


class Report:
    """A report; the factory of `/desk/reports/{id}/…`. Permissions come from its department."""

    node = None

    def __init__(self, request: Request) -> None:
        report = request.db.get(ErrorReport, int(request.matchdict["id"]))
        if report is None:
            raise KeyError(request.matchdict["id"])
        self.request = request
        self.report = report
        self.department_id = report.department_id


class Answer(colander.Schema):
    text = colander.SchemaNode(colander.String(), title=_("答复"), validator=colander.Length(max=2000),
                               widget=TextAreaWidget(rows=6),
                               description=_("写明核实的情况和怎样改正，请不要写个人信息。"))


def listing(request: Request) -> dict[str, Any]:
    """`/desk/reports`: of his departments, those that wait first."""
    waits = case((ErrorReport.state == feedback.WAITING, 0), else_=1)
    query = select(ErrorReport).where(ErrorReport.department_id.in_(_mine(request)))
    found = request.db.scalars(query.order_by(waits, ErrorReport.received.desc()).limit(LIMIT))
    lines = [(each, _status(request, each), _unit(request, each).short_name) for each in found]
    return {"title": _("找错"), "lines": lines, "most": LIMIT}


def _mine(request: Request) -> set[int]:
    roles = PERMISSIONS[Permission.ANSWER_REPORTS]
    return {unit for unit in request.tree.departments.by_id
            if any(manages(request.identity, role, unit, request.tree) for role in roles)}


def _unit(request: Request, report: ErrorReport) -> Unit:
    return request.tree.departments.by_id[report.department_id]


def _status(request: Request, report: ErrorReport) -> Status:
    if report.state == feedback.ANSWERED:
        return "ok", _("已答复")
    return limit_status(report_due(report), request.today)


def _form(context: Report, request: Request) -> SchemaForm:
    return SchemaForm(request, Answer, [deform.Button("save", _("答复"))], action=f"{URL}/{context.report.id}",
                      formid="answer")


def show(context: Report, request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/reports/{id}`; the contact stays sealed until somebody asks for it."""
    report = context.report
    return {"title": _("找错第${n}号", mapping={"n": report.id}), "report": report, "status": _status(request, report),
            "unit": _unit(request, report).name, "page": safe_back(report.page), "due": report_due(report).date,
            "has_contact": report.contact is not None, "contact": "",
            "form": _form(context, request).render({"text": report.answer})} | more


def answer(context: Report, request: Request) -> dict[str, Any] | Response:
    try:
        values = _form(context, request).validate(request.POST)
    except deform.ValidationFailure as failure:
        return show(context, request, form=failure.render())
    feedback.answer(request.db, context.report, values["text"], actor_id=request.identity.user_id)
    request.session.flash(("ok", request.localizer.translate(_("已答复"))))
    return HTTPSeeOther(URL)


def open_contact(context: Report, request: Request) -> dict[str, Any]:
    """Show how the reporter can be reached, on the answer itself; that somebody looked is in the journal."""
    contact = feedback.open_contact(request.db, request.house.keys, context.report,
                                    actor_id=request.identity.user_id)
    return show(context, request, contact=contact)


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(WORK, _("找错"), URL, "flag", Permission.ANSWER_REPORTS, 60))
    config.add_route("desk.reports", URL, factory=Desk)
    config.add_route("desk.report", URL + r"/{id:\d{1,9}}", factory=Report)
    config.add_route("desk.report.contact", URL + r"/{id:\d{1,9}}/contact", factory=Report)
    page, may = "desk/admin/report.pt", Permission.ANSWER_REPORTS
    config.add_view(listing, route_name="desk.reports", request_method="GET", renderer="desk/admin/reports.pt",
                    permission=may)
    config.add_view(show, route_name="desk.report", request_method="GET", renderer=page, permission=may)
    config.add_view(answer, route_name="desk.report", request_method="POST", renderer=page, permission=may)
    config.add_view(open_contact, route_name="desk.report.contact", request_method="POST", renderer=page,
                    permission=may)
