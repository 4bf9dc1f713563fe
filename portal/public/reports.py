"""我为政府网站找错: a visitor says what is wrong with a page, and it reaches the department that answers for it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import colander
import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from content import feedback, outbox, repository
from content.people import Unit
from content.privacy import KINDS, scan_text
from content.tree import Node, Tree
from portal.forms import SchemaForm
from portal.i18n import _, safe_back
from portal.limits import limited
from portal.security import READ

_DOCUMENT = re.compile(r"/doc/(\d{4})/([1-9]\d{0,8})\.html")
LONGEST = 2000
_UNNEEDED = ("MOBILE", "ID_CARD", "BANK_CARD", "PASSPORT")  # what nobody needs to write to point out a mistake


@dataclass(frozen=True)
class Place:
    """What a page belongs to: always a department, and the column or document where it is one."""

    page: str
    unit: Unit
    column_id: int | None = None
    document_id: int | None = None


def place_of(request: Request, page: str) -> Place:
    """A document's department, a column's, or for all other pages that of the first column: the host."""
    path, tree = page.partition("?")[0], request.tree
    if found := _DOCUMENT.fullmatch(path):
        live = repository.live_at(request.db, int(found[1]), int(found[2]))[0]
        if live is not None and live.audience == "public":  # of what is internal not even the department is told
            unit = tree.departments.by_id[live.department_id]
            return Place(page, unit, live.column_id, live.document_id)
    node: Node | None = tree.find(path) if path != "/" else None
    if node is None or not node.is_public():
        return Place(page, _host(tree))
    return Place(page, tree.departments.by_id[node.department_id], node.id)


def _host(tree: Tree) -> Unit:
    """The department of the first column; before there are columns, the first department."""
    if tree.roots:
        return tree.departments.by_id[tree.roots[0].department_id]
    for unit in tree.departments.by_id.values():
        return unit
    raise HTTPNotFound()


def _no_numbers(node: colander.SchemaNode, value: str) -> None:
    """Personal data is turned away at the door: a report is read by several people."""
    if len(value) > LONGEST:  # said by another validator; all of them run, and a stranger's megabytes cost a minute
        return
    kinds = {finding.kind for finding in scan_text(value)} & set(_UNNEEDED)
    if kinds:
        names = "、".join(KINDS[kind].zh for kind in sorted(kinds))
        raise colander.Invalid(node, _("写的内容里有${kinds}，请去掉后再提交；要联系方式请写在下面一格",
                                       mapping={"kinds": names}))


class Report(colander.Schema):
    page = colander.SchemaNode(colander.String(), title=_("哪一页"), validator=colander.Length(max=500), missing="/",
                               widget=deform.widget.HiddenWidget())
    message = colander.SchemaNode(
        colander.String(), title=_("哪里不对"),
        description=_("如错别字、打不开的链接、过时的内容。请不要写身份证号、手机号"),
        validator=colander.All(colander.Length(min=4, max=LONGEST), _no_numbers),
        widget=deform.widget.TextAreaWidget(rows=6))
    contact = colander.SchemaNode(
        colander.String(), title=_("怎么联系您"), missing="", validator=colander.Length(max=200),
        description=_("电话或电子邮箱，加密保存，只有答复的人能看到；不留也可以"))


def _form(request: Request) -> SchemaForm:
    return SchemaForm(request, Report, [deform.Button("send", _("提交"))], action="/report-error", formid="report")


def _shown(request: Request, page: str, form: Any) -> dict[str, Any]:
    return {"title": _("我为政府网站找错"), "breadcrumb": [(_("我为政府网站找错"), "")], "form": form,
            "place": place_of(request, page), "days": feedback.ANSWER_WORKDAYS}


@view_config(route_name="report", permission=READ, renderer="public/report.pt", request_method="GET")
def ask(request: Request) -> dict[str, Any]:
    page = safe_back(request.GET.get("page", "/")[:500])
    return _shown(request, page, _form(request).render({"page": page}))


@view_config(route_name="report", permission=READ, renderer="public/report.pt", request_method="POST")
def send(request: Request) -> Any:
    limited(request, "report")
    try:
        values = _form(request).validate(request.POST)
    except deform.ValidationFailure as failure:
        return _shown(request, safe_back(request.POST.get("page", "/")[:500]), failure.render())
    place = place_of(request, safe_back(values["page"]))
    made = feedback.report(request.db, request.house.keys, page=place.page, department_id=place.unit.id,
                           message=values["message"], contact=values["contact"], document_id=place.document_id,
                           column_id=place.column_id)
    _tell(request, made, place)
    said = request.localizer.translate(_("收到了，编号${number}", mapping={"number": made.id}))
    request.session.flash(("ok", said))
    return HTTPSeeOther("/report-error/received")


def _tell(request: Request, made: feedback.ErrorReport, place: Place) -> None:
    """The mail says that a report came and where; what it says is read at the desk."""
    if place.unit.email:
        text = (f"{place.unit.name}：\n有网民指出网页的错误，编号{made.id}，页面：{place.page}\n"
                f"请登录工作台查看，{feedback.ANSWER_WORKDAYS}个工作日内答复。\n")
        outbox.post(request.db, "mail", place.unit.email, f"report/{made.id}", subject=f"网站找错：编号{made.id}",
                    text=text)


@view_config(route_name="report.received", permission=READ, renderer="public/received.pt", request_method="GET")
def received(request: Request) -> dict[str, Any]:
    return {"title": _("谢谢您"), "breadcrumb": [(_("我为政府网站找错"), "")], "days": feedback.ANSWER_WORKDAYS}


def includeme(config: Configurator) -> None:
    config.add_route("report", "/report-error")
    config.add_route("report.received", "/report-error/received")
