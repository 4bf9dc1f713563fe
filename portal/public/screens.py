"""The rolling display for LED walls (/display): the newest items, a few at a time, each time asked for anew."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.view import view_config

from content import repository
from content.base import SHANGHAI
from content.tree import Node
from portal.i18n import _
from portal.public import _asked
from portal.public._lists import items
from portal.security import READ

LINES, PAGES = 4, 3  # so many titles at a time, so many times


@view_config(route_name="display", permission=READ, renderer="public/display.pt", request_method="GET")
def display(request: Request) -> dict[str, Any]:
    """One page of the wall; it names the page after it, and after the last the first.

    Each page is made from what may be read at that moment: what was withdrawn is gone at the next turn.
    """
    node = _column(request)
    lives = repository.latest(request.db, request.now, LINES * PAGES, node=node)
    last = max(1, -(-len(lives) // LINES))
    number = min(_asked.page(request) or 1, last)
    shown = lives[(number - 1) * LINES:number * LINES]
    return {"title": node.name if node else _("大屏"), "heading": node.name if node else _("最新公开"),
            "documents": items(request, shown), "number": number, "last": last,
            "next": _asked.address("/display", [("column", node.path if node else None), ("page", number % last + 1)]),
            "yesterday": request.today - dt.timedelta(days=1), "clock": request.now.astimezone(SHANGHAI),
            "seconds": request.registry.settings["gongkai"].display_seconds}


def _column(request: Request) -> Node | None:
    """The public column that the address asks for. Raises `HTTPNotFound` for one that is not there."""
    asked = _asked.word(request, "column").strip("/")
    node = (request.tree.find(asked) or request.tree.moved(asked)) if asked else None
    if asked and (node is None or not node.is_public()):
        raise HTTPNotFound()
    return node


def includeme(config: Configurator) -> None:
    config.add_route("display", "/display")
