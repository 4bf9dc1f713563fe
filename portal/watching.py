"""Watching the database: how often and how long it is asked, for which view, and which statements take too long.

A statement is told as it is written, with marks where its values go: values are never told, they may be anybody's.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import structlog
from pyramid.request import Request
from pyramid.threadlocal import get_current_request
from sqlalchemy import Engine, event

LONGEST = 2000  # characters of a statement in the log
_BEGAN = "gongkai.began"
_watched: WeakKeyDictionary[Engine, Watch] = WeakKeyDictionary()  # an engine is listened to once
log = structlog.get_logger("gongkai")


@dataclass
class Tally:
    """What one request asked of the database."""

    queries: int = 0
    seconds: float = 0.0


@dataclass
class Watch:
    """Listens to one engine; `slow` in seconds, 0 for no log."""

    slow: float

    def before(self, connection: Any, *_: Any) -> None:
        connection.info[_BEGAN] = time.perf_counter()

    def after(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        took = time.perf_counter() - connection.info.pop(_BEGAN, time.perf_counter())
        request = get_current_request()
        if request is not None:
            tally = tally_of(request)
            tally.queries += 1
            tally.seconds += took
        if self.slow and took >= self.slow:
            log.warning("slow query", ms=round(took * 1000, 1), statement=" ".join(statement.split())[:LONGEST],
                        view=view_of(request) if request is not None else None)


def watch(engine: Engine, slow_ms: int) -> None:
    """Listen to an engine from now on; again with another limit where it is listened to already."""
    if engine in _watched:
        _watched[engine].slow = slow_ms / 1000
        return
    found = _watched[engine] = Watch(slow_ms / 1000)
    event.listen(engine, "before_cursor_execute", found.before)
    event.listen(engine, "after_cursor_execute", found.after)


def tally_of(request: Request) -> Tally:
    return request.__dict__.setdefault("sql_tally", Tally())


def view_of(request: Request) -> str:
    """Which view a request is for: the pattern of its route, or what it is a view of; nothing that a visitor wrote."""
    route = request.__dict__.get("matched_route")
    if route is not None:
        return route.pattern
    context = request.__dict__.get("context")
    name = request.__dict__.get("view_name") or ""
    kind = type(context).__name__ if context is not None else "none"
    return f"{kind}/{name}" if name in _names(request) else kind


def _names(request: Request) -> frozenset[str]:
    """The names of views that are not reached by routes."""
    held = request.registry.settings
    if "names of views" not in held:
        told = request.registry.introspector.get_category("views") or ()
        held["names of views"] = frozenset(each["introspectable"]["name"] for each in told) - {""}
    return held["names of views"]
