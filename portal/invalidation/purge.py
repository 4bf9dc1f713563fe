"""A cache before the portal (nginx, Varnish, a CDN) is told by HTTP PURGE which pages to fetch anew."""

from __future__ import annotations

from collections.abc import Callable
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from portal.settings import Settings

SECONDS = 5


def hook(settings: Settings) -> Callable[[list[str]], None] | None:
    """Purges at the address that the setting `purge` names; nothing when it is empty."""
    return (lambda paths: _purge(settings.purge, paths)) if settings.purge else None


def _purge(base: str, paths: list[str]) -> None:
    for path in paths:
        try:
            urlopen(Request(urljoin(base, path), method="PURGE"), timeout=SECONDS).close()
        except HTTPError as answer:
            if answer.code != 404:  # the cache does not have it: just as well
                raise


HOOK = hook
