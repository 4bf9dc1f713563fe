"""Knows how text becomes index terms: folding of characters, two-character grams, words.

Folding works character by character, so that query and text always agree, whatever stands around. The grams
are what finds: every character and every pair of neighbours is a term, hence every phrase can be found; words of
three and more characters are added for ranking (a word of two is a gram already).
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from operator import add

import opencc
import rjieba

_BLOCKS = ((0x41, 0x5B), (0xA0, 0xD800), (0xE000, 0x10000), (0x1F100, 0x1F200), (0x20000, 0x2FA20))
_TOKEN_LIMIT = 40
_RUN = re.compile(r"[^\W_]+")
_ASCII = re.compile(r"[0-9a-z]+")


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    """Code point to folded text, for every character that changes; made once in about 0.1 s."""
    points = [p for start, end in _BLOCKS for p in range(start, min(end, sys.maxunicode))]
    plain = [_plain(chr(p)) for p in points]
    simplified = opencc.OpenCC("t2s").convert("\n".join(plain)).split("\n")
    return {p: new for p, new in zip(points, simplified, strict=True) if new != chr(p)}


def _plain(char: str) -> str:
    """Full width to half width and upper to lower case; format characters (zero width) vanish."""
    if unicodedata.category(char) == "Cf":
        return ""
    return unicodedata.normalize("NFKC", char).lower().replace("\n", " ")


def fold(text: str) -> str:
    """`text` in half width, simplified characters and lower case, without zero-width characters."""
    return text.translate(_table())


@lru_cache(maxsize=1)
def _uneven() -> re.Pattern[str]:
    """Characters that fold to none or to several."""
    return re.compile("[" + "".join(re.escape(chr(p)) for p, new in _table().items() if len(new) != 1) + "]")


def fold_with_offsets(text: str) -> tuple[str, Sequence[int]]:
    """`fold(text)`, and for each of its characters the offset in `text` that it came from."""
    if not _uneven().search(text):
        return fold(text), range(len(text))
    table = _table()
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
