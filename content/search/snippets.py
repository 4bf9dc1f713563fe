"""Knows how a hit is shown: the place of the text where the words stand, escaped, the words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape

from content.search.analysis import fold_with_offsets, is_uneven, spellings
from content.search.parse import Request

LENGTH = 120
_LEAD = 30


def needles(request: Request) -> list[str]:
    """What to mark, in order of preference: whole parts, their pieces, other names, single words."""
    found = [part.text for part in request.parts]
    for part in request.parts:
        found += [piece.text for piece in part.pieces]
    for part in request.parts:
        for piece in part.pieces:
            found += [*piece.others, *piece.words]
    return list(dict.fromkeys(found))


def mark(text: str, wanted: Iterable[str]) -> str:
    """All of `text`, escaped, with `<mark>` round what is wanted."""
    return _render(text, _spans(text, wanted))


def snippet(text: str, wanted: list[str]) -> str:
    """About `LENGTH` characters of `text` round the best of what is wanted, escaped and marked."""
    start = max(0, _best(text, wanted) - _LEAD)
    end = min(len(text), start + LENGTH)
    shown = re.sub(r"\s+", " ", mark(text[start:end], wanted)).strip()
    return ("…" if start else "") + shown + ("…" if end < len(text) else "")


def _best(text: str, wanted: list[str]) -> int:
    """Where the most preferred needle stands first; 0 when none does.

    What stands as it is typed is found at a glance; only what is preferred to it is looked for in other spellings.
    """
    plain = next(((rank, at) for rank, needle in enumerate(wanted) if (at := text.find(needle)) >= 0), None)
    preferred = wanted[:plain[0]] if plain else wanted
    if not preferred:
        return plain[1] if plain else 0
    even = not is_uneven(text)
    searched, offsets = (text, range(len(text))) if even else fold_with_offsets(text)
    unbroken = "".join(text.split())
    for needle in preferred:
        if even and not _may_stand(needle, unbroken):
            continue
        if match := _spelled(needle).search(searched):
            return offsets[match.start()]
    return plain[1] if plain else 0


def _may_stand(needle: str, unbroken: str) -> bool:
    """Whether the needle, or any other spelling of one of its characters, stands in a text without spaces.

    Few texts pass; a pattern is made for these alone, as making one takes longer than looking through a text.
    """
    return needle.replace(" ", "") in unbroken or any(map(unbroken.__contains__, _other_spellings(needle)))


@lru_cache(maxsize=1024)
def _other_spellings(needle: str) -> str:
    """Every other way to write one of the needle's characters."""
    return "".join(spellings(char).replace(char, "") for char in set(needle) if not char.isspace())


def _spans(text: str, wanted: Iterable[str]) -> list[tuple[int, int]]:
    """Stretches of `text` to mark, as offsets, in order, without overlap; line breaks within them do not matter."""
    folded, offsets = fold_with_offsets(text)
    unbroken = "".join(folded.split())
    if len(unbroken) < len(folded):
        offsets = [at for at, char in zip(offsets, folded, strict=True) if not char.isspace()]
    return [(offsets[start], offsets[end - 1] + 1) for start, end in _apart(_places(unbroken, wanted))]


def _places(unbroken: str, wanted: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Where any of the needles stands in folded text without spaces."""
    for needle in filter(None, (each.replace(" ", "") for each in wanted)):
        at = unbroken.find(needle)
        while at >= 0:
            yield at, at + len(needle)
            at = unbroken.find(needle, at + 1)


def _apart(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Of stretches that overlap the first, and of those with one beginning the longest."""
    reached = 0
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if start >= reached:
            yield start, end
            reached = end


@lru_cache(maxsize=1024)
def _spelled(needle: str) -> re.Pattern[str]:
    """The needle in text that is not folded, in any spelling of its characters."""
    return re.compile(r"\s*".join(f"[{re.escape(spellings(char))}]" for char in needle if not char.isspace()))


def _render(text: str, spans: list[tuple[int, int]]) -> str:
    pieces, end = [], 0
    for start, stop in spans:
        pieces += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
        end = stop
    return "".join([*pieces, escape(text[end:])])
