"""Knows how a hit is shown: the place of the text where the words stand, escaped, the words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from content.search.analysis import fold_with_offsets
from content.search.parse import Request

LENGTH = 120
_LEAD = 30


def needles(request: Request) -> list[str]:
    """What to mark, in order of preference: whole parts, their pieces, other names, single words."""
    found = [part.text for part in request.parts]
    for part in request.parts:
        found += [piece.text for piece in part.pieces]
    for part in request.parts:
        for piece in part.pieces:
            found += [*piece.others, *piece.words]
    return list(dict.fromkeys(found))


def mark(text: str, wanted: Iterable[str]) -> str:
    """All of `text`, escaped, with `<mark>` round what is wanted."""
    return _render(text, _spans(text, wanted))


def snippet(text: str, wanted: list[str]) -> str:
    """About `LENGTH` characters of `text` round the best of what is wanted, escaped and marked."""
    start = max(0, _best(text, wanted) - _LEAD)
    end = min(len(text), start + LENGTH)
    shown = re.sub(r"\s+", " ", mark(text[start:end], wanted)).strip()
    return ("…" if start else "") + shown + ("…" if end < len(text) else "")


def _best(text: str, wanted: list[str]) -> int:
    """Where the most preferred needle stands first; 0 when none does."""
    folded, offsets = fold_with_offsets(text)
    for needle in wanted:
        if match := re.search(_loosely(needle), folded):
            return offsets[match.start()]
    return 0


def _spans(text: str, wanted: Iterable[str]) -> list[tuple[int, int]]:
    """Stretches of `text` to mark, as offsets, in order, without overlap; longer needles first."""
    folded, offsets = fold_with_offsets(text)
    longest_first = sorted((each for each in wanted if each), key=len, reverse=True)
    if not longest_first:
        return []
    pattern = "|".join(map(_loosely, longest_first))
    return [(offsets[m.start()], offsets[m.end() - 1] + 1) for m in re.finditer(pattern, folded)]


def _loosely(needle: str) -> str:
    """The needle as a pattern that lets line breaks and spaces stand between its characters."""
    return r"\s*".join(re.escape(char) for char in needle if not char.isspace())


def _render(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return "".join([*pieces, escape(text[end:])])
