"""What is known of each character: to what it folds, and how it is read; in two files beside this one.

`folding.json` gives, for each text that characters fold to, those characters: what Unicode and OpenCC (Apache-2.0)
say. `readings.txt` gives pinyin without tones, of characters and of phrases, after pypinyin (MIT). Both are made by
`python -m content.characters`, as the libraries take a second and a hundred megabytes to say the same.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
FOLDING, READINGS = HERE / "folding.json", HERE / "readings.txt"
_BEYOND = 0x33000  # no Chinese character has this number or a greater one


@lru_cache(maxsize=1)
def folding() -> dict[int, str]:
    """Code point to folded text, for every character that changes."""
    told = json.loads(FOLDING.read_text(encoding="utf-8"))
    return {ord(char): new for new, chars in told.items() for char in chars}


@dataclass(frozen=True)
class Readings:
    """How characters and phrases are read.

    `numbers[ord(char)]` is the place of its reading in `syllables`, 0 for what is no Chinese character. Of phrases,
    `phrases` has all that begin with a character, each between spaces, and the lengths that they have; `odd` those
    that are read otherwise than character by character.
    """

    syllables: tuple[str, ...]
    numbers: array[int]
    phrases: dict[str, tuple[tuple[int, ...], str]]
    odd: dict[str, str]

    def of(self, char: str) -> str:
        """The syllable of a Chinese character; "" for any other."""
        point = ord(char)
        return self.syllables[self.numbers[point]] if point < _BEYOND else ""

    def parts(self, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """`text` in pieces, each with its syllables: the longest phrases first to last, single Chinese characters, and
        each stretch of others, which has none."""
        at = 0
        while at < len(text):
            size = self._longest(text, at) if self.of(text[at]) else self._others(text, at)
            piece = text[at:at + size]
            yield piece, self._said(piece)
            at += size

    def _longest(self, text: str, at: int) -> int:
        lengths, known = self.phrases.get(text[at], ((), ""))
        return next((size for size in lengths if f" {text[at:at + size]} " in known), 1)

    def _others(self, text: str, at: int) -> int:
        return next((size for size, char in enumerate(text[at:]) if self.of(char)), len(text) - at)

    def _said(self, piece: str) -> tuple[str, ...]:
        odd = self.odd.get(piece)
        return tuple(odd.split()) if odd else tuple(filter(None, map(self.of, piece)))


@lru_cache(maxsize=1)
def readings() -> Readings:
    """The readings of the file; looked at once."""
    characters, odd, phrases = (part.split("\n") for part in READINGS.read_text(encoding="utf-8").split("\n\n")[1:])
    syllables, numbers = [""], array("H", bytes(2 * _BEYOND))
    for number, line in enumerate(characters, 1):
        syllable, _space, chars = line.partition(" ")
        syllables.append(syllable)
        for char in chars:
            numbers[ord(char)] = number
    return Readings(tuple(syllables), numbers, {line[0]: _known(line.rstrip()) for line in phrases if line},
                    dict(line.split(" ", 1) for line in odd))


def _known(line: str) -> tuple[tuple[int, ...], str]:
    """A line of phrases: their lengths, longest first, and itself between spaces."""
    return tuple(sorted(set(map(len, line.split())), reverse=True)), f" {line} "
