"""The score of documents whose texts are at hand: BM25 over the words and grams of a request, counted here."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from content.search.ranking import GLUE, K1, SOUND_WEIGHT, TITLE_WEIGHT, B

MOST = 8_000
"""Characters of a body in which words are counted."""


class Weighed(Protocol):
    """What is counted in: the normalised title, its syllables with spaces, the beginning of the body, its length."""

    normal: str
    spoken: str
    said: str
    length: int


def weigh(documents: Sequence[Weighed], weights: dict[str, float], count: int,
          holding: Callable[[str], int]) -> list[float]:
    """The score of each; `count` documents there are, `holding` says how many of them have a term."""
    average = sum(each.length for each in documents) / max(1, len(documents)) or 1.0
    norms = [K1 * (1 - B + B * each.length / average) for each in documents]
    scores = [0.0] * len(documents)
    for term, weight in weights.items() if documents else ():
        # Only words are asked for: a gram across two of them passes for one that a twentieth of all have.
        factor = weight * (K1 + 1) * rarity(count, holding(term) if weight > GLUE else count // 20)
        for at, each in enumerate(documents):
            frequency = _frequency(each, term)
            scores[at] += factor * frequency / (frequency + norms[at])
    return scores


def _frequency(document: Weighed, term: str) -> int:
    if term.startswith("~"):
        return document.spoken.count(term[1:].replace("'", " ")) * SOUND_WEIGHT
    return document.said.count(term) + document.normal.count(term) * TITLE_WEIGHT


def rarity(count: int, documents: int) -> float:
    """What it says that a document has a term which so many of `count` have."""
    return math.log(1 + (max(count, documents) - documents + 0.5) / (documents + 0.5))
