"""What an entry becomes before it goes to an engine on a server: folded, cut into terms, counted."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import nlargest

from content.search.analysis import bigrams, normalise, terms
from content.search.engines._asking import printable
from content.search.matching import body
from content.search.model import Entry
from content.search.numbers import number_form
from content.search.sound import sound_terms, syllables

TITLE = "^"
"""Stands before the terms of a title, so that titles can be asked for alone; no term of writing has it."""
_HEAVY, _OFTEN = 80, 3


@dataclass(frozen=True)
class Prepared:
    """An entry's derived values; texts without NUL, `normal` and `body` normalised, `heavy` the body's main terms.

    `terms` are everything it is found by: grams and words of all texts, sounds of the title, and the title's
    grams marked by `TITLE`.
    """

    normal: str
    spoken: tuple[str, ...]
    body: str
    terms: frozenset[str]
    heavy: tuple[str, ...]
    number_key: str
    index_key: str

    @classmethod
    def of(cls, entry: Entry) -> Prepared:
        normal, under = normalise(printable(entry.title)), normalise(printable(body(entry.text, entry.summary)))
        number = normalise(printable(entry.number))
        titled = bigrams(normal)
        counts = terms(under)
        found = {*counts, *terms(f"{normal} {number}"), *sound_terms(normal), *(TITLE + gram for gram in titled)}
        return cls(normal, tuple(syllables(normal)), under, frozenset(found), _heavy(counts),
                   number_form(entry.number) or number, normalise(printable(entry.index_number)))


def _heavy(counts: dict[str, int]) -> tuple[str, ...]:
    """The terms of two and more characters that stand most often in a body, at least `_OFTEN` times."""
    often = [term for term, count in counts.items() if count >= _OFTEN and len(term) > 1]
    return tuple(nlargest(_HEAVY, often, key=counts.__getitem__))
