"""Knows how a PDF of page pictures with invisible, searchable text is written, and nothing else into it.

The text needs no font of any machine: it is never drawn (rendering mode 3, which PDF/A too lets go without an
embedded font), and a ToUnicode table says which character each code is, rare ones beyond U+FFFF as well.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass

import pikepdf
from pikepdf import Array, Dictionary, Name, Operator
from PIL import Image, ImageChops

from content.privacy.renditions.boxes import Area
from content.privacy.renditions.sight import is_wide

JPEG_QUALITY = 82
GREYS = 16  # steps of grey that antialiased print keeps
COLOURS = 4096  # pages with more colours hold photographs
_MOST_CODES = 65_000
_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


@dataclass(frozen=True)
class Line:
    """Text that stands in one stretch on a page, with its place in points from the upper left corner; `turn` tells
    by how many quarters against the clock the page must be turned for it to be level."""

    text: str
    box: Area
    turn: int = 0


class Writer:
    """A PDF in the making: pages are added one by one, `finish` gives its octets."""

    def __init__(self) -> None:
        self.pdf = pikepdf.new()
        self.codes: dict[str, int] = {}
        self.font = self.pdf.make_indirect(Dictionary())

    def add(self, image: Image.Image, size: tuple[float, float], lines: Iterable[Line]) -> None:
        """A page of so many points with its picture and the text that can be searched and read aloud."""
        width, height = size
        instructions = [
            ((Name.Artifact,), "BMC"), ((), "q"), ((width, 0, 0, height, 0, 0), "cm"), ((Name.Page,), "Do"), ((), "Q"),
            ((), "EMC"), ((), "BT"), ((3,), "Tr"),
            *(each for line in lines if line.text.strip() for each in self._line(line, height)), ((), "ET")]
        content = pikepdf.unparse_content_stream([(operands, Operator(name)) for operands, name in instructions])
        self.pdf.pages.append(pikepdf.Page(Dictionary(
            Type=Name.Page, MediaBox=Array([0, 0, width, height]), Contents=self.pdf.make_stream(content),
            Resources=Dictionary(XObject=Dictionary(Page=_picture(self.pdf, image)), Font=Dictionary(T=self.font)))))

    def _line(self, line: Line, height: float) -> list[tuple[tuple, str]]:
        left, top, right, bottom = line.box
        long, thick = (bottom - top, right - left) if line.turn % 2 else (right - left, bottom - top)
        size = max(1.0, 0.75 * thick)
        natural = sum(_width(char) for char in line.text) / 1000 * size
        stretch = max(1.0, 100 * max(0.1, long) / max(natural, 0.1))
        below = 0.2 * thick  # from the edge of the line to where its letters stand
        start = {0: (1, 0, 0, 1, left, bottom - below), 1: (0, -1, 1, 0, left + below, top),
                 2: (-1, 0, 0, -1, right, top + below), 3: (0, 1, -1, 0, right - below, bottom)}[line.turn]
        placed = (*start[:4], round(start[4], 2), round(height - start[5], 2))
        codes = b"".join(self._code(char).to_bytes(2, "big") for char in line.text)
        return [((Name.T, round(size, 2)), "Tf"), ((round(stretch, 2),), "Tz"), (placed, "Tm"),
                ((pikepdf.String(codes),), "Tj")]

    def _code(self, char: str) -> int:
        if char not in self.codes and len(self.codes) >= _MOST_CODES:
            char = " "
        return self.codes.setdefault(char, len(self.codes) + 1)

    def finish(self) -> bytes:
        self._describe_font()
        self.pdf.Root.Lang = pikepdf.String("zh-CN")
        into = io.BytesIO()
        self.pdf.save(into, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return into.getvalue()

    def _describe_font(self) -> None:
        descriptor = Dictionary(
            Type=Name.FontDescriptor, FontName=Name.Invisible, Flags=4, FontBBox=Array([0, -200, 1000, 800]),
            ItalicAngle=0, Ascent=800, Descent=-200, CapHeight=800, StemV=80)
        narrow = [code for char, code in self.codes.items() if not is_wide(char)]
        inner = Dictionary(
            Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name.Invisible, DW=1000, FontDescriptor=descriptor,
            CIDSystemInfo=Dictionary(Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"),
                                     Supplement=0),
            W=Array([each for code in narrow for each in (code, code, 500)]), CIDToGIDMap=Name.Identity)
        for key, value in Dictionary(
                Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.Invisible, Encoding=Name("/Identity-H"),
                DescendantFonts=Array([inner]), ToUnicode=self.pdf.make_stream(self._to_unicode())).items():
            self.font[key] = value

    def _to_unicode(self) -> bytes:
        rows = [f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>" for char, code in self.codes.items()]
        blocks = [rows[at:at + 100] for at in range(0, len(rows), 100)]
        return _CMAP.format("\n".join("\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"])
                                      for block in blocks)).encode("ascii")


def _width(char: str) -> int:
    return 1000 if is_wide(char) else 500


def _picture(pdf: pikepdf.Pdf, image: Image.Image) -> pikepdf.Stream:
    """The page's picture in the smallest way that keeps its print sharp."""
    colours = image.getcolors(COLOURS)
    if _is_grey(image, colours):
        return _smaller(pdf, image.convert("L"), _few_greys(image.convert("L")))
    return _smaller(pdf, image, image.quantize(256, dither=Image.Dither.NONE) if colours else None)


