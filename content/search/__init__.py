"""Finds published documents: an interface, the engines that keep it, and what all of them share.

- `model` queries, results and the `Engine` interface; `engines` one file an engine, chosen by an address
- `analysis`, `numbers`, `sound`, `synonyms` how text and 文号 become terms; `parse` how a query is read
- `matching`, `ranking`, `suggesting`, `snippets`, put together by `answering`: how it is answered

Only public renditions are handed in; what lies in an index is what the public may read. One process writes (the
follower); any number of processes and threads read, each search from the newest commit.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from content.collect import collect, find
from content.search import engines
from content.search.model import (
    Engine,
    Entry,
    Hit,
    IndexAway,
    IndexBroken,
    IndexBusy,
    Query,
    Results,
    SearchError,
    UnknownEngine,
)
from content.search.numbers import number_form
from content.search.synonyms import BadSynonyms, load_synonyms

__all__ = [
    "BadSynonyms", "Engine", "Entry", "Hit", "IndexAway", "IndexBroken", "IndexBusy", "Query", "Results", "SearchError",
    "UnknownEngine", "load_synonyms", "number_form", "open_engine",
]


def open_engine(url: str, synonyms: Path | None = None) -> Engine:
    """The engine at an address such as `whoosh:///var/lib/gongkai/index`, made if it is not there.

    `synonyms` is an office's own synonym file in place of the one shipped. Raises `UnknownEngine`,
    `IndexBroken`, `BadSynonyms`.
    """
    address = urlsplit(url)
    name = address.scheme.partition("+")[0]  # opensearch+https: the engine, and how its server is spoken to
    found = find(engines, "ENGINE", name)  # the libraries of the others stay where they are
    if found is None:
        known = collect(engines, "ENGINE")
        raise UnknownEngine(f"no search engine {name!r}; there are: {', '.join(known)}")
    return found.open(address, load_synonyms(synonyms))
