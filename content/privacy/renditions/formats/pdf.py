"""PDF: every page rendered, covered where it must be, and put into a new file with the text that may be read.

A box over a text layer hides nothing and an edit of drawing instructions misses fonts; so nothing of the old file is
taken over but what its pages look like. Pages whose picture shows more than their text layer says (scans, pictures,
outlined letters, invisible layers) are read by OCR.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from PIL import Image

from content import privacy
from content.privacy.renditions import ocr
from content.privacy.renditions.boxes import Area, hull, shared, size_of
from content.privacy.renditions.cards import cards
from content.privacy.renditions.formats._pdf_inside import inside
from content.privacy.renditions.formats._pdf_pages import Page, open_pdf, pages
from content.privacy.renditions.formats._pdf_write import Line, Writer
from content.privacy.renditions.ink import Ink
from content.privacy.renditions.model import Built, Choices, Finding, Inspection, Picture, Source
from content.privacy.renditions.pictures import cover, drawn
from content.privacy.renditions.sight import Glyph, Judged, Sheet, in_place, judge, sheet_of

READING_SHARE = 0.35  # of the seconds allowed that may go into OCR; pages it does not reach need a person's eye
PAGE_SECONDS = 30.0
_NUMBERED = 8  # pages named one by one in a sentence


@dataclass(frozen=True)
class Seen:
    """What was seen on a page: what is found and covered, how each character of the text layer and each word of OCR
    goes on, whether all of it could be read."""

    page: Page
    judged: Judged
    texts: tuple[tuple[Sheet, tuple[int, ...]], ...]  # by direction, with the indexes of their characters
    words: tuple[ocr.Word, ...]
    read: bool
    secrets: tuple[str, ...]

    def findings(self) -> Iterator[Finding]:
        for finding, boxes in self.judged.found:
            if all(_blank(self.page.image, box) for box in boxes):
                yield replace(finding, dropped=True)
            else:
                yield in_place(finding, self.page.name, hull(boxes), self.page.image.size)

    @property
    def covered(self) -> list[Area]:
        return [box for box in self.judged.covered if not _blank(self.page.image, box)]

    @property
    def picture(self) -> Picture:
        return Picture(self.page.name, self.page.where, self.page.image.width, self.page.image.height, self.read)


class PdfFormat:
    """PDF documents. Each page is a picture named "page 1", "page 2", …"""

    name = "pdf"

    def recognises(self, source: Source) -> bool:
        return b"%PDF-" in source.data[:1024]

    def inspect(self, source: Source, choices: Choices) -> Inspection:
        carried = inside(source.data)
        findings, pictures, secrets, unseen, comments = [], [], [], [], False
        for seen in _looked_at(source, choices):
            findings += seen.findings()
            pictures.append(seen.picture)
            secrets += seen.secrets
            comments |= seen.page.comments
            if any(not char.seen for char in seen.page.chars):
                unseen.append(seen.page.number)
        return Inspection(self.name, (*findings, *carried.findings(choices)), (*_unseen(unseen), *carried.hidden),
                          (*carried.removed, *(["hidden_text"] if unseen else [])), tuple(pictures),
                          tuple(dict.fromkeys(secrets)))

    def build(self, source: Source, choices: Choices) -> Built:
        carried = inside(source.data)
        writer, texts, changed = Writer(), [], False
        for seen in _looked_at(source, choices):
            boxes = [*seen.covered, *drawn(choices, seen.page.name, seen.page.image.size)]
            shown = _shown(seen, choices, boxes)
            lines = (line for sheet in shown for line in _lines(sheet, seen.page))
            writer.add(cover(seen.page.image, boxes), seen.page.size, lines)
            texts += (sheet.text.strip() for sheet in shown)
            changed |= bool(boxes) or seen.page.comments
        return Built(writer.finish(), self.name, "application/pdf", ".pdf", "\n".join(texts), carried.removed, changed)


def _looked_at(source: Source, choices: Choices) -> Iterator[Seen]:
    until = time.monotonic() + READING_SHARE * choices.limits.seconds
    pdf = open_pdf(source.data, choices.limits)
    try:
        for page in pages(pdf, choices.limits):
            yield _look(page, choices, min(PAGE_SECONDS, until - time.monotonic()))
    finally:
        pdf.close()


def _look(page: Page, choices: Choices, seconds: float) -> Seen:
    """Judge a page by its text layer and, where its picture shows more than that, by OCR."""
    texts = tuple(_by_direction(page))
    known = tuple(char.box for char in page.chars if char.seen)
    reading = _reading(page.image, known, choices, seconds)
    words = [[word for word in words if not _among(word.box, known)] for words in reading.passes]
    seen = [Glyph(char.text, char.box) for char in page.chars if char.seen]
    sheets = [*(sheet for sheet, _ in texts), *(sheet_of(each, page.image.size, seen) for each in words)]
    shown = cards(reading.words, page.image.size, page.name, page.where)
    judged = judge(sheets, choices, page.where, [(card.finding, card.box) for card in shown.placed])
    secrets = dict.fromkeys(mark.value for sheet in sheets for mark in privacy.looks_secret(sheet.text))
    return Seen(page, judged, texts, tuple(words[0]) if words else (), reading.confident and not shown.lost,
                tuple(secrets))


def _by_direction(page: Page) -> Iterator[tuple[Sheet, tuple[int, ...]]]:
    """The text layer in sheets of one direction each: most pages have one."""
    for turn in sorted({char.turn for char in page.chars}):
        ats = tuple(at for at, char in enumerate(page.chars) if char.turn == turn)
        new = {at: index for index, at in enumerate(ats)}
        given = tuple(new.get(each, "\n") if isinstance(each, int) else each for each in page.given)
        glyphs = tuple(Glyph(page.chars[at].text, page.chars[at].box) for at in ats)
        yield Sheet(glyphs, given, turn, page.image.size), ats


def _reading(image: Image.Image, known: tuple[Area, ...], choices: Choices, seconds: float) -> ocr.Reading:
    if not Ink(image).writing_left(known):
        return ocr.Reading((), True)
    return ocr.read(image, seconds=seconds, known=known) if choices.ocr and seconds > 0 else ocr.Reading((), False)


def _among(box: Area, known: Iterable[Area]) -> bool:
    """Whether a word of OCR is what the text layer says already."""
    return sum(shared(box, each) for each in known) > 0.4 * size_of(box)


def _blank(image: Image.Image, box: Area) -> bool:
    """Whether there is nothing at all at a place of the page, not even the faintest."""
    left, top, right, bottom = (round(each) for each in box)
    left, top, right, bottom = max(left, 0), max(top, 0), min(right, image.width), min(bottom, image.height)
    if left >= right or top >= bottom:
        return True
    return all(low == high for low, high in image.crop((left, top, right, bottom)).getextrema())


def _shown(seen: Seen, choices: Choices, boxes: list[Area]) -> list[Sheet]:
    """The text that goes along: what is seen and not covered, with masks where the text layer was masked."""
    glyphs: dict[int, list[Glyph]] = {}
    size = seen.page.image.size
    by_hand = drawn(choices, seen.page.name, size)
    cut = {ats[at]: put for sheet, ats in seen.texts for at, put in sheet.cut(choices).items()}
    for at, char in enumerate(seen.page.chars):
        covered = any(shared(char.box, box) > 0.4 * size_of(char.box) for box in (by_hand if at in cut else boxes))
        if char.seen and not covered and (text := cut.get(at, char.text)):
            glyphs.setdefault(char.turn, []).append(Glyph(text, char.box))
    for word in seen.words:
        if not any(shared(word.box, box) > 0.1 * min(size_of(word.box), size_of(box)) for box in boxes):
            glyphs.setdefault(word.turn, []).extend(sheet_of([word], size).glyphs)
    return [Sheet(tuple(each), turn=turn, extent=size) for turn, each in sorted(glyphs.items())]


def _lines(sheet: Sheet, page: Page) -> Iterator[Line]:
    """The rows of a sheet in points of the page."""
    across, down = page.size[0] / page.image.width, page.size[1] / page.image.height
    for text, (left, top, right, bottom) in sheet.stretches():
        yield Line(text, (left * across, top * down, right * across, bottom * down), sheet.turn)


def _unseen(numbers: list[int]) -> Iterator[str]:
    if numbers:
        named = "、".join(f"第{number}页" for number in numbers[:_NUMBERED])
        more = "等" if len(numbers) > _NUMBERED else ""
        yield f"{named}{more}有看不见的文字（被遮盖、与底色相同、在页面之外或隐形文字层），公开版不含"


FORMAT = PdfFormat()
