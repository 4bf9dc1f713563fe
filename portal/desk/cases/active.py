"""转为主动公开 (条例 Art. 44): from what was answered in a case, a draft in a column, for an editor to go on with."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPConflict, HTTPSeeOther
from pyramid.request import Request

from content.people import User
from content.tree import Node
from portal.desk.cases._shared import URL, DeskCase, address
from portal.forms import whole
from portal.i18n import _
from workflows import case_active, case_repeats
from workflows.access import Permission, permits
from workflows.case_repeats import Group, Unfit


def page(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/cases/{id}/active`: into which column, and who goes on with it."""
    case, group = request.context.case, _group(request)
    nodes, people = _choices(request, group)
    units = request.tree.departments.by_id
    return {"title": _("转为主动公开"), "case": case, "url": address(case), "group": group, "problem": "",
            "columns": [(node.id, _place(node)) for node in nodes],
            "people": [(user.id, f"{user.name}（{units[user.department_id].short_name}）") for user in people],
            "typed": {"owner": str(request.identity.user_id)}, **more}


def _group(request: Request) -> Group:
    """The group of the case, from whose answer the draft is made."""
    case = request.context.case
    group = case_repeats.of_case(request.db, request.house, case)
    if group is None or case_active.open_document(group) is not None or case.id not in {
            each.id for each in group.answered} or not group.warrants:
        raise HTTPConflict()
    return group


def _choices(request: Request, group: Group) -> tuple[list[Node], list[User]]:
    nodes = case_active.homes(request.identity, request.tree, group.repeat.office_id, request.today)
    return nodes, case_active.editors(request.db, request.tree, nodes)


def _place(node: Node) -> str:
    return " › ".join(each.name for each in reversed(node.chain))


def turn(request: Request) -> Any:
    """Make the draft; what was not taken over into it is said on the next page."""
    group = _group(request)
    nodes, people = _choices(request, group)
    node = next((each for each in nodes if str(each.id) == request.POST.get("column")), None)
    owner = next((each for each in people if each.id == whole(request.POST.get("owner", ""))), None)
    try:
        if node is None or owner is None:
            raise Unfit("请选择栏目和信息员")
        made = case_active.turn(request.db, request.house, group, request.context.case, node, owner,
                                identity=request.identity, at=request.now)
    except Unfit as problem:
        request.response.status_int = 409
        return page(request, problem=str(problem), typed=request.POST)
    for words in made.left_out:
        request.session.flash(("late", words))
    told = _("文稿已建好，由${who}接着办", mapping={"who": owner.name})
    request.session.flash(("ok", request.localizer.translate(told)))
    his = owner.id == request.identity.user_id and permits(request.identity, Permission.WRITE, node, request.tree)
    return HTTPSeeOther(f"/desk/document/{made.document.id}/edit" if his
                        else f"{address(request.context.case)}#together")


def includeme(config: Configurator) -> None:
    config.add_route("desk.case.active", URL + r"/{id:\d{1,9}}/active", factory=DeskCase)
    may = {"renderer": "desk/case_active.pt", "permission": Permission.HANDLE_CASES}
    config.add_view(lambda request: page(request), route_name="desk.case.active", request_method="GET", **may)
    config.add_view(turn, route_name="desk.case.active", request_method="POST", **may)
