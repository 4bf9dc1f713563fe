"""How text looks in a Word file, as far as it says what the text is: headings, centred, large, hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element

from content.word.names import child, is_on, name, number, value

_HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
_TITLES = ("title", "标题")
_FAINT = 0xF0  # red, green and blue from which on text on white paper is not seen
_TINY = 3  # half points: nobody reads text of a point and a half
_BLACK_TYPE = ("黑体", "SimHei", "Heiti", "小标宋", "方正黑体")


@dataclass(frozen=True)
class Look:
    """A paragraph: its heading level (0: none), whether it is styled as the title or a caption, its alignment."""

    level: int = 0
    title: bool = False
    caption: bool = False
    align: str = ""  # center, right or ""


@dataclass(frozen=True)
class Face:
    """A run of text. `size` in points; `strong` in a type used for headings, or bold."""

    size: float = 0.0
    bold: bool = False
    strong: bool = False
    italic: bool = False
    red: bool = False
    hidden: bool = False


class Styles:
    """The styles of a file; `root` is its part `styles`, None where it has none."""

    def __init__(self, root: _Element | None) -> None:
        found = [] if root is None else root.findall(name("w:style"))
        self._styles = {each.get(name("w:styleId"), ""): each for each in found}
        self._default = next((each.get(name("w:styleId"), "") for each in found
                              if each.get(name("w:type")) == "paragraph" and is_on_default(each)), "")
        self._defaults = child(root, "w:docDefaults", "w:rPrDefault", "w:rPr")

    def chain(self, style: str) -> Iterator[_Element]:
        """A style and those that it is based on."""
        seen: set[str] = set()
        while style and style not in seen and style in self._styles:
            seen.add(style)
            yield self._styles[style]
            style = value(self._styles[style], "w:basedOn")

    def style_of(self, properties: _Element | None) -> str:
        return value(properties, "w:pStyle") or self._default

    def paragraph(self, properties: _Element | None) -> Look:
        """The look of a paragraph with these properties (`w:pPr`)."""
        style = self.style_of(properties)
        names = [value(each, "w:name") for each in self.chain(style)]
        wide = [properties, *(child(each, "w:pPr") for each in self.chain(style))]
        align = next((each for each in (value(one, "w:jc") for one in wide) if each), "")
        level = _level(names) or _outline(wide)
        return Look(level, bool(names) and names[0].lower() in _TITLES, bool(names) and names[0].lower() in (
            "caption", "题注"), {"center": "center", "right": "right", "end": "right"}.get(align, ""))

    def numbering(self, properties: _Element | None) -> tuple[str, int] | None:
        """Which list a paragraph belongs to and how deep, by itself or by its style."""
        for each in (properties, *(child(one, "w:pPr") for one in self.chain(self.style_of(properties)))):
            found = child(each, "w:numPr")
            if found is not None and value(found, "w:numId"):
                number_id = value(found, "w:numId")
                return (number_id, number(value(found, "w:ilvl"))) if number_id != "0" else None
        return None

    def run(self, run: _Element, paragraph: _Element | None) -> Face:
        """The face of a run in a paragraph with these properties."""
        own = child(run, "w:rPr")
        chains = (*self.chain(value(own, "w:rStyle")), *self.chain(self.style_of(paragraph)))
        places = [each for each in (own, *(child(one, "w:rPr") for one in chains), self._defaults) if each is not None]
        size = next((number(value(each, "w:sz")) for each in places if value(each, "w:sz")), 0)
        colour = next((value(each, "w:color") for each in places if value(each, "w:color")), "")
        fonts = next((value(each, "w:rFonts", of="w:eastAsia") for each in places
                      if value(each, "w:rFonts", of="w:eastAsia")), "")
        bold = _switch(places, "w:b")
        unseen = _switch(places, "w:vanish") or 0 < size <= _TINY or (_is_faint(colour) and not _is_shaded(places))
        return Face(size / 2, bold, bold or any(each in fonts for each in _BLACK_TYPE), _switch(places, "w:i"),
                    _is_red(colour), unseen)


def is_on_default(style: _Element) -> bool:
    return style.get(name("w:default"), "0") in ("1", "true", "on")


def _switch(places: list[_Element], what: str) -> bool:
    return next((on for on in (is_on(child(each, what)) for each in places) if on is not None), False)


def _level(names: list[str]) -> int:
    found = next((match for match in map(_HEADING.fullmatch, names) if match), None)
    return int(found[1]) if found else 0


def _outline(places: list[_Element | None]) -> int:
    written = next((each for each in (value(one, "w:outlineLvl") for one in places) if each), "")
    return number(written, 9) + 1 if written and number(written, 9) < 9 else 0


def _parts(colour: str) -> tuple[int, int, int] | None:
    if re.fullmatch(r"[0-9A-Fa-f]{6}", colour) is None:
        return None
    return int(colour[:2], 16), int(colour[2:4], 16), int(colour[4:], 16)


def _is_faint(colour: str) -> bool:
    parts = _parts(colour)
    return parts is not None and min(parts) >= _FAINT


def _is_red(colour: str) -> bool:
    parts = _parts(colour)
    return parts is not None and parts[0] >= 0xC0 and max(parts[1:]) <= 0x60


def _is_shaded(places: list[_Element]) -> bool:
    """Whether the text stands on a ground of its own, on which white is seen."""
    fill = next((each for each in (value(one, "w:shd", of="w:fill") for one in places) if each), "")
    return fill.lower() not in ("", "auto", "ffffff") or any(
        value(each, "w:highlight") not in ("", "none", "white") for each in places)
