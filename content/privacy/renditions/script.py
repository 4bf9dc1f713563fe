"""The writing of a file put together, so that context counts, and every edit led back to the piece it falls in.

A number may be split over five runs, its label may stand in the header of its column: detectors must read the whole.
Cells of a table are joined by tabs, its rows by line ends, as `content.privacy.tables` reads them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from content import privacy
from content.privacy.kinds import Decision
from content.privacy.renditions.model import Choices, Finding

AROUND = 14  # characters shown before and behind a value


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
    _size: int = 0

    def add(self, text: str, ref: Hashable, where: str, dropped: bool = False) -> None:
        """A piece of text; `dropped` when the rendition leaves its place out."""
        if text:
            self.pieces.append(Piece(self._size, text, ref, where, dropped))
            self.gap(text)

    def gap(self, text: str) -> None:
        """What parts pieces: a tab between cells, a line end between paragraphs and rows."""
        self._parts.append(text)
        self._size += len(text)

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def findings(self, choices: Choices) -> list[Finding]:
        """Everything found, whatever was decided of it."""
        return [finding for finding, _, _ in self.located(choices)]

    def located(self, choices: Choices) -> list[tuple[Finding, int, int]]:
        """The same, each with its offsets in the text."""
        text = self.text
        return [(self._finding(text, each), each.start, each.end)
                for each in privacy.scan_text(text, known_public=choices.known_public)]

    def _finding(self, text: str, found: privacy.Finding) -> Finding:
        touched = list(self.touched(found.start, found.end))
        places = dict.fromkeys(piece.where for piece in touched)
        before = text[max(0, found.start - AROUND):found.start].rpartition("\n")[2]
        behind = text[found.end:found.end + AROUND].partition("\n")[0]
        return Finding(found.kind, found.value, found.normal, found.certain, found.why, "、".join(places),
                       bool(touched) and all(piece.dropped for piece in touched), around=(before, behind))

    def touched(self, start: int, end: int) -> Iterator[Piece]:
        """The pieces that a stretch of the text falls in."""
        at = max(0, bisect_right(self.pieces, start, key=lambda piece: piece.start) - 1)
        for piece in self.pieces[at:]:
            if piece.start >= end:
                return
            if piece.end > start:
                yield piece

    def edits(self, choices: Choices) -> dict[Hashable, str]:
        """The new text of every piece that changes, by its ref. A ref that was added twice must not be."""
        text, shown = self.text, {}
        for found in privacy.scan_text(text, known_public=choices.known_public):
            decision = choices.decision(found.kind, found.normal)
            if decision is not Decision.keep:
                self._cut(found, decision, choices, shown)
        return {piece.ref: "".join(shown.get(piece.start + at, char) for at, char in enumerate(piece.text))
                for piece in self.pieces if any(piece.start + at in shown for at in range(len(piece.text)))}

    def _cut(self, found: privacy.Finding, decision: Decision, choices: Choices, shown: dict[int, str]) -> None:
        """Note for each character of a finding what is shown in its stead."""
        style = choices.masks.get(found.kind, "full")
        put = privacy.mask_value(found.value, found.kind, style) if decision is Decision.mask else ""
        put_at = list(put) if len(put) == len(found.value) else [put, *[""] * (len(found.value) - 1)]
        shown |= {found.start + at: char for at, char in enumerate(put_at)}
