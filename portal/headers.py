"""What every response tells the browser: what may run, who may frame it, how long it may be kept.

Set when a response is finished, so that no response escapes: pages, errors, files, redirects.
"""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.events import NewResponse
from pyramid.request import Request
from pyramid.response import Response

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
           "/apply/new", "/apply/receipt", "/apply/status", "/apply/recover")  # what names a requester


def content_policy(editor: bool = False) -> str:
    """The Content-Security-Policy of a page."""
    return "; ".join(f"{name} {value}" for name, value in (POLICY | EDITOR if editor else POLICY).items())


def finish(event: NewResponse) -> None:
    """Put the headers on a finished response."""
    request, headers = event.request, event.response.headers
    headers["Content-Security-Policy"] = content_policy(getattr(request, "editor_page", False))
    headers.update(ALWAYS)
    headers["X-Request-Id"] = request.request_id
    if request.registry.settings["gongkai"].behind_tls:
        headers["Strict-Transport-Security"] = HSTS
    if not request.environ.get("PATH_INFO", "").startswith("/static/"):
        _keeping(request, event.response)


def _keeping(request: Request, response: Response) -> None:
    """How long it may be kept: the desk's pages nowhere, those of somebody logged in by nobody else.

    The public pages of citizens are asked for anew each time (no-cache): a withdrawal holds at once.
    """
    path = request.environ.get("PATH_INFO", "")
    if any(path == start or path.startswith(f"{start}/") for start in PRIVATE):
        response.headers["Cache-Control"] = "no-store"
    elif request.cookies.get(request.registry.settings["session.cookie"]) or "Set-Cookie" in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-cache"
    if "Cookie" not in (response.vary or ()):
        response.vary = (*(response.vary or ()), "Cookie")


def includeme(config: Configurator) -> None:
    config.add_subscriber(finish, NewResponse)
