"""栏目管理: the tree of columns, and the form that makes and changes one; for the system administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import promises, repository, tree
from content.base import local_date
from content.people import Role
from content.tree import BadColumn, Column, Node
from portal.desk.admin import _column_form, _forms
from portal.desk.navigation import MANAGE, Entry
from portal.desk.words import Status
from portal.forms import whole
from portal.i18n import _
from portal.traversal import Desk, DeskColumn
from workflows.access import Permission
from workflows.engine import workflows

URL = "/desk/columns"


@dataclass(frozen=True)
class Line:
    """A column in the list; `depth` counts from 0."""

    node: Node
    depth: int
    department: str
    promise: Any
    workflow: str
    status: Status
    may_change: bool


def listing(request: Request) -> dict[str, Any]:
    """`/desk/columns`: the whole tree, out of the picture; no query of its own."""
    lines = [_line(request, node) for node in request.tree.walk()]
    return {"title": _("栏目管理"), "lines": lines, "may_plant": _may_plant(request)}


def _line(request: Request, node: Node) -> Line:
    flow = workflows().get(node.workflow)
    english = request.language.code == "en"
    return Line(node, len(node.chain) - 1, request.tree.departments.by_id[node.department_id].short_name,
                promises.sentence(node.rule), (flow.english if english else flow.title) if flow else node.workflow,
                _status(request, node), _forms.managing(request, Role.SYSTEM_ADMIN, node.department_id))


def _status(request: Request, node: Node) -> Status:
    if not node.is_open(request.today):
        return "idle", _("未启用或已停用")
    return ("ok", _("公开")) if node.is_public() else ("info", _("内部"))


def _may_plant(request: Request) -> bool:
    """Whether he may make a top column: who looks after a whole county, not one of its offices."""
    return any(_forms.managing(request, Role.SYSTEM_ADMIN, unit.id)
               for unit in request.tree.departments.children(None))


def new(request: Request) -> dict[str, Any]:
    """`/desk/columns/new?parent=`."""
    parent = _parent(request)
    form = _column_form.form(request, f"{URL}/new")
    start = {"place": {"parent_id": parent.id, "department_id": parent.department_id}} if parent else None
    return _page(_("新建栏目"), form.render(start))


def _parent(request: Request) -> Node | None:
    return request.tree.by_id.get(whole(request.GET.get("parent", "")) or 0)


def _page(title: Any, form: str, node: Node | None = None) -> dict[str, Any]:
    return {"title": title, "form": form, "node": node}


def create(request: Request) -> dict[str, Any] | Response:
    form = _column_form.form(request, f"{URL}/new")
    try:
        values = _column_form.values(form.validate(request.POST))
        _check_top(request, values["parent_id"])
        made = tree.create(request.db, actor_id=request.identity.user_id, **values)
    except deform.ValidationFailure as failure:
        return _page(_("新建栏目"), failure.render())
    except ValueError as problem:
        return _page(_("新建栏目"), _forms.refused(form, str(problem)))
    return _done(request, _("已新建栏目“${name}”", mapping={"name": made.name}), made.id)


def _check_top(request: Request, parent_id: int | None, before: Node | None = None) -> None:
    """A column becomes a top one only at the hands of who looks after the whole county."""
    already = before is not None and before.parent is None
    if parent_id is None and not already and not _may_plant(request):
        raise BadColumn("顶级栏目要由县一级的系统管理员来建，请选一个上级栏目")


def _done(request: Request, words: Any, column_id: int) -> HTTPSeeOther:
    request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(f"{URL}/{column_id}")


def show(context: DeskColumn, request: Request) -> dict[str, Any]:
    """`/desk/columns/{id}`."""
    node = context.node
    form = _column_form.form(request, f"{URL}/{node.id}", node)
    return _page(node.name, form.render(_column_form.filled(node)), node)


def change(context: DeskColumn, request: Request) -> dict[str, Any] | Response:
    node = context.node
    form = _column_form.form(request, f"{URL}/{node.id}", node)
    try:
        said = form.validate(request.POST)
        values = _column_form.values(said, node)
        _check_top(request, values["parent_id"], node)
        tree.change(request.db, request.db.get_one(Column, node.id), actor_id=request.identity.user_id,
                    why=said["why"], **values)
    except deform.ValidationFailure as failure:
        return _page(node.name, failure.render(), node)
    except ValueError as problem:
        return _page(node.name, _forms.refused(form, str(problem)), node)
    _say_what_stays(request, node, values["rule"])
    return _done(request, _("已保存"), node.id)


def _say_what_stays(request: Request, node: Node, rule: promises.Rule) -> None:
    """Each day is judged by the promise then in force: one that is made easier does not undo that it was broken."""
    if rule == node.rule:
        return
    newest = repository.newest(request.db, node, request.now, "internal")
    before, after = (promises.promise(each, newest and local_date(newest), request.today, node.opened).state
                     for each in (node.rule, rule))
    if before == promises.LATE != after:
        request.session.flash(("info", request.localizer.translate(
            _("这个栏目按原来的承诺已经超期。改宽承诺不会消掉超期，更新以后才恢复正常。"))))


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(MANAGE, _("栏目管理"), URL, "tree", Permission.MANAGE_COLUMNS, 20))
    config.add_route("desk.columns", URL, factory=Desk)
    config.add_route("desk.columns.new", f"{URL}/new", factory=Desk)
    config.add_route("desk.column", rf"{URL}/{{id:\d{{1,9}}}}", factory=DeskColumn)
    manage, page = Permission.MANAGE_COLUMNS, "desk/admin/column.pt"
    config.add_view(listing, route_name="desk.columns", request_method="GET", renderer="desk/admin/columns.pt",
                    permission=manage)
    for route, method, view in (("desk.columns.new", "GET", new), ("desk.columns.new", "POST", create),
                                ("desk.column", "GET", show), ("desk.column", "POST", change)):
        config.add_view(view, route_name=route, request_method=method, renderer=page, permission=manage)
