"""The writing of a file put together, so that context counts, and every edit led back to the piece it falls in.

A number may be split over five runs, its label may stand in the header of its column: detectors must read the whole.
Cells of a table are joined by tabs, its rows by line ends, as `content.privacy.tables` reads them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from content import privacy
from content.privacy.kinds import Decision
from content.privacy.renditions.model import Choices, Finding
from content.privacy.renditions.traces import Values

AROUND = 14  # characters shown before and behind a value
_AGAIN = "与文件里另一处已认定的个人信息相同。"


@dataclass(frozen=True)
class Piece:
    """A stretch of text that the file keeps in one place. `ref` is whatever its format finds it again by."""

    start: int
    text: str
    ref: Hashable
    where: str
    dropped: bool

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass
class Script:
    """Pieces in reading order with what stands between them."""

    pieces: list[Piece] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _size: int = 0

    def add(self, text: str, ref: Hashable, where: str, dropped: bool = False) -> None:
        """A piece of text; `dropped` when the rendition leaves its place out."""
        if text:
            self.pieces.append(Piece(self._size, text, ref, where, dropped))
            self._starts.append(self._size)
            self.gap(text)

    def gap(self, text: str) -> None:
        """What parts pieces: a tab between cells, a line end between paragraphs and rows."""
        self._parts.append(text)
        self._size += len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Marks of state secrets in it 密级标志, as `Inspection.secrets` wants them."""
        return tuple(dict.fromkeys(mark.value for mark in privacy.looks_secret(self.text)))

    def findings(self, choices: Choices) -> list[Finding]:
        """Everything found, whatever was decided of it."""
        text = self.text
        return [self._finding(text, each) for each in scan(text, choices)]

    def _finding(self, text: str, found: privacy.Finding) -> Finding:
        touched = list(self._touched(found.start, found.end))
        places = dict.fromkeys(piece.where for piece in touched)
        before = text[max(0, found.start - AROUND):found.start].rpartition("\n")[2]
        behind = text[found.end:found.end + AROUND].partition("\n")[0]
        return Finding(found.kind, found.value, found.normal, found.certain, found.why, "、".join(places),
                       bool(touched) and all(piece.dropped for piece in touched), around=(before, behind))

    def _touched(self, start: int, end: int) -> Iterator[Piece]:
        at = max(0, bisect_right(self._starts, start) - 1)
        for index in range(at, len(self.pieces)):  # no slice: a workbook has as many pieces as cells
            piece = self.pieces[index]
            if piece.start >= end:
                return
            if piece.end > start:
                yield piece

    def _holding(self, places: list[int]) -> Iterator[Piece]:
        """The pieces in which any of these places is, which are in order."""
        after = 0
        for place in places:
            if place >= after:
                for piece in self._touched(place, place + 1):
                    yield piece
                    after = piece.end

    def edits(self, choices: Choices) -> dict[Hashable, str]:
        """The new text of every piece that changes, by its ref. A ref that was added twice must not be."""
        text, shown = self.text, {}
        for found in scan(text, choices):
            decision = choices.decision(found.kind, found.normal)
            if decision is not Decision.keep:
                self._cut(found, decision, choices, shown)
        if choices.mask_names:
            _mask_names(text, shown)
        return {piece.ref: "".join(shown.get(piece.start + at, char) for at, char in enumerate(piece.text))
                for piece in self._holding(sorted(shown))}

    def _cut(self, found: privacy.Finding, decision: Decision, choices: Choices, shown: dict[int, str]) -> None:
        """Note for each character of a finding what is shown in its stead."""
        style = choices.masks.get(found.kind, "full")
        put = privacy.mask_value(found.value, found.kind, style) if decision is Decision.mask else ""
        put_at = list(put) if len(put) == len(found.value) else [put, *[""] * (len(found.value) - 1)]
        shown |= {found.start + at: char for at, char in enumerate(put_at)}


def _mask_names(text: str, shown: dict[int, str]) -> None:
    """Names of lists made unidentifiable 张*, where nothing was cut already."""
    for start, end, put in privacy.name_edits(text):
        for at in range(start, end):
            shown.setdefault(at, put if at == start else "")


def scan(text: str, choices: Choices) -> list[privacy.Finding]:
    """What detectors find in a text, and what must be cut because it was found elsewhere (`choices.everywhere`)."""
    found = list(_scanned(text, choices.known_public))
    if choices.everywhere:
        taken = {at for each in found for at in range(each.start, each.end)}
        values = Values(choices.everywhere)
        found += [_again(text, start, end, value, choices) for start, end, value in values.places(text)
                  if taken.isdisjoint(range(start, end))]
    return sorted(found, key=lambda each: each.start)


@lru_cache(maxsize=16)
def _scanned(text: str, known_public: frozenset[str]) -> tuple[privacy.Finding, ...]:
    """Kept, since a file is inspected, built and looked at again one after the other."""
    return tuple(privacy.scan_text(text, known_public=known_public))


def _again(text: str, start: int, end: int, value: str, choices: Choices) -> privacy.Finding:
    return privacy.Finding(start, end, choices.everywhere[value], text[start:end], True, _AGAIN, value)
