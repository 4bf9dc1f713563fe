"""The archive card as everybody may read it: what, on what basis, when, where, by which offices, and the proof.

Both its forms are asked for one after the other when pages are made: the second finds what the first put together,
unless anything at all has happened in between.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from content import journal, marks, repository
from content.direct import Question
from content.journal import canonical
from portal import archive_card
from portal.held import hold
from portal.i18n import _
from portal.navigation import audience, trail
from portal.public.documents import tombstone
from portal.security import READ
from portal.shelf import Shelf
from portal.traversal import shown_document
from workflows import cards

KEPT = 50  # cards, for the little while until their other form is asked for


def _card(request: Request) -> dict[str, Any] | None:
    """None for what may no longer be read."""
    live, node = request.context.live, request.context.node
    if not repository.may_read(live, request.now, audience(node)):
        return None
    with marks.asking():
        version = tuple(_newest().row(request.db))
    return request.registry.settings["cards"].get(str(live.document_id), version, lambda: _made(request))


def _made(request: Request) -> dict[str, Any]:
    with marks.asking():  # what happened to the document itself
        live = request.context.live
        return cards.public_card(request.db, live.document_id, live)


@cache
def _newest() -> Question:
    return Question(journal.newest_row(()))


def page(request: Request) -> dict[str, Any]:
    """`/doc/{year}/{serial}/card`."""
    card, live = _card(request), request.context.live
    if card is None:
        return tombstone(request, live)
    base_url = request.registry.settings["gongkai"].base_url
    return {"title": _("政务公开档案卡"), "breadcrumb": trail(request.context.node, last=False), "live": live,
            "sections": archive_card.sections(card, base_url), "json": f"{request.path}.json"}


def as_json(request: Request) -> Response:
    card = _card(request)
    if card is None:
        return Response('{"error":"gone"}', status=410, content_type="application/json", charset="utf-8")
    return Response(canonical(card), content_type="application/json", charset="utf-8")


def includeme(config: Configurator) -> None:
    hold(config, "cards", lambda *_: Shelf(KEPT))
    for name, view, more in (("card", page, {"renderer": "public/card.pt"}), ("card.json", as_json, {})):
        config.add_route(f"document.{name}", rf"/doc/{{year:(?:19|20)\d{{2}}}}/{{serial:[1-9]\d{{0,8}}}}/{name}",
                         factory=shown_document)
        config.add_view(view, route_name=f"document.{name}", request_method="GET", permission=READ, **more)
