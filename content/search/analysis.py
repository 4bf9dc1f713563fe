"""Knows how text becomes index terms: folding of characters, two-character grams, words.

Folding works character by character, so that query and text always agree, whatever stands around. The grams
are what finds: every character and every pair of neighbours is a term, hence every phrase can be found; words of
three and more characters are added for ranking (a word of two is a gram already).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import add

from content.characters import folding
from content.late import Late

rjieba = Late("rjieba")
_TOKEN_LIMIT = 40
_MANY = 60
"""Different characters up to which replacing one after the other is quicker than looking up each."""
_RUN = re.compile(r"[^\W_]+")
_ASCII = re.compile(r"[0-9a-z]+")


@lru_cache(maxsize=1)
def _changing() -> frozenset[str]:
    """The characters that folding changes."""
    return frozenset(map(chr, folding()))


def fold(text: str) -> str:
    """`text` in half width, simplified characters and lower case, without zero-width characters."""
    table, changing = folding(), _changing().intersection(text)
    if len(changing) > _MANY:
        return text.translate(table)
    for char in changing:  # what a character becomes is not changed again, so their order does not matter
        text = text.replace(char, table[ord(char)])
    return text


@lru_cache(maxsize=1)
def _uneven() -> re.Pattern[str]:
    """Characters that fold to none or to several; as ranges, for so `re` looks them up and does not compare each."""
    points = sorted(point for point, new in folding().items() if len(new) != 1)
    return re.compile("[" + "".join(map(_range, _stretches(points))) + "]")


def _stretches(points: list[int]) -> list[tuple[int, int]]:
    """First and last of each stretch of neighbouring code points."""
    found: list[tuple[int, int]] = []
    for point in points:
        joins = found and found[-1][1] + 1 == point
        found[-1:] = [(found[-1][0], point)] if joins else [*found[-1:], (point, point)]
    return found


def _range(stretch: tuple[int, int]) -> str:
    return "-".join(re.escape(chr(point)) for point in stretch)


def is_uneven(text: str) -> bool:
    """Whether folding makes the text longer or shorter."""
    return _uneven().search(text) is not None


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """Folded character to all that fold to it."""
    found: dict[str, str] = {}
    for point, new in folding().items():
        if len(new) == 1:
            found[new] = found.get(new, new) + chr(point)
    return found


def spellings(char: str) -> str:
    """A folded character, and every other way to write it: wide, in capitals, traditional."""
    return _spellings().get(char, char)


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """`fold(text)`, and for each of its characters the offset in `text` that it came from."""
    if not is_uneven(text):
        return fold(text), range(len(text))
    table = folding()
    pieces = [table.get(ord(char), char) for char in text]
    return "".join(pieces), [at for at, piece in enumerate(pieces) for _ in piece]


def squeeze(folded: str) -> str:
    """Folded text without the spaces and line breaks that only lay it out; between Latin words one stays."""
    pieces = folded.split()
    joined = [
        f" {after}" if before[-1].isascii() and after[0].isascii() else after for before, after in pairwise(pieces)
    ]
    return "".join([*pieces[:1], *joined])


def normalise(text: str) -> str:
    """Folded and squeezed: the form in which phrases are compared, for text and query alike."""
    return squeeze(fold(unicodedata.normalize("NFC", text)))


def runs(normal: str) -> list[str]:
    """The stretches of letters and digits between punctuation."""
    return _RUN.findall(normal)


def bigrams(normal: str) -> dict[str, int]:
    """Term → frequency: single characters, pairs of neighbours, and Latin words and numbers as wholes.

    Pairs are counted over the whole text and those with punctuation dropped after, as counting is the fast part.
    """
    tokens = Counter(token[:_TOKEN_LIMIT] for token in _ASCII.findall(normal))
    grams = Counter(normal)
    grams.update(map(add, normal, normal[1:]))
    return {gram: count for gram, count in grams.items() if gram.isalnum() and not gram.isascii()} | tokens


def _is_han(gram: str) -> bool:
    """Whether a gram is letters or digits, and not Latin alone."""
    return gram.isalnum() and not gram.isascii()


def words(normal: str) -> list[str]:
    """`normal` cut into words by rjieba, punctuation left out."""
    return [word for run in _RUN.findall(normal) for word in rjieba.cut(run, hmm=False)]


def terms(normal: str) -> dict[str, int]:
    """Everything a text is indexed under: `bigrams`, and words of three and more Chinese characters."""
    long = [word for word in rjieba.cut(normal, hmm=False) if len(word) > 2 and not word[0].isascii()]
    return bigrams(normal) | Counter(long)


def phrase_terms(normal: str) -> set[str]:
    """Terms that each text holding `normal` anywhere must have; numbers at its ends may be cut off, so not they."""
    found = {pair for pair in map(add, normal, normal[1:]) if _is_han(pair)}
    inner = (match for match in _ASCII.finditer(normal) if match.start() and match.end() < len(normal))
    found.update(match[0][:_TOKEN_LIMIT] for match in inner)
    return found or set(filter(_is_han, normal)) or set(bigrams(normal))
