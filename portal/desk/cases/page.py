"""A case at the desk: what is asked, how long there is and why, what came and went, and the steps to take."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request

from content.cases import Case
from portal.desk.cases import _steps, _told
from portal.desk.cases._clock import drawn
from portal.desk.cases._shared import URL, DeskCase, ReadCase, address, limit_words, look, state_words
from portal.desk.cases.files import shown
from portal.desk.cases.repeats import together
from portal.desk.cases.reply import may_draft, preview
from portal.desk.words import names, titled
from portal.i18n import _
from workflows import applications, caseload, engine
from workflows.access import Permission, permits, units_for
from workflows.asks import CHANNELS
from workflows.engine import workflow_of
from workflows.moves import NotAllowed, Refused

WHY = 2000  # characters of a reason


def page(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/cases/{id}`."""
    case, typed = request.context.case, more.get("typed", {})
    inside = look(request, case) if request.has_permission(Permission.OPEN_CASES) else None
    workflow, rows = workflow_of(case.workflow), _told.rows_of(request, case)
    people = names(request.db, [case.handler_id])
    units = request.tree.departments.by_id
    return {
        "title": case.number, "case": case, "kind": titled(request, workflow), "state": state_words(request, case),
        "limit": limit_words(request, case), "url": address(case), "clock": drawn(request, case),
        "office": units[case.office_id].name, "unit": units[case.department_id].name,
        "handler": people.get(case.handler_id or 0, ""), "channel": CHANNELS.get(case.channel, case.channel),
        "inside": inside, **_of_contents(request, case, inside), "facts": _told.facts(case),
        "forms": _steps.forms(request, case, typed) if inside is not None else [],
        "history": _told.history(request, rows), "looks": _told.history(request, rows, looks=True),
        "may_annul": inside is not None and not case.finished and _handles(request, case),
        "may_draft": may_draft(request, case), "refused": (), "typed": {}, **more,
    }


def _handles(request: Request, case: Case) -> bool:
    return permits(request.identity, Permission.HANDLE_CASES, None, request.tree, case.department_id)


def _of_contents(request: Request, case: Case, inside: dict[str, Any] | None) -> dict[str, Any]:
    """What names the person, for those who may see it; nothing of it is opened for anybody else."""
    if inside is None:
        return {"applicant": [], "asked": [], "messages": [], "others": [], "draft": None,
                "incoming": [], "released": [], "may_release": False, "together": None}
    units = units_for(request.identity, Permission.READ_CASES, request.tree)
    others = [(each, state_words(request, each)) for each in caseload.of_same_person(request.db, case, units)]
    return {"applicant": _told.pairs(inside["applicant"], _told.APPLICANT),
            "asked": _told.pairs(inside["request"], _told.REQUEST), "others": others,
            "messages": _told.correspondence(request, case), "draft": preview(request, case),
            "together": together(request, case), **shown(request, case)}


# -- steps ------------------------------------------------------------------------------------------------------

def move(request: Request) -> Any:
    """Take a step; what the engine refuses is said on the same page, and nothing that was typed is lost."""
    case, name = request.context.case, request.POST.get("transition", "")
    step = workflow_of(case.workflow).find(name, case.state)
    given = _steps.facts(request, step, request.POST)
    try:
        if problem := _steps.misplaced(request, given):
            raise Refused(problem)
        engine.fire(request.db, request.house, case, name, request.identity, why=request.POST.get("why", "")[:WHY],
                    now=request.now, **given)
    except Refused as refused:
        request.response.status_int = 403 if isinstance(refused, NotAllowed) else 409
        return page(request, refused=refused.reasons, typed=request.POST)
    request.session.flash(("ok", titled(request, step) if request.language.code == "en" else step.done))
    return HTTPSeeOther(address(case) if _still_his(request, case) else URL)


def _still_his(request: Request, case: Case) -> bool:
    """It may have been passed on to another department."""
    return any(permits(request.identity, Permission.READ_CASES, None, request.tree, unit)
               for unit in (case.department_id, case.office_id))


def annul(request: Request) -> Any:
    """A fact was noted wrongly: it counts no more, and the clock is reckoned anew."""
    case, why = request.context.case, request.POST.get("why", "").strip()[:WHY]
    fact = next((each for each in case.facts if str(each.id) == request.POST.get("fact")), None)
    if fact is None or fact.annulled or case.finished:
        raise HTTPNotFound()
    if not why:
        request.response.status_int = 409
        return page(request, refused=[request.localizer.translate(_("请写明为什么作废"))])
    applications.annul(request.db, request.house, case, fact, actor_id=request.identity.user_id, why=why,
                       at=request.now)
    request.session.flash(("ok", request.localizer.translate(_("已作废，期限已重新计算"))))
    return HTTPSeeOther(address(case))


def includeme(config: Configurator) -> None:
    at, page_of = URL + r"/{id:\d{1,9}}", "desk/case.pt"
    config.add_route("desk.case", at, factory=ReadCase)
    config.add_route("desk.case.move", f"{at}/move", factory=DeskCase)
    config.add_route("desk.case.annul", f"{at}/annul", factory=DeskCase)
    config.add_view(lambda request: page(request), route_name="desk.case", request_method="GET", renderer=page_of,
                    permission=Permission.READ_CASES)
    config.add_view(move, route_name="desk.case.move", request_method="POST", renderer=page_of,
                    permission=Permission.OPEN_CASES)
    config.add_view(annul, route_name="desk.case.annul", request_method="POST", renderer=page_of,
                    permission=Permission.HANDLE_CASES)
