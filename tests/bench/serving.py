"""Serving: pages a second through our own server with few and with many documents; how long a page of search takes;
how long the server takes to start, and what it holds in memory. What others serve in the same time, `bench.pages`
measures."""

from __future__ import annotations

import statistics
import time
from contextlib import ExitStack
from functools import partial
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from bench import servers
from bench.corpus import Ground
from bench.load import in_turns, per_second
from bench.texts import queries
from content.documents import Live

SECONDS, TURNS = 1.0, 7
STARTS = 3
SEEN = 200  # documents that are read before memory is looked at
SEARCHED = 200  # pages of search, one after the other


def measure(few: Ground, many: Ground) -> dict[str, Any]:
    """`{pages: {name: {few, many}}, search_ms: {median, p99}, start_s, memory_mb: {resident, anonymous}}`; pages
    in requests a second.

    Each kind of page is asked of both servers in turns, so that what else the machine does hits both alike.
    """
    with ExitStack() as stack:
        small, large = (stack.enter_context(servers.ours(each.home, "--no-worker")) for each in (few, many))
        here, there, rates = _paths(few), _paths(many), {}
        for name in here:
            small.get(here[name]), large.get(there[name])
            rates[name] = dict(zip(("few", "many"), in_turns(
                TURNS, partial(per_second, small.port, here[name], SECONDS),
                partial(per_second, large.port, there[name], SECONDS)), strict=True))
        searched, memory = _searched(large), _memory(large, many)
    return {"pages": rates, "search_ms": searched, "memory_mb": memory, "start_s": _start(many)}


def _paths(ground: Ground) -> dict[str, str]:
    with ground.instance.house.database.reader() as session:
        newest = session.scalars(select(Live).order_by(Live.published.desc(), Live.document_id.desc()).limit(1)).one()
        return {"home": "/", "column": "/lm0/", "document": newest.url, "feed": "/feeds/latest.rss"}


def _searched(server: servers.Server) -> dict[str, float]:
    """Milliseconds of a whole page of search, after a few that warm the server."""
    took = []
    for words in queries(SEARCHED + 20):
        began = time.perf_counter()
        server.get(f"/search?q={quote(words)}")
        took.append((time.perf_counter() - began) * 1000)
    took = took[20:]
    return {"median": round(statistics.median(took), 1), "p99": round(statistics.quantiles(took, n=100)[98], 1)}


def _memory(server: servers.Server, ground: Ground) -> dict[str, float]:
    """After many pages and searches, so that every cache is filled."""
    with ground.instance.house.database.reader() as session:
        read = [live.url for live in session.scalars(select(Live).order_by(Live.document_id.desc()).limit(SEEN))]
    for path in (*read, *(f"/search?q={quote(words)}" for words in queries(50)), "/", "/lm0/", "/sitemap", "/health"):
        server.get(path)
    return server.memory()


def _start(ground: Ground) -> float:
    """Seconds until the first answer, median; followers and what falls due would begin at the same time, and are
    measured elsewhere."""
    took = []
    for _ in range(STARTS):
        with servers.ours(ground.home, "--no-worker") as server:
            took.append(server.started)
    return round(statistics.median(took), 2)
