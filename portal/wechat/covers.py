"""Pictures for WeChat: made small enough for it, and a cover drawn where an article has none."""

from __future__ import annotations

import gzip
import io
from functools import lru_cache
from pathlib import Path

import themes
from content.late import Late

Image, ImageDraw, ImageFont = Late("PIL.Image"), Late("PIL.ImageDraw"), Late("PIL.ImageFont")
SIZE = (900, 383)  # 2.35 : 1, as the first article of a push is shown
MOST = 1024 * 1024 - 1  # octets of a picture in an article
WIDTHS = (1280, 1080, 800, 640, 480)  # tried in turn until it is small enough
INK, PAPER, RULE = "#1f2937", "#fbf9f4", "#b3261e"
LINE, LINES = 15, 3  # characters of a line, lines of a title
_FONT = Path(themes.__file__).parent / "fonts" / "NotoSerifSC-Regular.ttf.gz"


class NoPicture(Exception):
    """The picture cannot be made small enough."""


def fitting(data: bytes) -> tuple[bytes, str, str]:
    """A published picture as `(octets, file name, media type)`: jpg or png, less than 1 MB. Raises `NoPicture`."""
    if len(data) <= MOST:
        if data.startswith(b"\xff\xd8"):
            return data, "picture.jpg", "image/jpeg"
        if data.startswith(b"\x89PNG"):
            return data, "picture.png", "image/png"
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as opened:
        picture = opened.convert("RGB")
    for width in WIDTHS:
        small = picture if picture.width <= width else picture.resize(
            (width, max(1, round(picture.height * width / picture.width))), Image.Resampling.LANCZOS)
        if len(octets := _jpeg(small)) <= MOST:
            return octets, "picture.jpg", "image/jpeg"
    raise NoPicture("图片压缩后仍然超过1兆字节，请换一幅")


def cover(title: str, organ: str, picture: bytes | None) -> bytes:
    """Of an article: its first picture, or one that is drawn."""
    return drawn(title, organ) if picture is None else cut(picture)


def cut(data: bytes) -> bytes:
    """The middle of a picture in the shape of a cover."""
    with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as opened:
        picture = opened.convert("RGB")
    width = min(picture.width, round(picture.height * SIZE[0] / SIZE[1]))
    height = min(picture.height, round(width * SIZE[1] / SIZE[0]))
    left, top = (picture.width - width) // 2, (picture.height - height) // 3
    return _jpeg(picture.crop((left, top, left + width, top + height)).resize(SIZE, Image.Resampling.LANCZOS))


def drawn(title: str, organ: str) -> bytes:
    """A cover with the title and the organ."""
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, SIZE[0], 14), fill=RULE)
    lines = [title[start:start + LINE] for start in range(0, len(title), LINE)][:LINES]
    if len(title) > LINE * LINES:
        lines[-1] = lines[-1][:-1] + "…"
    top = (SIZE[1] - 40 - 66 * len(lines)) // 2
    for number, line in enumerate(lines):
        pen.text((60, top + 66 * number), line, font=_font(50), fill=INK)
    pen.line((60, SIZE[1] - 78, 140, SIZE[1] - 78), fill=RULE, width=4)
    pen.text((60, SIZE[1] - 64), organ, font=_font(28), fill=INK)
    return _jpeg(picture)


def _jpeg(picture: Image.Image) -> bytes:
    into = io.BytesIO()
    picture.save(into, "JPEG", quality=88, optimize=True)
    return into.getvalue()


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(gzip.decompress(_FONT.read_bytes())), size)
