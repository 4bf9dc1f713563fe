"""A lost query code: who can say three things as they were given when the case was filed gets a new one.

The three: the number of the case or the name, the number of the identity document, and the phone; who gave an e-mail
address then must know that too. They are compared as keyed hashes, so that nothing is opened. All must fit one case; a
wrong answer does not say which was wrong. The new code is shown and not mailed: no code is ever kept readable, not even
in the outbox. The old one ends, the case leaves every account that shows it, and the journal tells when. One address
may try a few times an hour (`recover_rate`).
"""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from content import applicants, cases
from content.cases import Case
from portal.i18n import _
from portal.limits import limited
from portal.public.apply._account import signed_in
from portal.public.apply._known import hand_over
from portal.public.apply._questions import plain
from portal.security import READ
from workflows.applications import has_keys, renew_code

FIELDS = ("who", "id_number", "phone", "email")


def _page(values: dict[str, str], wrong: bool = False) -> dict[str, Any]:
    return {"title": _("找回查询码"), "values": values, "wrong": wrong,
            "breadcrumb": [(_("依申请公开"), "/apply"), (_("办理进度"), "/apply/status"), (_("找回查询码"), "")]}


@view_config(route_name="apply.recover", permission=READ, renderer="public/apply_recover.pt", request_method="GET")
def ask(request: Request) -> dict[str, Any]:
    return _page(dict.fromkeys(FIELDS, ""))


@view_config(route_name="apply.recover", permission=READ, renderer="public/apply_recover.pt", request_method="POST")
def recover(request: Request) -> dict[str, Any] | HTTPSeeOther:
    limited(request, "recover")
    values = {name: request.POST.get(name, "").strip()[:100] for name in FIELDS}
    case = _found(request, values)
    if case is None:
        return _page(values, wrong=True)
    hand_over(request, case, renew_code(request.db, request.house, case, at=request.now), renewed=True)
    if (holder := signed_in(request)) is not None:
        applicants.hold(request.db, holder.id, case.id, at=request.now)
    return HTTPSeeOther("/apply/receipt")


def _found(request: Request, values: dict[str, str]) -> Case | None:
    """The newest case that all three fit; each is always compared, so that nothing can be told from the time."""
    who = plain(values["who"])
    found = None
    for case in reversed(cases.by_key(request.db, request.house, "id_number", values["id_number"])):
        named = case.number == who or has_keys(request.db, request.house, case, name=values["who"])
        reached = has_keys(request.db, request.house, case, phone=values["phone"])
        mailed = has_keys(request.db, request.house, case, email=values["email"], only_held=True)
        found = case if named and reached and mailed and case.erased is None else found
    return found


def includeme(config: Configurator) -> None:
    config.add_route("apply.recover", "/apply/recover")
