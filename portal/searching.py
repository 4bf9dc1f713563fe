"""The search engine of this process, and how an answer of it becomes one that the gate agrees to.

An index may be late. What it found is therefore joined with the `live` rows: what may no longer be read is left
out, and of what changed since the index was written, the present title and summary are shown instead of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from pyramid.config import Configurator
from pyramid.request import Request

from content import alterations, repository
from content.documents import Live
from content.house import House
from content.search import Engine, Hit, Query, Results, open_engine
from portal.held import hold
from portal.metrics import HELD as METRICS
from portal.settings import Settings


@dataclass(frozen=True)
class Found:
    """A document found, as it may be shown; the `_html` values hold no tag but `<mark>`."""

    live: Live
    title_html: str
    snippet_html: str


@dataclass(frozen=True)
class Answer:
    """What a search page shows: the engine's answer, and of its hits those that may be read now."""

    results: Results
    hits: tuple[Found, ...]
    exact: Live | None


def search(request: Request) -> Engine:
    return request.registry.settings["search"]


def ask(request: Request, query: Query) -> Answer:
    """Search in what may still be read, and ask the gate about everything found. Three queries beside the search."""
    engine: Engine = request.search
    known = engine.cursor() or 0  # before the search: what happens in between then counts as changed
    gone = alterations.gone_since(request.db, known, request.now, request.tree.version)
    with request.registry.settings[METRICS].searching.time():
        results = engine.search(replace(query, without=gone))
    ids = {hit.id for hit in results.hits} | ({results.exact} if results.exact else set())
    if not ids:
        return Answer(results, (), None)
    lives = repository.by_ids(request.db, list(ids), request.now, texts=True)
    changed = alterations.changed_since(request.db, list(lives), known)
    hits = tuple(_found(hit, lives[hit.id], hit.id in changed) for hit in results.hits if hit.id in lives)
    return Answer(results, hits, lives.get(results.exact or 0))


def _found(hit: Hit, live: Live, changed: bool) -> Found:
    if changed:
        return Found(live, escape(live.title), escape(live.rendition.summary))
    return Found(live, hit.title_html, hit.snippet_html)


def includeme(config: Configurator) -> None:
    """Opens the engine at start-up, so that a broken index is said then. Raises `content.search.SearchError`."""
    hold(config, "search", _open)
    config.add_request_method(search, reify=True)


def _open(house: House, settings: Settings) -> Engine:
    synonyms = Path(settings.synonyms) if settings.synonyms else None
    return open_engine(settings.search_url, synonyms)
