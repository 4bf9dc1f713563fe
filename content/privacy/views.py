"""All the ways one text can be read: as it stands, as a browser shows it, as it is published, decoded once more.

A number parted by a tag that the sanitiser drops, or escaped twice, stands whole in one of them.
"""

import re
from collections.abc import Iterator

from content.privacy.markup import INLINE, PUBLISHED, pieces
from content.privacy.reading import Reading, Turned, has_markup, read, read_markup

_ENCODED = re.compile(r"&(?:#|[A-Za-z]{2,30};)|%[0-9A-Fa-f]{2}|\\[uUx0]|</?[A-Za-z!]")
_BACKWARDS = re.compile("\u202e([^\u202c\u202d\u2069\n]+)")
_DEPTH = 2


def text_views(text: str) -> Iterator[Reading]:
    """The readings of a text that may hold tags."""
    raw = read(text)
    yield raw
    if "\u202e" in text:
        yield _turned(text)
    if has_markup(text):
        yield from markup_views(text)
    else:
        yield from _deeper(raw, tags=True)


def _turned(text: str) -> Reading:
    """The reading of a text of which some is shown from right to left (U+202E), as it is shown."""
    order = list(range(len(text)))
    for match in _BACKWARDS.finditer(text):
        order[slice(*match.span(1))] = reversed(range(*match.span(1)))
    shown = read("".join(text[place] for place in order))
    spans = [shown.source(place, place + 1) for place in range(len(shown.plain))]
    return Turned(shown.plain, [order[start] for start, _ in spans], [order[end - 1] + 1 for _, end in spans])


def markup_views(html: str) -> Iterator[Reading]:
    """The readings of HTML or XML."""
    shown = read_markup(html)
    yield shown
    yield from _deeper(shown, tags=True)
    if _loses_tags(html):
        published = read_markup(html, published=True)
        if published.plain != shown.plain:
            yield published


def value_views(source: str, start: int, end: int, tags: bool = False) -> Iterator[Reading]:
    """The readings of a tag or a comment, whose signs < and > are no markup (``tags``: of a value, where they are)."""
    raw = read(source, start, end)
    yield raw
    yield from _deeper(raw, tags)


def _loses_tags(html: str) -> bool:
    """Whether the sanitiser will drop some tag, so that the published text differs from the one shown."""
    in_table = False
    for piece in pieces(html):
        if piece.name not in PUBLISHED and piece.name not in INLINE and piece.name != "!":
            return True
        in_table = in_table or piece.name == "table"
        if not in_table and piece.name in ("td", "th", "tr"):
            return True
    return False


def _deeper(reading: Reading, tags: bool) -> Iterator[Reading]:
    """Readings of a reading, as long as there is something left to decode (escapes written twice)."""
    for _ in range(_DEPTH):
        if not _ENCODED.search(reading.plain):
            return
        inner = read_markup(reading.plain) if tags else read(reading.plain)
        if inner.plain == reading.plain:
            return
        reading = inner.within(reading)
        yield reading
