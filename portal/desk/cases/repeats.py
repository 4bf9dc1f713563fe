"""多人申请的相同信息 (条例 Art. 44): what was asked for repeatedly, put together and taken apart by a case officer."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPConflict, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request

from content.cases import Case
from content.documents import Document
from portal.desk.cases._shared import URL, DeskCase, address, look, state_words
from portal.desk.navigation import WORK, Entry
from portal.desk.words import state_status
from portal.forms import whole
from portal.i18n import _
from portal.paging import from_first
from portal.traversal import Desk
from workflows import case_active, case_repeats, caseload
from workflows.access import Permission, permits, units_for
from workflows.case_guards import SUGGESTION
from workflows.case_repeats import Clue, Group, Unfit

SIZE = 20
HERE = f"{URL}/repeated"
LONGEST = 2000  # characters of numbers that are typed
CLUES = {case_repeats.SUGGESTED: _("申请人建议主动公开"), case_repeats.MERGED: _("并入了${n}件重复的申请"),
         case_repeats.SAME_COPY: _("${n}件公开了同一份材料")}


def page(request: Request) -> dict[str, Any]:
    """`/desk/cases/repeated?page=…`: the groups, and what hints at further ones."""
    units = _units(request)
    pages = from_first(case_repeats.count(request.db, units), SIZE, whole(request.GET.get("page", "1")) or 1,
                       lambda number: f"{HERE}?page={number}")
    if pages is None:
        raise HTTPNotFound()
    groups = case_repeats.listed(request.db, request.house, units, pages.offset, pages.limit)
    clues = case_repeats.clues(request.db, units) if pages.page == 1 else []
    return {"title": _("多人申请的相同信息"), "pages": pages, "groups": [told(request, group) for group in groups],
            "clues": [_clue(request, clue) for clue in clues]}


def _units(request: Request) -> set[int]:
    return units_for(request.identity, Permission.OPEN_CASES, request.tree)


def told(request: Request, group: Group) -> dict[str, Any]:
    """A group for a page: nobody's name, the cases by number, and what became of it."""
    document = case_active.open_document(group)
    answered = [case for case in group.answered if _handles(request, case)]
    turns = document is None and group.warrants and bool(answered)
    return {"group": group, "office": request.tree.departments.by_id[group.repeat.office_id].short_name,
            "lines": [_line(request, case) for case in group.cases], "document": document,
            "status": state_status(request, document) if document else None, "read": _read(request, document),
            "live": group.live if group.live and group.live.rendition_id else None,
            "turn": f"{address(answered[0])}/active" if turns else "", "waits": _waits(group)}


def _waits(group: Group) -> Any:
    """Why it cannot be turned into active disclosure yet; empty when it can."""
    if not group.warrants:
        return _("只有一位申请人，也没有人建议主动公开")
    return "" if group.answered else _("还没有公开信息的答复，答复以后再转")


def _read(request: Request, document: Document | None) -> str:
    """The address of the draft at the desk, for who may read it there."""
    node = request.tree.by_id[document.column_id] if document is not None else None
    may = node is not None and permits(request.identity, Permission.READ_WORK, node, request.tree)
    return f"/desk/document/{document.id}" if may else ""


def _line(request: Request, case: Case) -> dict[str, Any]:
    return {"case": case, "url": address(case), "state": state_words(request, case)}


def _clue(request: Request, clue: Clue) -> dict[str, Any]:
    words = request.localizer.translate(CLUES[clue.kind], mapping={"n": clue.count})
    first = next((case for case in clue.cases if _handles(request, case)), None)
    return {"words": words, "lines": [_line(request, case) for case in clue.cases],
            "put": f"{address(first)}/same" if first is not None else ""}


def _handles(request: Request, case: Case) -> bool:
    return permits(request.identity, Permission.HANDLE_CASES, None, request.tree, case.department_id)


def together(request: Request, case: Case) -> dict[str, Any] | None:
    """For the page of a case: its group, and whether its requester suggests active disclosure."""
    if case.type != case_repeats.REQUEST or case.erased is not None:
        return None
    group = case_repeats.of_case(request.db, request.house, case)
    suggested = any(each.kind == SUGGESTION for each in case.messages)
    return {"suggested": suggested, "may": _handles(request, case), **(told(request, group) if group else {
        "group": None, "live": None, "document": None})}


# -- putting together -------------------------------------------------------------------------------------------