def _is_grey(image: Image.Image, colours: list | None) -> bool:
    if colours is not None:
        return all(max(colour) - min(colour) <= 4 for _, colour in colours)
    red, green, blue = image.split()
    return all(ImageChops.difference(red, other).getextrema()[1] <= 4 for other in (green, blue))


def _few_greys(grey: Image.Image) -> Image.Image:
    """A picture of `GREYS` steps, one to a pixel."""
    few = Image.new("P", grey.size)
    few.putdata(())
    few.paste(grey.point(lambda step: (step * (GREYS - 1) + 127) // 255))
    few.putpalette([255 * step // (GREYS - 1) for step in range(GREYS) for _ in range(3)])
    return few


def _smaller(pdf: pikepdf.Pdf, full: Image.Image, few: Image.Image | None) -> pikepdf.Stream:
    into = io.BytesIO()
    full.save(into, "JPEG", quality=JPEG_QUALITY, optimize=True)
    photograph = into.getvalue()
    space = Name.DeviceGray if full.mode == "L" else Name.DeviceRGB
    if few is not None:
        drawn, keys = _drawn(few)
        if len(drawn) <= len(photograph) * 1.5:
            return _stream(pdf, drawn, full, Filter=Name.FlateDecode, **keys)
    return _stream(pdf, photograph, full, Filter=Name.DCTDecode, ColorSpace=space, BitsPerComponent=8)


def _drawn(few: Image.Image) -> tuple[bytes, dict[str, pikepdf.Object]]:
    """A picture with a palette, packed line by line as PNG does."""
    palette = bytes(few.getpalette("RGB"))
    bits = 1 if len(palette) <= 6 else 4 if len(palette) <= 48 else 8
    into = io.BytesIO()
    few.save(into, "PNG", bits=bits, optimize=True)
    space = Array([Name.Indexed, Name.DeviceRGB, len(palette) // 3 - 1, pikepdf.String(palette)])
    return _packed(into.getvalue()), {
        "ColorSpace": space, "BitsPerComponent": bits,
        "DecodeParms": Dictionary(Predictor=15, Colors=1, BitsPerComponent=bits, Columns=few.width)}


def _packed(png: bytes) -> bytes:
    """The compressed lines of a PNG, which PDF understands as they are."""
    at, parts = 8, []
    while at < len(png):
        size = int.from_bytes(png[at:at + 4], "big")
        if png[at + 4:at + 8] == b"IDAT":
            parts.append(png[at + 8:at + 8 + size])
        at += size + 12
    return b"".join(parts)


def _stream(pdf: pikepdf.Pdf, octets: bytes, image: Image.Image, **keys: pikepdf.Object) -> pikepdf.Stream:
    return pikepdf.Stream(pdf, octets, Type=Name.XObject, Subtype=Name.Image, Width=image.width, Height=image.height,
                          **keys)
