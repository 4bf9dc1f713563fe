"""我的申请: the cases of an account, each opened without its query code, and how a case comes into it or leaves it.

A case is in it when it was filed by who was logged in, or when number and query code were shown. A wrong number and a
wrong code are answered and counted as on the status page.
"""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from content import applicants, cases
from content.applicants import Applicant
from content.cases import Case
from portal import paging
from portal.forms import whole
from portal.i18n import _
from portal.limits import exhausted, limited
from portal.public.apply import _known
from portal.public.apply._account import MINE, needed
from portal.public.apply._known import STATUS
from portal.public.apply._questions import kinds, plain
from portal.security import READ
from workflows.my_cases import count, mine

PAGE = "public/apply_mine.pt"
SIZE = 10


@view_config(route_name="apply.mine", permission=READ, renderer=PAGE, request_method="GET")
def show(request: Request) -> dict[str, Any]:
    return _page(request, needed(request), whole(request.GET.get("page", "1")) or 0)


def _page(request: Request, found: Applicant, at: int = 1, **typed: Any) -> dict[str, Any]:
    pages = paging.from_first(count(request.db, found.id), SIZE, at, lambda each: f"{MINE}?page={each}")
    if pages is None:
        raise HTTPNotFound()
    return {"title": _("我的申请"), "breadcrumb": [(_("依申请公开"), "/apply"), (_("我的申请"), "")], "pages": pages,
            "cases": mine(request.db, found.id, limit=SIZE, offset=pages.offset), "kinds": list(kinds().values()),
            "organs": request.tree.departments.by_id, "wrong": False, "number": ""} | typed


def _case(request: Request, found: Applicant) -> Case:
    """The case of the account that a button names. Raises `HTTPNotFound`."""
    number = whole(request.POST.get("case", "")) or 0
    case = request.db.get(Case, number) if applicants.holds(request.db, found.id, number) else None
    if case is None or case.erased is not None:
        raise HTTPNotFound()
    return case


@view_config(route_name="apply.mine.open", permission=READ, request_method="POST")
def open_case(request: Request) -> HTTPSeeOther:
    _known.let_in(request, _case(request, needed(request)))
    return HTTPSeeOther(STATUS)


@view_config(route_name="apply.mine.add", permission=READ, renderer=PAGE, request_method="POST")
def add(request: Request) -> dict[str, Any] | HTTPSeeOther:
    """An earlier case, by number and query code."""
    found = needed(request)
    exhausted(request, "code")
    number, code = (request.POST.get(name, "")[:100] for name in ("number", "code"))
    case = cases.by_code(request.db, request.house, plain(number), code)
    if case is None:
        limited(request, "code")
        return _page(request, found, wrong=True, number=number)
    return _added(request, found, case)


@view_config(route_name="apply.mine.keep", permission=READ, request_method="POST")
def keep(request: Request) -> HTTPSeeOther:
    """The case whose number and code were shown in this browser."""
    return _added(request, needed(request), _known.needed(request))


def _added(request: Request, found: Applicant, case: Case) -> HTTPSeeOther:
    applicants.hold(request.db, found.id, case.id, at=request.now)
    return _said(request, _("已放进“我的申请”"))


@view_config(route_name="apply.mine.drop", permission=READ, request_method="POST")
def drop(request: Request) -> HTTPSeeOther:
    """Out of the account; by number and query code it is followed as before."""
    found = needed(request)
    applicants.put_away(request.db, found.id, _case(request, found).id)
    return _said(request, _("已从“我的申请”移出，凭受理编号和查询码还可以查询"))


def _said(request: Request, words: Any) -> HTTPSeeOther:
    request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(MINE)


def includeme(config: Configurator) -> None:
    config.add_route("apply.mine", MINE)
    for name in ("open", "add", "keep", "drop"):
        config.add_route(f"apply.mine.{name}", f"{MINE}/{name}")