def same(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/cases/{id}/same`: what it asks for, which cases ask in like words, and the form to put them together."""
    case = request.context.case
    inside = look(request, case, "similar")
    if inside is None or case.type != case_repeats.REQUEST:
        raise HTTPConflict()
    found = case_repeats.candidates(request.db, request.house, case, _units(request))
    with request.house.database.writer.begin() as session:
        case_repeats.looked(session, [each.case.id for each in found], actor_id=request.identity.user_id)
    return _same(request, case, inside["request"].get("description", ""), found, **more)


def _same(request: Request, case: Case, words: str, found: list[case_repeats.Candidate], **more: Any) -> dict[str, Any]:
    group = case_repeats.of_case(request.db, request.house, case)
    proposed = [_line(request, each.case) | {"words": each.words, "percent": round(100 * each.likeness)}
                for each in found]
    return {"title": _("找申请相同信息的"), "case": case, "url": address(case), "words": words, "found": proposed,
            "members": [_line(request, each) for each in group.cases] if group else [],
            "typed": {"title": group.title if group else "", "numbers": ""}, "chosen": (), "problem": "",
            "most": case_repeats.LONGEST, **more}


def put(request: Request) -> Any:
    """Put the chosen cases together with this one; what was typed stays where that cannot be."""
    case, title = request.context.case, request.POST.get("title", "")[:LONGEST]
    numbers = request.POST.get("numbers", "")[:LONGEST]
    try:
        others = _chosen(request, request.POST.getall("case"), numbers.replace("，", " ").replace("、", " ").split())
        case_repeats.join(request.db, request.house, case, others, title, actor_id=request.identity.user_id,
                          at=request.now)
    except Unfit as problem:
        return _again(request, title, numbers, str(problem))
    request.session.flash(("ok", request.localizer.translate(_("已归为一组"))))
    return HTTPSeeOther(f"{address(case)}#together")


def _chosen(request: Request, ids: list[str], numbers: list[str]) -> list[Case]:
    """The cases that were ticked or typed, all of them such as the person may open. Raises `Unfit`."""
    units = _units(request)
    ticked = [request.db.get(Case, whole(each) or 0) for each in ids[:case_repeats.MOST]]
    typed = [(number, caseload.by_number(request.db, units, number)) for number in numbers[:case_repeats.MOST]]
    if unknown := [number for number, found in typed if found is None]:
        raise Unfit(f"没有受理编号{unknown[0]}，或者您不能查看")
    found = [*(each for each in ticked if each is not None), *(each for _number, each in typed)]
    if any(each.department_id not in units for each in found):
        raise Unfit("有的申请您不能查看")
    return found


def _again(request: Request, title: str, numbers: str, problem: str) -> dict[str, Any]:
    """The page once more; here the transaction writes, so the looks are written in it."""
    request.response.status_int = 409
    case, db, house = request.context.case, request.db, request.house
    inside = look(request, case, "similar")
    if inside is None:
        raise HTTPConflict()
    found = case_repeats.candidates(db, house, case, _units(request))
    case_repeats.looked(db, [each.case.id for each in found], actor_id=request.identity.user_id)
    return _same(request, case, inside["request"].get("description", ""), found, problem=problem,
                 typed={"title": title, "numbers": numbers}, chosen=request.POST.getall("case"))


def leave(request: Request) -> HTTPSeeOther:
    """Take this case out of its group."""
    case = request.context.case
    try:
        case_repeats.leave(request.db, case, actor_id=request.identity.user_id, at=request.now)
        request.session.flash(("ok", request.localizer.translate(_("已移出"))))
    except Unfit as problem:
        request.session.flash(("late", str(problem)))
    return HTTPSeeOther(f"{address(case)}#together")


def includeme(config: Configurator) -> None:
    at = URL + r"/{id:\d{1,9}}/same"
    config.add_desk_entry(Entry(WORK, _("多人申请的相同信息"), HERE, "people", Permission.OPEN_CASES, 31))
    config.add_route("desk.cases.repeated", HERE, factory=Desk)
    config.add_route("desk.case.same", at, factory=DeskCase)
    config.add_route("desk.case.same.leave", f"{at}/leave", factory=DeskCase)
    config.add_view(page, route_name="desk.cases.repeated", request_method="GET", renderer="desk/case_repeats.pt",
                    permission=Permission.OPEN_CASES)
    may = {"renderer": "desk/case_same.pt", "permission": Permission.HANDLE_CASES}
    config.add_view(lambda request: same(request), route_name="desk.case.same", request_method="GET", **may)
    config.add_view(put, route_name="desk.case.same", request_method="POST", **may)
    config.add_view(leave, route_name="desk.case.same.leave", request_method="POST",
                    permission=Permission.HANDLE_CASES)
