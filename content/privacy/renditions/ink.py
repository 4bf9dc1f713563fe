"""Knows what looks like writing in a picture, so that what no program could read is shown to a person."""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image, ImageChops, ImageDraw, ImageFilter

TILE = 8  # pixels of the working picture; small print is little higher
DARKER = 24  # steps of 255 by which ink stands out from what is around it
FULL = 0.10  # share of a tile that must be ink
LONG = 6  # tiles in a row that make a word of five or more characters
MANY = 2_500_000  # pixels from which half of them, each way, are enough to see this
RULE = 40  # pixels; what is straight for so long is a rule of a table


class Ink:
    """Where a picture is not blank. Rules of tables and specks of dust do not count; texture of photographs does:
    nobody can tell by program that it holds no writing."""

    def __init__(self, grey: Image.Image) -> None:
        self._less = 2 if grey.width * grey.height > MANY else 1
        self._ink = _ink(grey.reduce(self._less))

    def writing_left(self, read: Iterable[tuple[float, float, float, float]] = ()) -> bool:
        """Whether there are rows of ink outside the boxes of what was read."""
        ink = self._ink.copy()
        draw = ImageDraw.Draw(ink)
        for box in read:
            left, top, right, bottom = (each / self._less for each in box)
            room = max(TILE / 2, (bottom - top) * 0.25)
            draw.rectangle((left - room, top - room, max(left, right) + room, max(top, bottom) + room), fill=0)
        return _has_row(_tiles(ink))


def _ink(grey: Image.Image) -> Image.Image:
    """White where the picture differs from its surroundings, without rules and specks."""
    around = grey.filter(ImageFilter.BoxBlur(12))
    ink = ImageChops.difference(grey, around).point(lambda step: 255 if step > DARKER else 0)
    ink = ink.filter(ImageFilter.MedianFilter(3))
    return ImageChops.subtract(ink, ImageChops.lighter(_rules(ink, RULE, 1), _rules(ink, 1, RULE)))


def _rules(ink: Image.Image, across: int, down: int) -> Image.Image:
    """White where ink runs straight: all pixels of a stretch of `across` by `down` are ink."""
    size = max(1, ink.width // across), max(1, ink.height // down)
    whole = ink.resize(size, Image.Resampling.BOX).point(lambda share: 255 if share > 230 else 0)
    return whole.resize(ink.size, Image.Resampling.NEAREST).filter(ImageFilter.MaxFilter(5))


def _tiles(ink: Image.Image) -> Image.Image:
    size = max(1, ink.width // TILE), max(1, ink.height // TILE)
    return ink.resize(size, Image.Resampling.BOX).point(lambda share: 1 if share > 255 * FULL else 0)


def _has_row(tiles: Image.Image) -> bool:
    """Whether a row or a column has `LONG` tiles of ink, one missing at most between two."""
    across = tiles.tobytes()
    down = tiles.transpose(Image.Transpose.TRANSPOSE).tobytes()
    return any(_long_run(data[at:at + width]) for data, width in ((across, tiles.width), (down, tiles.height))
               for at in range(0, len(data), width))


def _long_run(row: bytes) -> bool:
    return any(len(run) >= LONG for run in row.replace(b"\1\0\1", b"\1\1\1").split(b"\0"))
