"""Pictures in a Word file: which, how much of each is seen, and what somebody wrote for those who see none."""

from __future__ import annotations

import re

from lxml.etree import _Element

from content.picture_encoding import Crop, Encoded, encoded
from content.privacy.renditions.model import Limits, Refused
from content.word.names import child, name, number

_VECTOR = (b"\x01\x00\x00\x00", b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00", b"<svg", b"<?xml")
_THOUSANDTHS = 100_000  # of a percent: the unit of `a:srcRect`
_NAMELESS = re.compile(r"(?:图片|图像|图|picture|image|img|dsc|微信图片|截图|screenshot)[\s_\-\d()]*|"
                       r".*\.(?:png|jpe?g|gif|bmp|tiff?|webp|emf|wmf)", re.IGNORECASE)


def is_vector(data: bytes) -> bool:
    return data.startswith(_VECTOR)


def seen(data: bytes, crop: Crop, limits: Limits) -> Encoded | None:
    """The part of a picture that is shown, encoded anew; None for what is no picture, or too large a one."""
    try:
        return encoded(data, limits, crop)
    except Refused:
        return None


def drawing_crop(blip: _Element) -> Crop:
    """What is cut away from the picture of a drawing (`a:blip`)."""
    rect = child(blip.getparent(), "a:srcRect")
    if rect is None:
        return 0.0, 0.0, 0.0, 0.0
    left, top, right, bottom = (min(1.0, max(0.0, number(rect.get(side, "0")) / _THOUSANDTHS)) for side in "ltrb")
    return left, top, right, bottom


def vml_crop(image: _Element) -> Crop:
    """The same of an older drawing (`v:imagedata`): `0.25`, or `16384f` in parts of 65536."""
    left, top, right, bottom = (_fraction(image.get(f"crop{side}", "")) for side in ("left", "top", "right", "bottom"))
    return left, top, right, bottom


def _fraction(written: str) -> float:
    try:
        found = int(written[:-1]) / 65536 if written.endswith("f") else float(written or 0)
    except ValueError:
        return 0.0
    return min(1.0, max(0.0, found))


def alternative(drawing: _Element) -> str:
    """The alternative text that somebody wrote; not a file's name, nor what Word guessed by itself."""
    properties = next(drawing.iter(name("wp:docPr")), None)
    written = "" if properties is None else properties.get("descr") or properties.get("title") or ""
    text = " ".join(written.split())
    guessed = "自动生成" in text or "automatically generated" in text
    return "" if guessed or _NAMELESS.fullmatch(text) else text[:200]
