"""Pictures in a Word file: cut to what is seen of them, in a format that browsers show."""

from __future__ import annotations

import io
import re
import warnings

from lxml.etree import _Element
from PIL import Image, ImageOps, UnidentifiedImageError

from content.privacy.renditions.model import Limits
from content.word.names import child, name, number

_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")
_WEB = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_VECTOR = (b"\x01\x00\x00\x00", b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00", b"<svg", b"<?xml")
_THOUSANDTHS = 100_000  # of a percent: the unit of `a:srcRect`
_NAMELESS = re.compile(r"(?:图片|图像|图|picture|image|img|dsc|微信图片|截图|screenshot)[\s_\-\d()]*|"
                       r".*\.(?:png|jpe?g|gif|bmp|tiff?|webp|emf|wmf)", re.IGNORECASE)

Crop = tuple[float, float, float, float]  # left, top, right, bottom: fractions that are cut away


def is_vector(data: bytes) -> bool:
    return data.startswith(_VECTOR)


def seen(data: bytes, crop: Crop, limits: Limits) -> tuple[bytes, str] | None:
    """The part of a picture that is shown, and its media type; None for what is no picture, or too large a one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=_FORMATS)
            if picture.width * picture.height > limits.pixels:
                return None
            if not any(crop) and picture.format in _WEB:
                return data, _WEB[picture.format]
            picture.load()
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError,
            Image.DecompressionBombWarning):
        return None
    lossy = picture.format == "JPEG"
    upright = ImageOps.exif_transpose(picture)
    cut = upright.crop(_visible(upright.size, crop))
    made = io.BytesIO()
    cut.convert("RGB" if lossy else "RGBA").save(made, "JPEG" if lossy else "PNG", **{"quality": 90} if lossy else {})
    return made.getvalue(), "image/jpeg" if lossy else "image/png"


def _visible(size: tuple[int, int], crop: Crop) -> tuple[int, int, int, int]:
    width, height = size
    left, top = int(width * min(crop[0], 0.99)), int(height * min(crop[1], 0.99))
    return left, top, max(left + 1, round(width * (1 - crop[2]))), max(top + 1, round(height * (1 - crop[3])))


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
