"""Knows how one state of a Whoosh index is read: rows in memory by segment, postings as dictionaries."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from whoosh.matching import ListMatcher
from whoosh.reading import IndexReader

from content.search.analysis import normalise
from content.search.matching import Row, Stored
from content.search.model import Entry
from content.search.numbers import number_form
from content.search.sound import syllables

GRAMS, ROW, STORED = "grams", "row", "stored"
_CURSOR = "cursor"


def entry_row(entry: Entry, normal_title: str, length: int) -> bytes:
    """The row of an entry as it is kept in the column."""
    return json.dumps([
        entry.id, entry.title, normal_title, " ".join(syllables(normal_title)), entry.date.isoformat(),
        entry.year, entry.type, entry.validity, entry.topic,
        number_form(entry.number) or normalise(entry.number), normalise(entry.index_number),
        entry.column_ids, entry.department_ids, length,
    ], ensure_ascii=False).encode()


def cursor_row(cursor: int) -> bytes:
    """The row of the one document that is not an entry: it holds the journal position of its commit."""
    return json.dumps({_CURSOR: cursor}).encode()


def _row(raw: bytes) -> Row | int:
    values = json.loads(raw)
    if isinstance(values, dict):
        return values[_CURSOR]
    *head, spoken, day, year, kind, validity, topic, number, index_number, columns, departments, length = values
    return Row(*head, spoken.split(), date.fromisoformat(day), year, kind, validity, topic, number, index_number,
               tuple(columns), tuple(departments), length)


_REMEMBERED = 6_000_000
"""Characters of normalised texts that are kept, so that looking whether a phrase stands in them opens no file."""


class Rows:
    """Rows by segment, shared by all threads: a segment never changes, so it is read once. Texts as long as they fit.

    `texts` maps segment and number of a document to its normalised body.
    """

    def __init__(self) -> None:
        self._segments: dict[str, list[Row | int]] = {}
        self.texts: dict[tuple[str, int], str] = {}
        self._characters = 0

    def remember(self, place: tuple[str, int], text: str) -> None:
        """Keep a text; when there are too many, begin anew."""
        if self._characters > _REMEMBERED:
            self.texts, self._characters = {}, 0
        self.texts[place] = text
        self._characters += len(text)

    def of(self, readers: list[IndexReader]) -> list[list[Row | int]]:
        """The rows of each reader's segment; those of segments that are gone are dropped."""
        known = self._segments
        self._segments = {
            key: known[key] if key in known else _read(reader)
            for reader in readers for key in [str(reader.segment().segment_id())]
        }
        return list(self._segments.values())


def _read(reader: IndexReader) -> list[Row | int]:
    column = reader.column_reader(ROW)
    return [_row(bytes(column[doc])) for doc in range(reader.doc_count_all())]


class Snapshot:
    """One generation of the index, for one thread; documents go by Whoosh's global number."""

    def __init__(self, reader: IndexReader, shared: Rows) -> None:
        self.reader = reader
        self._shared = shared
        self._leaves = [(leaf, offset) for leaf, offset in reader.leaf_readers() if leaf.doc_count_all()]
        self.rows: list[Row | None] = []
        self.cursor: int | None = None
        self.cursor_docs: list[int] = []
        self._postings: dict[str, dict[int, float]] = {}
        for (leaf, _), rows in zip(self._leaves, shared.of([leaf for leaf, _ in self._leaves]), strict=True):
            self._take(leaf, rows)

    def _take(self, leaf: IndexReader, rows: list[Row | int]) -> None:
        start = len(self.rows)
        gone = {doc for doc in range(len(rows)) if leaf.is_deleted(doc)} if leaf.has_deletions() else set()
        for doc, row in enumerate(rows):
            if isinstance(row, int) and doc not in gone:
                self.cursor = row
                self.cursor_docs.append(start + doc)
        self.rows += [None if doc in gone or isinstance(row, int) else row for doc, row in enumerate(rows)]

    def postings(self, term: str) -> dict[int, float]:
        """Document → weighted frequency; deleted documents may be among them, their row is None."""
        if term not in self._postings:
            if len(self._postings) > 2000:
                self._postings.clear()
            self._postings[term] = self._read_postings(term.encode())
        return self._postings[term]

    def _read_postings(self, term: bytes) -> dict[int, float]:
        found: dict[int, float] = {}
        for leaf, offset in self._leaves:
            if (GRAMS, term) in leaf:
                for ids, weights in _blocks(leaf.postings(GRAMS, term)):
                    found.update(zip((doc + offset for doc in ids), weights, strict=True))
        return found

    def stored(self, doc: int) -> Stored:
        """The texts of one document."""
        return Stored(*self.reader.stored_fields(doc)[STORED])

    def body(self, doc: int) -> str:
        """The normalised text under the title."""
        leaf, offset = next((leaf, offset) for leaf, offset in reversed(self._leaves) if offset <= doc)
        place = str(leaf.segment().segment_id()), doc - offset
        found = self._shared.texts.get(place)
        if found is None:
            found = normalise(self.stored(doc).body())
            self._shared.remember(place, found)
        return found

    def numbers_of(self, ids: set[int]) -> list[int]:
        """The document numbers of these ids."""
        return [doc for doc, row in enumerate(self.rows) if row and row.id in ids]


def _blocks(matcher: Any) -> Iterable[tuple[Any, Any]]:
    """The posting list of one segment block by block: a hundred times fewer calls than one by one.

    Uses the block reader of the pinned Whoosh below its public interface; a filter for deleted documents is
    taken off, as our rows know them.
    """
    matcher = getattr(matcher, "child", matcher)
    if isinstance(matcher, ListMatcher):
        yield matcher._ids, matcher._weights
        return
    while matcher.is_active():
        matcher._read_ids()
        matcher._read_weights()
        yield matcher._ids, matcher._weights
        matcher._next_block()
