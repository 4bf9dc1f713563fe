"""Knows how a picture becomes publishable: opened within bounds, read, covered, encoded anew without anything else.

What is kept are the pixels that a viewer shows: upright, in sRGB, on white. EXIF, its thumbnail and position, XMP,
IPTC, comments, text chunks, colour profiles, colours under transparency, further frames and whatever hangs behind the
file do not come along, because only pixels are copied.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageCms, ImageDraw, ImageOps, UnidentifiedImageError

from content import privacy
from content.privacy.renditions import ocr
from content.privacy.renditions.boxes import Area, hull
from content.privacy.renditions.cards import cards
from content.privacy.renditions.model import Choices, Finding, Limits, Picture, Refused
from content.privacy.renditions.script import Script
from content.privacy.renditions.sight import in_place, judge, sheet_of

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")
SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}
QUALITY = 90
LONGEST_NOTE = 100_000  # octets of one entry of metadata that are looked through
_PLAIN_INFO = frozenset(str.split("dpi jfif jfif_version jfif_unit jfif_density version background duration loop "
                                  "extension gamma srgb compression aspect adobe adobe_transform progressive "
                                  "progression interlace transparency mpoffset chromaticity timestamp resolution"))
_TOLD_APART = [0 if step < 8 else 255 if step > 247 else step for step in range(256)]  # nothing hides in near white
_KNOWN_AS = "JPEG、PNG、GIF、BMP、WEBP或单页TIFF"


@dataclass(frozen=True)
class Opened:
    """A picture as a viewer shows it (mode L or RGB, nothing attached), and what its file held besides."""

    image: Image.Image
    format: str  # Pillow's name of its file format
    removed: tuple[str, ...]
    hidden: tuple[str, ...]
    notes: tuple[str, ...]  # the texts of its metadata


@dataclass(frozen=True)
class Seen:
    """What was seen in a picture: findings, the places to be covered (pixels), the text that stays to be seen."""

    findings: tuple[Finding, ...]
    covered: tuple[Area, ...]
    text: str
    read: bool
    secrets: tuple[str, ...] = ()  # marks of state secrets


def inspect_picture(data: bytes, choices: Choices, name: str, where: str) -> tuple[list[Finding], Picture]:
    """What personal data a picture shows or carries, and whether a program could vouch for it.

    `name` becomes `Picture.name`, by which `choices.boxes` name it; `where` is its place for people. Raises `Refused`.
    """
    opened = open_picture(data, choices.limits)
    seen = look(opened.image, choices, name, where)
    picture = Picture(name, where, opened.image.width, opened.image.height, seen.read)
    return [*seen.findings, *noted(opened, choices, where)], picture


def clean_picture(data: bytes, choices: Choices, name: str) -> tuple[bytes, str]:
    """The picture built anew with what was decided blacked out, and its media type. Raises `Refused`."""
    opened = open_picture(data, choices.limits)
    seen = look(opened.image, choices, name, "")
    return encode(cover(opened.image, [*seen.covered, *drawn(choices, name, opened.image.size)]), opened.format)


def scaled(data: bytes, width: int, media_type: str) -> bytes:
    """A picture of ours made no wider than `width` pixels, as image/jpeg or image/png. Raises `Refused`."""
    image = open_picture(data, Limits()).image
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
    return _encoded(image, media_type)


def open_picture(data: bytes, limits: Limits) -> Opened:
    """The picture in a file, whole or not at all. Raises `Refused` with unknown, large or damaged."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the size is judged below; broken tags of EXIF go anyway
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _bounded(image, limits)
                frames = getattr(image, "n_frames", 1)
                if frames > 1 and image.format == "TIFF":
                    raise Refused("unknown", "多页TIFF无法发布：请转换为PDF，或把每页另存为图片")
                notes, removed = tuple(_notes(image)), _removed(image, frames)
                image.seek(0)
                image.load()
                return Opened(_as_shown(image), image.format, removed, _hidden(image, frames), notes)
        except Image.DecompressionBombError as error:
            raise _too_large(limits) from error
        except UnidentifiedImageError as error:
            raise Refused("unknown", f"无法识别的图片：请转换为{_KNOWN_AS}后上传") from error
        except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, EOFError, MemoryError,
                ArithmeticError, AttributeError, RuntimeError) as error:  # what Pillow's readers raise on broken files
            raise Refused("damaged", "图片已损坏或不完整：请重新导出后上传") from error


def _bounded(image: Image.Image, limits: Limits) -> None:
    if image.width * image.height > limits.pixels:
        raise _too_large(limits)


def _too_large(limits: Limits) -> Refused:
    return Refused("large", f"图片超过{limits.pixels // 10_000}万像素：请缩小后上传")


