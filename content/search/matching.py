"""Knows which documents answer a request: all of its words, another name for them, or how they sound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from content.search.analysis import phrase_terms
from content.search.parse import Part, Piece, Request
from content.search.sound import sound_terms, sounds_like

VERIFY_LIMIT = 400
"""How many texts one search opens at most to see whether a phrase really stands there."""


@dataclass(slots=True)
class Row:
    """What is held in memory of each document: enough to filter, count, sort and weigh titles."""

    id: int
    title: str
    normal: str
    syllables: list[str]
    date: date
    year: int
    type: str
    validity: str
    topic: str
    number: str
    index_number: str
    columns: tuple[int, ...]
    departments: tuple[int, ...]
    length: int


@dataclass(frozen=True)
class Stored:
    """What is read from the index only for the documents shown or verified."""

    text: str
    number: str
    url: str
    source_id: str
    summary: str

    def body(self) -> str:
        """Everything under the title that is searched."""
        return body(self.text, self.summary)


def body(text: str, summary: str) -> str:
    """The text, with the summary unless it is taken from the text."""
    return text if summary in text else f"{text}\n{summary}"


class Source(Protocol):
    """One state of an index; documents go by their place in `rows`, where None is a gap."""

    rows: Sequence[Row | None]

    def postings(self, term: str) -> dict[int, float]:
        """Document → weighted frequency of `term`; gaps may be among them."""

    def stored(self, doc: int) -> Stored:
        """The texts of one document."""

    def body(self, doc: int) -> str:
        """The normalised text under the title."""


@dataclass
class Matcher:
    """Answers one request on one state of the index."""

    source: Source
    allowed: set[int]

    @cached_property
    def _titles(self) -> list[tuple[int, Row]]:
        return [(doc, self.source.rows[doc]) for doc in self.allowed]  # type: ignore[misc]

    @cached_property
    def average_length(self) -> float:
        """Mean length of the allowed documents, in characters."""
        return sum(row.length for _, row in self._titles) / max(1, len(self._titles)) or 1.0

    def matches(self, request: Request) -> set[int]:
        """Documents with every part and no exclusion; all that are allowed when nothing is asked."""
        found = set(self.allowed)
        for part in request.parts:
            found &= self.part(part)
        for text in request.excluded:
            found -= self.phrase(text)
        return found

    def part(self, part: Part) -> set[int]:
        """Documents that hold a part: its exact phrase if quoted, else each piece in some way."""
        if part.quoted:
            return self.phrase(part.text)
        found = _every(self.piece(piece) for piece in part.pieces)
        return found | self.sounding(part.typed) if part.typed else found

    def piece(self, piece: Piece) -> set[int]:
        """Documents with all words of the piece, or with one of its other names."""
        found = _every(self.candidates(word) for word in piece.words)
        return found.union(*(self.candidates(other) for other in piece.others))

    def candidates(self, text: str) -> set[int]:
        """Documents with every term of `text`: all that hold the phrase, and a few that do not."""
        lists = sorted((self.source.postings(term) for term in phrase_terms(text)), key=len)
        found = self.allowed.intersection(lists[0]) if lists else set()
        for each in lists[1:]:
            found.intersection_update(each)
        return found

    def phrase(self, text: str) -> set[int]:
        """Documents that hold `text` exactly, in title or body."""
        found = self.candidates(text)
        if len(text) < 3 and not any(char.isascii() for char in text):
            return found
        return {doc for doc in found if self.holds(doc, text)}

    def holds(self, doc: int, text: str) -> bool:
        """Whether the document really holds normalised `text`."""
        return text in self.source.rows[doc].normal or text in self.source.body(doc)  # type: ignore[union-attr]

    def titled(self, text: str) -> set[int]:
        """Documents whose title holds `text`."""
        return {doc for doc, row in self._titles if text in row.normal}

    def sounding(self, typed: str) -> set[int]:
        """Documents whose title is spelled so in pinyin."""
        return {doc for doc, row in self._titles if sounds_like(row.syllables, typed)}

    def numbered(self, numbers: Sequence[str], text: str) -> set[int]:
        """Documents with one of these 文号, or with `text` as 文号 or 索引号 as it was typed."""
        wanted = {*numbers, text} - {""}
        return {doc for doc, row in self._titles if row.number in wanted or row.index_number in wanted}

    def nearly(self, request: Request) -> set[int]:
        """Documents that share at least half as many terms, in writing or sound, as the best of them."""
        shared: dict[int, int] = {}
        for part in request.parts:
            names = [part.text, *(other for piece in part.pieces for other in piece.others)]
            for term in set(sound_terms(part.text)).union(*map(phrase_terms, names)):
                for doc in self.source.postings(term):
                    shared[doc] = shared.get(doc, 0) + 1
        least = max((count for doc, count in shared.items() if doc in self.allowed), default=0) / 2
        return {doc for doc, count in shared.items() if count >= least and doc in self.allowed}


def _every(sets: Iterable[set[int]]) -> set[int]:
    found: set[int] | None = None
    for each in sets:
        found = set(each) if found is None else found & each
        if not found:
            return set()
    return found or set()
