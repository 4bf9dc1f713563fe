"""Personal data in HTML: found in text, attributes and comments, marked for the desk, cut out for the public.

Edits go by source offsets, so that everything outside a finding stays byte for byte as the editor wrote it.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from content.privacy.kinds import Decision
from content.privacy.markup import Piece, attributes, pieces
from content.privacy.masks import replace, shown_value
from content.privacy.page import Hit
from content.privacy.reading import Reading
from content.privacy.scan import hits, normal_form
from content.privacy.views import markup_views, value_views

Place = tuple[int, int, str]
_TAG = re.compile(r"<|&lt|%3C", re.IGNORECASE)
_WORTH = re.compile(r"[0-9%&@\\]|[^\x00-\x7f]")


@dataclass(frozen=True)
class HtmlFinding:
    """Personal data in HTML. ``where`` is ``text``, ``comment`` or tag and attribute (``img alt``); ``places`` are
    the source slices of its characters; ``index`` is its number in document order, stable for the same source."""

    index: int
    kind: str
    value: str
    normal: str
    certain: bool
    why: str
    where: str
    start: int
    end: int
    places: tuple[Place, ...]


def scan_html(html: str, *, known_public: frozenset[str] = frozenset()) -> list[HtmlFinding]:
    """Findings in visible text (joined across tags and table cells), attributes and comments, in order."""
    found = _first_seen(each for each in (*_in_text(html), *_in_pieces(html)) if each[1] not in known_public)
    found = sorted(found, key=lambda each: each[3][0][:2])
    return [
        HtmlFinding(index, hit.kind, "".join(place[2] for place in places), normal, hit.certain, hit.why, where,
                    places[0][0], places[-1][1], places)
        for index, (hit, normal, where, places) in enumerate(found)
    ]


def _first_seen(found: Iterable) -> Iterator:
    """Findings that cover something no finding before them (of another reading) has covered."""
    covered: set[int] = set()
    for each in found:
        places = {start for start, end, char in each[3] if end > start and char.isalnum()}
        if not places <= covered:
            covered |= places
            yield each


def _located(reading: Reading, where: Callable[[int], str]) -> Iterator[tuple[Hit, str, str, tuple[Place, ...]]]:
    for hit in hits(reading):
        places = tuple(reading.places(hit.start, hit.end))
        yield hit, normal_form(reading, hit), where(places[0][0]), places


def _in_text(html: str) -> Iterator:
    for reading in markup_views(html):
        yield from _located(reading, lambda place: "text")


def _in_pieces(html: str) -> Iterator:
    """Attributes of tags and the insides of comments and declarations."""
    for piece in pieces(html):
        if piece.name == "!":
            for reading in value_views(html, piece.start, piece.end):
                yield from _located(reading, lambda place: "comment")
        elif not piece.closes and "=" in html[piece.start:piece.end] and _WORTH.search(html, piece.start, piece.end):
            yield from _in_attributes(html, piece)


def _in_attributes(html: str, piece: Piece) -> Iterator:
    """The tag is read whole, so that an attribute's name serves as the value's label; only values count."""
    spans = list(attributes(html, piece))

    def where(place: int) -> str:
        names = [each.name for each in spans if each.start <= place < each.end]
        return f"{piece.name} {names[0]}" if names else ""

    for reading in value_views(html, piece.start, piece.end):
        yield from (each for each in _located(reading, where) if each[2])
    for each in spans:
        if _TAG.search(html, each.start, each.end):
            for reading in value_views(html, each.start, each.end, tags=True):
                yield from _located(reading, where)


def rewrite_html(
    html: str, decide: Callable[[HtmlFinding], Decision], masks: Mapping[str, str] | None = None, *,
    known_public: frozenset[str] = frozenset(),
) -> str:
    """The HTML with each finding masked, deleted or kept as ``decide`` says; ``masks`` as in ``mask_text``."""
    edits: list[Place] = []
    for finding in scan_html(html, known_public=known_public):
        decision = decide(finding)
        if decision != Decision.keep:
            edits += _edits(finding, decision, (masks or {}).get(finding.kind, "full"))
    return replace(html, sorted(set(edits)))


def _edits(finding: HtmlFinding, decision: Decision, style: str) -> Iterator[Place]:
    new = [""] * len(finding.places)
    if decision == Decision.mask:
        new = shown_value(finding.value, finding.kind, style)
    for (start, end, old), char in zip(finding.places, new, strict=True):
        if end > start and (char != old or end > start + 1):
            yield start, end, char


def annotate_html(html: str, number: Callable[[HtmlFinding], int | None]) -> str:
    """For the desk: each text finding wrapped in ``<mark class="finding" data-finding id>``; the id stands once."""
    gaps = [(piece.start, piece.end) for piece in pieces(html)]
    edits: list[Place] = []
    for finding in scan_html(html):
        label = number(finding) if finding.where == "text" else None
        if label is not None:
            edits += _marks(html, finding, label, gaps)
    return replace(html, sorted(edits))


def _marks(html: str, finding: HtmlFinding, label: int, gaps: list[tuple[int, int]]) -> Iterator[Place]:
    start, first = finding.start, True
    inside = gaps[bisect_left(gaps, (finding.start, 0)):bisect_left(gaps, (finding.end, 0))]
    for stop, resume in [*inside, (finding.end, finding.end)]:
        if html[start:stop].strip():
            name = f' id="finding-{label}"' if first else ""
            yield start, stop, f'<mark class="finding" data-finding="{label}"{name}>{html[start:stop]}</mark>'
            first = False
        start = resume
