"""What every response tells the browser: what may run, who may frame it, how long it may be kept.

Set when a response is finished, so that no response escapes: pages, errors, files, redirects.
"""

from __future__ import annotations

from functools import cache

from pyramid.config import Configurator
from pyramid.events import NewResponse
from pyramid.request import Request
from pyramid.response import Response

from portal.settings import Settings

POLICY = {
    "default-src": "'none'", "style-src": "'self'", "script-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "frame-ancestors": "'none'", "manifest-src": "'self'",
}
EDITOR = {"style-src": "'self' 'unsafe-inline'",  # the editor sets styles of its own …
          "img-src": "'self' data: blob:"}  # … and shows a picture before it is uploaded
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HSTS = "max-age=31536000; includeSubDomains"
PRIVATE = ("/desk", "/login", "/logout", "/account",
           "/apply/new", "/apply/receipt", "/apply/status", "/apply/recover",  # what names a requester
           "/apply/account", "/apply/mine", "/subscribe/link", "/subscribe/end")


def content_policy(editor: bool = False) -> str:
    """The Content-Security-Policy of a page."""
    return "; ".join(f"{name} {value}" for name, value in (POLICY | EDITOR if editor else POLICY).items())


def safety(settings: Settings, editor: bool = False) -> dict[str, str]:
    """What every response tells, whoever sends it: the application, the files it serves, a web server before it."""
    return dict(_safety(settings.behind_tls, editor))


@cache
def _safety(behind_tls: bool, editor: bool) -> tuple[tuple[str, str], ...]:
    told = {"Content-Security-Policy": content_policy(editor), **ALWAYS}
    return tuple((told | ({"Strict-Transport-Security": HSTS} if behind_tls else {})).items())


def finish(event: NewResponse) -> None:
    """Put the headers on a finished response."""
    request, response = event.request, event.response
    settings = request.registry.settings["gongkai"]
    _put(response, (*_safety(settings.behind_tls, getattr(request, "editor_page", False)),
                    ("X-Request-Id", request.request_id)))
    if not request.environ.get("PATH_INFO", "").startswith("/static/"):
        _keeping(request, response)


def _put(response: Response, told: tuple[tuple[str, str], ...]) -> None:
    """In place of what is there under these names, all at once: one by one each would be sought among all others."""
    names = {name.lower() for name, _value in told}
    response.headerlist[:] = [*(pair for pair in response.headerlist if pair[0].lower() not in names), *told]


def _keeping(request: Request, response: Response) -> None:
    """How long it may be kept: the desk's pages nowhere, those of somebody logged in by nobody else.

    The public pages of citizens are asked for anew each time (no-cache): a withdrawal holds at once.
    """
    path = request.environ.get("PATH_INFO", "")
    headers = response.headers
    if path.startswith(PRIVATE) and any(path == start or path.startswith(f"{start}/") for start in PRIVATE):
        headers["Cache-Control"] = "no-store"
    elif request.cookies.get(request.registry.settings["session.cookie"]) or "Set-Cookie" in headers:
        headers["Cache-Control"] = "private, no-cache"
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-cache"
    if "Vary" not in headers:
        headers["Vary"] = "Cookie"
    elif "Cookie" not in response.vary:
        response.vary = (*response.vary, "Cookie")


def includeme(config: Configurator) -> None:
    config.add_subscriber(finish, NewResponse)
