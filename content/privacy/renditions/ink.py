"""Knows what looks like writing in a picture, so that what no program could read is shown to a person."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from PIL import Image, ImageChops, ImageDraw, ImageFilter

TILE = 8  # pixels of the working picture; small print is little higher
STEP = 12  # steps of 255 between two pixels of a stroke's edge
FULL, FULL_COARSE = 0.22, 0.3  # share of a tile that must be edges of strokes; blurred ones fill more than seals do
LONG = 6  # tiles in a row that make a word of five or more characters
COARSER = 3  # how much smaller blurred writing is looked for
MANY = 2_500_000  # pixels from which half of them, each way, are enough to see this, but for small print
STEP_FINE, FULL_FINE = 48, 0.45  # of small print there: it has sharp edges, which the noise of photographs has not


class Ink:
    """Where strokes cross a line of writing, level or upright, in any colour, sharp or blurred. Rules of tables, edges
    of boxes, arcs of seals and specks of dust do not count; texture of photographs does: nobody can tell by program
    that it holds no writing."""

    def __init__(self, image: Image.Image) -> None:
        less = 2 if image.width * image.height > MANY else 1
        clean = image.reduce(less).filter(ImageFilter.MedianFilter(3))
        self._scales = [_Scale(clean, less, FULL), _Scale(clean.reduce(COARSER), less * COARSER, FULL_COARSE)]
        if less > 1:
            self._scales.append(_Scale(image, 1, FULL_FINE, STEP_FINE))

    def writing_left(self, read: Iterable[tuple[float, float, float, float]] = ()) -> bool:
        """Whether there is a row of strokes outside the boxes of what was read."""
        boxes = list(read)
        return any(scale.writing_left(boxes) for scale in self._scales)


class _Scale:
    """The strokes of one size: the picture is reduced by `less`."""

    def __init__(self, image: Image.Image, less: int, full: float, step: int = STEP) -> None:
        self.less, self.full = less, full
        self.across, self.down = _edges(image, 2, 0, step), _edges(image, 0, 2, step)

    def writing_left(self, read: list[tuple[float, float, float, float]]) -> bool:
        boxes = [_roomy(tuple(each / self.less for each in box)) for box in read]
        return _has_row(self._tiles(self.across, boxes)) or _has_row(
            self._tiles(self.down, boxes).transpose(Image.Transpose.TRANSPOSE))

    def _tiles(self, edges: Image.Image, boxes: list[tuple[float, ...]]) -> Image.Image:
        """One pixel for each tile: 1 where strokes are, outside the boxes."""
        left = edges.copy()
        draw = ImageDraw.Draw(left)
        for box in boxes:
            draw.rectangle(box, fill=0)
        size = -(-left.width // TILE), -(-left.height // TILE)
        return left.resize(size, Image.Resampling.BOX).point(lambda share: 1 if share > 255 * self.full else 0)


def _edges(image: Image.Image, right: int, down: int, least: int) -> Image.Image:
    """White where a pixel differs in any colour by more than `least` from the one that far away; the margin, where
    there is none, black."""
    size = image.width - right, image.height - down
    edges = Image.new("L", image.size)
    if min(size) > 0:
        steps = ImageChops.difference(image.crop((right, down, *image.size)), image.crop((0, 0, *size)))
        edges.paste(reduce(ImageChops.lighter, steps.split()))
    return edges.point(lambda step: 255 if step > least else 0)


def _roomy(box: tuple[float, ...]) -> tuple[float, ...]:
    left, top, right, bottom = box
    room = max(TILE / 2, (bottom - top) * 0.25)
    return left - room, top - room, max(left, right) + room, max(top, bottom) + room


def _has_row(tiles: Image.Image) -> bool:
    """Whether a row has `LONG` tiles of strokes, one missing at most between two."""
    data = tiles.tobytes()
    return any(_long_run(data[at:at + tiles.width]) for at in range(0, len(data), tiles.width))


def _long_run(row: bytes) -> bool:
    return any(len(run) >= LONG for run in row.replace(b"\1\0\1", b"\1\1\1").split(b"\0"))
