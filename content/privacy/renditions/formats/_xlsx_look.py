"""The look of cells: fonts, fills, borders and number formats, copied by what is allowed; and what look hides text."""

from __future__ import annotations

import colorsys
import re

from lxml import etree
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.writer.theme import theme_xml

from content import privacy
from content.privacy.renditions.formats._xlsx_allow import Tag, attributes, child, children, copied, local, new, under
from content.privacy.renditions.formats._xlsx_numbers import BUILTIN, hides, literals
from content.privacy.renditions.formats._xlsx_read import Cell, Run

_VALUE, _COLOUR = Tag("val"), Tag("auto indexed rgb theme tint")
_FONT = dict.fromkeys(str.split("b i strike condense extend outline shadow u vertAlign sz family charset"), _VALUE)
_FONT |= {"color": _COLOUR}
_SIDE = Tag("style", {"color": _COLOUR})
_FILL = Tag("", {
    "patternFill": Tag("patternType", {"fgColor": _COLOUR, "bgColor": _COLOUR}),
    "gradientFill": Tag("type degree left right top bottom", {"stop": Tag("position", {"color": _COLOUR})}),
})
_BORDER = Tag("diagonalUp diagonalDown outline", dict.fromkeys(
    str.split("left right start end top bottom diagonal vertical horizontal"), _SIDE))
_ALIGNMENT = "horizontal vertical textRotation wrapText shrinkToFit indent readingOrder justifyLastLine relativeIndent"
_XF = "fontId fillId borderId quotePrefix applyNumberFormat applyFont applyFill applyBorder applyAlignment"
_FACE = re.compile(r"(?!.*\d{4})[\w .\-@&]{1,60}")
_THEME = str.split("FFFFFF 000000 E7E6E6 44546A 4472C4 ED7D31 A5A5A5 FFC000 5B9BD5 70AD47 0563C1 954F72")
_PUT_BEFORE_TEXT = re.compile(r"\d{3}[^;]*@|@[^;]*\d{3}")  # digits that only together with the text are a number
_FAINT = 24  # sum of the differences of red, green and blue (0..255) below which writing is not seen on its ground
_SMALL = 2.0  # points, below which writing is not seen
CUSTOM = 164  # the first number of a format code that a file defines itself

Rgb = tuple[int, int, int]


