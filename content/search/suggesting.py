"""Knows what a user may have meant: the stretch of a title that is nearest to what was typed.

Nearest is edit distance; homophones cost half, for so slips who types in pinyin, and swapped neighbours too.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from content.search.analysis import bigrams
from content.search.matching import Matcher
from content.search.parse import Part, Request
from content.search.sound import sound_terms, syllables

LOOKED_AT = 60
_SLIP = 0.5
"""What a homophone, or two neighbours the wrong way round, costs beside any other mistake's 1."""


def suggest(matcher: Matcher, request: Request) -> str | None:
    """The request with its misspelt parts set right; None when no title is near enough."""
    corrected = []
    for part in request.parts:
        sure = part.quoted or part.text.isascii() or len(part.text) < 2 or _is_known(matcher, part)
        better = None if sure else nearest(part.text, _near_titles(matcher, part.text))
        corrected.append(better or (f'"{part.text}"' if part.quoted else part.text))
    text = " ".join(corrected)
    return text if text != request.text else None


def _is_known(matcher: Matcher, part: Part) -> bool:
    if all(piece.others for piece in part.pieces) or matcher.titled(part.text):
        return True
    return any(matcher.holds(doc, part.text) for doc in list(matcher.candidates(part.text))[:LOOKED_AT])


def nearest(text: str, titles: Iterable[str]) -> str | None:
    """The stretch of one of `titles` that `text` was probably meant to be; the first of those equally near."""
    least, found = max(0.5, len(text) // 4), None
    for title in titles:
        bound = _least_distance(text, title)
        if bound > least or (found and bound == least):
            continue
        distance, stretch = best_stretch(text, title)
        if 0 < distance <= least and len(stretch) > 1 and not (found and distance == least):
            least, found = distance, stretch
    return found


def _near_titles(matcher: Matcher, text: str) -> list[str]:
    """The titles that share the rarest terms with `text`, in writing or in sound."""
    weights: dict[int, float] = {}
    for term in {*bigrams(text), *sound_terms(text)}:
        postings = matcher.source.postings(term)
        for doc in postings.keys() & matcher.allowed:
            row = matcher.source.rows[doc]
            if term.startswith("~") or term in row.normal:  # type: ignore[union-attr]
                weights[doc] = weights.get(doc, 0.0) + 1.0 / (1 + len(postings)) + 0.1
    best = sorted(weights, key=weights.__getitem__, reverse=True)[:LOOKED_AT]
    return [matcher.source.rows[doc].normal for doc in best]  # type: ignore[union-attr]


def best_stretch(text: str, title: str) -> tuple[float, str]:
    """The stretch of `title` that `text` turns into most cheaply, and the cost (Sellers' algorithm)."""
    rows = [[(0.0, at) for at in range(len(title) + 1)]]
    for i, char in enumerate(text):
        row, fresh = rows[-1], [(i + 1.0, 0)]
        for j, other in enumerate(title):
            ways = [
                (row[j][0] + _cost(char, other), row[j][1]),
                (row[j + 1][0] + 1.0, row[j + 1][1]),
                (fresh[j][0] + 1.0, fresh[j][1]),
            ]
            if i and j and text[i - 1] == other and char == title[j - 1]:
                ways.append((rows[-2][j - 1][0] + _SLIP, rows[-2][j - 1][1]))
            fresh.append(min(ways))
        rows.append(fresh)
    distance, end = min((each[0], at) for at, each in enumerate(rows[-1]))
    return distance, title[rows[-1][end][1] : end]


def _cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return _SLIP if _sound(one) and _sound(one) == _sound(other) else 1.0


@lru_cache(maxsize=8192)
def _sound(char: str) -> str:
    return "".join(syllables(char))


def _least_distance(text: str, title: str) -> float:
    """A bound below `best_stretch`, at a glance: characters that the title has neither so nor sounding so."""
    have, sounds = set(title), {_sound(char) for char in title}
    missing = [char for char in text if char not in have]
    return sum(_SLIP if _sound(char) in sounds else 1.0 for char in missing)
