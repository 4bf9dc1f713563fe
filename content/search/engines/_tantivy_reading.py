"""One commit of a tantivy index: how it is opened, asked, and renewed when the next commit is there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from heapq import nlargest
from operator import itemgetter
from pathlib import Path

import tantivy

from content.search.analysis import phrase_terms
from content.search.engines import _tantivy_fields as said
from content.search.engines._asking import (
    NEAR_LIMIT,
    NO_TEXT,
    Ask,
    Candidate,
    Condition,
    Every,
    Found,
    Holds,
    no_facets,
)
from content.search.engines._weighing import rarity
from content.search.model import IndexBroken, Query
from content.search.suggesting import LOOKED_AT

_KNOWN = 4000
"""Documents of one commit whose rows are remembered."""
_COUNTS = 200
"""Filters and questions whose counts are remembered: another page, another order, another visitor ask them again."""
_MANY = 5000
"""Documents from which on it pays to look at what was not found, or how much a term tells."""
_MOST_CLAUSES = 24
_NEARLY_ALL = 0.8
"""Share of documents from which on a term tells nothing any more."""

Counts = dict[str, list[tuple[int | str, int]]]


class Store:
    """A folder with an index. Any thread and process may read; each search sees the newest commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._commit: tuple[int, ...] = ()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self.index = tantivy.Index(said.SCHEMA, str(folder), reuse=True)
            self.index.config_reader("manual")
        except (ValueError, OSError) as problem:
            raise _broken(folder, problem) from problem

    def newest(self) -> Commit:
        """The newest commit; reading anew costs nothing while there is no other."""
        try:
            about = os.stat(self.folder / "meta.json")
            commit = (about.st_mtime_ns, about.st_ino, about.st_size)
            if commit != self._commit:
                with self._lock:
                    self.index.reload()
                    self._current = Commit(self.index.searcher())
                    self._commit = commit
        except (ValueError, OSError) as problem:
            raise _broken(self.folder, problem) from problem
        return self._current


def _broken(folder: Path, problem: Exception) -> IndexBroken:
    return IndexBroken(f"the search index in {folder} cannot be read ({problem}); move it away and rebuild")