def _as_shown(image: Image.Image) -> Image.Image:
    """Upright, flat on white, in sRGB; pixels only, so that no encoder finds anything else to write."""
    profile = image.info.get("icc_profile")
    upright = ImageOps.exif_transpose(image)
    if upright.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I"):
        upright = upright.convert("I").point(lambda step: step * (1 / 256)).convert("L")
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright.convert("RGBA")).convert("RGB")
    upright = _in_srgb(upright, profile)
    mode = "L" if upright.mode in ("1", "L") else "RGB"
    plain = Image.new(mode, upright.size)
    plain.paste(upright.convert(mode).point(_TOLD_APART * (1 if mode == "L" else 3)))
    return plain


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or image.mode not in ("RGB", "L", "CMYK"):
        return image
    try:
        return ImageCms.profileToProfile(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                                         ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):  # a profile that does not fit: without it
        return image


def _removed(image: Image.Image, frames: int) -> tuple[str, ...]:
    exif = image.getexif()
    carried = {"metadata": bool(exif) or any(key not in _PLAIN_INFO for key in image.info),
               "position": bool(exif.get_ifd(ExifTags.IFD.GPSInfo)), "thumbnail": bool(exif.get_ifd(ExifTags.IFD.IFD1)),
               "frames": frames > 1, "transparency": image.has_transparency_data}
    return tuple(code for code, there in carried.items() if there)


def _hidden(image: Image.Image, frames: int) -> tuple[str, ...]:
    if frames < 2:
        return ()
    if image.format == "MPO":
        return (f"图片文件内另有{frames - 1}幅图片，公开版只保留看得见的一幅",)
    return (f"动图共{frames}帧，公开版只保留第一帧",)


def _notes(image: Image.Image) -> Iterator[str]:
    """Every text in the metadata, however it is nested or encoded."""
    exif = image.getexif()
    parts = [image.info, dict(exif), *(dict(exif.get_ifd(each)) for each in ExifTags.IFD),
             dict(getattr(image, "text", {}))]
    for part in parts:
        yield from _texts(part)


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:LONGEST_NOTE]
    elif isinstance(value, bytes):
        codes = ["utf-8"] if value.isascii() else ["utf-8", "gb18030"]
        codes += ["utf-16-le", "utf-16-be"] if b"\0" in value else []
        yield from (value[:LONGEST_NOTE].decode(code, "ignore") for code in codes)
    elif depth < 6 and isinstance(value, dict):
        for each in value.values():
            yield from _texts(each, depth + 1)
    elif depth < 6 and isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each, depth + 1)


def noted(opened: Opened, choices: Choices, where: str) -> list[Finding]:
    """Personal data in the metadata, which goes in any case; each value once."""
    script = Script()
    for at, note in enumerate(dict.fromkeys(opened.notes)):
        script.add(note, at, f"{where}的元数据" if where else "元数据", dropped=True)
        script.gap("\n")
    return list({(each.kind, each.normal): each for each in script.findings(choices)}.values())


def look(image: Image.Image, choices: Choices, name: str, where: str) -> Seen:
    """Read a picture of mode L or RGB, and note what must be covered by the choices made."""
    reading = ocr.read(image) if choices.ocr else ocr.Reading((), False)
    sheets = [sheet_of(words, image.size) for words in reading.passes]
    shown = cards(reading.words, image.size, name, where)
    judged = judge(sheets, choices, where, [(card.finding, card.box) for card in shown.placed])
    findings = tuple(in_place(finding, name, hull(boxes), image.size) for finding, boxes in judged.found)
    text = sheet_of((word for word in reading.words if not judged.touches(word.box)), image.size).text.strip()
    secrets = dict.fromkeys(mark.value for sheet in sheets for mark in privacy.looks_secret(sheet.text))
    return Seen(findings, judged.covered, text, reading.confident and not shown.lost, tuple(secrets))


def drawn(choices: Choices, name: str, size: tuple[int, int]) -> list[Area]:
    """The boxes that a person drew on this picture, in pixels."""
    width, height = size
    return [(box.left * width, box.top * height, box.right * width, box.bottom * height)
            for box in choices.boxes if box.picture == name]


def cover(image: Image.Image, areas: Iterable[Area]) -> Image.Image:
    """The picture with these places black; one without any is the same object."""
    areas = list(areas)
    if not areas:
        return image
    image = image.copy()
    draw = ImageDraw.Draw(image)
    for left, top, right, bottom in areas:
        draw.rectangle((min(left, right) - 0.5, min(top, bottom) - 0.5, max(left, right) + 0.5, max(top, bottom) + 0.5),
                       fill=0)
    return image


def encode(image: Image.Image, made_as: str) -> tuple[bytes, str]:
    """The picture as JPEG when it was one or has the colours of a photograph in a format that browsers lack."""
    photograph = made_as in ("JPEG", "MPO") or (made_as != "PNG" and image.getcolors(4096) is None)
    media_type = "image/jpeg" if photograph else "image/png"
    return _encoded(image, media_type), media_type


def _encoded(image: Image.Image, media_type: str) -> bytes:
    into = io.BytesIO()
    if media_type == "image/jpeg":
        image.save(into, "JPEG", quality=QUALITY, optimize=True)
    else:
        image.save(into, "PNG", optimize=image.width * image.height < 2_000_000)
    return into.getvalue()