class Look:
    """The styles of a workbook; `codes` are the number formats that it defines itself, by number. Style
    numbers of cells stay what they are; variants get new ones."""

    def __init__(self, styles: etree._Element | None, theme: etree._Element | None) -> None:
        self._theme = _theme_colours(theme)
        self._indexed = _indexed_colours(styles)
        self.fonts, self.fills, self.borders, self.xfs = (
            list(part) if (part := child(styles, name)) is not None else []
            for name in ("fonts", "fills", "borders", "cellXfs"))
        self.dxfs = children(child(styles, "dxfs"), "dxf")
        self.codes = {int(each.get("numFmtId", "0")): each.get("formatCode", "General")
                      for each in children(child(styles, "numFmts"), "numFmt")
                      if each.get("numFmtId", "").isdecimal()}
        self._codes = {number: code for number, code in self.codes.items() if _speaks_of_nobody(code)}
        self._variants: dict[tuple[int, str], int] = {}
        self._used: set[int] = set()
        self._faint: dict[int, bool] = {}

    # what is read

    def code(self, style: int) -> str:
        """The number format code of a style."""
        number = self._number(style, "numFmtId")
        return self._codes.get(number) or BUILTIN.get(number, "General")

    def unseen(self, cell: Cell) -> bool:
        """Whether a cell's whole content is kept from being seen by its look: ;;;, tiny, or of the ground's colour."""
        if cell.kind in ("n", "s") and cell.value not in ("0", "0.0") and hides(self.code(cell.style), cell.value):
            return True
        return bool(cell.kind) and self.faint(cell.style) and not any(run.look is not None for run in cell.runs)

    def faint(self, style: int) -> bool:
        """Whether the writing of a style cannot be told from its ground, or is tiny."""
        if style not in self._faint:
            font = self._part(self.fonts, self._number(style, "fontId"))
            self._faint[style] = self._is_faint(font, style)
        return self._faint[style]

    def unseen_run(self, run: Run, style: int) -> bool:
        """Whether a stretch of a cell's text with a look of its own is not seen."""
        return run.look is not None and self._is_faint(run.look, style)

    def _is_faint(self, font: etree._Element | None, style: int) -> bool:
        size = child(font, "sz")
        if size is not None and _float(size.get("val"), 11.0) < _SMALL:
            return True
        ink = self.rgb(child(font, "color"), (0, 0, 0))
        ground = self._ground(style)
        return ground is not None and sum(abs(one - other) for one, other in zip(ink, ground, strict=True)) <= _FAINT

    def _ground(self, style: int) -> Rgb | None:
        """The colour behind the writing of a style; None for patterns, which never hide it."""
        pattern = child(self._part(self.fills, self._number(style, "fillId")), "patternFill")
        kind = pattern.get("patternType", "none") if pattern is not None else "none"
        if kind == "solid":
            return self.rgb(child(pattern, "fgColor"), (255, 255, 255))
        return (255, 255, 255) if kind == "none" else None

    def rgb(self, colour: etree._Element | None, automatic: Rgb) -> Rgb:
        """A colour, its theme, palette and tint worked out."""
        if colour is None:
            return automatic
        given = colour.get("rgb", "")
        if re.fullmatch(r"[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8}", given):
            base = given[-6:]
        elif colour.get("theme", "").isdecimal() and int(colour.get("theme")) < len(self._theme):
            base = self._theme[int(colour.get("theme"))]
        elif colour.get("indexed", "").isdecimal() and int(colour.get("indexed")) < len(self._indexed):
            base = self._indexed[int(colour.get("indexed"))]
        else:
            return automatic
        return _tinted(base, max(-1.0, min(1.0, _float(colour.get("tint"), 0.0))))

    def _number(self, style: int, name: str) -> int:
        given = self.xfs[style].get(name, "0") if style < len(self.xfs) else "0"
        return int(given) if given.isdecimal() else 0

    @staticmethod
    def _part(parts: list[etree._Element], at: int) -> etree._Element | None:
        return parts[at] if at < len(parts) else None

    # what goes out

    def use(self, style: int, variant: str = "") -> int:
        """The number of a style in the rendition. Variants: `text` (no number format), `seen` (black on its ground,
        no number format), "" as it is."""
        style = style if style < len(self.xfs) else 0
        if not variant:
            self._used.add(style)
            return style
        return self._variants.setdefault((style, variant), max(1, len(self.xfs)) + len(self._variants))

    def element(self) -> etree._Element:
        """The styles as a part of the rendition."""
        root = new("styleSheet")
        codes = self._codes_in_use()
        if codes:
            formats = under(root, "numFmts", count=len(codes))
            for number, code in codes.items():
                under(formats, "numFmt", numFmtId=number, formatCode=code)
        fonts = [self._font(each, "font", "name") for each in self.fonts] or [new("font")]
        seen = self._seen_fonts(fonts)
        self._listed(root, "fonts", fonts)
        self._listed(root, "fills", [self._plain(each, _FILL) for each in self.fills] or _usual_fills())
        self._listed(root, "borders", [self._plain(each, _BORDER) for each in self.borders] or [new("border")])
        self._listed(root, "cellStyleXfs", [new("xf", numFmtId=0, fontId=0, fillId=0, borderId=0)])
        xfs = [self._xf(at, codes) for at in range(max(1, len(self.xfs)))]
        xfs += [self._xf(style, {}, text=True, font=seen.get(style) if variant == "seen" else None)
                for style, variant in self._variants]
        self._listed(root, "cellXfs", xfs)
        self._listed(root, "cellStyles", [new("cellStyle", name="Normal", xfId=0, builtinId=0)])
        if self.dxfs:
            self._listed(root, "dxfs", [self._difference(each) for each in self.dxfs])
        return root

    def _codes_in_use(self) -> dict[int, str]:
        wanted = {self._number(style, "numFmtId") for style in self._used}
        return {number: self._codes[number] for number in sorted(wanted & set(self._codes))}

    def _seen_fonts(self, fonts: list[etree._Element]) -> dict[int, int]:
        """For each style shown against its look, a font like its own that can be seen."""
        made = {}
        for style, variant in self._variants:
            if variant == "seen":
                own = self._part(fonts, self._number(style, "fontId"))
                font = new("font")
                for each in own if own is not None else ():
                    if local(each) not in ("color", "sz"):
                        font.append(copied(each, _VALUE))
                ground = self._ground(style) or (255, 255, 255)
                ink = "FF000000" if sum(ground) > 382 else "FFFFFFFF"
                under(font, "sz", val=11)
                under(font, "color", rgb=ink)
                made[style] = len(fonts)
                fonts.append(font)
        return made

    def _xf(self, style: int, codes: dict[int, str], text: bool = False, font: int | None = None) -> etree._Element:
        source = self.xfs[style] if style < len(self.xfs) else new("xf")
        made = new("xf", **attributes(source, _XF))
        for name, parts in (("fontId", self.fonts), ("fillId", self.fills), ("borderId", self.borders)):
            made.set(name, str(number if (number := self._number(style, name)) < len(parts) else 0))
        number = self._number(style, "numFmtId")
        kept = not text and (number in codes or (number < CUSTOM and number not in self.codes))
        made.set("numFmtId", str(number if kept else 0))
        made.set("xfId", "0")
        if font is not None:
            made.set("fontId", str(font))
            made.set("applyFont", "1")
        alignment = child(source, "alignment")
        if alignment is not None:
            under(made, "alignment", **attributes(alignment, _ALIGNMENT))
        return made

    def _font(self, source: etree._Element, name: str, face: str) -> etree._Element:
        made = new(name)
        for each in source:
            if local(each) in _FONT:
                made.append(self._plain(each, _FONT[local(each)]))
            elif local(each) in ("name", "rFont") and _FACE.fullmatch(each.get("val", "")):
                under(made, face, val=each.get("val"))
        return made

    def run_look(self, source: etree._Element) -> etree._Element:
        """The look of a stretch of text as a new `rPr`."""
        return self._font(source, "rPr", "rFont")

    def _difference(self, source: etree._Element) -> etree._Element:
        made = new("dxf")
        for each in source:
            if local(each) == "font":
                made.append(self._font(each, "font", "name"))
            elif local(each) in ("fill", "border"):
                made.append(self._plain(each, _FILL if local(each) == "fill" else _BORDER))
        return made

    def _plain(self, source: etree._Element, tag: Tag) -> etree._Element:
        """A copy by what is allowed, its colours worked out so that no theme is needed."""
        made = copied(source, tag)
        for each in made.iter():
            if each.attrib and "val" not in each.attrib and (
                    local(each).endswith("olor")) and each.get("auto") is None and each.get("indexed") not in (
                    "64", "65"):
                red, green, blue = self.rgb(each, (0, 0, 0))
                each.attrib.clear()
                each.set("rgb", f"FF{red:02X}{green:02X}{blue:02X}")
        return made

    def theme(self) -> bytes:
        """A theme of the usual shape in the colours of the file's own: charts take their colours from it."""
        root = etree.fromstring(theme_xml.encode())
        scheme = child(child(root, "themeElements"), "clrScheme")
        light, dark, light2, dark2, *others = self._theme
        for each, value in zip(scheme, (dark, light, dark2, light2, *others), strict=True):
            for old in list(each):
                each.remove(old)
            etree.SubElement(each, f"{{{etree.QName(each).namespace}}}srgbClr", val=value)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def colour(self, source: etree._Element) -> etree._Element:
        """A colour by itself (of a sheet's tab, of a scale) as it may go out."""
        return self._plain(source, _COLOUR)

    @staticmethod
    def _listed(root: etree._Element, name: str, parts: list[etree._Element]) -> None:
        under(root, name, count=len(parts)).extend(parts)


