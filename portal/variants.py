"""Variants of the same page, chosen on the visitor's side: 长者版, larger and simpler; the touch screen in a hall.

The page is made once for everybody, as a file where it is published. A script puts the style sheet of 长者版 over it
and remembers that in the browser. Whoever has no scripts has a cookie instead, as touch screens do: then the variant's
style sheets and scripts are put into the same page on its way out, and nothing is remembered here: no session. A touch
screen is also kept inside the site (`portal.kiosk`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from portal import kiosk
from portal.i18n import YEAR, safe_back
from portal.published import HELD
from portal.security import READ

COOKIE = "variant"
ELDER, KIOSK, NORMAL = "elder", "kiosk", "normal"
# variant -> (where it is put: before this end tag, the template of what is put there)
PUT = {ELDER: (("</head>", "variants/elder.pt"),),
       KIOSK: (("</head>", "variants/kiosk_head.pt"), ("</body>", "variants/kiosk_foot.pt"))}
BARE = ("/desk", "/display", "/static")  # what has no variants


def variant(request: Request) -> str:
    """The variant that the visitor's browser asks for, "" for the page as it is."""
    path = request.environ.get("PATH_INFO", "")
    asked = KIOSK if path == kiosk.HOME else request.cookies.get(COOKIE, "")
    bare = BARE if asked == ELDER else BARE[1:]  # a touch screen is kept out of the desk
    return asked if asked in PUT and not kiosk.below(path, bare) else ""


def tween(handler: Callable, registry: Any) -> Callable:
    """Dresses the pages of those who ask for a variant, and keeps a touch screen inside."""
    def dressed(request: Request) -> Response:
        asked = variant(request)
        if not asked:
            return handler(request)
        if asked == KIOSK and (elsewhere := kiosk.elsewhere(request)) is not None:
            return elsewhere
        response = dress(request, _page(request, handler), asked)
        return kiosk.kept_inside(request, response) if asked == KIOSK else response
    return dressed


def _page(request: Request, handler: Callable) -> Response:
    """The page that is dressed: the published one, for whom there is no other."""
    held = request.registry.settings
    staff = request.cookies.get(held["session.cookie"])
    published = None if staff else held[HELD].page(request.environ, request.language.code)
    if published is None:
        return handler(request)
    request.nav = request.desk_nav = ()  # what is put into it shows none: nothing is asked of the database
    return published


def dress(request: Request, response: Response, asked: str) -> Response:
    """The page with what the variant puts into it; anything but a page stays as it is."""
    if response.content_type == "text/html":
        for end, template in PUT[asked]:
            before, found, after = response.text.rpartition(end)
            if found:
                response.text = before + render(template, kiosk.values(request), request) + found + after
        for name in ("ETag", "Last-Modified"):  # are those of the page as it was
            response.headers.pop(name, None)
    return response


def remember(request: Request, response: Response, code: str) -> Response:
    """The response, by which the browser remembers the variant; `NORMAL` forgets it."""
    if code == NORMAL:
        response.delete_cookie(COOKIE)
    else:
        response.set_cookie(COOKIE, code, max_age=YEAR, httponly=True, samesite="Lax",
                            secure=request.scheme == "https")
    return response


def switch_url(request: Request, code: str) -> str:
    """The address that changes to a variant and comes back to the page of the request."""
    return f"/variant/{code}?{request.coming_back}"


@view_config(route_name="variant", permission=READ, request_method="GET")
def switch(request: Request) -> Response:
    """Change to 长者版 or back to the page as it is, and return to where the visitor was."""
    code = request.matchdict["code"]
    if code not in (ELDER, NORMAL):
        raise HTTPNotFound()
    return remember(request, HTTPFound(safe_back(request.params.get("back", "/"))), code)


def includeme(config: Configurator) -> None:
    config.add_route("variant", "/variant/{code}")
    config.add_tween("portal.variants.tween", under="portal.errors.last_resort", over="pyramid_tm.tm_tween_factory")
    config.scan(__name__)
