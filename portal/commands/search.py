"""`gongkai search`: what a citizen would find."""

from __future__ import annotations

import argparse
from itertools import count

from content import repository
from content.base import now
from content.search import Hit, Query
from content.search.model import OFFSET_LIMIT, PAGE_LIMIT
from portal.commands import DONE, BadInput, Call, Command, put_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("query")
    parser.add_argument("--limit", type=int, default=10, metavar="N", help="at most so many (default 10)")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    if chosen.limit < 0:
        raise BadInput("--limit must not be negative")
    total, hits = _search(call, chosen.query, chosen.limit)
    if chosen.json:
        put_json({"total": total, "hits": [_row(hit) for hit in hits]})
        return DONE
    print(f"{total} 篇")
    for hit in hits:
        print(f"{hit.date}  {hit.title}  {hit.url}")
    return DONE


def _search(call: Call, text: str, limit: int) -> tuple[int, list[Hit]]:
    """How many there are, and the first `limit`; what was withdrawn since the index was written is left out."""
    found: list[Hit] = []
    gone = total = 0
    for page in count():
        results = call.instance.engine.search(Query(text, offset=page * PAGE_LIMIT, limit=PAGE_LIMIT))
        total = results.total
        kept = _readable(call, results.hits)
        gone += len(results.hits) - len(kept)
        found += kept
        if len(found) >= limit or len(results.hits) < PAGE_LIMIT or (page + 1) * PAGE_LIMIT > OFFSET_LIMIT:
            return total - gone, found[:limit]
    raise AssertionError


def _readable(call: Call, hits: tuple[Hit, ...]) -> list[Hit]:
    with call.instance.house.database.reader() as session:
        live = repository.by_ids(session, [hit.id for hit in hits], now())
    return [hit for hit in hits if hit.id in live]


def _row(hit: Hit) -> dict[str, object]:
    return {"id": hit.id, "source_id": hit.source_id, "title": hit.title, "url": hit.url,
            "date": hit.date.isoformat(), "score": hit.score, "snippet": hit.snippet_html}


COMMAND = Command("search", "Search the published documents.", _run, _arguments)
