"""Knows how a citizen's query is read: phrases in quotes, words, exclusions, document numbers, pinyin.

Nothing a user types is a program: there are no operators besides quotes, spaces and a leading minus, and whatever
does not parse is searched as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from content.search.analysis import fold, runs, squeeze, words
from content.search.model import TEXT_LIMIT
from content.search.numbers import number_form
from content.search.sound import typed_pinyin
from content.search.synonyms import Synonyms

_TOKEN = re.compile(r'-?"([^"]+)"?|(\S+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟「」『』", '"'))


@dataclass(frozen=True)
class Piece:
    """A stretch of a part: found by all of its `words`, or by any of its other names."""

    text: str
    words: tuple[str, ...]
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """What stood between two spaces, or in quotes: then only the exact phrase will do. `typed` may be pinyin."""

    text: str
    pieces: tuple[Piece, ...]
    quoted: bool = False
    typed: str = ""


@dataclass(frozen=True)
class Request:
    """A query as understood: a document has to match every part and no exclusion."""

    parts: tuple[Part, ...]
    excluded: tuple[str, ...]
    numbers: tuple[str, ...]

    @property
    def text(self) -> str:
        """The parts as one would type them."""
        return " ".join(f'"{part.text}"' if part.quoted else part.text for part in self.parts)


def parse(text: str, synonyms: Synonyms) -> Request:
    """Read at most `TEXT_LIMIT` characters of what a user typed."""
    plain = fold(text[:TEXT_LIMIT]).translate(_QUOTES).strip()
    number = number_form(plain)
    typed = typed_pinyin(plain)
    if typed and " " in plain:
        return Request((_part(typed, typed, synonyms),), (), ())
    parts, excluded = [], []
    for match in _TOKEN.finditer(plain):
        token = squeeze(match[1] or match[2] or "")
        if match[0].startswith("-") and runs(token.lstrip("-")):
            excluded.append(token.lstrip("-"))
        elif runs(token):
            parts.append(_quoted(token) if match[1] else _part(token, typed_pinyin(token), synonyms))
    numbers = [number, *(number_form(part.text) for part in parts)]
    return Request(tuple(parts), tuple(excluded), tuple(dict.fromkeys(filter(None, numbers))))


def _quoted(text: str) -> Part:
    return Part(text, (Piece(text, _words(text)),), quoted=True)


def _part(text: str, typed: str, synonyms: Synonyms) -> Part:
    split = synonyms.split(text)
    needed = [(piece, others) for piece, others in split if others != () and runs(piece)]
    pieces = [Piece(piece, _words(piece), others or ()) for piece, others in needed or [(text, None)]]
    return Part(text, tuple(pieces), typed=typed)


def _words(text: str) -> tuple[str, ...]:
    """Words of two and more characters, single ones (和, 的) say little; text of single ones alone is one word."""
    found = dict.fromkeys(words(text))
    return tuple([word for word in found if len(word) > 1 or word.isascii()]) or (text,)
