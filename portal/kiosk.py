"""A touch screen in a hall stays inside the site: what leads out of it becomes a page with a QR code to take along.

Other sites, mail and telephone links are turned in the page; files, and whatever else a browser would save, when they
are asked for. What belongs to one person (applications, accounts, forms with a telephone number) is not filled in on
a screen that the next one uses: he takes it along on his own telephone.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from portal.headers import PRIVATE
from portal.i18n import safe_back

HOME, TAKE, LEAVE = "/kiosk", "/kiosk/take", "/kiosk/leave"
OWN = (*PRIVATE, "/report-error", "/subscribe")  # what is one person's own
WARNING = 15  # seconds for which the screen says that it will go back to its home page
_ANCHOR = re.compile(r"""<a\s(?:"[^"]*"|'[^']*'|[^"'>])*>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s([a-z-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""", re.IGNORECASE)
_SHOWN = re.compile(r"text/(html|css|javascript)|application/(javascript|json)|image/.+")


def below(path: str, starts: Collection[str]) -> bool:
    """Whether the path is one of `starts` or below one."""
    return any(path == start or path.startswith(f"{start}/") for start in starts)


def values(request: Request) -> dict[str, Any]:
    """What the templates of the variants use."""
    seconds = request.registry.settings["gongkai"].kiosk_idle_seconds
    return {"idle": max(seconds, WARNING + 5), "warning": WARNING, "at_home": request.path == HOME}


def elsewhere(request: Request) -> Response | None:
    """Where a touch screen goes instead of what was asked for; None where it may go there."""
    path = request.environ.get("PATH_INFO", "")
    if path == "/" or below(path, ("/variant",)):
        return HTTPSeeOther(HOME)
    return HTTPSeeOther(take_url(request, request.path_qs)) if below(path, OWN) else None


def kept_inside(request: Request, response: Response) -> Response:
    """The response without ways out: links that lead out are turned, a file becomes the page that shows its address."""
    if response.content_type == "text/html":
        response.text = _ANCHOR.sub(lambda found: _turned(request, found.group()), response.text)
    elif response.status_int == 200 and not _SHOWN.fullmatch(response.content_type or ""):
        response.app_iter = ()  # closes the file
        return HTTPSeeOther(take_url(request, request.path_qs))
    return response


def _turned(request: Request, tag: str) -> str:
    """An opening tag of a link that opens in this window, saves nothing, and leads nowhere outside."""
    def turned(found: re.Match) -> str:
        name, written = found.group(1).lower(), found.group(2)
        if name in ("target", "download", "ping"):
            return ""
        if name != "href" or written is None:
            return found.group()
        address = unescape(written.strip("\"'")).strip()
        return found.group() if inside(request, address) else f' href="{escape(take_url(request, address))}"'
    return _ATTRIBUTE.sub(turned, tag)


def inside(request: Request, address: str) -> bool:
    """Whether the address, as a page writes it, is of this site."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if "\\" in address:
        return False
    return (not parts.scheme and not parts.netloc) or (
        parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" in _bases(request))


def _bases(request: Request) -> tuple[str, str]:
    return request.host_url, request.registry.settings["gongkai"].base_url.rstrip("/")


# -- what is taken along ------------------------------------------------------------------------------------------

def take_url(request: Request, address: str) -> str:
    """The page that shows `address` as a QR code; signed, so that nobody makes ours show an address of his own."""
    return f"{TAKE}?{urlencode({'to': address, 'by': _signed(request, address)})}"


def taken(request: Request) -> str | None:
    """The address that the page of the request is to show, None for one that we never wrote."""
    address, by = request.GET.get("to", ""), request.GET.get("by", "")
    if not address or not hmac.compare_digest(by.encode(), _signed(request, address).encode()):
        return None
    own = safe_back(address) == address
    return request.registry.settings["gongkai"].base_url.rstrip("/") + address if own else address


def _signed(request: Request, address: str) -> str:
    key = request.registry.settings["house"].keys.master.derive("kiosk")
    return hmac.digest(key, address.encode(), "sha256").hex()[:32]
