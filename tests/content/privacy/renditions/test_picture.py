"""Pictures: only the pixels that a viewer shows come along, and none of those that were to be covered."""

from __future__ import annotations

import io
import struct
import zlib
from random import Random

import pytest
from PIL import Image, ImageDraw
from PIL.ExifTags import Base

from content.privacy.renditions.formats.picture import FORMAT
from content.privacy.renditions.model import Box, Choices, Limits, Refused, Source
from content.privacy.renditions.pictures import clean_picture, inspect_picture, scaled
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions.judge import traces
from tests.content.privacy.renditions.make_picture import PLACES, octets, random_picture, scene

pytestmark = pytest.mark.nodatabase
ID = id_number()
UNREAD = Choices(ocr=False)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("place", PLACES)
def test_nothing_behind_the_pixels_comes_along(place):
    data = PLACES[place](ID)
    assert traces(data, [ID]), "the sample itself holds the value"
    built = FORMAT.build(Source(data), UNREAD)
    assert not traces(built.data, [ID])
    assert set(opened(built.data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_what_metadata_told_is_named():
    inspection = FORMAT.inspect(Source(PLACES["EXIF of a JPEG"](ID)), UNREAD)
    assert {"metadata", "position"} <= set(inspection.removed)
    assert [(each.kind, each.normal, each.dropped) for each in inspection.findings] == [("ID_CARD", ID, True)]
    assert inspection.format == "jpg" and inspection.unread


@pytest.mark.parametrize("seed", range(4))
def test_random_pictures_leak_nothing(seed):
    data, planted = random_picture(Random(seed))
    assert not traces(FORMAT.build(Source(data), UNREAD).data, planted)


def test_colours_under_transparency_are_gone():
    image = Image.new("RGBA", (200, 60), (255, 255, 255, 0))
    ImageDraw.Draw(image).rectangle((40, 10, 80, 50), fill=(0, 0, 0, 0))
    assert opened(clean_picture(octets(image), UNREAD, "p")[0]).getcolors() == [(200 * 60, (255, 255, 255))]


def test_near_white_on_white_and_near_black_on_black_are_gone():
    image = Image.new("L", (200, 60), 255)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 99, 59), fill=0)
    draw.rectangle((40, 10, 60, 50), fill=5)
    draw.rectangle((140, 10, 160, 50), fill=250)
    assert len(opened(clean_picture(octets(image), UNREAD, "p")[0]).getcolors()) == 2


def test_only_the_first_frame_of_a_moving_picture_stays():
    data = octets(scene(), "GIF", save_all=True, append_images=[scene().rotate(90).resize((160, 120))])
    inspection, built = FORMAT.inspect(Source(data), UNREAD), FORMAT.build(Source(data), UNREAD)
    assert inspection.hidden and "frames" in inspection.removed and built.changed
    assert getattr(opened(built.data), "n_frames", 1) == 1 and built.suffix == ".png"


def test_a_picture_is_upright_and_in_its_colours_without_its_orientation():
    image = Image.new("RGB", (80, 40), "red")
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    built = opened(clean_picture(octets(image, "JPEG", exif=exif), UNREAD, "p")[0])
    assert built.size == (40, 80) and not built.getexif()


def test_boxes_drawn_by_hand_leave_no_pixel():
    data = octets(scene((200, 100)))
    box = Box("picture", 0.25, 0.2, 0.5, 0.8)
    built = FORMAT.build(Source(data), Choices(ocr=False, boxes=(box, Box("page 1", 0, 0, 1, 1))))
    assert opened(built.data).crop((50, 20, 100, 80)).getextrema() == ((0, 0),) * 3
    assert built.changed and opened(built.data).getpixel((150, 50)) == scene((200, 100)).getpixel((150, 50))


def test_a_clean_picture_stays_as_it_is():
    built = FORMAT.build(Source(octets(scene())), UNREAD)
    assert not built.changed and (built.media_type, built.suffix) == ("image/png", ".png")
    before, after = scene().tobytes(), opened(built.data).convert("RGB").tobytes()
    assert max(abs(one - other) for one, other in zip(before, after, strict=True)) < 8


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_pictures_of_every_kind_of_pixel_are_taken(mode):
    made = octets(scene().convert("I").convert("I;16") if mode == "I;16" else scene().convert(mode),
                  "TIFF" if mode in ("CMYK", "F") else "PNG")
    assert opened(clean_picture(made, UNREAD, "p")[0]).size == (160, 120)


def _bomb(side: int = 40_000) -> bytes:
    """A PNG that says it is huge, in few octets."""
    def chunk(kind: bytes, inside: bytes) -> bytes:
        return struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) + chunk(
        b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("data, code", [
    (_bomb(), "large"), (_bomb(9_000), "large"), (_bomb(100), "damaged"), (octets(scene(), "JPEG")[:900], "damaged"),
    (octets(scene())[:300], "damaged"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unknown"),
    (octets(scene(), "TIFF", save_all=True, append_images=[scene()]), "unknown"), (octets(scene(), "PPM"), "unknown"),
])
def test_what_cannot_be_shown_whole_is_refused(data, code):
    with pytest.raises(Refused) as refused:
        inspect_picture(data, UNREAD, "p", "图片")
    assert refused.value.code == code and refused.value.reason


def test_the_bound_of_pixels_is_that_of_the_choices():
    with pytest.raises(Refused):
        clean_picture(octets(scene()), Choices(ocr=False, limits=Limits(pixels=1000)), "p")


def test_smaller_sizes_for_pages():
    small = opened(scaled(octets(scene()), 40, "image/jpeg"))
    assert small.size == (40, 30) and small.format == "JPEG"
    assert opened(scaled(octets(scene()), 4000, "image/png")).size == (160, 120)
