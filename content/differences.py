"""What changed between two texts, paragraph by paragraph and word by word, as plain text.

Chinese has no blanks between words, so words are cut by rjieba: 第三季度 becomes 第四季度 as one change, not as a
change of one character. Nothing of the markup comes through: what a page shows of it, it escapes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from content.late import Late
from content.privacy import plain_text

rjieba = Late("rjieba")
SAME, ADDED, REMOVED = "same", "added", "removed"
NEAR = 20  # how many paragraphs ahead the old form of a new one is looked for
ALIKE = 0.35  # below this likeness a paragraph is a new one, not the old one changed
LONGEST = 4000  # words; beyond it a paragraph is shown as replaced whole, so that no text makes the page wait


@dataclass(frozen=True)
class Piece:
    """A run of text: `kind` is `same`, `added` or `removed`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """One paragraph or table row of the comparison, old and new at once."""

    pieces: tuple[Piece, ...]

    @property
    def kind(self) -> str:
        """`same`, `added`, `removed`, or `changed` where it has both old and new in it."""
        kinds = {piece.kind for piece in self.pieces}
        return kinds.pop() if len(kinds) == 1 else "changed"

    @property
    def old(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.kind != ADDED)

    @property
    def new(self) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.pieces if piece.kind != REMOVED)


@dataclass(frozen=True)
class Comparison:
    lines: tuple[Line, ...]

    def count(self, kind: str) -> int:
        """How many runs were `added` or `removed`."""
        return sum(piece.kind == kind for line in self.lines for piece in line.pieces)

    @property
    def changed(self) -> bool:
        return any(line.kind != SAME for line in self.lines)


def compare_html(old: str, new: str) -> Comparison:
    """The differences of two bodies; a table row counts as one paragraph, its cells parted by tabs."""
    return compare(_paragraphs(old), _paragraphs(new))


def _paragraphs(html: str) -> list[str]:
    """Cells are parted by one tab, however the markup is laid out."""
    return [re.sub(r"\s*\t\s*", "\t", line) for line in plain_text(html).split("\n") if line]


def compare(old: Sequence[str], new: Sequence[str]) -> Comparison:
    """The differences of two sequences of paragraphs."""
    lines: list[Line] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            lines.extend(Line((Piece(SAME, text),)) for text in old[a:b])
        else:
            lines.extend(_changed(old[a:b], new[c:d]))
    return Comparison(tuple(lines))


def compare_words(old: str, new: str) -> tuple[Piece, ...]:
    """The differences within one paragraph."""
    before, after = rjieba.cut(old), rjieba.cut(new)
    if max(len(before), len(after)) > LONGEST:
        return tuple(piece for piece in (Piece(REMOVED, old), Piece(ADDED, new)) if piece.text)
    pieces: list[Piece] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece(SAME, "".join(before[a:b])))
            continue
        pieces.extend(piece for piece in (Piece(REMOVED, "".join(before[a:b])), Piece(ADDED, "".join(after[c:d])))
                      if piece.text)
    return tuple(pieces)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """Old and new paragraphs in order; those that are alike are shown as one, changed."""
    rest = list(old)
    for text in new:
        place = next((index for index, each in enumerate(rest[:NEAR]) if _alike(each, text)), None)
        if place is None:
            yield Line((Piece(ADDED, text),))
            continue
        yield from (Line((Piece(REMOVED, each),)) for each in rest[:place])
        yield Line(compare_words(rest[place], text))
        del rest[:place + 1]
    yield from (Line((Piece(REMOVED, each),)) for each in rest)


def _alike(old: str, new: str) -> bool:
    matcher = difflib.SequenceMatcher(None, old[:LONGEST], new[:LONGEST], autojunk=False)
    return matcher.real_quick_ratio() > ALIKE and matcher.quick_ratio() > ALIKE
