"""Reads the visible text of a Word file: revisions accepted, hidden things left and named, text boxes lifted out.

Every element that is not known is looked into, so that no words get lost; what is left behind goes to `Left`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml.etree import _Element

from content.privacy.renditions.model import Limits
from content.word import images, making
from content.word.left import Left
from content.word.names import child, is_on, name, number, value
from content.word.numbering import BULLET, Numbering
from content.word.outline import Line
from content.word.parts import Parts
from content.word.styles import Face, Styles

MOST_PICTURES = 60
_SKIPPED = frozenset(map(name, (
    "w:pPr", "w:rPr", "w:tblPr", "w:tblGrid", "w:trPr", "w:tcPr", "w:sectPr", "w:sdtPr", "w:sdtEndPr", "w:delText",
    "w:delInstrText", "w:rt", "w:pgNum", "w:fldData", "w:ffData", "w:smartTagPr", "w:customXmlPr", "w:annotationRef",
    "w:footnoteRef", "w:endnoteRef", "w:commentReference", "mc:Fallback")))
_GONE, _COME = (name("w:del"), name("w:moveFrom")), (name("w:ins"), name("w:moveTo"))
_BREAKS = {name("w:tab"): "w:tab", name("w:ptab"): "w:tab", name("w:br"): "w:br", name("w:cr"): "w:br"}
_GRAPHIC = (name("w:drawing"), name("w:pict"), name("w:object"))
_LINK = re.compile(r'\s*HYPERLINK\s+"([^"]+)"')
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_PASSED = ("vertAlign", "u", "strike")
_PAGE_NUMBER = re.compile(r"[\s\d\-—–·/第页共]|PAGE|NUMPAGES")
_LABELS = frozenset(str.split("序号 编号 姓名 名称 项目 单位 地区 乡镇 类别 年度 年份 时间 日期 指标"))
_CHARTS = re.compile(r"/(?:chart|diagram)$")


@dataclass
class Block:
    """A paragraph or table of the text; `nodes` is what a paragraph holds, `element` the table."""

    line: Line
    nodes: list[_Element] = field(default_factory=list)
    element: _Element | None = None


@dataclass(frozen=True)
class Picture:
    """A picture of the text. `id` stands in the text as `word:<id>`."""

    id: int
    data: bytes
    media_type: str
    alt: str


@dataclass
class _Field:
    """A field of Word: its code first, then its result."""

    code: str = ""
    result: bool = False


class Reader:
    """Reads the paragraphs of a file in order. Use once."""

    def __init__(self, parts: Parts, limits: Limits) -> None:
        self.parts, self.limits = parts, limits
        self.styles, self.numbering = Styles(parts.part("styles")), Numbering(parts.part("numbering"))
        self.left, self.links = Left(), []
        self.pictures: dict[tuple[str, images.Crop], Picture] = {}
        self._relations = parts.relations
        self._fields: list[_Field] = []
        self._lifted: list[_Element] = []
        self._carried: list[tuple[_Element, Face]] = []

    # -- blocks -------------------------------------------------------------------------------------------------

    def body(self) -> list[Block]:
        """The main text."""
        return list(self.blocks(child(self.parts.document, "w:body")))

    def notes(self, kind: str) -> list[_Element]:
        """The notes of a kind (footnotes, endnotes) as they are written into the small file."""
        found = self.parts.related(kind)
        if not found:
            return []
        before, self._relations = self._relations, self.parts.relations_of(found[0])
        made = [making.make(f"w:{kind[:-1]}", *map(plain, self.blocks(each)), id=each.get(name("w:id"), ""))
                for each in self.parts.xml(found[0]) if each.get(name("w:type"), "normal") == "normal"]
        self._relations = before
        return made

    def outside(self) -> None:
        """Note what stands beside the text: comments, headers and footers (page numbers are none)."""
        for part in self.parts.related("comments"):
            for each in self.parts.xml(part):
                self.left.note("comments", words(each))
        for part in (*self.parts.related("header"), *self.parts.related("footer")):
            said = words(self.parts.xml(part))
            if _PAGE_NUMBER.sub("", said):
                self.left.note("margins", said)

    def blocks(self, parent: _Element | None) -> Iterator[Block]:
        """The paragraphs and tables in an element, those of its text boxes after the paragraph they hang on."""
        for each in () if parent is None else parent:
            if each.tag == name("w:p"):
                yield from self._paragraph(each)
            elif each.tag == name("w:tbl"):
                yield self._table(each)
            elif each.tag in _GONE:
                self.left.note("deleted", words(each))
            elif each.tag == name("w:altChunk"):
                self.left.note("embedded")
            elif _is_contents(each):
                self.left.note("contents")
            elif each.tag not in _SKIPPED:
                yield from self.blocks(each)

    def _paragraph(self, element: _Element) -> Iterator[Block]:
        properties = child(element, "w:pPr")
        if value(properties, "w:pStyle").lower().startswith("toc"):
            self.left.note("contents")
            return
        carried, self._carried = self._carried, []
        pieces = [*carried, *self._pieces(element, properties)]
        lifted, self._lifted = self._lifted, []
        if child(properties, "w:rPr", "w:del") is not None:  # its end is deleted: the next one goes on
            self._carried = pieces
        else:
            yield self._block(properties, pieces)
        for box in lifted:
            self.left.note("boxes", words(box))
            yield from self.blocks(box)

    def _block(self, properties: _Element | None, pieces: list[tuple[_Element, Face]]) -> Block:
        look = self.styles.paragraph(properties)
        shown = [(words(node), face) for node, face in pieces]
        written = [(text, face) for text, face in shown if text.strip()]
        text = "".join(text for text, _ in shown)
        listed = self.styles.numbering(properties)
        label = self.numbering.label(*listed) if listed and pieces else ""
        nodes = [node for node, _ in pieces]
        if label and label != BULLET:
            face = replace(written[0][1], hidden=False) if written else Face()
            nodes.insert(0, making.run(making.text(label), face))
            text = label + text
        align = look.align or ("right" if _indent(text) >= 10 else "")
        line = Line(text, align, max((face.size for _, face in written), default=0.0), look.level, look.title,
                    look.caption, bool(written) and all(face.strong for _, face in written),
                    any(face.red for _, face in written), listed=label == BULLET)
        return Block(line, nodes)

    # -- text ---------------------------------------------------------------------------------------------------

    def _pieces(self, parent: _Element, properties: _Element | None, address: str = "",
                ) -> Iterator[tuple[_Element, Face]]:
        """What is seen of a paragraph, piece by piece, as runs of the small file."""
        for each in parent:
            if each.tag == name("w:r"):
                yield from self._run(each, properties, address)
            elif each.tag in _GONE:
                self.left.note("deleted", words(each, deleted=True))
            elif each.tag == name("w:hyperlink"):
                yield from self._pieces(each, properties, self._address(each.get(name("r:id"), "")))
            elif each.tag in (name("m:oMath"), name("m:oMathPara")):
                self.left.note("formulas")
                yield making.run(making.text("".join(t.text or "" for t in each.iter(name("m:t")))), Face()), Face()
            elif each.tag not in _SKIPPED:
                if each.tag in _COME:
                    self.left.note("inserted", words(each))
                yield from self._pieces(each, properties, address)

    def _run(self, run: _Element, properties: _Element | None, address: str) -> Iterator[tuple[_Element, Face]]:
        face = self.styles.run(run, properties)
        if face.hidden:
            self._through_fields(run)
            self.left.note("hidden", words(run))
            return
        own = child(run, "w:rPr")
        more = {key: value(own, f"w:{key}") or "true" for key in _PASSED if child(own, f"w:{key}") is not None}
        for node in self._contents(run):
            made = node if node.tag == name("w:r") else making.run(node, face, more)
            target = address or self._field_address()
            yield (making.link(self._linked(target), [made]) if target else made), face

    def _contents(self, parent: _Element) -> Iterator[_Element]:
        """What a run shows, in elements of the small file."""
        for each in parent:
            if each.tag in (name("w:fldChar"), name("w:instrText")):
                self._field(each)
            elif any(not field.result for field in self._fields) or each.tag in _SKIPPED:
                continue
            elif each.tag in _GRAPHIC:
                yield from self._graphic(each)
            else:
                yield from self._content(each)

    def _content(self, each: _Element) -> Iterator[_Element]:
        if each.tag == name("w:t"):
            yield making.text(each.text or "")
        elif each.tag == name("w:noBreakHyphen"):
            yield making.text("-")
        elif each.tag in _BREAKS:
            if each.get(name("w:type"), "textWrapping") == "textWrapping":
                yield making.make(_BREAKS[each.tag])
        elif each.tag == name("w:sym"):
            yield making.make("w:sym", font=each.get(name("w:font"), ""), char=each.get(name("w:char"), "0"))
        elif each.tag in (name("w:footnoteReference"), name("w:endnoteReference")):
            yield making.make(f"w:{each.tag.rpartition('}')[2]}", id=each.get(name("w:id"), ""))
        else:
            yield from self._contents(each)

    def _through_fields(self, run: _Element) -> None:
        """A hidden run may begin or end a field all the same."""
        for each in run.iter(name("w:fldChar"), name("w:instrText")):
            self._field(each)

    def _field(self, each: _Element) -> None:
        kind = each.get(name("w:fldCharType"))
        if kind == "begin":
            self._fields.append(_Field())
        elif self._fields and kind == "separate":
            self._fields[-1].result = True
        elif self._fields and kind == "end":
            self._fields.pop()
        elif self._fields and each.tag == name("w:instrText"):
            self._fields[-1].code += each.text or ""

    def _field_address(self) -> str:
        found = (match[1] for match in (_LINK.match(each.code) for each in reversed(self._fields)) if match)
        address = next(found, "")
        return address if _ADDRESS.fullmatch(address) else ""

    def _address(self, relation: str) -> str:
        found = self._relations.get(relation)
        return found.target if found and found.external and _ADDRESS.fullmatch(found.target) else ""

    def _linked(self, address: str) -> str:
        if address not in self.links:
            self.links.append(address)
        return f"link{self.links.index(address)}"

    # -- pictures and boxes -------------------------------------------------------------------------------------

    def _graphic(self, drawing: _Element) -> Iterator[_Element]:
        """The pictures of a drawing; its text boxes are lifted out, what else it shows is named."""
        properties = next(drawing.iter(name("wp:docPr")), None)
        if properties is not None and properties.get("hidden") in ("1", "true"):
            self.left.note("unseen")
            return
        if drawing.tag == name("w:object"):
            self.left.note("embedded")
            return
        if any(_CHARTS.search(each.get("uri", "")) for each in drawing.iter(name("a:graphicData"))):
            self.left.note("charts")
        for each in drawing.iter(name("v:textpath")):
            self.left.note("art", each.get("string", ""))
        self._lifted += [box for box in drawing.iter(name("w:txbxContent")) if not _is_within(box, drawing)]
        alt = images.alternative(drawing)
        for each in drawing.iter(name("a:blip"), name("v:imagedata")):
            if not _is_within(each, drawing):
                yield from self._image(each, alt)

    def _image(self, element: _Element, alt: str) -> Iterator[_Element]:
        drawn = element.tag == name("a:blip")
        relation = self._relations.get(element.get(name("r:embed" if drawn else "r:id"), ""))
        if relation is None or relation.external or relation.target not in self.parts.package:
            self.left.note("linked")
            return
        crop = images.drawing_crop(element) if drawn else images.vml_crop(element)
        found = self.pictures.get((relation.target, crop)) or self._new_picture(relation.target, crop, alt)
        if found is not None:
            yield making.picture(found.id, alt)

    def _new_picture(self, member: str, crop: images.Crop, alt: str) -> Picture | None:
        data = self.parts.package.octets(member)
        if images.is_vector(data):
            self.left.note("vector")
            return None
        seen = images.seen(data, crop, self.limits) if len(self.pictures) < MOST_PICTURES else None
        if seen is None:
            self.left.note("broken")
            return None
        if any(crop):
            self.left.note("cropped")
        made = self.pictures[member, crop] = Picture(len(self.pictures) + 1, *seen, alt)
        return made

    # -- tables -------------------------------------------------------------------------------------------------

    def _table(self, table: _Element) -> Block:
        rows = [row for row in _inside(table, name("w:tr")) if self._is_shown(row)]
        heads = [is_on(child(row, "w:trPr", "w:tblHeader")) or False for row in rows]
        if rows and not any(heads) and (guess := self._guessed_heads(rows)):
            heads[:guess] = [True] * guess
            self.left.note("guessed")
        made = [self._row(row, head) for row, head in zip(rows, heads, strict=True)]
        text = "\n".join("\t".join(words(cell) for cell in row.iter(name("w:tc"))) for row in made)
        return Block(Line(text, table=True), element=making.make("w:tbl", *made))

    def _is_shown(self, row: _Element) -> bool:
        properties = child(row, "w:trPr")
        if child(properties, "w:del") is not None:
            self.left.note("deleted", words(row, deleted=True) or words(row))
            return False
        if is_on(child(properties, "w:hidden")):
            self.left.note("rows", words(row))
            return False
        return True

    def _row(self, row: _Element, head: bool) -> _Element:
        properties = making.make("w:trPr", making.make("w:tblHeader") if head else None)
        return making.make("w:tr", properties, *(self._cell(cell) for cell in _inside(row, name("w:tc"))))

    def _cell(self, cell: _Element) -> _Element:
        properties = child(cell, "w:tcPr")
        span, merge = value(properties, "w:gridSpan"), child(properties, "w:vMerge")
        wide = making.make("w:gridSpan", val=str(min(number(span, 1), 100))) if span else None
        tall = None if merge is None else making.make("w:vMerge", val=value(properties, "w:vMerge") or "continue")
        return making.make("w:tc", making.make("w:tcPr", wide, tall), *map(plain, self.blocks(cell)))

    def _guessed_heads(self, rows: list[_Element]) -> int:
        """How many rows head a table that does not say so: set in bold or black type, or beginning with 序号, 姓名."""
        first = [words(cell).strip() for cell in _inside(rows[0], name("w:tc"))]
        if len(rows) < 2 or len(first) < 2 or not all(first) or any(re.search(r"\d{3}|^\d", each) for each in first):
            return 0
        named = len(rows) > 2 and first[0] in _LABELS
        if not (named or (self._is_strong(rows[0]) and not self._is_strong(rows[-1]))):
            return 0
        merged = sum(child(cell, "w:tcPr", "w:vMerge") is not None for cell in _inside(rows[0], name("w:tc")))
        deep = 1
        while merged and deep < len(rows) - 1 and _goes_on_above(rows[deep]):
            deep += 1
        return deep

    def _is_strong(self, row: _Element) -> bool:
        faces = [self.styles.run(run, child(paragraph, "w:pPr")) for paragraph in row.iter(name("w:p"))
                 for run in paragraph.iter(name("w:r")) if words(run).strip()]
        return bool(faces) and all(face.strong for face in faces)


def plain(block: Block) -> _Element:
    """A block as it stands in a table or a note, where it has no role of its own."""
    if block.element is not None:
        return block.element
    return making.paragraph(block.nodes, "bullet" if block.line.listed else "")


def words(element: _Element, *, deleted: bool = False) -> str:
    """The text in an element, cells and paragraphs parted by blanks."""
    wanted = [name("w:t"), *([name("w:delText")] if deleted else [])]
    ends = {name("w:p"): " ", name("w:tab"): "\t", name("w:br"): "\n"}
    found = []
    for each in element.iter(*wanted, *ends):
        if each.tag in wanted:
            found.append(each.text or "")
        elif each is not element:
            found.append(ends[each.tag])
    return "".join(found)


def _inside(parent: _Element, wanted: str) -> Iterator[_Element]:
    """The rows of a table or the cells of a row, also where something is wrapped around them."""
    for each in parent:
        if each.tag == wanted:
            yield each
        elif each.tag not in _SKIPPED and each.tag not in _GONE and each.tag not in (name("w:p"), name("w:tbl")):
            yield from _inside(each, wanted)


def _goes_on_above(row: _Element) -> bool:
    merges = (child(cell, "w:tcPr", "w:vMerge") for cell in _inside(row, name("w:tc")))
    return any(merge is not None and merge.get(name("w:val"), "continue") == "continue" for merge in merges)


def _is_within(element: _Element, drawing: _Element) -> bool:
    """Whether an element stands in a text box of this drawing; then it is read with that."""
    return any(each.tag == name("w:txbxContent") for each in element.iterancestors()
               if drawing in (each, *each.iterancestors()))


def _is_contents(element: _Element) -> bool:
    gallery = value(element, "w:sdtPr", "w:docPartObj", "w:docPartGallery")
    return element.tag == name("w:sdt") and gallery == "Table of Contents"


def _indent(text: str) -> int:
    """How far somebody pushed a line to the right with blanks, in columns."""
    begin = text[:len(text) - len(text.lstrip())] if text.strip() else ""
    return sum(4 if char == "\t" else 2 if char == "\u3000" else 1 for char in begin)
