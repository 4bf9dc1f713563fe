"""What number and query code open: where the case is, its clock, what happens next, letters and files.

A wrong number and a wrong code are answered alike and cost the same (`content.cases.by_code`); only wrong tries are
counted (`code_rate`), by address and never by case: who guesses at somebody's number cannot lock him out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import applicants, cases
from content.cases import Case, CaseFile, Message
from content.late import Late
from portal.i18n import _
from portal.limits import exhausted, limited
from portal.public.apply._account import signed_in
from portal.public.apply._clock import draw, word
from portal.public.apply._known import STATUS, known, let_in, let_out, needed
from portal.public.apply._questions import plain
from portal.public.apply._steps import reading
from portal.public.apply._story import next_words, story
from portal.rendering import theme_of
from portal.security import READ
from workflows.access import REQUESTER
from workflows.applications import clock_of
from workflows.case_guards import SUGGESTION
from workflows.case_repeats import disclosed
from workflows.engine import offers, workflow_of
from workflows.letters import for_applicant

letters = Late("portal.letters")
ASK_PAGE, PAGE = "public/apply_code.pt", "public/apply_status.pt"
BREADCRUMB = [(_("依申请公开"), "/apply"), (_("办理进度"), "")]
GIVEN = ("released", "letter")  # files that go to the requester
HIS = {"supplement", "withdraw_request", "rate", "suggest_active"}  # steps that the requester himself takes


@view_config(route_name="apply.status", permission=READ, renderer=PAGE, request_method="GET")
def show(request: Request) -> dict[str, Any]:
    case = known(request)
    if case is None:
        request.override_renderer = ASK_PAGE
        return _ask()
    return page(request, case)


def _ask(number: str = "", wrong: bool = False) -> dict[str, Any]:
    return {"title": _("查询办理进度"), "breadcrumb": BREADCRUMB, "number": number, "wrong": wrong}


@view_config(route_name="apply.status", permission=READ, renderer=ASK_PAGE, request_method="POST")
def open_case(request: Request) -> dict[str, Any] | HTTPSeeOther:
    reading(request)
    exhausted(request, "code")
    number, code = (request.POST.get(name, "")[:100] for name in ("number", "code"))
    case = cases.by_code(request.db, request.house, plain(number), code)
    if case is None:
        limited(request, "code")
        return _ask(number, wrong=True)
    let_in(request, case)
    return HTTPSeeOther(STATUS)


@view_config(route_name="apply.leave", permission=READ, request_method="POST")
def leave(request: Request) -> HTTPSeeOther:
    let_out(request)
    return HTTPSeeOther("/apply")


# -- the page -----------------------------------------------------------------------------------------------------

def page(request: Request, case: Case, **typed: Any) -> dict[str, Any]:
    """The values of `public/apply_status.pt`; `typed` what a form on it held, and `problems` with it."""
    session, house = request.db, request.house
    inside = cases.contents(session, house, case)
    clock = clock_of(session, house, case, request.today)
    workflow = workflow_of(case.workflow)
    may = {offer.transition.name for offer in offers(session, house, case, REQUESTER, request.now)
           if not offer.objections} & HIS
    return {"title": _("办理进度"), "breadcrumb": BREADCRUMB, "case": case, "organ": _unit(request, case.office_id),
            "handled_by": _unit(request, case.department_id), "request_words": inside["request"],
            "who": masked(inside["applicant"].get("name", "")), "state": workflow.states[case.state],
            "drawing": draw(clock, request.today), "word": word, "story": story(session, house, case, workflow),
            "next": next_words(case, clock), "letters": his_letters(request, case), "files": files(request, case),
            "may": may, "open": case.finished is None,
            "disclosed": disclosed(session, case, request.now),
            "suggested": any(each.kind == SUGGESTION for each in case.messages), **_account(request, case),
            "problems": {}, "typed": {}} | typed


def _account(request: Request, case: Case) -> dict[str, Any]:
    """Whether somebody is logged in with an account, and whether it shows this case."""
    holder = signed_in(request)
    return {"holder": holder, "held": holder is not None and applicants.holds(request.db, holder.id, case.id)}


def _unit(request: Request, number: int) -> Any:
    return request.tree.departments.by_id[number]


def masked(name: str) -> str:
    """A name as it may stand on a screen that others see: the first letter and the last of a long one."""
    return name[:1] + "*" * max(1, len(name) - 2) + name[-1:] if len(name) > 2 else name[:1] + "*"


def his_letters(request: Request, case: Case) -> list[tuple[Message, dict[str, Any]]]:
    """`(letter, its words)` of those that are for the requester: not those to third parties and other organs."""
    return [(each, cases.read_message(request.db, request.house, each)) for each in case.messages
            if each.direction == "out" and each.issued is not None and for_applicant(each.kind)]


def files(request: Request, case: Case) -> list[tuple[CaseFile, str]]:
    """`(file, its name)` of what was released to the requester, once the reply is out."""
    if case.finished is None:
        return []
    return [(each, cases.file_name(request.db, request.house, each)) for each in case.files if each.role in GIVEN]


# -- letters and files --------------------------------------------------------------------------------------------

def _chosen(request: Request, found: list[tuple[Any, Any]]) -> Any:
    """The pair whose first has the number of the address. Raises `HTTPNotFound`."""
    number = int(request.matchdict["id"])
    chosen = next((pair for pair in found if pair[0].id == number), None)
    if chosen is None:
        raise HTTPNotFound()
    return chosen


@view_config(route_name="apply.letter", permission=READ, renderer="public/apply_letter.pt", request_method="GET")
def letter(request: Request) -> dict[str, Any]:
    _message, body = _chosen(request, his_letters(request, needed(request)))
    return {"title": body["title"], "breadcrumb": [BREADCRUMB[0], (_("办理进度"), STATUS), (body["title"], "")],
            "letter": letters.html(body, theme=theme_of(request))}


@view_config(route_name="apply.letter.pdf", permission=READ, request_method="GET")
def letter_pdf(request: Request) -> Response:
    message, body = _chosen(request, his_letters(request, needed(request)))
    return _download(letters.pdf(body), "application/pdf", f"{body['title']}{message.number}.pdf")


@view_config(route_name="apply.file", permission=READ, request_method="GET")
def file(request: Request) -> Response:
    case = needed(request)
    chosen, name = _chosen(request, files(request, case))
    data = cases.open_file(request.db, request.house, chosen, actor_id=None)
    return _download(data, chosen.media_type, name)


def _download(data: bytes, media_type: str, name: str) -> Response:
    return Response(data, content_type=media_type,
                    content_disposition=f"attachment; filename*=UTF-8''{quote(name, safe='')}")


def includeme(config: Configurator) -> None:
    config.add_route("apply.status", STATUS)
    config.add_route("apply.leave", f"{STATUS}/leave")
    config.add_route("apply.letter", STATUS + r"/letter/{id:[1-9]\d{0,8}}")
    config.add_route("apply.letter.pdf", STATUS + r"/letter/{id:[1-9]\d{0,8}}.pdf")
    config.add_route("apply.file", STATUS + r"/file/{id:[1-9]\d{0,8}}")
