"""Scanning: every detector reads every reading of a text; overlapping hits are settled, offsets lead back."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from content.collect import collect
from content.privacy import detectors
from content.privacy.page import Hit, Page
from content.privacy.reading import Reading
from content.privacy.views import text_views

_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Finding:
    """Personal data at ``[start, end)`` of a text: ``kind`` (see KINDS), the source text, whether certain, why
    (Chinese, for the editor) and the normalised value, equal for equal values however they are written."""

    start: int
    end: int
    kind: str
    value: str
    certain: bool
    why: str
    normal: str


@cache
def _detectors() -> tuple:
    return tuple(collect(detectors, "DETECTOR").values())


def normal_form(reading: Reading, hit: Hit) -> str:
    """The value without separators, capital letters, Chinese numerals as digits where it is a number."""
    plain = reading.plain[hit.start:hit.end]
    text = plain if hit.kind in ("ADDRESS", "ILLNESS", "SENSITIVE", "EMAIL") else reading.digits[hit.start:hit.end]
    if hit.kind == "EMAIL":
        return re.sub(r"\s", "", text).lower()
    normal = _SEPARATORS.sub("", text).upper()
    return re.sub(r"^(?:0086|86|0)(?=1\d{10}$)", "", normal) if hit.kind == "MOBILE" else normal


def hits(reading: Reading) -> list[Hit]:
    """The hits of one reading, sorted, none overlapping another."""
    page = Page(reading)
    return settle(hit for detector in _detectors() if detector.asked(page) for hit in detector.find(page))


def settle(found: Iterable[Hit]) -> list[Hit]:
    """Of overlapping hits the heavier or longer wins; what only it covers is kept with it."""
    chosen: list[Hit] = []
    taken: dict[int, Hit] = {}
    for hit in sorted(found, key=lambda each: (-each.weight, each.start - each.end, each.start)):
        if not any(place in taken for place in range(hit.start, hit.end)):
            chosen.append(hit)
            taken.update(dict.fromkeys(range(hit.start, hit.end), hit))
    return sorted(chosen, key=lambda each: each.start)


def scan_text(text: str, *, known_public: frozenset[str] = frozenset()) -> list[Finding]:
    """Findings in a text, sorted, not overlapping, with offsets into the text given.

    ``known_public`` holds normalised phones and mailboxes of the organ directory, which must stay (Art. 12).
    """
    found: list[Finding] = []
    for reading in text_views(text):
        for hit in hits(reading):
            finding = _finding(text, reading, hit)
            if finding.normal not in known_public:
                found.append(finding)
    return _unite(text, found)


def _finding(text: str, reading: Reading, hit: Hit) -> Finding:
    start, end = reading.source(hit.start, hit.end)
    return Finding(start, end, hit.kind, text[start:end], hit.certain, hit.why, normal_form(reading, hit))


def _unite(text: str, found: list[Finding]) -> list[Finding]:
    """Of findings of several readings that overlap, the longest (surest, first) stays and takes in what juts out."""
    chosen: list[Finding] = []
    for finding in sorted(set(found), key=lambda each: (each.start, -each.end, not each.certain)):
        last = chosen[-1] if chosen else None
        if last is None or finding.start >= last.end:
            chosen.append(finding)
        elif finding.end > last.end:
            main = max(last, finding, key=lambda each: each.end - each.start)
            chosen[-1] = replace(main, start=last.start, end=finding.end, value=text[last.start:finding.end])
    return chosen
