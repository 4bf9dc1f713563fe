"""Search in an OpenSearch cluster. `opensearch+https://user@host:9200,host2:9200/name?password_file=/path&ca=/path`.

The name is an alias of the index that is read; settings and mappings have a version, a rebuild fills another index
and moves the alias. The cursor is a document of the index itself, written after the entries can be found: killed in
between, the follower writes the same entries once more.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from types import SimpleNamespace
from typing import Any
from urllib.parse import SplitResult
from zlib import crc32

import httpx

from content.search.analysis import phrase_terms
from content.search.engines import Opener
from content.search.engines import _opensearch_queries as said
from content.search.engines._asking import NEAR_LIMIT, Ask, Candidate, Found, Holds, answer, no_facets
from content.search.engines._opensearch_client import Cluster, Place, Refused, TooLarge
from content.search.engines._prepared import TITLE
from content.search.engines._weighing import weigh
from content.search.model import Entry, IndexAway, IndexBroken, Query, Results
from content.search.suggesting import LOOKED_AT
from content.search.synonyms import Synonyms

_MOST_OCTETS = 4_000_000
"""Size of one bulk request at most, to begin with: well below what clusters take."""
_LEAST_OCTETS = 50_000
_MOST_PAUSE = 10.0
_READING, _WRITING = 5.0, 60.0
"""Seconds for which a cluster that does not answer is asked again: somebody waits for a page, nobody for the index."""
_IDS = 10_000
_BUSY, _NOT_FOUND = 429, 404


class OpensearchEngine:
    """A search engine in a cluster; see `content.search.model.Engine`."""

    shared = True

    def __init__(self, place: Place, synonyms: Synonyms, patience: float = _WRITING,
                 transport: httpx.BaseTransport | None = None) -> None:
        self._name, self._synonyms = place.name, synonyms
        self._readers = Cluster(place, min(_READING, patience), transport)
        self._writers = Cluster(place, patience, transport)
        self._building = ""
        self._patience = patience
        self._octets = self._most = _MOST_OCTETS
        index = self._index()
        if not index or not index.startswith(self._prefix):
            self._begin(index)

    @property
    def _prefix(self) -> str:
        """How the names of indexes of our version begin."""
        return f"{self._name}-v{said.VERSION}-"

    def _index(self) -> str:
        """The index that the alias stands for; empty when there is none."""
        found = self._writers.ask("GET", f"_alias/{self._name}", missing=True)
        if found is None:  # by now another process may have made it: asked by name, an alias gives what it stands for
            found = self._writers.ask("GET", self._name, missing=True) or {}
        if self._name in found:
            raise IndexBroken(f"{self._name} is an index of the search cluster, not an alias: choose another name")
        return max(found, default="")

    def _begin(self, before: str) -> str:
        """An empty index becomes the one that is read; two processes that start at once make the same."""
        made = self._make(before)
        self._switch(made, before)
        return made

    def _make(self, before: str) -> str:
        number = re.search(r"(\d+)$", before)
        name = f"{self._prefix}{int(number[1]) + 1 if number else 1}"
        try:
            self._writers.ask("PUT", name, said.DEFINITION)
        except Refused as problem:
            if "exists" not in str(problem):
                raise
        return name

    def _switch(self, index: str, before: str) -> None:
        """In one step, so that there is always just one index to read."""
        actions: list[dict[str, Any]] = [{"add": {"index": index, "alias": self._name}}]
        actions += [{"remove_index": {"index": before}}] if before and before != index else []
        try:
            self._writers.ask("POST", "_aliases", {"actions": actions})
        except Refused as problem:
            if problem.status != _NOT_FOUND or self._index() != index:
                raise  # else it was done, and asked for once more because the answer was lost

    def update(self, entries: Iterable[Entry], removed: Iterable[int] = (), cursor: int | None = None) -> None:
        """See `Engine.update`; large updates go in pieces, the cursor after the last."""
        reading = self._index()
        index, gone = self._building or reading, set(removed)
        actions = _puts(entries)
        first = self._sized(actions)
        if gone and index != reading:  # what is withdrawn is found nowhere
            self._send(reading, [_delete(each) for each in sorted(gone)])
            self._refresh(reading)
        self._send(index, [_delete(each) for each in sorted(gone)])
        while first:
            self._send(index, first)
            first = self._sized(actions)
        self._refresh(index)
        if cursor is not None:
            self._writers.ask("PUT", f"{index}/_doc/{said.CURSOR}", {said.CURSOR: cursor})
            if self._building and cursor >= (self._position(reading) or 0):
                self._switch(index, reading)
                self._building = ""

    def _sized(self, actions: Iterator[list[bytes]]) -> list[list[bytes]]:
        """As many actions as one request takes at present; the later of two for one document."""
        taken: dict[bytes, list[bytes]] = {}
        octets = 0
        for action in actions:
            taken.pop(action[0], None)
            taken[action[0]] = action
            octets += sum(map(len, action))
            if octets >= self._octets:
                break
        return list(taken.values())

    def _send(self, index: str, actions: list[list[bytes]]) -> None:
        """All actions, in smaller pieces and more slowly when the cluster asks for it."""
        waiting, pause, until = actions, 0.1, time.monotonic() + self._patience
        while waiting:
            piece = self._piece(waiting)
            try:
                refused = _refused(piece, self._writers.bulk(f"{index}/_bulk", chain.from_iterable(piece)))
            except TooLarge:
                if len(piece) == 1:
                    raise
                self._most = self._octets = max(1, sum(map(len, chain.from_iterable(piece))) // 2)
                continue
            except Refused as problem:
                if problem.status != _BUSY:
                    raise
                refused = piece
            waiting = refused + waiting[len(piece):]
            if not refused:
                self._octets = min(self._most, self._octets * 2)
                pause, until = 0.1, time.monotonic() + self._patience
                continue
            if time.monotonic() > until:
                raise IndexAway("the search cluster has been too busy to write for a while; it is tried again later")
            self._slower()
            time.sleep(pause)
            pause = min(pause * 2, _MOST_PAUSE)

    def _slower(self) -> None:
        self._octets = max(_LEAST_OCTETS, self._octets // 2)

    def _piece(self, actions: list[list[bytes]]) -> list[list[bytes]]:
        octets, taken = 0, 0
        for action in actions:
            octets += sum(map(len, action))
            if taken and octets > self._octets:
                break
            taken += 1
        return actions[:taken]

    def _refresh(self, index: str) -> None:
        """From here on every copy shows what was written; the cursor may say so only then."""
        until = time.monotonic() + self._patience
        while self._writers.ask("POST", f"{index}/_refresh")["_shards"]["failed"]:
            if time.monotonic() > until:
                raise IndexAway("the search cluster cannot show what was written: a part of the index is missing")
            time.sleep(0.2)

    def search(self, query: Query) -> Results:
        """See `Engine.search`."""
        try:
            return answer(_Reading(self._readers, self._name), query, self._synonyms)
        except Refused as problem:
            if problem.status != _NOT_FOUND:
                raise
        return answer(_Reading(self._readers, self._name), query, self._synonyms)  # the alias has just moved

    def ids(self) -> set[int]:
        """See `Engine.ids`."""
        found: set[int] = set()
        after: list[Any] = []
        while True:
            asked = {"size": _IDS, "_source": False, "sort": [{"id": "asc"}], "query": {"exists": {"field": "id"}}}
            hits = _hits(self._readers, self._name, asked | ({"search_after": after} if after else {}))["hits"]
            if not hits:
                return found
            found.update(int(hit["_id"]) for hit in hits)
            after = hits[-1]["sort"]

    def count(self) -> int:
        """See `Engine.count`."""
        return self._readers.ask("POST", f"{self._name}/_count", {"query": {"exists": {"field": "id"}}})["count"]

    def cursor(self) -> int | None:
        """See `Engine.cursor`; to who rebuilds, the position of what is being built."""
        return self._position(self._building or self._name)

    def _position(self, index: str) -> int | None:
        found = self._readers.ask("GET", f"{index}/_doc/{said.CURSOR}", missing=True)
        return found["_source"][said.CURSOR] if found else None

    def renew(self) -> None:
        """See `Engine.renew`: what is written now goes into another index; one that was never finished is deleted."""
        reading = self._index()
        for name in self._writers.ask("GET", f"{self._prefix}*"):
            if name != reading:
                self._writers.ask("DELETE", name, missing=True)
        self._building = self._make(reading)

    def clear(self) -> None:
        """See `Engine.clear`."""
        self._building = ""
        self._begin(self._index())

    def close(self) -> None:
        """See `Engine.close`."""
        self._readers.close()
        self._writers.close()


def _puts(entries: Iterable[Entry]) -> Iterator[list[bytes]]:
    for entry in entries:
        yield [b'{"index":{"_id":"%d"}}' % entry.id, json.dumps(said.document(entry), ensure_ascii=False).encode()]


def _delete(id: int) -> list[bytes]:
    return [b'{"delete":{"_id":"%d"}}' % id]


def _refused(actions: list[list[bytes]], results: list[dict[str, Any]]) -> list[list[bytes]]:
    """The actions that the cluster was too busy for. Raises `Refused` for what it will never take."""
    again = []
    for action, result in zip(actions, results, strict=True):
        status = result["status"]
        if status in (_BUSY, 503):
            again.append(action)
        elif status >= 300 and status != _NOT_FOUND:
            reason = result.get("error", {}).get("reason", "")
            raise Refused(f"the search cluster refuses document {result['_id']}: {status} {reason[:300]}", status)
    return again


def _hits(cluster: Cluster, name: str, body: dict[str, Any]) -> dict[str, Any]:
    """A question goes to the same copy each time: copies count what was deleted differently until they are merged, and
    so the pages of one list would not fit each other."""
    copy = crc32(json.dumps(body.get("query")).encode())
    found = cluster.ask("POST", f"{name}/_search?allow_partial_search_results=false&preference={copy}", body)
    return found["hits"] | {"aggregations": found.get("aggregations", {})}


class _Reading:
    """See `content.search.engines._asking.Index`."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster, self._name = cluster, name

    def find(self, ask: Ask, limit: int) -> Found:
        """See `Index.find`."""
        found = self._hits({
            "query": said.scored(ask), "size": limit, "_source": said.shown(), "aggs": said.counts(ask),
            "track_total_hits": True, "track_scores": True, "sort": said.order(ask.query, by_score=True)})
        counted, hits = found["aggregations"], found["hits"]
        facets = {name: [(each["key"], each["doc_count"]) for each in counted[name]["buckets"]
                         if each["key"] not in (0, "")] for name in no_facets()}
        holding = said.holding(counted)
        documents = [SimpleNamespace(**hit["_source"]) for hit in hits]
        bases = weigh(documents, ask.weights, counted["all"]["doc_count"], lambda term: holding.get(term, 0))
        return Found(found["total"]["value"], facets, list(map(said.candidate, hits, bases)))

    def page(self, ask: Ask, offset: int, limit: int, without: list[int]) -> list[Candidate]:
        """See `Index.page`."""
        query = {"bool": {"must": [said.scored(ask)], "must_not": [{"terms": {"id": without}}]}}
        found = self._hits({"query": query, "from": offset, "size": limit, "_source": said.shown(),
                            "track_scores": True, "sort": said.order(ask.query)})
        return list(map(said.candidate, found["hits"]))

    def holds(self, text: str, query: Query) -> bool:
        """See `Index.holds`."""
        wanted = said.clause(Holds(text, frozenset(phrase_terms(text))))
        return bool(self._hits({"query": {"bool": {"filter": [*said.kept(query), wanted]}}, "size": 1,
                                "_source": False, "track_total_hits": False})["hits"])

    def titles(self, terms: list[str], query: Query) -> list[str]:
        """See `Index.titles`: the rarer a term, the more the cluster's own score gives for it."""
        marked = [term if term.startswith("~") else TITLE + term for term in terms]
        wanted = [{"term": {"terms": {"value": term}}} for term in marked]
        asked = {"bool": {"filter": said.kept(query), "should": wanted, "minimum_should_match": 1}}
        found = self._hits({"query": asked, "size": LOOKED_AT, "_source": ["normal"], "track_total_hits": False})
        return [hit["_source"]["normal"] for hit in found["hits"]]

    def near(self, terms: list[str], query: Query) -> list[int]:
        """See `Index.near`: one point for every term that is shared."""
        points = [{"constant_score": {"filter": {"term": {"terms": term}}}} for term in terms]

        def sharing(least: int, size: int) -> list[dict[str, Any]]:
            asked = {"bool": {"filter": said.kept(query), "should": points, "minimum_should_match": least}}
            return self._hits({"query": asked, "size": size, "_source": False, "track_total_hits": False})["hits"]

        best = sharing(1, 1) if points else []
        return [int(hit["_id"]) for hit in sharing(-(-round(best[0]["_score"]) // 2), NEAR_LIMIT)] if best else []

    def texts(self, ids: list[int]) -> dict[int, str]:
        """See `Index.texts`."""
        found = self._cluster.ask("POST", f"{self._name}/_mget?_source_includes=text", {"ids": list(map(str, ids))})
        return {int(each["_id"]): each["_source"]["text"] for each in found["docs"] if each.get("found")}

    def _hits(self, body: dict[str, Any]) -> dict[str, Any]:
        return _hits(self._cluster, self._name, body)


def _open(address: SplitResult, synonyms: Synonyms) -> OpensearchEngine:
    return OpensearchEngine(Place.of(address), synonyms)


ENGINE = Opener("opensearch", _open)
