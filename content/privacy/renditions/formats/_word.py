"""Copying the parts of a Word document: as a reader sees it once every tracked change is accepted 接受所有修订."""

from __future__ import annotations

import re
from collections import Counter

from lxml import etree

from content.privacy.renditions.formats import _known
from content.privacy.renditions.formats._copying import XML_SPACE, Copier, Element, Job, handles
from content.privacy.renditions.formats._fields import Fields, counting, read_fields
from content.privacy.renditions.formats._figures import Crop
from content.privacy.renditions.formats._looks import Looks, low_row, said
from content.privacy.renditions.ooxml import tag

_STYLE_REFERENCES = frozenset(str.split("""
    w:pStyle/val w:rStyle/val w:tblStyle/val w:basedOn/val w:next/val w:link/val w:style/styleId w:styleLink/val
    w:numStyleLink/val
"""))
_OFF = ("0", "false", "off")
_PLAIN = ((tag("w:color"), "000000"), (tag("w:sz"), "21"), (tag("w:szCs"), "21"))


class WordCopier(Copier):
    """Copies a part with text: the body, a header, notes. Paragraphs are numbered as they stand in the original."""

    def __init__(self, job: Job, part: str, owner: str, where: str, looks: Looks | None = None,
                 headers: frozenset[str] = frozenset()) -> None:
        super().__init__(job, part, owner, where)
        self.looks = looks or Looks({}, {}, "")
        self.headers = headers  # kinds of headers and footers that are shown
        self.story, self.paragraphs, self.tables, self.depth = where, 0, 0, 0
        self.rows: Counter[Element] = Counter()  # of each table
        self.places: dict[Element, str] = {}  # of the paragraphs made
        self.headings: list[tuple[str, Element]] = []  # relation ids of headers and footers, and who refers to them
        source = job.package.root(part)
        self.fields: Fields = read_fields(source)
        self.anchors = {link.get(tag("w:anchor")) for link in source.iter(tag("w:hyperlink"))} - {None}
        self.bookmarks: dict[str, str] = {}  # new names
        self.starts = {each.get(tag("w:id")): each.get(tag("w:name")) for each in source.iter(tag("w:bookmarkStart"))}
        if self.fields.any:
            self.notes.leave("fields", seen=False)

    # Blocks -------------------------------------------------------------------------------------------------------
    @handles("w:p")
    def paragraph(self, source: Element, into: Element) -> None:
        if not self.depth:
            self.paragraphs += 1
            self.where = f"{self.story}第{self.paragraphs}段"
        made = self.plain(source, into)
        self.places[made] = self.where

    @handles("w:tbl")
    def table(self, source: Element, into: Element) -> None:
        if not self.depth:
            self.tables += 1
        outer, self.depth = self.where, self.depth + 1
        made = self.plain(source, into)
        self.depth -= 1
        self.where = outer
        if made.find(tag("w:tr")) is None:
            into.remove(made)

    @handles("w:tr")
    def row(self, source: Element, into: Element) -> None:
        number = self.rows[source.getparent()] = self.rows[source.getparent()] + 1
        row = f"表格{self.tables}第{number}行" if self.depth == 1 else ""
        self.where = (row if self.story == "正文" else f"{self.story}{row}") if row else self.where
        properties = source.find(tag("w:trPr"))
        if said(properties, "w:del") is not None:
            self.notes.leave("revisions", "修订中删除的内容", self.where)
        elif said(properties, "w:hidden", "w:val") not in (None, *_OFF) or low_row(properties):
            if not self.notes.hide("隐藏的表格行", self.where):
                self._row(source, into, row)
        else:
            self._row(source, into, row)

    def _row(self, source: Element, into: Element, row: str) -> None:
        made = etree.SubElement(into, source.tag)
        column, outer = 0, self.where
        for child in source:
            if child.tag == tag("w:tc"):
                column += 1
                self.where = f"{outer}第{column}列" if row else outer
            self.copy(child, made)
        self.where = outer
        if made.find(tag("w:tc")) is None:
            into.remove(made)

    @handles("w:tc")
    def cell(self, source: Element, into: Element) -> None:
        made = self.plain(source, into)
        if not len(made) or made[-1].tag != tag("w:p"):
            etree.SubElement(made, tag("w:p"))

    @handles("w:trHeight")
    def row_height(self, source: Element, into: Element) -> None:
        if not low_row(source.getparent()):
            self.plain(source, into)

    @handles("w:footnote w:endnote")
    def note(self, source: Element, into: Element) -> None:
        number = source.get(tag("w:id"), "")
        self.depth, self.where = self.depth + 2, f"{self.story}{number}" if number.isdigit() else self.story
        self.holder(source, into)
        self.depth -= 2

    @handles("w:body w:txbxContent")
    def holder(self, source: Element, into: Element) -> None:
        """A text of its own has one paragraph at least. In settings, notes are but numbers."""
        made = self.plain(source, into)
        if into.tag not in (tag("w:footnotePr"), tag("w:endnotePr")):
            filled(made)

    def root(self) -> Element:
        made = super().root()
        return filled(made) if made.tag in (tag("w:hdr"), tag("w:ftr")) else made

    @handles("w:txbxContent")
    def text_box(self, source: Element, into: Element) -> None:
        outer, depth, self.depth, self.where = self.where, self.depth, self.depth + 2, f"{self.where}的文本框"
        self.holder(source, into)
        self.where, self.depth = outer, depth

    # What is unwrapped or left out --------------------------------------------------------------------------------
    @handles("w:ins w:moveTo")
    def inserted(self, source: Element, into: Element) -> None:
        self.notes.leave("revisions", seen=False)
        self.children(source, into)

    @handles("w:del w:moveFrom")
    def deleted(self, source: Element, into: Element) -> None:
        if len(source):
            self.notes.leave("revisions", "修订中删除或移走的内容", self.where)

    @handles("w:rPrChange w:pPrChange w:sectPrChange w:tblPrChange w:tblGridChange w:trPrChange w:tcPrChange "
             "w:tblPrExChange w:numberingChange w:cellIns w:cellMerge w:moveFromRangeStart w:moveToRangeStart")
    def changed_look(self, source: Element, into: Element) -> None:
        self.notes.leave("revisions", seen=False)

    @handles("w:sdt w:sdtContent w:smartTag w:customXml w:dir w:bdo")
    def wrapper(self, source: Element, into: Element) -> None:
        backwards = source.tag == tag("w:bdo") and source.get(tag("w:val")) == "rtl"
        if backwards:
            _sign(into, "\u202e")
        self.children(source, into)
        if backwards:
            _sign(into, "\u202c")

    @handles("w:sdtPr w:sdtEndPr w:smartTagPr w:customXmlPr")
    def wrapper_properties(self, source: Element, into: Element) -> None:
        self.notes.leave("forms", seen=False)

    @handles("w:commentReference")
    def comment(self, source: Element, into: Element) -> None:
        self.notes.leave("comments", "批注", self.where)

    @handles("w:altChunk w:subDoc")
    def other_document(self, source: Element, into: Element) -> None:
        self.notes.leave("embedded", "嵌入的其他文档", self.where)

    # Runs ---------------------------------------------------------------------------------------------------------
    @handles("w:r")
    def run(self, source: Element, into: Element) -> None:
        why = self.looks.why_unseen(source) if _holds_something(source) else ""
        if why and self.notes.hide(why, self.where):
            return
        made = self.plain(source, into)
        if len(made) == (made.find(tag("w:rPr")) is not None):
            into.remove(made)
        elif why:
            _make_plain(made)

    @handles("w:t w:tab w:br w:sym w:noBreakHyphen w:drawing w:pict w:object")
    def content(self, source: Element, into: Element) -> None:
        if source in self.fields.coded:
            return
        kind = etree.QName(source).localname
        if kind == "drawing":
            self.drawing(source, into)
        elif kind in ("pict", "object"):
            self.old_drawing(source, into)
        else:
            self.plain(source, into)

    @handles("w:instrText")
    def field_code(self, source: Element, into: Element) -> None:
        if source in self.fields.kept:
            self.plain(source, into)

    @handles("w:fldChar")
    def field_mark(self, source: Element, into: Element) -> None:
        if source in self.fields.kept:
            etree.SubElement(into, source.tag).set(tag("w:fldCharType"), source.get(tag("w:fldCharType")))
        elif source in self.fields.instead:
            text = etree.SubElement(into, tag("w:t"))
            text.text = self.fields.instead[source]
            text.set(XML_SPACE, "preserve")

    @handles("w:fldSimple")
    def simple_field(self, source: Element, into: Element) -> None:
        code = source.get(tag("w:instr"), "")
        if not counting(code):
            self.notes.leave("fields", seen=False)
            self.children(source, into)
            return
        made = etree.SubElement(into, source.tag)
        made.set(tag("w:instr"), code)
        self.children(source, made)

    @handles("w:hyperlink")
    def link(self, source: Element, into: Element) -> None:
        address = self.address(self.relation(source, "r:id", external=True))
        anchor = source.get(tag("w:anchor"))
        if not address and not anchor:
            self.children(source, into)
            return
        made = etree.SubElement(into, source.tag)
        if address:
            made.set(tag("r:id"), address)
        elif anchor:
            made.set(tag("w:anchor"), self._bookmark(anchor))
        self.children(source, made)

    @handles("w:bookmarkStart w:bookmarkEnd")
    def bookmark(self, source: Element, into: Element) -> None:
        """Bookmarks that something in the document leads to, under new names."""
        name = source.get(tag("w:name"))
        number = source.get(tag("w:id"), "")
        named = name or self.starts.get(number)
        if named in self.anchors and _known.SIMPLE.fullmatch(number):
            made = etree.SubElement(into, source.tag)
            made.set(tag("w:id"), number)
            if name:
                made.set(tag("w:name"), self._bookmark(name))

    def _bookmark(self, name: str) -> str:
        return self.bookmarks.setdefault(name, f"b{len(self.bookmarks) + 1}")

    # Sections -----------------------------------------------------------------------------------------------------
    @handles("w:headerReference w:footerReference")
    def heading(self, source: Element, into: Element) -> None:
        """Headers and footers that are shown; who assembles the document fills in where they are."""
        kind, relation = source.get(tag("w:type"), "default"), self.relation(source, "r:id")
        if relation is not None and kind in self.headers:
            made = etree.SubElement(into, source.tag)
            made.set(tag("w:type"), kind)
            self.headings.append((relation.target, made))

    # Drawings -----------------------------------------------------------------------------------------------------
    def drawing(self, source: Element, into: Element) -> None:
        properties = source.find(f".//{tag('wp:docPr')}")
        hidden = properties is not None and properties.get("hidden", "0") not in _OFF
        if hidden and self.notes.hide("隐藏的图片或图形", self.where):
            return
        made = self.plain(source, into)
        if not any(len(each) for each in made.iter(tag("a:graphicData"))):
            into.remove(made)

    def old_drawing(self, source: Element, into: Element) -> None:
        """Shapes as Word drew them until 2007; of an embedded object 嵌入对象 the picture that stands for it."""
        shapes = [each for each in source.iter(tag("v:shape"), tag("v:rect"), tag("v:group")) if _invisible(each)]
        if shapes and self.notes.hide("隐藏的图片或图形", self.where):
            return
        made = etree.SubElement(into, tag("w:pict"))
        self.children(source, made)
        if source.tag == tag("w:object"):
            self.notes.leave("embedded", "嵌入的对象", self.where)
        if made.find(f".//{tag('v:imagedata')}") is None and (
                source.tag == tag("w:object") or not any(_draws(each) for each in made.iter(etree.Element))):
            into.remove(made)

    @handles("v:imagedata")
    def old_picture(self, source: Element, into: Element) -> None:
        relation = self.relation(source, "r:id")
        if relation is None or not self.job.figures.shows(relation.target):
            self.notes.leave("vector", "矢量图或无法识别的图片，不能逐字检查，请另存为PNG后重新插入", self.where)
            return
        made = etree.SubElement(into, source.tag)
        made.set(tag("r:id"), self.job.figures.place(self.owner, relation.target, _old_crop(source), self.where))

    @handles("w:font")
    def font(self, source: Element, into: Element) -> None:
        made = self.plain(source, into)
        if made.get(tag("w:name")) is None:
            into.remove(made)

    # Attributes ---------------------------------------------------------------------------------------------------
    def attribute(self, source: Element, made: Element, name: str, value: str) -> str | None:
        key = f"{etree.QName(source).localname}/{name}"
        if f"w:{key}" in _STYLE_REFERENCES:
            return self.job.style(value)
        if source.tag == tag("w:name") or (source.prefix == "v" and name == "id"):
            return self._name(source, made, value)
        return super().attribute(source, made, name, value)

    def _name(self, source: Element, made: Element, value: str) -> str | None:
        """A style's name is writing that nobody but its author sees; a shape's name is a number."""
        if source.tag != tag("w:name"):
            return value if re.fullmatch(r"_x0000_t\d{1,3}", value) else f"_x0000_s{1024 + next(self.job.numbers)}"
        self.job.label(source, made, tag("w:val"), "样式名")
        return value


