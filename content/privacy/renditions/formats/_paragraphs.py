"""Reading the writing of a Word part in the order and with the gaps in which its reader sees it."""

from __future__ import annotations

from collections.abc import Iterator

from content.privacy.renditions.formats._copying import Element
from content.privacy.renditions.ooxml import tag, tags
from content.privacy.renditions.script import Script

_SKIPPED = tags("w:rPr w:pPr w:tblPr w:tblGrid w:trPr w:tcPr w:sectPr w:instrText w:rubyPr m:ctrlPr")
_ASIDE = tags("w:drawing w:pict w:rt")
_LINE_ENDS = tags("w:br w:cr")
_TEXTS = tags("w:t m:t")
_PRIVATE = 0xF000  # symbol fonts keep their characters from here on
_CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"  # of Wingdings, from 80 on


class WordReader:
    """Reads stories of a part: `places` names its paragraphs, `joined` as `Rendition.read` has it."""

    def __init__(self, script: Script, places: dict[Element, str], where: str, *, joined: bool) -> None:
        self.script, self.places, self.where, self.joined = script, places, where, joined

    def story(self, holder: Element) -> None:
        """Blocks one after the other; what stands beside the text (text boxes, readings of characters) after it."""
        for block in holder:
            aside: list[Element] = []
            if block.tag == tag("w:p"):
                self._paragraph(block, aside)
                self.script.gap("\n")
            elif block.tag == tag("w:tbl"):
                self._table(block, aside)
            elif block.tag not in _SKIPPED:
                self.story(block)
            self._asides(aside)

    def _asides(self, aside: list[Element]) -> None:
        readings = [each for each in aside if each.tag == tag("w:rt")]
        for each in readings:
            self._runs(each, [], self.where)
        if readings:
            self.script.gap("\n")
        for each in aside:
            if each.tag == tag("w:tbl"):
                self.story_of_table(each)
            elif each.tag != tag("w:rt"):
                for box in _outermost(each, tag("w:txbxContent")):
                    self.story(box)

    def story_of_table(self, table: Element) -> None:
        aside: list[Element] = []
        self._table(table, aside)
        self._asides(aside)

    def _paragraph(self, paragraph: Element, aside: list[Element]) -> None:
        self._runs(paragraph, aside, self.places.get(paragraph, self.where))

    def _runs(self, parent: Element, aside: list[Element], where: str) -> None:
        for each in parent:
            if each.tag in _ASIDE:
                aside.append(each)
            elif each.tag in _TEXTS:
                self.script.add(each.text or "", (each, None), where)
            elif each.tag in (tag("w:tab"), tag("w:ptab")):
                self.script.gap(" " if self.joined else "\t")
            elif each.tag in _LINE_ENDS:
                self.script.gap("\n")
            elif each.tag == tag("w:noBreakHyphen"):
                self.script.gap("-")
            elif each.tag == tag("w:sym"):
                self.script.add(symbol(each), (each, "sym"), where)
            elif each.tag not in _SKIPPED:
                self._runs(each, aside, where)

    def _table(self, table: Element, aside: list[Element]) -> None:
        for row in table.iterchildren(tag("w:tr")):
            before = row.find(f"{tag('w:trPr')}/{tag('w:gridBefore')}")
            self.script.gap("\t" * (_number(before) if before is not None else 0))
            last: str | None = None
            for cell in row.iterchildren(tag("w:tc")):
                if last is not None:
                    self.script.gap("" if self.joined and len(last.strip()) == 1 else "\t")
                start = len(self.script.pieces)
                self._cell(cell, aside)
                last = "".join(piece.text for piece in self.script.pieces[start:])
                span = cell.find(f"{tag('w:tcPr')}/{tag('w:gridSpan')}")
                self.script.gap("\t" * (_number(span) - 1 if span is not None else 0))
            self.script.gap("\n")

    def _cell(self, cell: Element, aside: list[Element]) -> None:
        first = True
        for block in cell:
            if block.tag == tag("w:tbl"):
                aside.append(block)
            elif block.tag == tag("w:p"):
                if not first and not self.joined:
                    self.script.gap(" ")
                first = False
                self._paragraph(block, aside)


def _outermost(parent: Element, name: str) -> Iterator[Element]:
    for each in parent:
        if each.tag == name:
            yield each
        else:
            yield from _outermost(each, name)


def _number(element: Element) -> int:
    value = element.get(tag("w:val"), "0")
    return min(int(value), 63) if value.isascii() and value.isdigit() else 0


def symbol(element: Element) -> str:
    """The character that a `w:sym` shows."""
    try:
        code = int(element.get(tag("w:char"), ""), 16)
    except ValueError:
        return ""
    code -= _PRIVATE if _PRIVATE <= code < _PRIVATE + 256 else 0
    if 0x80 <= code < 0x96 and element.get(tag("w:font"), "").casefold() == "wingdings":
        return _CIRCLED[code - 0x80]
    return chr(code) if 0x20 <= code < 0x7F or 0x100 <= code < 0xD800 or 0xF900 <= code <= 0xFFFF else ""


def read_drawn(script: Script, root: Element, where: str) -> None:
    """The writing of a drawing part (chart, shape): paragraphs by lines, the values of a series by tabs."""
    for each in root.iter(tag("a:p"), tag("c:strCache"), tag("c:numCache"), tag("c:strLit"), tag("c:numLit"),
                          tag("c:lvl"), tag("c:tx"), tag("c:separator"), tag("c:formatCode")):
        if each.tag == tag("a:p"):
            drawn_paragraph(script, each, where)
        else:
            _values(script, each, where)
        script.gap("\n")


def drawn_paragraph(script: Script, paragraph: Element, where: str, *, joined: bool = False) -> None:
    """A paragraph of a drawing, whose texts have their tabs as characters."""
    for each in paragraph.iter(tag("a:t"), tag("a:br"), tag("m:t")):
        if each.tag == tag("a:br"):
            script.gap("\n")
        else:
            text = each.text or ""
            script.add(text.replace("\t", " ") if joined else text, (each, None), where)


def _values(script: Script, holder: Element, where: str) -> None:
    own = [holder] if holder.tag in (tag("c:separator"), tag("c:formatCode")) else [
        value for point in holder.iterchildren(tag("c:pt"), tag("c:v"))
        for value in ([point] if point.tag == tag("c:v") else point.iterchildren(tag("c:v")))]
    for value in own:
        script.add(value.text or "", (value, None), where)
        script.gap("\t")
