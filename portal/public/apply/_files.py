"""What people attach: told by its content, bounded; a picture of an identity document is made anew and marked.

The picture loses everything that a camera wrote into it (EXIF, GPS), is made no larger than is needed to read it, and
carries “仅供政府信息公开申请使用” burned in, so that a copy of it is of no use elsewhere.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from pyramid.request import Request

import themes
from content.attachments import clean_name
from content.late import Late
from content.privacy.renditions.detect import sniff
from content.privacy.renditions.model import Limits, Refused
from portal.i18n import _

Image, ImageDraw, ImageFont = Late("PIL.Image"), Late("PIL.ImageDraw"), Late("PIL.ImageFont")
pictures = Late("content.privacy.renditions.pictures")
MARK = "仅供政府信息公开申请使用"
MEGA = 1024 * 1024
MOST_PHOTOS, MOST_FILES = 2, 5
MOST = 20  # megabytes at once, which is what the route takes (`config.take_files`)
WIDEST = 1800  # pixels of an identity photo
SLANT = 19  # degrees of its mark
_FONT = Path(themes.__file__).parent / "fonts" / "NotoSerifSC-Regular.ttf.gz"
_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf", "ofd": "application/ofd",
         "docx": f"{_OFFICE}wordprocessingml.document", "xlsx": f"{_OFFICE}spreadsheetml.sheet", "text": "text/plain",
         "doc": "application/msword"}
PHOTOS = ("jpg", "png")


class BadFile(ValueError):
    """A file that cannot be taken; `field` and, in words for the person, why and what to do."""

    def __init__(self, field: str, words: Any) -> None:
        super().__init__(str(words))
        self.field, self.words = field, words


@dataclass(frozen=True)
class Upload:
    """A file as it is kept. `role`: id_photo, evidence, supplement."""

    role: str
    name: str
    media_type: str
    data: bytes


def taken(request: Request, photos: str = "photo", files: str = "files", role: str = "evidence") -> list[Upload]:
    """Everything that was attached, made ready. Raises `BadFile`; touches no database, for pictures take a second."""
    identity, others = list(_sent(request, photos)), list(_sent(request, files))
    for field, found, most in ((photos, identity, MOST_PHOTOS), (files, others, MOST_FILES)):
        if len(found) > most:
            raise BadFile(field, _("最多选${n}个文件", mapping={"n": most}))
    return [*(_photo(photos, *each) for each in identity), *(_file(files, role, *each) for each in others)]


def _sent(request: Request, field: str) -> Iterator[tuple[str, bytes]]:
    for each in request.POST.getall(field):
        if hasattr(each, "filename"):
            yield clean_name(each.filename), each.file.read()


def _kind(field: str, name: str, data: bytes) -> str:
    try:
        kind = sniff(data) if data else "empty"
    except Refused:
        kind = "unknown"
    if kind == "empty":
        raise BadFile(field, _("“${name}”是空的，请重新选择", mapping={"name": name}))
    if kind not in TYPES:
        raise BadFile(field, _("“${name}”不能收：请换成照片（jpg、png）、PDF、Word、Excel、OFD或者文本文件",
                               mapping={"name": name}))
    return kind


def _file(field: str, role: str, name: str, data: bytes) -> Upload:
    """Kept as it came: what it holds is only shown to who handles the case, never published."""
    return Upload(role, name, TYPES[_kind(field, name, data)], data)


def _photo(field: str, name: str, data: bytes) -> Upload:
    if _kind(field, name, data) not in PHOTOS:
        raise BadFile(field, _("“${name}”不是照片：请用手机拍下证件，或者扫描成jpg、png", mapping={"name": name}))
    try:
        image = pictures.open_picture(data, Limits()).image
    except Refused as problem:
        raise BadFile(field, _("“${name}”打不开：${why}", mapping={"name": name, "why": str(problem)})) from None
    return Upload("id_photo", f"{name.rpartition('.')[0] or name}.jpg", "image/jpeg", marked(image))


# -- the mark -----------------------------------------------------------------------------------------------------

@lru_cache(maxsize=1)
def _font_file() -> bytes:
    return gzip.decompress(_FONT.read_bytes())


def marked(image: Image.Image) -> bytes:
    """A JPEG of the picture with the mark across all of it."""
    small = image.convert("RGB")
    small.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    sheet = Image.new("RGBA", small.size, (0, 0, 0, 0))
    tile = _tile(max(14, min(small.size) // 16))
    for row, top in enumerate(range(-tile.height // 2, small.height, tile.height)):
        for left in range(-tile.width // 2 * (row % 2), small.width, tile.width):
            sheet.paste(tile, (left, top))
    buffer = BytesIO()
    Image.alpha_composite(small.convert("RGBA"), sheet).convert("RGB").save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _tile(size: int) -> Image.Image:
    """The words once, aslant, dark with a light rim: seen on every ground."""
    font = ImageFont.truetype(BytesIO(_font_file()), size)
    left, top, right, bottom = font.getbbox(MARK)
    words = Image.new("RGBA", (right - left + size, bottom - top + size), (0, 0, 0, 0))
    ImageDraw.Draw(words).text((size / 2 - left, size / 2 - top), MARK, font=font, fill=(160, 20, 20, 120),
                               stroke_width=max(1, size // 18), stroke_fill=(255, 255, 255, 90))
    return words.rotate(SLANT, expand=True, resample=Image.Resampling.BICUBIC)
