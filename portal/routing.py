"""Routes by the first part of their path: an address is held against those that may be its own, not against each of
two hundred before anything else is done for it.
"""

from __future__ import annotations

import re
from typing import Any

from pyramid.config import Configurator
from pyramid.exceptions import URLDecodeError
from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request
from pyramid.urldispatch import Route, RoutesMapper
from zope.interface import implementer

_FIRST = re.compile(r"([^/{}*:]*)(?:/|$)")  # a first part in which nothing is left open


@implementer(IRoutesMapper)
class Mapper(RoutesMapper):
    """Pyramid's own, which asks each route in turn; the first that fits is the same."""

    def __init__(self) -> None:
        super().__init__()
        self._by_first: dict[str | None, list[Route]] = {}

    def connect(self, *args: Any, **kwargs: Any) -> Route:
        self._by_first = {}
        return super().connect(*args, **kwargs)

    def __call__(self, request: Request) -> dict[str, Any]:
        try:
            path = request.path_info or "/"
        except UnicodeDecodeError as problem:
            raise URLDecodeError(problem.encoding, problem.object, problem.start, problem.end,
                                 problem.reason) from problem
        for route in self._candidates(path.split("/", 2)[1] if path[:1] == "/" else None):
            match = route.match(path)
            if match is not None:
                found = {"route": route, "match": match}
                if all(fits(found, request) for fits in route.predicates):
                    return found
        return {"route": None, "match": None}

    def _candidates(self, first: str | None) -> list[Route]:
        """In their order: those whose paths begin so, and those that leave open how they begin."""
        known = self._by_first or self._grouped()
        return known.get(first, known[None])

    def _grouped(self) -> dict[str | None, list[Route]]:
        firsts = [(_first(route.pattern), route) for route in self.routelist]
        self._by_first = {each: [route for first, route in firsts if first in (each, None)]
                          for each in {None, *(first for first, _route in firsts)}}
        return self._by_first


def _first(pattern: str) -> str | None:
    """The part with which all its addresses begin; None where they differ in it."""
    found = _FIRST.match(pattern.removeprefix("/"))
    return found[1] if found else None


def includeme(config: Configurator) -> None:
    """Before the first route is added."""
    config.registry.registerUtility(Mapper(), IRoutesMapper)
