"""Under which names the portal answers: whoever asks for another gets a page that says so, and nothing else.

A redirect is told with the name that was asked for, and a cache keeps it for others: a name that somebody made up must
not get that far. What watches the process (`PROBES`) asks by whatever name or number it has, and the page of the
refusal needs its styles (`_STYLES`): nothing of a name stands in what these get.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.request import Request
from pyramid.response import Response

from content.house import House
from portal.errors import ErrorPage, answer
from portal.held import hold
from portal.i18n import _
from portal.settings import Settings

HELD = "accepted"
HERE = frozenset({"localhost", "127.0.0.1", "::1"})  # always: who asks so is on this machine, or fools himself alone
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
_STYLES = re.compile(r"/static/[\w/.-]+\.(css|js|svg|png|woff2)")
_EVERYWHERE = ("0.0.0.0", "::", "")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")
_REMEMBERED = 1000  # spellings of our names, with ports, in capitals
_PAGE = ErrorPage(_("这个网址不是本网站的"), _("请从本网站的网址进入：${address}"),
                  (_("如果您管理本网站：网址写在设置 base_url 里，其他域名和地址写在 accepted_hosts 里"),), plain=True)


class UnknownHost(HTTPBadRequest):
    """A request for a site that is not ours."""


class Accepted:
    """The names of a portal: those of its address and of its facts, and what the setting `accepted_hosts` adds."""

    def __init__(self, settings: Settings) -> None:
        given, address = settings.accepted_hosts.lower().split(), _address(settings)
        self.names = frozenset({*HERE, *public_names(settings), settings.host.lower(),
                                *(each.strip("[]") for each in given)} - {*_EVERYWHERE})
        self._below = tuple(each[1:] for each in given if each.startswith("*."))
        self._all = "*" in given
        # Tried out on all addresses of a machine, under no name yet: then it may be asked for by number.
        self._numbers = settings.host in _EVERYWHERE and address in HERE
        self._known: set[str] = set()

    def takes(self, environ: dict[str, Any]) -> bool:
        """Whether a request as it came in is for this portal, or says for none."""
        asked = environ.get("HTTP_HOST")
        return asked is None or asked in self._known or self._is_ours(asked)

    def _is_ours(self, asked: str) -> bool:
        found = _HOST.fullmatch(asked.lower())
        if found is None:
            return False
        name = found[1].strip("[]").rstrip(".")
        ours = (self._all or name in self.names or name.endswith(self._below)
                or (self._numbers and _is_number(name)))
        if ours and len(self._known) < _REMEMBERED:
            self._known.add(asked)
        return ours


def public_names(settings: Settings) -> list[str]:
    """The names that visitors know, that of `base_url` first; without those of this machine."""
    address = _address(settings)
    known = (address, *_both(address), *_both(settings.site.domain.lower()))
    return [name for name in dict.fromkeys(known) if name and name not in HERE]


def _address(settings: Settings) -> str:
    return (urlsplit(settings.base_url).hostname or "").lower()


def _both(name: str) -> tuple[str, ...]:
    """With and without www, as visitors type it."""
    bare = name.removeprefix("www.")
    return (name,) if not bare or _is_number(bare) else (bare, f"www.{bare}")


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def tween(handler: Callable, registry: Any) -> Callable:
    """Refuses what is for another site, before anything reads its name."""
    def accepting(request: Request) -> Response:
        path = request.environ["PATH_INFO"]
        if not (registry.settings[HELD].takes(request.environ) or path in PROBES or _STYLES.fullmatch(path)):
            raise UnknownHost()
        return handler(request)
    return accepting


def refused(error: UnknownHost, request: Request) -> Response:
    """The page for who came by another name; it shows ours."""
    ours = request.registry.settings["gongkai"].base_url
    return answer(request, 400, page=_PAGE, address=ours, home=ours)


def includeme(config: Configurator) -> None:
    def names(_house: House, settings: Settings) -> Accepted:
        return Accepted(settings)
    hold(config, HELD, names)
    config.add_tween("portal.accepted.tween", under="portal.errors.last_resort",
                     over=("portal.variants.tween", "pyramid_tm.tm_tween_factory"))
    config.add_exception_view(refused, context=UnknownHost)
