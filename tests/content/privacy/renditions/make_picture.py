"""Makes pictures as people upload them: drawn notices, photographs, cards, with values in pixels and behind them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps
from PIL.PngImagePlugin import PngInfo

from tests.content.privacy.made import id_number

FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
         "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc")
NO_FONT = "no Chinese font to draw with (Noto CJK, WenQuanYi)"
GPS, EXIF_IFD, ARTIST, DESCRIPTION, COMMENT = 0x8825, 0x8769, 0x013B, 0x010E, 0x9286


@cache
def font(size: int) -> ImageFont.FreeTypeFont | None:
    """A Chinese font of this machine, or None."""
    found = next((name for name in FONTS if Path(name).exists()), None)
    return ImageFont.truetype(found, size) if found else None


def notice(*lines: str, size: tuple[int, int] = (1000, 500), height: int = 30, ground: str = "white",
           ink: str = "black") -> Image.Image:
    """Lines of writing of so many pixels' height, the first at 60, 50, each two heights below the other."""
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    for at, line in enumerate(lines):
        draw.text((60, 50 + 2 * height * at), line, font=font(height), fill=ink)
    return image


def place_of(line: str, value: str, at: int, height: int = 30) -> tuple[float, float, float, float]:
    """Where `value` stands in line number `at` of a `notice`, in pixels."""
    before = 60 + font(height).getlength(line[:line.index(value)])
    top = 50 + 2 * height * at
    return before, top, before + font(height).getlength(value), top + 1.4 * height


def identity_card(number: str) -> Image.Image:
    """A made-up identity card on a wooden desk; the card lies at 300, 300 and is 856 by 540."""
    card = Image.new("RGB", (856, 540), "#dfe8f0")
    draw = ImageDraw.Draw(card)
    lines = {50: "姓名  张 伟", 120: "性别 男   民族 汉", 190: "出生 1990 年 3 月 7 日", 260: "住址 中原省河阳市清源县",
             450: f"公民身份号码   {number}"}
    for top, line in lines.items():
        draw.text((50, top), line, font=font(34), fill="#222")
    draw.ellipse((620, 80, 780, 330), fill="#b09080")
    desk = Image.effect_noise((1600, 1200), 60).filter(ImageFilter.GaussianBlur(3))
    desk = ImageOps.colorize(desk, "#503010", "#c09060")
    desk.paste(card, (300, 300))
    return desk


def octets(image: Image.Image, made_as: str = "PNG", **more) -> bytes:
    into = io.BytesIO()
    image.save(into, made_as, **more)
    return into.getvalue()


def scene(size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A picture without writing."""
    return Image.linear_gradient("L").resize(size).convert("RGB")


def _exif(value: str) -> Image.Exif:
    exif = Image.Exif()
    exif[ARTIST] = value
    exif[DESCRIPTION] = f"现场照片 {value}"
    exif.get_ifd(EXIF_IFD)[COMMENT] = b"UNICODE\0" + value.encode("utf-16-le")
    exif.get_ifd(GPS).update({1: "N", 2: (34.0, 21.0, 7.2), 3: "E", 4: (112.0, 5.0, 1.5)})
    return exif


def _chunk(data: bytes, kind: bytes, inside: bytes) -> bytes:
    """A PNG with one more chunk before its end."""
    chunk = struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))
    return data[:-12] + chunk + data[-12:]


def _texts(value: str) -> bytes:
    info = PngInfo()
    info.add_text("Author", value)
    info.add_itxt("Title", f"电话 {value}", zip=True)
    return octets(scene(), pnginfo=info)


def _segment(value: str, marker: bytes, head: bytes) -> bytes:
    """A JPEG with one more segment, such as XMP or IPTC, behind its start."""
    data, inside = octets(scene(), "JPEG"), head + value.encode()
    return data[:2] + b"\xff" + marker + struct.pack(">H", len(inside) + 2) + inside + data[2:]


def _under_transparency(value: str) -> bytes:
    """A number drawn in colours that full transparency hides."""
    image = Image.new("RGBA", (600, 80), (255, 255, 255, 0))
    ImageDraw.Draw(image).text((10, 10), value, font=font(30), fill=(0, 0, 0, 0))
    return octets(image)


def _frames(value: str) -> bytes:
    second = notice(value, size=(600, 120))
    return octets(scene((600, 120)), "GIF", save_all=True, append_images=[second])


def _further_pictures(value: str) -> bytes:
    return octets(scene(), "MPO", save_all=True, append_images=[scene()]) + value.encode()


def _thumbnail(value: str) -> bytes:
    """EXIF with a thumbnail that carries a comment: what the picture was before it was cropped."""
    small = octets(scene((32, 32)), "JPEG", comment=value.encode())
    second = struct.pack("<HHHIIHHIII", 2, 0x0201, 4, 1, 44, 0x0202, 4, 1, len(small), 0)  # the directory at 14
    exif = b"II*\0" + struct.pack("<IHI", 8, 0, 14) + second + small
    return octets(scene(), "JPEG", exif=b"Exif\0\0" + exif)


PLACES: dict[str, Callable[[str], bytes]] = {
    "EXIF of a JPEG": lambda value: octets(scene(), "JPEG", exif=_exif(value)),
    "EXIF of a PNG": lambda value: octets(scene(), exif=_exif(value)),
    "EXIF of a WEBP": lambda value: octets(scene(), "WEBP", exif=_exif(value)),
    "tags of a TIFF": lambda value: octets(scene(), "TIFF", exif=_exif(value)),
    "thumbnail": _thumbnail,
    "comment of a JPEG": lambda value: octets(scene(), "JPEG", comment=value.encode()),
    "comment of a GIF": lambda value: octets(scene(), "GIF", comment=value.encode()),
    "text of a PNG": _texts,
    "unknown chunk of a PNG": lambda value: _chunk(octets(scene()), b"zzZz", value.encode()),
    "XMP": lambda value: _segment(value, b"\xe1", b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>"),
    "IPTC": lambda value: _segment(value, b"\xed", b"Photoshop 3.0\x008BIM"),
    "colour profile": lambda value: octets(scene(), icc_profile=value.encode()),
    "behind a JPEG": lambda value: octets(scene(), "JPEG") + value.encode(),
    "behind a PNG": lambda value: octets(scene()) + b"PK\x03\x04" + value.encode(),
    "behind a BMP": lambda value: octets(scene(), "BMP") + value.encode("utf-16-le"),
    "further pictures": _further_pictures,
}


def random_picture(rng: Random) -> tuple[bytes, list[str]]:
    """A picture with a value somewhere behind its pixels."""
    value = id_number(birth=f"19{rng.randint(50, 99)}0{rng.randint(1, 9)}{rng.randint(10, 28)}",
                      serial=f"{rng.randint(0, 999):03}")
    if rng.random() < 0.3:
        value = f"1{rng.choice('3578')}{rng.randint(0, 10 ** 9 - 1):09}"
    return PLACES[rng.choice(sorted(PLACES))](value), [value]
