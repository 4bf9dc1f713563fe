"""申请件: the cases that concern a person, by limit; found by number, or by name, identity number or phone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from sqlalchemy import ColumnElement

from content import journal
from content.cases import Case
from portal.desk.cases._shared import URL, address, limit_words, state_words
from portal.desk.navigation import WORK, Entry
from portal.desk.words import names, titled
from portal.forms import whole
from portal.i18n import _
from portal.paging import from_first
from portal.traversal import Desk
from workflows import caseload
from workflows.access import Permission, units_for
from workflows.asks import CHANNELS
from workflows.caseload import Asked, Days
from workflows.engine import workflow_of, workflows_for
from workflows.outcomes import OUTCOMES

SIZE = 30
LONGEST = 60  # characters of what is searched for
LIMITS = {caseload.LATE: _("已超期"), caseload.SOON: _("3个工作日内到期"), caseload.REST: _("其余")}
FIRST_YEAR = 2008  # the year in which the regulation came into force


def listing(request: Request) -> dict[str, Any]:
    """`/desk/cases?state=…&type=…&limit=…&department=…&outcome=…&year=…&page=…`."""
    asked, days = _asked(request), Days.of(request.today, request.house.calendar(request.db))
    among = caseload.conditions(_units(request), asked)
    where = among & days.by_limit(asked.limit) if asked.limit else among
    pages = from_first(caseload.count(request.db, where), SIZE, whole(request.GET.get("page", "1")) or 1,
                       lambda number: _url(request, number))
    if pages is None:
        raise HTTPNotFound()
    found = caseload.listed(request.db, where, pages.offset, pages.limit)
    return _page(request, found, asked) | {"pages": pages, "total": pages.total,
                                           "limits": _limits(request, asked, among, days)}


def _limits(request: Request, asked: Asked, among: ColumnElement[bool],
            days: Days) -> list[tuple[Any, str, int | None, bool]]:
    """`(words, address, count, chosen)` of each limit, among what else was asked for; none where all has ended."""
    if asked.state == caseload.ENDED:
        return []
    counted, kept = caseload.by_limit(request.db, among, days), _kept(request, "page", "limit")
    every = (_("不论期限"), f"{URL}?{urlencode(kept)}", None, not asked.limit)
    return [every, *((words, f"{URL}?{urlencode(kept | {'limit': limit})}", counted[limit], asked.limit == limit)
                     for limit, words in LIMITS.items())]


def search(request: Request) -> Any:
    """What was typed stands in no address, for it may name somebody; that somebody searched is in the journal."""
    written = request.POST.get("q", "").strip()[:LONGEST]
    units = _units(request)
    if (case := caseload.by_number(request.db, units, written)) is not None:
        return HTTPSeeOther(address(case))
    found = caseload.by_person(request.db, request.house, units, written)
    journal.record(request.db, "case.search", ("user", request.identity.user_id),
                   actor_id=request.identity.user_id, found=len(found))
    return _page(request, found, Asked()) | {"written": written, "searched": True, "total": len(found)}


def _units(request: Request) -> set[int]:
    return units_for(request.identity, Permission.READ_CASES, request.tree)


def _asked(request: Request) -> Asked:
    given = request.GET
    states = {name for workflow in workflows_for("case").values() for name in workflow.states}
    state, outcome = given.get("state", caseload.OPEN), given.get("outcome", "")
    year, limit = whole(given.get("year", "")), given.get("limit", "")
    state = state if state in states | {"", caseload.OPEN, caseload.ENDED} else caseload.OPEN
    kind, department = given.get("type", ""), whole(given.get("department", ""))
    return Asked(state, kind if kind in workflows_for("case") else "",
                 limit if limit in LIMITS and state != caseload.ENDED else "", department,
                 outcome if outcome in OUTCOMES else "",
                 year if year and FIRST_YEAR <= year <= request.today.year else None)


def _url(request: Request, number: int) -> str:
    return f"{URL}?{urlencode(_kept(request, 'page') | {'page': number})}"


def _kept(request: Request, *left_out: str) -> dict[str, str]:
    """What was asked for, as an address names it; an empty state is asked for too."""
    return {name: value for name, value in request.GET.items()
            if name not in left_out and (value or name == "state")}


def _page(request: Request, found: list[Case], asked: Asked) -> dict[str, Any]:
    people, units = names(request.db, [case.handler_id for case in found]), request.tree.departments.by_id
    return {"title": _("申请件"), "lines": [_line(request, case, people) for case in found], "asked": asked,
            "kinds": [(each.name, titled(request, each)) for each in workflows_for("case").values()],
            "states": _states(request), "outcomes": [(each.code, each.title) for each in OUTCOMES.values()],
            "units": [(unit, units[unit].short_name) for unit in sorted(_units(request))],
            "years": range(request.today.year, request.today.year - 6, -1), "pages": None, "limits": [], "written": "",
            "searched": False, "most": caseload.LIMIT, "may_enter": request.has_permission(Permission.ENTER_CASES)}


def _states(request: Request) -> list[tuple[str, str]]:
    found = {name: titled(request, state) for workflow in workflows_for("case").values()
             for name, state in workflow.states.items()}
    return list(found.items())


def _line(request: Request, case: Case, people: dict[int, str]) -> dict[str, Any]:
    workflow = workflow_of(case.workflow)
    return {"case": case, "url": address(case), "limit": limit_words(request, case),
            "state": state_words(request, case), "kind": titled(request, workflow),
            "channel": CHANNELS.get(case.channel, case.channel), "handler": people.get(case.handler_id or 0, ""),
            "unit": request.tree.departments.by_id[case.department_id].short_name}


def _waiting(request: Request) -> int:
    return caseload.waiting(request.db, request.identity, request.tree)


def includeme(config: Configurator) -> None:
    may = {"permission": Permission.READ_CASES, "renderer": "desk/cases.pt"}
    config.add_desk_entry(Entry(WORK, _("申请件"), URL, "letter", Permission.READ_CASES, 30, _waiting))
    config.add_route("desk.cases", URL, factory=Desk)
    config.add_route("desk.cases.search", f"{URL}/search", factory=Desk)
    config.add_view(listing, route_name="desk.cases", request_method="GET", **may)
    config.add_view(search, route_name="desk.cases.search", request_method="POST",
                    **may | {"permission": Permission.OPEN_CASES})
