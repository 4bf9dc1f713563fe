"""`python -m content.characters`: write both files anew, from Unicode, OpenCC and pypinyin."""

from __future__ import annotations

import json
import unicodedata
from itertools import groupby
from operator import itemgetter

import opencc
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT, RE_HANS

from content.characters import FOLDING, READINGS

UNICODE = "14.0.0"
"""Whose characters the file knows: that of Python 3.11."""
_BLOCKS = ((0x41, 0x5B), (0xA0, 0xD800), (0xE000, 0x10000), (0x1F100, 0x1F200), (0x20000, 0x2FA20))
_HEAD = """\
# Pinyin without tones, after pypinyin (MIT); made by `python -m content.characters`. Characters by their reading;
# phrases that are read otherwise than character by character; all phrases by their first character."""


def folding() -> dict[int, str]:
    """Code point to folded text, for every character that changes."""
    points = [point for start, end in _BLOCKS for point in range(start, end)]
    plain = [_plain(chr(point)) for point in points]
    simplified = opencc.OpenCC("t2s").convert("\n".join(plain)).split("\n")
    found = {point: new for point, new in zip(points, simplified, strict=True) if new != chr(point)}
    again = {point: new.translate(found) for point, new in found.items() if any(ord(char) in found for char in new)}
    return found | again


def _plain(char: str) -> str:
    """Full width to half width and upper to lower case; format characters (zero width) vanish."""
    if unicodedata.category(char) == "Cf":
        return ""
    return unicodedata.normalize("NFKC", char).lower().replace("\n", " ")


def characters() -> list[str]:
    """Every Chinese character whose reading is known."""
    return [char for char in map(chr, sorted(PINYIN_DICT)) if RE_HANS.match(char)]


def phrases() -> list[str]:
    """Every phrase whose reading is known, in order."""
    return [phrase for phrase in sorted(PHRASES_DICT) if RE_HANS.match(phrase)]


def read(one: str) -> list[str]:
    """The syllables of a character or a phrase."""
    return lazy_pinyin([one])


def main() -> None:
    FOLDING.write_text(grouped(folding()), encoding="utf-8")
    said, known = {char: read(char)[0] for char in characters()}, phrases()
    by_reading = groupby(sorted(said, key=said.get), said.get)
    odd = {phrase: read(phrase) for phrase in known if read(phrase) != [said[char] for char in phrase]}
    parts = ((f"{syllable} {''.join(chars)}" for syllable, chars in by_reading),
             (f"{phrase} {' '.join(syllables)}" for phrase, syllables in odd.items()),
             (" ".join(group) for _first, group in groupby(known, itemgetter(0))))
    READINGS.write_text("\n\n".join([_HEAD, *map("\n".join, parts)]) + "\n", encoding="utf-8")


def grouped(table: dict[int, str]) -> str:
    """The table as JSON: folded text -> the characters that fold to it."""
    found: dict[str, str] = {}
    for point, new in table.items():
        found[new] = found.get(new, "") + chr(point)
    return json.dumps(dict(sorted(found.items())), indent=0) + "\n"


if __name__ == "__main__":
    main()
