"""The door: what may be asked and what is public already, the organs, the form for paper, and what is suggested."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.view import view_config

from portal.i18n import _
from portal.limits import limited
from portal.public.apply._check import already_public
from portal.public.apply._questions import CARRIERS, CITIZEN_OR, WAYS, kinds
from portal.public.apply._steps import reading
from portal.security import READ
from workflows.applications import organs

TITLE = _("依申请公开")


@view_config(route_name="apply", permission=READ, renderer="public/apply.pt", request_method="GET")
def door(request: Request) -> dict[str, Any]:
    return {"title": TITLE, "breadcrumb": [(TITLE, "")], "kinds": list(kinds().values()),
            "organs": organs(request.db, request.tree)}


@view_config(route_name="apply.form", permission=READ, renderer="public/apply_form.pt", request_method="GET")
def paper_form(request: Request) -> dict[str, Any]:
    """The form for those who write by hand; A4, printed by the browser."""
    return {"title": _("政府信息公开申请表"), "breadcrumb": [(TITLE, "/apply"), (_("纸质申请表"), "")],
            "classes": list(CITIZEN_OR.values()), "ways": list(WAYS.values())[1:], "carriers": list(CARRIERS.values()),
            "organs": organs(request.db, request.tree)}


@view_config(route_name="apply.suggest", permission=READ, renderer="public/apply_found.pt", request_method="POST")
def suggest(request: Request) -> dict[str, Any]:
    """A piece of a page for the script: what is public already. By POST, for the words may name somebody."""
    reading(request)
    limited(request, "search")
    return {"found": already_public(request, request.POST.get("words", ""))}


def includeme(config: Configurator) -> None:
    config.add_route("apply", "/apply")
    config.add_route("apply.form", "/apply/form")
    config.add_route("apply.suggest", "/apply/suggest")

