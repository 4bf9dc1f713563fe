"""Counts over the whole site, reckoned once for each version of what is public."""

from __future__ import annotations

from pyramid.request import Request

from content import counts
from content.counts import Figures, Tally
from portal.shelf import Shelf, version


def tallies(request: Request, audience: str = "public") -> dict[int, Tally]:
    """How many documents each column lists."""
    return _shelf(request).get(f"tallies {audience}", version(request),
                               lambda: counts.tallies(request.db, request.now, audience))


def figures(request: Request) -> Figures:
    return _shelf(request).get("figures", version(request), lambda: counts.figures(request.db, request.now))


def _shelf(request: Request) -> Shelf:
    return request.registry.settings["counts"]
