"""Knows how writing in a picture is read by Tesseract: several passes, each turned and prepared in another way.

No pass is believed alone: personal data that any of them reads counts. A reading is *confident* only when all that
looks like writing has been read well; where it is not, or where Tesseract or its Chinese is not installed, a person
has to look.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from PIL import Image, ImageChops, ImageFilter

from content.privacy.renditions.boxes import Area, turned
from content.privacy.renditions.ink import STEP, Ink

MOST_PIXELS = 12_000_000  # larger pictures are read at this size
BEST_SIDE = 1600  # smaller ones are enlarged towards this long side, at most threefold
SURE = 55  # Tesseract's confidence, 0 to 100, from which a word counts as read
FLUENT = 0.6  # share of the characters of a line that must be sure for the rest of it to be believed
FIGURES = 0.8  # share of the characters of a number, read unsurely, that must be figures
PASS_SECONDS = 40.0
_KEPT = 320  # readings of pages
_READ: OrderedDict[tuple, Reading] = OrderedDict()  # a file is inspected, built, verified: read once


@dataclass(frozen=True)
class Word:
    """A stretch of writing with its place in the picture, in pixels, and whether it was read for sure.

    `line` groups the words that Tesseract takes for one line.
    """

    text: str
    box: Area
    sure: bool
    line: tuple[int, ...] = ()
    language: str = ""
    turn: int = 0  # quarter turns against the clock that the picture had to be turned by to read it


@dataclass(frozen=True)
class Reading:
    """What the passes over a picture read, best pass first; `confident` as the module says."""

    passes: tuple[tuple[Word, ...], ...]
    confident: bool

    @property
    def words(self) -> tuple[Word, ...]:
        return self.passes[0] if self.passes else ()


@dataclass(frozen=True)
class Pass:
    """One way to read: language, page segmentation mode, quarter turns against the clock, how it is prepared."""

    language: str
    mode: int
    turn: int = 0
    prepared: str = "plain"
    always: bool = False


PASSES = (
    Pass("chi_sim", 3, prepared="clean", always=True),
    Pass("eng", 11, always=True),  # digits are read better by it
    Pass("chi_sim", 11, prepared="clean"),
    Pass("chi_sim", 11, prepared="raised"),
    Pass("chi_sim", 11, prepared="red"),  # of colours: what is red vanishes or stands out
    Pass("chi_sim", 11, prepared="blue"),
    Pass("chi_sim", 11, turn=1),
    Pass("chi_sim", 11, turn=3),
    Pass("chi_sim", 11, turn=2),
)


@cache
def available() -> bool:
    """Whether Tesseract can be called and has its simplified Chinese."""
    try:
        import pytesseract

        return {"chi_sim", "eng"} <= set(pytesseract.get_languages())
    except Exception:  # not installed, not on the path, not runnable: an option that is not there
        return False


def read(image: Image.Image, *, seconds: float = 60.0, known: tuple[Area, ...] = ()) -> Reading:
    """The writing in an upright or turned picture of any mode without transparency.

    `known` are places that need no reading. When `seconds` are over, no further pass is begun. Without Tesseract:
    nothing, not confident.
    """
    if not available():
        return Reading((), False)
    key = (hashlib.sha256(image.tobytes()).digest(), image.size, image.mode, known)
    if key not in _READ:
        _READ[key] = _read(image, seconds, known)
        while len(_READ) > _KEPT:
            _READ.popitem(last=False)
    return _READ[key]


def _read(image: Image.Image, seconds: float, known: tuple[Area, ...]) -> Reading:
    until = time.monotonic() + seconds
    picture, factor = _working_size(image)
    ink, given = Ink(picture), [_times(box, factor) for box in known]
    done: list[tuple[Word, ...]] = []
    left = ink.writing_left(given)
    for way in PASSES if left else ():
        if time.monotonic() > until:
            break
        if way.always or (left and (picture.mode == "RGB" or way.prepared not in ("red", "blue"))):
            done.append(tuple(_pass(picture, way, until)))
            left = ink.writing_left([*given, *(box for words in done for box in _well_read(words, done))])
    best = sorted(done, key=lambda words: -sum(len(word.text) for word in words if word.sure))
    return Reading(tuple(tuple(replace(word, box=_times(word.box, 1 / factor)) for word in words) for words in best),
                   not left)


def _well_read(words: tuple[Word, ...], passes: list[tuple[Word, ...]]) -> Iterator[Area]:
    """The boxes of lines that were read well as a whole, and of numbers that were read for sure or twice alike; of
    numbers only where they were level: Tesseract also reads them askew, but other ones."""
    numbers = Counter(figures for each in passes for figures in {_figures(word.text) for word in each})
    lines: dict[tuple[int, ...], list[Word]] = {}
    for word in words:
        lines.setdefault(word.line, []).append(word)
    for line in lines.values():
        good = [word for word in line if word.sure or (_is_number(word) and numbers[_figures(word.text)] > 1
                                                       and len(_figures(word.text)) > FIGURES * len(word.text))]
        size = sum(len(word.text) for word in line)
        fluent = line[0].language != "eng" and size > 2 and sum(len(word.text) for word in good) >= FLUENT * size
        yield from (word.box for word in (line if fluent else good)
                    if (word in good and _level(word) if _is_number(word) else fluent))


def _figures(text: str) -> str:
    return "".join(char for char in text if char in "0123456789Xx")


def _level(word: Word) -> bool:
    """Whether it lay along its line in the picture as it was read."""
    across, down = word.box[2] - word.box[0], word.box[3] - word.box[1]
    return across > down if word.turn % 2 == 0 else down > across


def _is_number(word: Word) -> bool:
    return len(_figures(word.text)) >= 5


def _working_size(image: Image.Image) -> tuple[Image.Image, float]:
    """The picture, grey or in colours, at a size that Tesseract reads well, and how much larger it is than before."""
    plain = image if image.mode in ("L", "RGB") else image.convert("RGB")
    if plain.mode == "RGB" and _is_grey(plain):
        plain = plain.convert("L")
    factor = min(3.0, max(1.0, BEST_SIDE / max(plain.size)))
    factor = min(factor, (MOST_PIXELS / (plain.width * plain.height)) ** 0.5)
    if factor == 1.0:
        return plain, 1.0
    size = max(1, round(plain.width * factor)), max(1, round(plain.height * factor))
    return plain.resize(size, Image.Resampling.BICUBIC), factor


def _is_grey(image: Image.Image) -> bool:
    red, green, blue = image.reduce(2).split() if min(image.size) > 2 else image.split()
    return all(ImageChops.difference(red, other).getextrema()[1] <= STEP for other in (green, blue))


def _prepared(image: Image.Image, how: str) -> Image.Image:
    if how in ("red", "blue"):
        return image.getchannel("R" if how == "red" else "B")
    grey = image.convert("L")
    if how == "plain":
        return grey
    clean = grey.filter(ImageFilter.MedianFilter(3))
    if how == "raised":  # what stands out but little, in the dark or in the light, does so six times as much
        return ImageChops.subtract(clean, clean.filter(ImageFilter.BoxBlur(24)), scale=1 / 6, offset=128)
    return clean


def _pass(image: Image.Image, way: Pass, until: float) -> Iterator[Word]:
    """The words of one pass, placed in the picture as it was before it was turned."""
    import pytesseract

    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # its threads only wait for each other on small machines
    picture = _prepared(image.rotate(90 * way.turn, expand=True) if way.turn else image, way.prepared)
    try:
        table = pytesseract.image_to_data(
            picture, lang=way.language, config=f"--psm {way.mode} --dpi 200",
            timeout=max(1.0, min(PASS_SECONDS, until - time.monotonic())), output_type=pytesseract.Output.DICT)
    except (RuntimeError, pytesseract.TesseractError):  # too slow, or a picture it cannot take: read by no pass
        return
    for at, text in enumerate(table["text"]):
        if text.strip():
            left, top = table["left"][at], table["top"][at]
            box = (left, top, left + table["width"][at], top + table["height"][at])
            line = tuple(table[each][at] for each in ("block_num", "par_num", "line_num"))
            yield Word(text.strip(), turned(box, -way.turn, picture.size), table["conf"][at] >= SURE, line,
                       way.language, way.turn)


def _times(box: Area, factor: float) -> Area:
    left, top, right, bottom = box
    return left * factor, top * factor, right * factor, bottom * factor
