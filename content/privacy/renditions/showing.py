"""A picture or a page of an original as it is seen there, for the person who judges it and draws boxes on it."""

from __future__ import annotations

import io
import re

import pypdfium2
from PIL import Image

from content.privacy.renditions import pictures
from content.privacy.renditions.detect import format_of
from content.privacy.renditions.model import Choices, Limits, Refused, Source
from content.privacy.renditions.packs import Pack, damaged

WIDEST = 2000  # pixels of the longer side
_PAGE = re.compile(r"page (\d+)")
_NOT_THERE = Refused("unknown", "文件里没有这张图片或这一页：请刷新后重试")


def page(source: Source, name: str, choices: Choices) -> bytes:
    """The picture or page that `Picture.name` names, as PNG. Raises `Refused`.

    In a file of pictures any name means it; in PDF it is "page N"; in packages a part, in archives the member and,
    after a further slash, the name in it.
    """
    image = _image(source, name, choices.limits)
    image.thumbnail((WIDEST, WIDEST))
    into = io.BytesIO()
    image.save(into, "PNG")
    return into.getvalue()


def _image(source: Source, name: str, limits: Limits) -> Image.Image:
    kind = format_of(source, limits).name
    if kind == "picture":
        return pictures.open_picture(source.data, limits).image
    if kind == "pdf":
        return _pdf_page(source.data, name)
    if not source.data.startswith(b"PK\x03\x04"):
        raise _NOT_THERE
    pack = Pack.open(source, limits)
    if name in pack:
        return pictures.open_picture(pack.read(name), limits).image
    member = next((each for each in pack if name.startswith(f"{each}/")), None)
    if member is None:
        raise _NOT_THERE
    return _image(Source(pack.read(member), member, source.depth + 1), name.removeprefix(f"{member}/"), limits)


def _pdf_page(data: bytes, name: str) -> Image.Image:
    match = _PAGE.fullmatch(name)
    try:
        with pypdfium2.PdfDocument(data) as document:
            if not match or not 0 < int(match[1]) <= len(document):
                raise _NOT_THERE
            sheet = document[int(match[1]) - 1]
            return sheet.render(scale=WIDEST / max(1.0, *sheet.get_size())).to_pil()
    except pypdfium2.PdfiumError:
        raise damaged() from None
