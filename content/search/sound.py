"""Knows how titles sound: pinyin for queries typed in Latin letters, and for slips between homophones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate, pairwise

from content.characters import readings

_LATIN = re.compile(r"[0-9a-z]+")
_TYPED = re.compile(r"[a-züv][a-züv' ]*")
SHORTEST = 3
"""Fewer typed letters than this match by sound only as a whole syllable."""


def syllables(normal: str) -> list[str]:
    """The pinyin of each Chinese character of a normalised text, without tones; Latin words as they are."""
    return [one for piece, said in readings().parts(normal) for one in said or _LATIN.findall(piece)]


def sound_terms(normal: str) -> list[str]:
    """Index terms of neighbouring syllables, marked by `~` so that they meet no term of writing."""
    return paired(syllables(normal))


def paired(spoken: Iterable[str]) -> list[str]:
    """`sound_terms` of a text whose syllables are known."""
    return [f"~{first}'{second}" for first, second in pairwise(spoken)]


def typed_pinyin(normal: str) -> str:
    """The letters of a query that may be pinyin, without its spaces and apostrophes; else ''."""
    if not _TYPED.fullmatch(normal):
        return ""
    return re.sub(r"[' ]", "", normal).replace("ü", "v")


def sounds_like(spoken: list[str], typed: str) -> bool:
    """Whether `typed` is how some stretch of the title's syllables is spelled, in full or by its initials."""
    starts = {0, *accumulate(map(len, spoken))}
    joined = "".join(spoken)
    at = joined.find(typed)
    while at >= 0:
        if at in starts and (len(typed) >= SHORTEST or at + len(typed) in starts):
            return True
        at = joined.find(typed, at + 1)
    return len(typed) >= SHORTEST and typed in "".join(one[0] for one in spoken)
