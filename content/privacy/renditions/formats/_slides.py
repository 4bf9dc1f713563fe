"""Copying the parts of a presentation, and reading its slides as those do who watch it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

from content.privacy.renditions.formats._copying import Copier, Element, Job, handles
from content.privacy.renditions.formats._paragraphs import drawn_paragraph
from content.privacy.renditions.ooxml import NAMESPACES, short, tag
from content.privacy.renditions.script import Script

_OFF = ("0", "false", "off", "")
_TINY = 300  # hundredths of a point
_SHAPES = "p:sp p:pic p:grpSp p:graphicFrame p:cxnSp"
_REFERRED = {"p:sldId": "slide", "p:sldLayoutId": "slideLayout", "p:sldMasterId": "slideMaster",
             "p:notesMasterId": "notesMaster"}


@dataclass
class Plan:
    """Which parts come along: their names in the original and in the rendition; the size of a slide in EMU."""

    names: dict[str, str] = field(default_factory=dict)
    width: int = 12_192_000
    height: int = 6_858_000


class SlideCopier(Copier):
    """Copies a slide, its layout 版式 or master 母版, its notes 备注, or the list of them all."""

    def __init__(self, job: Job, part: str, owner: str, where: str, plan: Plan | None = None) -> None:
        super().__init__(job, part, owner, where)
        self.plan = plan or Plan()
        self.story = where
        self.prompting = owner.startswith(("ppt/slideLayouts/", "ppt/slideMasters/", "ppt/notesMasters/"))
        self.rows: Counter[Element] = Counter()  # of each table
        self.places: dict[Element, str] = {}  # of the paragraphs made

    @handles("p:sldId p:sldLayoutId p:sldMasterId p:notesMasterId")
    def listed(self, source: Element, into: Element) -> None:
        relation = self.relation(source, "r:id")
        name = self.plan.names.get(relation.target) if relation is not None else None
        if name:
            made = self.plain(source, into)
            made.set(tag("r:id"), self.job.making.relate(self.owner, _REFERRED[short(source)], name))

    @handles("p:timing p:transition")
    def moving(self, source: Element, into: Element) -> None:
        self.notes.leave("animations", seen=False)

    @handles("a:videoFile a:audioFile a:wavAudioFile a:quickTimeFile a:audioCd")
    def media(self, source: Element, into: Element) -> None:
        self.notes.leave("media", "音频或视频", self.where)

    @handles("p:controls p:oleObj")
    def active(self, source: Element, into: Element) -> None:
        self.notes.leave("embedded", "嵌入的对象", self.where)

    # Shapes -------------------------------------------------------------------------------------------------------
    @handles(_SHAPES)
    def shape(self, source: Element, into: Element) -> None:
        """A shape that is seen; one that is hidden, or lies beside the slide, only where that was chosen."""
        properties = source.find(f"*/{tag('p:cNvPr')}")
        if properties is not None and properties.get("hidden", "0") not in _OFF and self.notes.hide(
                "隐藏的形状", self.where):
            return
        beside = into.tag == tag("p:spTree") and self._beside(source)
        if beside and self.notes.hide("幻灯片边界以外的形状", self.where):
            return
        before = len(into)
        self._shape(source, into)
        for made in into[before:] if beside else ():
            _move_in(made)

    def _shape(self, source: Element, into: Element) -> None:
        if source.tag == tag("p:pic"):
            self.picture(source, into)
        elif source.tag == tag("p:graphicFrame"):
            self._frame(source, into)
        else:
            self.plain(source, into)

    def _beside(self, source: Element) -> bool:
        place = _place(source)
        if place is None or not self.owner.startswith("ppt/slide"):
            return False
        left, top, width, height = place
        return left + width <= 0 or top + height <= 0 or left >= self.plan.width or top >= self.plan.height

    def _frame(self, source: Element, into: Element) -> None:
        """A table or chart; of an embedded object its picture, of SmartArt the shapes that it was drawn with."""
        data = source.find(f"{tag('a:graphic')}/{tag('a:graphicData')}")
        kind = data.get("uri", "").rpartition("/")[2] if data is not None else ""
        if kind == "ole":
            self.notes.leave("embedded", "嵌入的对象", self.where)
            for each in list(source.iter(tag("p:pic")))[:1]:
                self.copy(each, into)
        elif kind == "diagram" and self._diagram(source, data, into):
            self.notes.removed.setdefault("diagrams")
        else:
            made = self.plain(source, into)
            if not any(len(each) for each in made.iter(tag("a:graphicData"))):
                into.remove(made)

    def _diagram(self, source: Element, data: Element, into: Element) -> bool:
        """SmartArt as a group of plain shapes. Its drawing is kept in a part of its own."""
        drawing = self._drawing_of(data)
        place = _place(source)
        if not drawing or place is None:
            return False
        root = self.job.package.root(drawing)
        tree = root.find(tag("dsp:spTree"))
        if tree is None:
            return False
        group = etree.SubElement(into, tag("p:grpSp"))
        self._group_head(group, place)
        for each in list(tree.iter(etree.Element)):
            each.tag = each.tag.replace(NAMESPACES["dsp"], NAMESPACES["p"])
        copier = type(self)(self.job, drawing, self.owner, f"{self.where}的SmartArt", self.plan)
        for each in tree.iterchildren(tag("p:sp")):
            copier.copy(each, group)
        self.job.visited.add(drawing)
        self.places |= copier.places
        for head in group.iter(tag("p:nvSpPr")):
            if head.find(tag("p:nvPr")) is None:
                etree.SubElement(head, tag("p:nvPr"))
        return True

    def _drawing_of(self, data: Element) -> str:
        """The part with the shapes of a SmartArt, which its data names."""
        ids = data.find(tag("dgm:relIds"))
        model = self.job.package.relations(self.part).get(ids.get(tag("r:dm"), "")) if ids is not None else None
        if model is None or model.external or model.target not in self.job.package:
            return ""
        named = [each.get("relId", "") for each in self.job.package.root(model.target).iter(etree.Element)
                 if etree.QName(each).localname == "dataModelExt"]
        found = self.job.package.relations(self.part).get(named[0]) if named else None
        return found.target if found and not found.external and found.target in self.job.package else ""

    def _group_head(self, group: Element, place: tuple[int, int, int, int]) -> None:
        head = etree.SubElement(group, tag("p:nvGrpSpPr"))
        number = str(next(self.job.numbers))
        etree.SubElement(head, tag("p:cNvPr"), id=number, name=number)
        etree.SubElement(head, tag("p:cNvGrpSpPr"))
        etree.SubElement(head, tag("p:nvPr"))
        left, top, width, height = map(str, place)
        frame = etree.SubElement(etree.SubElement(group, tag("p:grpSpPr")), tag("a:xfrm"))
        etree.SubElement(frame, tag("a:off"), x=left, y=top)
        etree.SubElement(frame, tag("a:ext"), cx=width, cy=height)
        etree.SubElement(frame, tag("a:chOff"), x="0", y="0")
        etree.SubElement(frame, tag("a:chExt"), cx=width, cy=height)

    # Writing ------------------------------------------------------------------------------------------------------
    @handles("a:p")
    def paragraph(self, source: Element, into: Element) -> None:
        made = self.plain(source, into)
        self.places[made] = self.where

    @handles("a:tr")
    def row(self, source: Element, into: Element) -> None:
        number = self.rows[source.getparent()] = self.rows[source.getparent()] + 1
        made, outer = etree.SubElement(into, source.tag), self.where
        self.attributes(source, made)
        for column, cell in enumerate(source.iterchildren(tag("a:tc")), 1):
            self.where = f"{outer}表格第{number}行第{column}列"
            self.copy(cell, made)
        self.where = outer

    @handles("a:fld")
    def drawn_field(self, source: Element, into: Element) -> None:
        if not self._prompts(source):
            super().drawn_field(source, into)

    def _prompts(self, source: Element) -> bool:
        """Whether writing only says what is to be put in its place 单击此处添加标题: no slide shows that."""
        shape = next(source.iterancestors(tag("p:sp")), None) if self.prompting else None
        return shape is not None and shape.find(f".//{tag('p:ph')}") is not None

    @handles("a:r")
    def run(self, source: Element, into: Element) -> None:
        if self._prompts(source):
            return
        look = source.find(tag("a:rPr"))
        size = look.get("sz", "") if look is not None else ""
        tiny = size.isascii() and size.isdigit() and int(size) < _TINY
        if tiny and self.notes.hide("小到看不见的文字", self.where):
            return
        made = self.plain(source, into)
        if tiny:
            made.find(tag("a:rPr")).set("sz", "1800")


def _place(shape: Element) -> tuple[int, int, int, int] | None:
    """Left, top, width and height of a shape in EMU, where it says so itself."""
    frame = next((each for path in ("p:spPr/a:xfrm", "p:grpSpPr/a:xfrm", "p:xfrm")
                  for each in shape.findall("/".join(tag(name) for name in path.split("/")))), None)
    try:
        off, size = frame.find(tag("a:off")), frame.find(tag("a:ext"))
        return int(off.get("x")), int(off.get("y")), int(size.get("cx")), int(size.get("cy"))
    except (AttributeError, TypeError, ValueError):
        return None


def _move_in(shape: Element) -> None:
    for each in list(shape.iter(tag("a:off")))[:1]:
        each.set("x", "0")
        each.set("y", "0")


def read_slide(script: Script, root: Element, places: dict[Element, str], where: str, *, joined: bool) -> None:
    """The writing of a slide: shapes in their order, tables by rows."""
    for each in root:
        if each.tag == tag("a:tbl"):
            _read_table(script, each, places, where, joined=joined)
        elif each.tag == tag("a:p"):
            drawn_paragraph(script, each, places.get(each, where), joined=joined)
            script.gap("\n")
        else:
            read_slide(script, each, places, where, joined=joined)


def _read_table(script: Script, table: Element, places: dict[Element, str], where: str, *, joined: bool) -> None:
    for row in table.iterchildren(tag("a:tr")):
        last = None
        for cell in row.iterchildren(tag("a:tc")):
            if last is not None:
                script.gap("" if joined and len(last.strip()) == 1 else "\t")
            start = len(script.pieces)
            for number, each in enumerate(cell.iter(tag("a:p"))):
                script.gap(" " if number and not joined else "")
                drawn_paragraph(script, each, places.get(each, where), joined=joined)
            last = "".join(piece.text for piece in script.pieces[start:])
        script.gap("\n")