def filled(made: Element) -> Element:
    """With an empty paragraph where there is no block at all."""
    if made.find(tag("w:p")) is None and made.find(tag("w:tbl")) is None:
        made.insert(0, etree.Element(tag("w:p")))
    return made


def _sign(into: Element, char: str) -> None:
    """A run with one character."""
    etree.SubElement(etree.SubElement(into, tag("w:r")), tag("w:t")).text = char


def _holds_something(run: Element) -> bool:
    return any(each.tag != tag("w:rPr") for each in run)


def _make_plain(run: Element) -> None:
    """A run that was hidden is set so that it can be read."""
    for each in run.findall(tag("w:rPr")):
        run.remove(each)
    look = etree.Element(tag("w:rPr"))
    for name, value in _PLAIN:
        etree.SubElement(look, name).set(tag("w:val"), value)
    run.insert(0, look)


def _invisible(shape: Element) -> bool:
    style = shape.get("style", "").replace(" ", "").lower()
    return "visibility:hidden" in style or "display:none" in style or "mso-hide:" in style


def _draws(element: Element) -> bool:
    """Whether an element of an old drawing is something to look at."""
    return etree.QName(element).localname in ("textbox", "textpath", "line", "polyline", "rect", "roundrect", "oval",
                                              "shape", "group", "arc")


def _old_crop(picture: Element) -> Crop:
    """How much is cut off: fractions, or 65536ths with an f."""
    return tuple(_fraction(picture.get(f"crop{side}", "0")) for side in ("left", "top", "right", "bottom"))


def _fraction(value: str) -> float:
    match = re.fullmatch(r"(-?\d{0,8}(?:\.\d{1,8})?)(f?)", value.strip())
    if not match or match[1] in ("", "-"):
        return 0.0
    return min(1.0, max(0.0, float(match[1]) / (65536 if match[2] else 1)))
