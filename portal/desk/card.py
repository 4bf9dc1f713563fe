"""The archive card of a document at the desk: as page, PDF and JSON, as of now or as of an earlier journal row."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from content.journal import canonical
from portal import archive_card
from portal.forms import whole
from portal.i18n import _
from portal.traversal import DeskDocument
from workflows import cards
from workflows.access import Permission


def _card(request: Request) -> dict[str, Any]:
    """The card that is asked for (`?upto=` a journal row). Raises `HTTPNotFound` where there is none."""
    try:
        return cards.card(request.db, request.context.document, whole(request.GET.get("upto", "")))
    except cards.NeverPublished:
        raise HTTPNotFound() from None


def page(request: Request) -> dict[str, Any]:
    """`/desk/document/{id}/card`."""
    card, settings = _card(request), request.registry.settings["gongkai"]
    return {"title": _("政务公开档案卡"), "card": card, "document": request.context.document,
            "sections": archive_card.sections(card, settings.base_url)}


def as_json(request: Request) -> Response:
    return Response(canonical(_card(request)), content_type="application/json", charset="utf-8")


def as_pdf(request: Request) -> Response:
    card, settings = _card(request), request.registry.settings["gongkai"]
    body = archive_card.on_paper(card, settings.base_url, request.site.organ, request.now)
    name = f"card-{request.context.document.id}-{card['evidence']['upto']}.pdf"
    return Response(body, content_type="application/pdf", content_disposition=f'attachment; filename="{name}"')


def includeme(config: Configurator) -> None:
    permission = Permission.READ_WORK
    for name, view, more in (("card", page, {"renderer": "desk/card.pt"}), ("card.json", as_json, {}),
                             ("card.pdf", as_pdf, {})):
        config.add_route(f"desk.{name}", rf"/desk/document/{{id:\d{{1,9}}}}/{name}", factory=DeskDocument)
        config.add_view(view, route_name=f"desk.{name}", request_method="GET", permission=permission, **more)