class Commit:
    """One state of the index, and what has been read of it."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.searcher = searcher
        self.rows: dict[tuple[int, int], said.Row] = {}
        self._overall: dict[Query, tuple[int, Counts]] = {}
        self._counted: dict[tuple[Query, Condition], Counts] = {}

    @cached_property
    def cursor(self) -> int | None:
        """The journal position of the commit."""
        found = self.searcher.search(said.cursors(), 1, count=False).hits
        return self.searcher.doc(found[0][1]).get_first("cursor") if found else None

    def count(self) -> int:
        """How many documents are indexed."""
        return self.searcher.num_docs - (self.cursor is not None)

    def ids(self) -> set[int]:
        """The id of every document."""
        most = max(1, self.searcher.num_docs)
        return {id for id, _ in self.searcher.search(said.entries(), most, count=False, order_by_field="id").hits}

    def row(self, at: tantivy.DocAddress) -> said.Row:
        """What is needed of a document, without a score."""
        place = (at.segment_ord, at.doc)
        found = self.rows.get(place)
        if found is None:
            found = _room(self.rows, _KNOWN)[place] = said.row(self.searcher.doc(at))
        return found

    def counts(self, wanted: tantivy.Query) -> Counts:
        """Every facet, counted over what a query finds; the most frequent values first."""
        counted = self.searcher.aggregate(wanted, said.COUNTED)
        return {name: [(_value(each["key"]), each["doc_count"]) for each in counted[name]["buckets"]]
                for name in no_facets()}

    def overall(self, query: Query) -> tuple[int, Counts]:
        """How many documents the filters of a query leave, and their facets; both once in a commit."""
        filters = _filters(query)
        counted = self._overall.get(filters)
        if counted is None:
            left = said.wanted(Ask(query, Every(()), NO_TEXT))
            counted = self.searcher.search(left, 1, count=True).count, self.counts(left)
            _room(self._overall, _COUNTS)[filters] = counted
        return counted

    def facets(self, ask: Ask, total: int, rows: list[said.Row] | None) -> Counts:
        """The facets of all that a question finds, once in a commit; of `rows`, where these are all."""
        if rows is not None:
            return {name: values.most_common() for name, values in said.counted(rows).items()}
        asked = _filters(ask.query), ask.condition
        counted = self._counted.get(asked)
        if counted is None:
            counted = _room(self._counted, _COUNTS)[asked] = self._facets(ask, total)
        return {name: list(values) for name, values in counted.items()}

    def _facets(self, ask: Ask, total: int) -> Counts:
        """Counted over what was found; if that is most of all, over the rest, and taken off what all have."""
        if total < _MANY:
            return self.counts(said.wanted(ask))
        every, counts = self.overall(ask.query)
        if total == every:
            return counts
        if 2 * total < every:
            return self.counts(said.wanted(ask))
        rest = {name: dict(values) for name, values in self.counts(said.others(ask)).items()}
        return {name: _by_number((value, number - rest[name].get(value, 0)) for value, number in values)
                for name, values in counts.items()}

    def telling(self, clauses: list[tuple[str, str, float]]) -> list[tuple[str, str, float]]:
        """Of `said.clauses` those that order the documents: in a large index a term costs by how many have it.

        What nearly all have weighs next to nothing; of the others the heaviest.
        """
        count = self.searcher.num_docs
        if count < _MANY:
            return clauses
        weights = {(field, one): weight * rarity(count, holding) for field, one, weight in clauses
                   if (holding := self.searcher.doc_freq(field, one)) <= count * _NEARLY_ALL}
        kept = set(nlargest(_MOST_CLAUSES, weights, key=weights.__getitem__))
        return [each for each in clauses if each[:2] in kept]


class TantivyIndex:
    """See `content.search.engines._asking.Index`."""

    def __init__(self, commit: Commit) -> None:
        self._commit, self._searcher = commit, commit.searcher
        self._places: dict[int, tantivy.DocAddress] = {}

    def find(self, ask: Ask, limit: int) -> Found:
        """See `Index.find`."""
        wanted = said.wanted(ask)
        total, hits = self._best(ask, wanted, limit, 0)
        if not total:
            return Found(0, no_facets(), [])
        all_of_them = [self._commit.row(at) for _, at in hits] if total == len(hits) else None
        return Found(total, self._commit.facets(ask, total, all_of_them), self._candidates(hits, ask))

    def page(self, ask: Ask, offset: int, limit: int, without: list[int]) -> list[Candidate]:
        """See `Index.page`."""
        wanted = said.wanted(ask, without)
        by_date = ask.query.sort == "date"
        _, hits = self._newest(wanted, limit, offset) if by_date else self._best(ask, wanted, limit, offset)
        return self._candidates(hits, ask)

    def holds(self, text: str, query: Query) -> bool:
        """See `Index.holds`."""
        wanted = said.clause(Holds(text, frozenset(phrase_terms(text))))
        return bool(self._searcher.search(said.within(query, said.plain(wanted)), 1, count=False).hits)

    def titles(self, terms: list[str], query: Query) -> list[str]:
        """See `Index.titles`."""
        hits = self._searcher.search(said.within(query, said.titled(terms)), LOOKED_AT, count=False).hits
        return [self._commit.row(at).candidate.normal for _, at in hits]

    def near(self, terms: list[str], query: Query) -> list[int]:
        """See `Index.near`."""
        best = self._searcher.search(said.within(query, said.sharing(terms, 1)), 1, count=False).hits
        if not best:
            return []
        near = said.within(query, said.sharing(terms, -(-round(best[0][0]) // 2)))
        hits = self._searcher.search(near, NEAR_LIMIT, count=False).hits
        return self._searcher.fast_field_values("id", [at for _, at in hits])

    def texts(self, ids: list[int]) -> dict[int, str]:
        """See `Index.texts`; of documents that this search has found."""
        return {id: said.text(self._searcher.doc(self._places[id])) for id in ids}

    def _best(self, ask: Ask, wanted: tantivy.Query, limit: int, offset: int) -> tuple[int, list]:
        """How many there are, and a page of them; both in one go."""
        if not ask.request.parts:
            return self._newest(wanted, limit, offset)
        scored = said.scored(ask, wanted, self._commit.telling(said.clauses(ask)))
        found = self._searcher.search(scored, max(1, limit), count=True, offset=offset)
        return found.count, found.hits[:limit]

    def _newest(self, wanted: tantivy.Query, limit: int, offset: int) -> tuple[int, list]:
        found = self._searcher.search(wanted, max(1, limit), count=True, order_by_field="newest", offset=offset)
        return found.count, [(0.0, at) for _, at in found.hits[:limit]]

    def _candidates(self, hits: list, ask: Ask) -> list[Candidate]:
        found = [(score % said.ASKED_FOR, at, self._commit.row(at).candidate) for score, at in hits]
        self._places.update((each.id, at) for _, at, each in found)
        held = self._verbatim(ask, [each.id for _, _, each in found])
        return [_with(each, score, held.get(each.id)) for score, _, each in found]

    def _verbatim(self, ask: Ask, ids: list[int]) -> dict[int, list[str]]:
        """Of the documents found, the parts that they hold word for word; what was asked for in quotes all do."""
        quoted = {part.text for part in ask.request.parts if part.quoted and len(part.text) > 2}
        held = {id: list(quoted) for id in ids}
        for text in {part.text for part in ask.request.parts if len(part.text) > 2} - quoted:
            query = said.both(said.among(ids), said.phrase(text))
            hits = self._searcher.search(query, max(1, len(ids)), count=False, order_by_field="id").hits
            for id, _ in hits:
                held[id].append(text)
        return held


def _with(candidate: Candidate, base: float, verbatim: list[str] | None) -> Candidate:
    """The candidate as this question found it; `dataclasses.replace` would take ten times as long."""
    made = object.__new__(Candidate)
    made.__dict__.update(candidate.__dict__, base=base, verbatim=frozenset(verbatim or ()))
    return made


def _filters(query: Query) -> Query:
    """Of a query what decides which documents there are beside its text."""
    return replace(query, text="", sort="relevance", offset=0, limit=0, strict=False)


def _room(kept: dict, most: int) -> dict:
    """What is remembered, emptied when it is full; another thread may do so at any time."""
    if len(kept) >= most:
        kept.clear()
    return kept


def _by_number(counts: Iterable[tuple[int | str, int]]) -> list[tuple[int | str, int]]:
    return sorted(((value, number) for value, number in counts if number > 0), key=itemgetter(1), reverse=True)


def _value(key: float | str) -> int | str:
    return key if isinstance(key, str) else int(key)

