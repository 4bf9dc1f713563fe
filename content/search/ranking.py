"""Knows the order of what was found: BM25 over terms, and on top what stands in the title or stands verbatim."""

from __future__ import annotations

import math
from collections.abc import Iterable

from content.search.analysis import bigrams, words
from content.search.matching import VERIFY_LIMIT, Matcher
from content.search.parse import Part, Request
from content.search.sound import sound_terms

K1, B = 1.2, 0.5
TITLE_WEIGHT = 8
"""A term in the title counts as so many in the body."""
SOUND_WEIGHT = 4
GLUE, OTHER, _SOUND = 0.4, 0.7, 0.3
"""Weight of a gram across two words, of another name, and of a sound, beside a word's 1."""
_RERANKED = 300


def scores(matcher: Matcher, request: Request, found: set[int], by_sound: bool = False) -> dict[int, float]:
    """Document → score for every document found; `by_sound` lets homophones count."""
    totals = dict.fromkeys(found, 0.0)
    if not request.parts:
        return totals
    for term, weight in weighted_terms(request, by_sound).items():
        _add_term(matcher, term, weight, totals)
    _add_verbatim(matcher, request, totals)
    return totals


def weighted_terms(request: Request, by_sound: bool = False) -> dict[str, float]:
    """Term → how much it says of what is meant: words most, other names and sounds less."""
    weights: dict[str, float] = {}

    def note(terms: Iterable[str], weight: float) -> None:
        for term in terms:
            weights[term] = max(weight, weights.get(term, 0.0))

    for part in request.parts:
        note(words(part.text), 1.0)
        note(bigrams(part.text), GLUE)
        for piece in part.pieces:
            note(piece.words, 1.0)
            for other in piece.others:
                note([*words(other), *bigrams(other)], OTHER)
        if by_sound:
            note(sound_terms(part.text), _SOUND)
    return weights


def _add_term(matcher: Matcher, term: str, weight: float, totals: dict[int, float]) -> None:
    postings = matcher.source.postings(term)
    if not postings:
        return
    rows = matcher.source.rows
    count = len(rows)
    factor = weight * (K1 + 1) * math.log(1 + (count - len(postings) + 0.5) / (len(postings) + 0.5))
    average = matcher.average_length
    for doc in totals.keys() & postings.keys():
        frequency = postings[doc]
        norm = K1 * (1 - B + B * rows[doc].length / average)  # type: ignore[union-attr]
        totals[doc] += factor * frequency / (frequency + norm)


def _add_verbatim(matcher: Matcher, request: Request, totals: dict[int, float]) -> None:
    """Raise what holds a part word for word: in the title by how much of it, in the body by half."""
    unit = max(totals.values(), default=0.0) or 1.0
    best = set(sorted(totals, key=totals.__getitem__, reverse=True)[:_RERANKED])
    for part in request.parts:
        share = unit / len(request.parts)
        titled = matcher.titled(part.text) & totals.keys()
        for doc in titled:
            totals[doc] += share * title_fit(part.text, matcher.source.rows[doc].normal)  # type: ignore[union-attr]
        for doc in _sounding(matcher, part) & totals.keys():
            spelled = "".join(matcher.source.rows[doc].syllables)  # type: ignore[union-attr]
            totals[doc] += share * title_fit(part.typed, spelled)
        for doc, fit in _by_other_name(matcher, part, best - titled).items():
            totals[doc] += share * fit
        for doc in _in_body(matcher, part, totals):
            totals[doc] += share * 0.5


def title_fit(text: str, title: str) -> float:
    """From 0.7 for a small stretch of a long title to 2 for the whole title."""
    return 2.0 if text == title else 0.7 + 0.8 * len(text) / len(title)


def _sounding(matcher: Matcher, part: Part) -> set[int]:
    return matcher.sounding(part.typed) if part.typed else set()


def _by_other_name(matcher: Matcher, part: Part, docs: set[int]) -> dict[int, float]:
    """Documents whose title has every piece of a part, or another name of it."""
    if len(part.pieces) == 1 and not part.pieces[0].others:
        return {}
    found = {}
    for doc in docs:
        title = matcher.source.rows[doc].normal  # type: ignore[union-attr]
        held = sum(any(name in title for name in (piece.text, *piece.others)) for piece in part.pieces)
        if held:
            found[doc] = 0.6 * held / len(part.pieces)
    return found


def _in_body(matcher: Matcher, part: Part, totals: dict[int, float]) -> list[int]:
    """Of the best candidates those whose body really holds the phrase; two characters are a term of their own."""
    if len(part.text) < 3:
        return []
    candidates = matcher.candidates(part.text) & totals.keys()
    likely = sorted(candidates, key=totals.__getitem__, reverse=True)[:VERIFY_LIMIT]
    return [doc for doc in likely if part.text in matcher.source.body(doc)]