def _usual_fills() -> list[etree._Element]:
    """The two fills that a spreadsheet expects in any case."""
    made = [new("fill"), new("fill")]
    for fill, kind in zip(made, ("none", "gray125"), strict=True):
        under(fill, "patternFill", patternType=kind)
    return made


def _speaks_of_nobody(code: str) -> bool:
    return len(code) < 256 and not _PUT_BEFORE_TEXT.search(code) and not privacy.scan_text(literals(code))


def _float(text: str | None, otherwise: float) -> float:
    try:
        return float(text) if text else otherwise
    except ValueError:
        return otherwise


def _theme_colours(theme: etree._Element | None) -> list[str]:
    """The twelve colours of a theme in the order in which cells count them: light and dark change places."""
    scheme = child(child(theme, "themeElements"), "clrScheme")
    found = []
    for each in scheme if scheme is not None else ():
        one = next(iter(each), None)
        value = "" if one is None else one.get("lastClr") or one.get("val", "")
        found.append(value if re.fullmatch(r"[0-9A-Fa-f]{6}", value) else "000000")
    if len(found) < 12:
        return list(_THEME)
    return [found[1], found[0], found[3], found[2], *found[4:12]]


def _indexed_colours(styles: etree._Element | None) -> list[str]:
    own = children(child(child(styles, "colors"), "indexedColors"), "rgbColor")
    given = [each.get("rgb", "")[-6:] for each in own]
    usual = [each[-6:] for each in COLOR_INDEX[:64]]
    return [one if re.fullmatch(r"[0-9A-Fa-f]{6}", one) else other
            for one, other in zip(given, usual, strict=False)] + usual[len(given):]


def _tinted(base: str, tint: float) -> Rgb:
    red, green, blue = (int(base[at:at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    made = colorsys.hls_to_rgb(hue, light, saturation) if tint else (red, green, blue)
    return tuple(round(each * 255) for each in made)
