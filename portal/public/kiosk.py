"""The touch screen in a hall: its home page, columns by letters, what is taken along on a telephone, the way out."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import repository
from content.late import Late
from content.tree import Node, Tree
from portal import kiosk, variants
from portal.i18n import _
from portal.public import _asked
from portal.public._initials import OTHER, initial
from portal.public._lists import items
from portal.public.home import Tile, tiles
from portal.qr import qr
from portal.security import READ

segno = Late("segno")
LATEST = 5
CALL = Tile("people", _("机构和电话"), _("部门的电话和地址"), url="/departments")


@view_config(route_name="kiosk", permission=READ, renderer="public/kiosk.pt", request_method="GET")
def home(request: Request) -> dict[str, Any]:
    """Where every visit begins and ends; whoever opens it has a touch screen from then on, until `/kiosk/leave`."""
    variants.remember(request, request.response, variants.KIOSK)
    words = request.registry.settings["gongkai"].kiosk_words.split()
    return {"title": _("触摸屏首页"), "tiles": [*tiles(request.tree), CALL],
            "words": [(word, _asked.address("/search", [("q", word)])) for word in words],
            "letters": list(by_letter(request.tree)),
            "latest": items(request, repository.latest(request.db, request.now, LATEST))}


@view_config(route_name="kiosk.columns", permission=READ, renderer="public/kiosk_columns.pt", request_method="GET")
def columns(request: Request) -> dict[str, Any]:
    """The columns by the first letter of their pinyin: found by touching, without writing."""
    return {"title": _("按拼音首字母找栏目"), "breadcrumb": [(_("按拼音首字母找栏目"), "")],
            "letters": by_letter(request.tree)}


def by_letter(tree: Tree) -> dict[str, list[Node]]:
    """The public columns by letter, in the order of the alphabet."""
    found: dict[str, list[Node]] = {}
    for node in tree.walk():
        if node.is_public():
            found.setdefault(initial(node.name), []).append(node)
    return dict(sorted(found.items(), key=lambda pair: (pair[0] == OTHER, pair[0])))


@view_config(route_name="kiosk.take", permission=READ, renderer="public/kiosk_take.pt", request_method="GET")
def take(request: Request) -> dict[str, Any]:
    """An address for the visitor's own telephone."""
    address = kiosk.taken(request)
    if address is None:
        raise HTTPNotFound()
    request.response.headers["X-Robots-Tag"] = "noindex"
    try:
        code = qr(address)
    except segno.DataOverflowError:
        code = ""
    return {"title": _("用手机带走"), "breadcrumb": [(_("用手机带走"), "")], "qr": code,
            "shown": address.removeprefix("mailto:").removeprefix("tel:")}


@view_config(route_name="kiosk.leave", permission=READ, request_method="GET")
def leave(request: Request) -> Response:
    """For the staff: this browser is no touch screen any more."""
    return variants.remember(request, HTTPFound("/"), variants.NORMAL)


def includeme(config: Configurator) -> None:
    config.include("portal.variants")
    config.add_route("kiosk", kiosk.HOME)
    config.add_route("kiosk.columns", "/kiosk/columns")
    config.add_route("kiosk.take", kiosk.TAKE)
    config.add_route("kiosk.leave", kiosk.LEAVE)
