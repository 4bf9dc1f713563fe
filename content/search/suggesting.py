"""Knows what a user may have meant: the stretch of a title that is nearest to what was typed.

Nearest is edit distance; a character that sounds like the other costs half: so slips who types in pinyin.
"""

from __future__ import annotations

from collections.abc import Callable

from content.search.analysis import bigrams
from content.search.matching import Matcher
from content.search.parse import Part, Request
from content.search.sound import sound_terms, syllables

_LOOKED_AT = 60


def suggest(matcher: Matcher, request: Request) -> str | None:
    """The request with its misspelt parts set right; None when no title is near enough."""
    corrected = []
    for part in request.parts:
        sure = part.quoted or part.text.isascii() or len(part.text) < 2 or _is_known(matcher, part)
        better = None if sure else _nearest(matcher, part.text)
        corrected.append(better or (f'"{part.text}"' if part.quoted else part.text))
    text = " ".join(corrected)
    return text if text != request.text else None


def _is_known(matcher: Matcher, part: Part) -> bool:
    if all(piece.others for piece in part.pieces) or matcher.titled(part.text):
        return True
    return any(matcher.holds(doc, part.text) for doc in list(matcher.candidates(part.text))[:_LOOKED_AT])


def _nearest(matcher: Matcher, text: str) -> str | None:
    allowed = max(0.5, len(text) // 4)
    found = []
    for doc in _near_titles(matcher, text):
        title = matcher.source.rows[doc].normal  # type: ignore[union-attr]
        distance, stretch = best_stretch(text, title)
        if 0 < distance <= allowed and len(stretch) > 1:
            found.append((distance, stretch))
    return min(found, key=lambda each: each[0])[1] if found else None


def _near_titles(matcher: Matcher, text: str) -> list[int]:
    """The documents whose titles share the rarest terms with `text`, in writing or in sound."""
    weights: dict[int, float] = {}
    for term in {*bigrams(text), *sound_terms(text)}:
        postings = matcher.source.postings(term)
        for doc in postings.keys() & matcher.allowed:
            row = matcher.source.rows[doc]
            if term.startswith("~") or term in row.normal:  # type: ignore[union-attr]
                weights[doc] = weights.get(doc, 0.0) + 1.0 / (1 + len(postings)) + 0.1
    return sorted(weights, key=weights.__getitem__, reverse=True)[:_LOOKED_AT]


def best_stretch(text: str, title: str) -> tuple[float, str]:
    """The stretch of `title` that `text` turns into most cheaply, and the cost (Sellers' algorithm)."""
    cost = _cost(text, title)
    row = [(0.0, at) for at in range(len(title) + 1)]
    for i, char in enumerate(text):
        fresh = [(i + 1.0, 0)]
        for j, other in enumerate(title):
            fresh.append(min(
                (row[j][0] + cost(char, other), row[j][1]),
                (row[j + 1][0] + 1.0, row[j + 1][1]),
                (fresh[j][0] + 1.0, fresh[j][1]),
                key=lambda each: each[0],
            ))
        row = fresh
    distance, end = min((each[0], at) for at, each in enumerate(row))
    return distance, title[row[end][1] : end]


def _cost(text: str, title: str) -> Callable[[str, str], float]:
    sounds = {char: "".join(syllables(char)) for char in {*text, *title}}

    def cost(one: str, other: str) -> float:
        if one == other:
            return 0.0
        return 0.5 if sounds[one] and sounds[one] == sounds[other] else 1.0

    return cost
