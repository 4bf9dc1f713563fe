"""What the requester does with his own case: supplement it, withdraw it after a second question; at the end rate it,
and suggest that what he got be disclosed to everybody (Art. 44)."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import cases
from portal.database import pause
from portal.i18n import _
from portal.public.apply import _files
from portal.public.apply._files import BadFile
from portal.public.apply._known import STATUS, needed
from portal.public.apply.status import BREADCRUMB, PAGE, page
from portal.security import READ
from workflows.access import REQUESTER
from workflows.engine import fire
from workflows.moves import Refused

LONGEST = 10_000


def _again(request: Request, field: str, words: Any, **typed: str) -> Response:
    """The status page with what is wrong, and with what was typed."""
    values = page(request, needed(request), problems={field: words}, typed=typed)
    return render_to_response(PAGE, values, request=request)


@view_config(route_name="apply.supplement", permission=READ, request_method="POST")
def supplement(request: Request) -> Response:
    needed(request)
    text = request.POST.get("supplement", "").strip()[:LONGEST]
    if len(text) < 2:
        return _again(request, "supplement", _("请写明补正的内容"), supplement=text)
    pause(request)  # pictures take a second, and nobody waits for it
    try:
        uploads = _files.taken(request, role="supplement")
    except BadFile as problem:
        return _again(request, problem.field, problem.words, supplement=text)
    case = needed(request)
    try:
        fire(request.db, request.house, case, "supplement", REQUESTER, now=request.now, supplement=text)
    except Refused as refusal:
        return _again(request, "supplement", str(refusal), supplement=text)
    for each in uploads:
        cases.add_file(request.db, request.house, case, each.role, each.name, each.media_type, each.data,
                       at=request.now)
    return _done(request, _("收到了您的补正，期限重新计算"))


def _done(request: Request, words: Any) -> HTTPSeeOther:
    request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(STATUS)


@view_config(route_name="apply.withdraw", permission=READ, renderer="public/apply_withdraw.pt", request_method="GET")
def ask_withdrawal(request: Request) -> dict[str, Any]:
    case = needed(request)
    return {"title": _("撤回申请"), "case": case,
            "breadcrumb": [BREADCRUMB[0], (_("办理进度"), STATUS), (_("撤回申请"), "")]}


@view_config(route_name="apply.withdraw", permission=READ, request_method="POST")
def withdraw(request: Request) -> HTTPSeeOther:
    try:
        fire(request.db, request.house, needed(request), "withdraw_request", REQUESTER, now=request.now)
    except Refused as refusal:
        request.session.flash(("late", str(refusal)))
        return HTTPSeeOther(STATUS)
    return _done(request, _("申请已撤回"))


@view_config(route_name="apply.rate", permission=READ, request_method="POST")
def rate(request: Request) -> Response:
    stars = request.POST.get("stars", "")
    if stars not in {"1", "2", "3", "4", "5"}:
        return _again(request, "stars", _("请选一项"))
    try:
        fire(request.db, request.house, needed(request), "rate", REQUESTER, now=request.now, stars=int(stars))
    except Refused as refusal:
        return _again(request, "stars", str(refusal))
    return _done(request, _("谢谢您的评价"))


@view_config(route_name="apply.active", permission=READ, request_method="POST")
def suggest_active(request: Request) -> Response:
    text = request.POST.get("suggestion", "").strip()[:LONGEST]
    if len(text) < 2:
        return _again(request, "suggestion", _("请写明为什么应当让大家都知道"), suggestion=text)
    try:
        fire(request.db, request.house, needed(request), "suggest_active", REQUESTER, now=request.now, suggestion=text)
    except Refused as refusal:
        return _again(request, "suggestion", str(refusal), suggestion=text)
    return _done(request, _("收到了您的建议，机关会研究是否主动公开"))


def includeme(config: Configurator) -> None:
    for name in ("supplement", "withdraw", "rate", "active"):
        config.add_route(f"apply.{name}", f"{STATUS}/{name}")
    config.take_files("apply.supplement", _files.MOST)
