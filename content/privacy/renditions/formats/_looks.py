"""How a run of Word looks, through its styles, and whether a reader can see it at all."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from content.privacy.renditions.ooxml import tag

Element = etree._Element
Look = dict[str, str]
_OFF = ("0", "false", "off")
_TINY = 5  # half-points: what is set in less than three points is not meant to be read
_NARROW = 8  # per cent of the width of characters
_LOW = 60  # twentieths of a point, of a line that is exactly so high
_MARKS = {"black": "000000", "white": "FFFFFF", "darkBlue": "000080", "blue": "0000FF", "red": "FF0000",
          "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF", "magenta": "FF00FF", "darkGray": "808080",
          "lightGray": "C0C0C0"}


def said(properties: Element | None, name: str, attribute: str = "w:val") -> str | None:
    """What a property says, "1" where it stands without saying; None where it does not stand."""
    found = properties.find(tag(name)) if properties is not None else None
    return None if found is None else found.get(tag(attribute), "1")


def _look(properties: Element | None) -> Look:
    """The properties of a run that decide whether it is seen."""
    given = {"vanish": said(properties, "w:vanish"), "color": said(properties, "w:color"),
             "size": said(properties, "w:sz"), "mark": said(properties, "w:highlight"),
             "fill": said(properties, "w:shd", "w:fill"), "scale": said(properties, "w:w")}
    return {name: value for name, value in given.items() if value is not None}


@dataclass
class Looks:
    """The styles of a document, as far as they decide what is seen."""

    styles: dict[str, tuple[str, Look, str]]  # id -> id of the style it is based on, its look, fill of its paragraph
    default: Look
    paragraph: str  # id of the default paragraph style
    page: str = ""  # colour of the page
    colouring: frozenset[str] = frozenset()  # ids of table styles that colour cells

    @classmethod
    def of(cls, styles: Element | None, page: str = "") -> Looks:
        if styles is None:
            return cls({}, {}, "", page)
        known, paragraph = {}, ""
        for each in styles.findall(tag("w:style")):
            name = each.get(tag("w:styleId"), "")
            fill = said(each.find(tag("w:pPr")), "w:shd", "w:fill") or ""
            known[name] = (said(each, "w:basedOn") or "", _look(each.find(tag("w:rPr"))), fill)
            if each.get(tag("w:type")) == "paragraph" and each.get(tag("w:default"), "0") not in _OFF:
                paragraph = name
        default = styles.find(f"{tag('w:docDefaults')}/{tag('w:rPrDefault')}/{tag('w:rPr')}")
        colouring = frozenset(each.get(tag("w:styleId"), "") for each in styles.findall(tag("w:style"))
                              if any(_coloured(shade.get(tag("w:fill"), "")) for shade in each.iter(tag("w:shd"))))
        return cls(known, _look(default), paragraph, page, colouring)

    def _line(self, name: str) -> list[str]:
        """The ids of a style and of those it is based on, the most general first."""
        found: list[str] = []
        while name in self.styles and name not in found:
            found.insert(0, name)
            name = self.styles[name][0]
        return found

    def _chain(self, name: str) -> list[tuple[Look, str]]:
        return [self.styles[each][1:] for each in self._line(name)]

    def why_unseen(self, run: Element) -> str:
        """Why a reader does not see a run, Chinese; nothing where it is seen."""
        paragraph = next(run.iterancestors(tag("w:p")), None)
        marks = paragraph.find(tag("w:pPr")) if paragraph is not None else None
        own = run.find(tag("w:rPr"))
        chain = self._chain(said(marks, "w:pStyle") or self.paragraph) + self._chain(said(own, "w:rStyle") or "")
        look = dict(self.default)
        for each, _ in chain:
            look |= each
        look |= _look(own)
        if look.get("vanish", "0") not in _OFF:
            return "隐藏文字"
        narrow = 0 < _number(look.get("scale", "100").removesuffix("%")) < _NARROW
        if narrow or _number(look.get("size", "24")) < _TINY or _flat(marks):
            return "小到看不见的文字"
        fills = [said(marks, "w:shd", "w:fill") or "", *(fill for _, fill in reversed(chain) if fill)]
        return self._why_coloured(run, look, next((each for each in fills if _coloured(each)), ""))

    def _why_coloured(self, run: Element, look: Look, paragraph_fill: str) -> str:
        """Whether its colour is that of what is behind it. Automatic writing turns white on dark shading, not on a
        dark marker 突出显示."""
        colour, marked = look.get("color", "auto"), _MARKS.get(look.get("mark", ""), "")
        if marked and colour == "auto":
            colour = "000000"
        if colour == "auto":
            return ""
        own = look["fill"] if _coloured(look.get("fill", "")) else ""
        behind = marked or own or paragraph_fill or _cell_fill(run)
        if not behind and (_drawn(run) or self._in_coloured_table(run)):
            return ""
        return "与底色相同的文字" if _alike(colour, behind or self.page or "FFFFFF") else ""

    def _in_coloured_table(self, run: Element) -> bool:
        """Whether a run stands in a table whose style or own shading may colour its cells."""
        table = next(run.iterancestors(tag("w:tbl")), None)
        properties = table.find(tag("w:tblPr")) if table is not None else None
        styles = self._line(said(properties, "w:tblStyle") or "")
        return not self.colouring.isdisjoint(styles) or _coloured(said(properties, "w:shd", "w:fill") or "")


def _number(value: str) -> float:
    try:
        return float(value.removesuffix("pt"))
    except ValueError:
        return 24.0


def _coloured(fill: str) -> bool:
    return len(fill) == 6


def _alike(one: str, other: str) -> bool:
    """Whether two colours (six hexadecimal digits) can hardly be told apart."""
    try:
        return all(abs(int(one[at:at + 2], 16) - int(other[at:at + 2], 16)) < 14 for at in (0, 2, 4))
    except ValueError:
        return False


def _flat(marks: Element | None) -> bool:
    """Whether a paragraph's lines are exactly so high that nothing of them is seen."""
    spacing = marks.find(tag("w:spacing")) if marks is not None else None
    return (spacing is not None and spacing.get(tag("w:lineRule")) == "exact"
            and 0 < _number(spacing.get(tag("w:line"), "240")) < _LOW)


def low_row(properties: Element | None) -> bool:
    """Whether a table row is exactly so high that nothing of it is seen."""
    height = properties.find(tag("w:trHeight")) if properties is not None else None
    return (height is not None and height.get(tag("w:hRule")) == "exact"
            and 0 < _number(height.get(tag("w:val"), "240")) < _LOW)


def _cell_fill(run: Element) -> str:
    """The colour of the innermost table cell around a run that has one."""
    for cell in run.iterancestors(tag("w:tc")):
        fill = said(cell.find(tag("w:tcPr")), "w:shd", "w:fill") or ""
        if _coloured(fill):
            return fill
    return ""


def _drawn(run: Element) -> bool:
    """Whether a run stands in a text box, whose colour is its own matter."""
    return next(run.iterancestors(tag("w:txbxContent")), None) is not None
