"""The parts of OFD (GB/T 33190) that may be taken along: known elements, known attributes, values that are plain.

Embedded fonts and glyph numbers are left out, so that what is shown is the text that was looked through and nothing
else; so are actions, patterns, sound and film.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

NAMESPACE = "http://www.ofdspec.org/2016"
_GRAPHIC = "ID Boundary CTM DrawParam LineWidth Cap Join MiterLimit DashOffset DashPattern Alpha Visible"
_BOX = "PhysicalBox ApplicationBox ContentBox BleedBox"
_ATTRIBUTES = {name: frozenset(words.split()) for name, words in {
    "Page": "", "Area": "", "Content": "", "Template": "TemplateID ZOrder", "Layer": "ID Type DrawParam",
    "PageBlock": "ID", "TextObject": _GRAPHIC + " Font Size Stroke Fill HScale ReadDirection CharDirection Weight "
    "Italic", "TextCode": "X Y DeltaX DeltaY", "PathObject": _GRAPHIC + " Stroke Fill Rule", "Path": _GRAPHIC +
    " Stroke Fill Rule", "AbbreviatedData": "", "ImageObject": _GRAPHIC + " ResourceID ImageMask",
    "CompositeObject": _GRAPHIC + " ResourceID", "FillColor": "Value Index ColorSpace Alpha",
    "StrokeColor": "Value Index ColorSpace Alpha", "Clips": "TransFlag", "Clip": "", **dict.fromkeys(_BOX.split(), ""),
    "Res": "", "ColorSpaces": "", "ColorSpace": "ID Type BitsPerComponent", "Palette": "", "CV": "", "DrawParams": "",
    "DrawParam": "ID Relative LineWidth Join Cap DashOffset DashPattern MiterLimit", "Fonts": "",
    "Font": "ID FontName FamilyName Charset Italic Bold Serif FixedWidth", "CompositeGraphicUnits": "",
    "CompositeGraphicUnit": "ID Width Height", "CommonData": "", "MaxUnitID": "", "PageArea": "",
}.items()}
_CLIP_AREA = frozenset(("DrawParam", "CTM"))
_NUMBERS_WITHIN = frozenset((*_BOX.split(), "AbbreviatedData", "CV", "MaxUnitID"))
_NAMES = frozenset(("FontName", "FamilyName"))
_NUMBERS = re.compile(r"[\d\s.+\-eEgMLQBASCG#]*")
_LONG_NUMBER = re.compile(r"\d{9,}")
_WORD = re.compile(r"[A-Za-z-]{0,24}")
_FONT_NAME = re.compile(r"[^\w \-+]|\d{5,}")


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def make(name: str, parent: etree._Element | None = None, text: str | None = None, **attributes: str) -> etree._Element:
    """A new element of OFD."""
    tag = f"{{{NAMESPACE}}}{name}"
    made = etree.Element(tag, nsmap={"ofd": NAMESPACE}) if parent is None else etree.SubElement(parent, tag)
    made.text = text
    for key, value in attributes.items():
        made.set(key, value)
    return made


def copy(element: etree._Element, parent: etree._Element | None, text_of: Callable[[etree._Element], str],
         shown: Callable[[etree._Element], bool]) -> etree._Element | None:
    """A copy of what is allowed of an element and all below it. `text_of` gives the text of a TextCode, `shown`
    whether an object is to be taken along at all."""
    name = local(element)
    within_clip = name == "Area" and local(element.getparent()) == "Clip"
    allowed = _CLIP_AREA if within_clip else _ATTRIBUTES.get(name)
    if allowed is None or not shown(element):
        return None
    made = make(name, parent)
    for key, value in element.attrib.items():
        if key in allowed and (plain := plain_value(key, value)) is not None:
            made.set(key, plain)
    if name == "TextCode":
        made.text = text_of(element)
    elif name in _NUMBERS_WITHIN:
        made.text = plain_value(name, (element.text or "").strip()) or ""
    for child in element.iterchildren(etree.Element):
        copy(child, made, text_of, shown)
    return made


def plain_value(key: str, value: str) -> str | None:
    """A value of numbers and key words as it may stand; None where it may hide something else."""
    if key in _NAMES:
        return _FONT_NAME.sub("", value)[:64]
    if _WORD.fullmatch(value):
        return value
    return _LONG_NUMBER.sub(_shorter, value) if _NUMBERS.fullmatch(value) else None


def _shorter(match: re.Match) -> str:
    """Decimals beyond what anybody sees are cut; a whole number of such length is no measure and becomes 0."""
    return match[0][:6] if match.string[:match.start()].endswith(".") else "0"
