"""A picture encoded anew before it is kept, in a process of its own: nothing of what hangs on it is ever stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from content.late import Late
from content.privacy.renditions.model import Limits, Refused
from content.privacy.renditions.sandbox import call

Image, pictures = Late("PIL.Image"), Late("content.privacy.renditions.pictures")
WIDEST = 2560  # pixels of the longer side of a picture that is kept
LIMITS = replace(Limits(), seconds=30.0, memory=1024 ** 3)  # somebody waits for it

Encoded = tuple[bytes, str]  # a picture encoded anew, and its media type
Crop = tuple[float, float, float, float]  # left, top, right, bottom: fractions of a picture that are cut away


def run_encode(data: bytes, limits: Limits = LIMITS) -> Encoded:
    """`encoded` in a child process. Raises `Refused`: unknown, damaged, large, slow."""
    if len(data) > limits.octets:
        raise Refused("large", f"图片超过{limits.octets // 1024 // 1024}兆字节：请缩小后再插入")
    answered, octets = call(f"{__name__}:answer", {"limits": asdict(limits)}, data, limits)
    return octets, answered["media_type"]


def answer(request: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """In the child."""
    octets, media_type = encoded(data, Limits(**request["limits"]))
    return {"media_type": media_type}, octets


def encoded(data: bytes, limits: Limits, crop: Crop = (0.0, 0.0, 0.0, 0.0)) -> Encoded:
    """A picture upright, cut, without anything attached, its longer side at most `WIDEST`. Raises `Refused`."""
    opened = pictures.open_picture(data, limits)
    image = opened.image.crop(_seen(opened.image.size, crop)) if any(crop) else opened.image
    if max(image.size) > WIDEST:
        image = image.copy()
        image.thumbnail((WIDEST, WIDEST), Image.Resampling.LANCZOS)
    return pictures.encode(image, opened.format)


def _seen(size: tuple[int, int], crop: Crop) -> tuple[int, int, int, int]:
    """What is left of a picture, in pixels; something always is."""
    width, height = size
    left, top = int(width * min(crop[0], 0.99)), int(height * min(crop[1], 0.99))
    return left, top, max(left + 1, round(width * (1 - crop[2]))), max(top + 1, round(height * (1 - crop[3])))
