"""Copying an Office part by the list of what is known (`_known`): the rest stays behind, whatever it is.

A `Copier` walks a part of the original and writes what may be seen into a fresh tree. Elements that need judgement
have a handler; a family of formats adds its own in a subclass. Pictures, charts and addresses that are shown are
carried over with new names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from urllib.parse import unquote, urlsplit

from lxml import etree

from content import privacy
from content.privacy.kinds import Decision
from content.privacy.renditions.formats import _known
from content.privacy.renditions.formats._figures import Crop, Figures
from content.privacy.renditions.formats._notes import Notes
from content.privacy.renditions.model import Choices
from content.privacy.renditions.ooxml import NAMESPACES, Making, Package, Relation, short, tag, tags

Element = etree._Element
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_NEVER_COPIED = frozenset({NAMESPACES["r"], NAMESPACES["mc"]})  # namespaces of attributes; ids are given anew
_UNDERSTOOD = frozenset({"wps", "wpg", "wpc"})
_HARMLESS_REQUIRED = re.compile(r"http://schemas\.microsoft\.com/office/(?:word|drawing|powerpoint)/20\d\d/"
                                r"(?:\d\d?/)?(?:wordml|wordprocessingDrawing|main)")
_SHOWN_GRAPHICS = frozenset({"picture", "wordprocessingShape", "wordprocessingGroup", "wordprocessingCanvas", "chart",
                             "table"})
_STYLE_ID = re.compile(r"(?!restyled)[A-Za-z]{0,40}\d{0,3}[A-Za-z]{0,20}")
_TEXTS, _PICTURED = tags("w:t a:t m:t"), tags("a:blip v:imagedata")
_DRAWN = tags("w:drawing w:pict p:sp p:pic p:graphicFrame p:grpSp")
_SCIENTIFIC = re.compile(r"\d(?:\.\d{1,17})?[eE]\+?\d{1,2}")
_PATH = re.compile(r"[A-Za-z]:[\\/]|\\\\|^[a-z]{2,12}://|\.(?:jpe?g|png|gif|bmp|tiff?|emf|wmf|webp)\s*$", re.IGNORECASE)
_FORMULA = re.compile(r"'?(?:[A-Za-z]{1,12}|工作表)\d{0,2}'?!\$[A-Z]{1,3}\$\d{1,6}(?::\$[A-Z]{1,3}\$\d{1,6})?")
_GUID = "{00000000-0000-4000-8000-000000000001}"
_FONTS = frozenset(str.split("""
    w:rFonts/ascii w:rFonts/hAnsi w:rFonts/eastAsia w:rFonts/cs w:font/name w:altName/val w:sym/font
    a:latin/typeface a:ea/typeface a:cs/typeface a:sym/typeface a:buFont/typeface a:font/typeface a:font/script
    m:mathFont/val
"""))
_CHARACTERS = frozenset(str.split("""
    a:buChar/char m:chr/val m:begChr/val m:endChr/val m:sepChr/val w:decimalSymbol/val w:listSeparator/val
    w:noLineBreaksAfter/val w:noLineBreaksBefore/val
"""))
_NAMED = frozenset(str.split("""
    a:theme/name a:clrScheme/name a:fontScheme/name a:fmtScheme/name
"""))
_LONG_NUMBER = re.compile(r"\d{6}")  # before a list's items: what follows may be the rest of it
_SIGNS = re.compile(r"[\W_]{0,300}")
_LABELS = {  # attributes that are writing, and where the editor is told that they stand
    "w:lvlText/val": "编号格式", "w:tblCaption/val": "表格标题", "w:tblDescription/val": "表格说明",
    "v:textpath/string": "艺术字", "c:numFmt/formatCode": "图表数字格式", "a:tblStyle/styleName": "表格样式名",
}


@dataclass
class Job:
    """One rendition in the making: what all its copiers share."""

    package: Package
    making: Making
    notes: Notes
    figures: Figures
    choices: Choices
    folder: str
    taken: set[Element] = field(default_factory=set)  # whose writing was copied
    visited: set[str] = field(default_factory=set)  # parts that were copied
    copied: set[tuple[Element, str]] = field(default_factory=set)  # attributes with writing that were copied
    styles: dict[str, str] = field(default_factory=dict)  # new ids of styles whose id might say something
    labels: list[tuple[Element, str, str]] = field(default_factory=list)  # writing in attributes: whose, which, where
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    charts: dict[str, str] = field(default_factory=dict)  # where a chart is in the rendition, by its part
    cells: Iterator[int] = field(default_factory=lambda: count(1))

    def label(self, source: Element, made: Element, name: str, where: str) -> None:
        """Take note of an attribute that is writing."""
        self.copied.add((source, name))
        self.labels.append((made, name, where))

    def style(self, name: str) -> str:
        """The id of a style in the rendition: its own where that is a plain word."""
        return name if _STYLE_ID.fullmatch(name) else self.styles.setdefault(name, f"restyled{len(self.styles) + 1}")

    def shown_labels(self) -> list[tuple[Element, str, str]]:
        """The labels of elements that did come into the rendition."""
        roots = {part for part in self.making.parts.values() if not isinstance(part, bytes)}
        return [each for each in self.labels if each[0].getroottree().getroot() in roots]

    def harmless(self, address: str) -> bool:
        """Whether an address on the web tells nothing of a person that was not decided to be kept."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        if parts.scheme not in ("http", "https", "mailto") or parts.username or len(address) > 2000:
            return False
        found = [each for text in (address, unquote(address))
                 for each in privacy.scan_text(text.removeprefix("mailto:"), known_public=self.choices.known_public)]
        return all(self.choices.decision(each.kind, each.normal) is Decision.keep for each in found)


Handler = Callable[["Copier", Element, Element], None]


def handles(names: str) -> Callable[[Handler], Handler]:
    """Mark a method as the one that copies these elements."""

    def mark(method: Handler) -> Handler:
        method.handles = tags(names)
        return method

    return mark


class Copier:
    """Copies one part. `where` is the place it is at, as a reader names it."""

    def __init__(self, job: Job, part: str, owner: str, where: str) -> None:
        self.job, self.notes, self.part, self.owner, self.where = job, job.notes, part, owner, where
        self._handlers = _handlers_of(type(self))

    def root(self) -> Element:
        """The fresh tree of the part."""
        source = self.job.package.root(self.part)
        self.job.visited.add(self.part)
        used = {short(each).partition(":")[0] for each in source.iter(etree.Element)} - {""}
        made = etree.Element(source.tag, nsmap={name: NAMESPACES[name] for name in sorted(used | {"r"})})
        self.attributes(source, made)
        self.children(source, made)
        etree.cleanup_namespaces(made)
        return made

    def copy(self, source: Element, into: Element) -> None:
        """Write what may be seen of `source` to the end of `into`."""
        handler = self._handlers.get(source.tag)
        if handler:
            handler(self, source, into)
        else:
            self.plain(source, into)

    def plain(self, source: Element, into: Element) -> Element | None:
        """The element itself, where it is known, with what it holds."""
        name = etree.QName(source)
        if not _known.known_element(name.namespace or "", name.localname):
            if any(each.tag in _PICTURED or (each.text or "").strip() for each in source.iter(*_TEXTS, *_PICTURED)):
                self.notes.leave("unknown", "无法识别的内容", self.where)
            return None
        made = etree.SubElement(into, source.tag)
        self.attributes(source, made)
        self.writing(source, made)
        self.children(source, made)
        return made

    def children(self, source: Element, into: Element) -> None:
        for child in source:
            self.copy(child, into)

    def writing(self, source: Element, made: Element) -> None:
        """The text right in an element, where such an element holds text."""
        name = etree.QName(source)
        if name.localname in _known.WRITING.get(name.namespace, ()):
            made.text = source.text
            self.job.taken.add(source)
            if source.text and source.text != source.text.strip() and name.namespace == NAMESPACES["w"]:
                made.set(XML_SPACE, "preserve")
        elif name.localname in _known.MEASURED.get(name.namespace, ()) and _known.SIMPLE.fullmatch(source.text or ""):
            made.text = source.text

    # Attributes ---------------------------------------------------------------------------------------------------
    def attributes(self, source: Element, made: Element) -> None:
        own = etree.QName(source).namespace
        for name, value in source.attrib.items():
            place = etree.QName(name)
            namespace = place.namespace or own
            if namespace in _NEVER_COPIED or place.localname not in _known.ATTRIBUTES.get(namespace, ()):
                continue
            said = self.attribute(source, made, place.localname, value)
            if said is not None:
                made.set(name, said)

    def attribute(self, source: Element, made: Element, name: str, value: str) -> str | None:
        """What is said in the rendition for an attribute, or None when it is left out."""
        key = f"{short(source)}/{name}"
        if key == "w:lvlText/val" and _LONG_NUMBER.search(value):
            return ""
        if key in _LABELS:
            self.job.label(source, made, source_name(source, name), _LABELS[key])
            return value
        if name == "name" and key in _NAMED:
            return "Office"
        if key in _FONTS:
            return value if _known.FONT.fullmatch(value) and tells_nothing(value) else None
        if key in _CHARACTERS:
            return value if len(value) <= 1 or _SIGNS.fullmatch(value) else None
        if name == "style" and key.startswith("v:"):
            return _known.plain_style(value)
        if _known.plain_value(name, value):
            return value if not value.startswith("{") or tells_nothing(value) else None
        return None

    # What both families draw --------------------------------------------------------------------------------------
    @handles("wp:docPr pic:cNvPr p:cNvPr wps:cNvPr wpg:cNvPr")
    def described(self, source: Element, into: Element) -> None:
        """A drawing's properties: a new number for its name, and its alternative text 替代文字 where it is writing."""
        number = str(next(self.job.numbers))
        made = etree.SubElement(into, source.tag, id=number, name=number)
        for name in ("descr", "title"):
            value = source.get(name, "")
            if value.strip() and not _PATH.search(value):
                made.set(name, value)
                self.job.label(source, made, name, f"{self.where}的图片说明")

    @handles("mc:AlternateContent")
    def alternatives(self, source: Element, into: Element) -> None:
        """The first alternative that is understood here, else the fallback."""
        for each in source.findall(tag("mc:Choice")):
            needed = [each.nsmap.get(prefix, "") for prefix in each.get("Requires", "").split()]
            if all(_understood(uri) for uri in needed):
                before = len(into)
                self.children(each, into)
                if len(into) > before:
                    self._same(each, source)
                    return
        before = len(into)
        for each in source.findall(tag("mc:Fallback")):
            self.children(each, into)
        if len(into) == before and next(source.iter(*_DRAWN), None) is not None:
            self.notes.leave("unknown", "无法识别的图形", self.where)

    def _same(self, choice: Element, source: Element) -> None:
        """A fallback that says nothing else than the choice hides nothing."""
        said = {each.text for each in choice.iter(etree.Element) if each in self.job.taken}
        others = (each for fallback in source.findall(tag("mc:Fallback")) for each in fallback.iter(etree.Element))
        self.job.taken |= {each for each in others if each.text in said}

    @handles("a:graphicData")
    def graphic(self, source: Element, into: Element) -> None:
        kind = source.get("uri", "").rpartition("/")[2]
        if kind in _SHOWN_GRAPHICS:
            self.plain(source, into)
        elif kind == "diagram":
            self.notes.leave("diagrams", "SmartArt图形，请改为普通文字、形状或图片后重新上传", self.where)
        else:
            self.notes.leave("embedded", "嵌入的对象", self.where)

    @handles("c:chart")
    def chart(self, source: Element, into: Element) -> None:
        """A chart's frame leads to its part; within that part the element holds the chart itself."""
        relation = self.relation(source, "r:id")
        if relation is None:
            if tag("r:id") not in source.attrib:
                self.plain(source, into)
            return
        owner = self.job.charts.get(relation.target)
        if owner is None:
            owner = self.job.charts[relation.target] = f"{self.job.folder}/charts/chart{len(self.job.charts) + 1}.xml"
            copier = type(self)(self.job, relation.target, owner, f"{self.where}的图表")
            self.job.making.add(owner, copier.root(), CHART_TYPE)
        etree.SubElement(into, source.tag).set(tag("r:id"), self.job.making.relate(self.owner, "chart", owner))
        self.notes.removed.setdefault("embedded")  # the workbook behind it

    @handles("c:f")
    def formula(self, source: Element, into: Element) -> None:
        """Which cells a series came from; their workbook does not come along."""
        plain = _FORMULA.fullmatch(source.text or "")
        self.job.taken |= {source} if plain else set()
        etree.SubElement(into, source.tag).text = plain[0] if plain else f"Sheet1!$A${next(self.job.cells)}"

    @handles("c:v")
    def value(self, source: Element, into: Element) -> None:
        """A long number that a spreadsheet wrote as a power of ten is written out, so that it can be read."""
        made = self.plain(source, into)
        if _SCIENTIFIC.fullmatch(made.text or ""):
            made.text = f"{float(made.text):.0f}"

    @handles("c:externalData c:userShapes")
    def unseen(self, source: Element, into: Element) -> None:
        """What nobody sees, or an editing program alone."""

    @handles("a:tableStyleId")
    def table_style(self, source: Element, into: Element) -> None:
        if re.fullmatch(r"\{[0-9A-Fa-f-]{36}\}", source.text or "") and tells_nothing(source.text):
            etree.SubElement(into, source.tag).text = source.text

    @handles("a:fld")
    def drawn_field(self, source: Element, into: Element) -> None:
        """A field in a drawing (page number, date): its number means nothing but must be there."""
        made = self.plain(source, into)
        if made is not None:
            made.set("id", _GUID)

    @handles("a:hlinkClick")
    def drawn_link(self, source: Element, into: Element) -> None:
        address = self.address(self.relation(source, "r:id", external=True))
        if address and etree.QName(into).localname == "rPr":
            etree.SubElement(into, source.tag).set(tag("r:id"), address)

    # Pictures -----------------------------------------------------------------------------------------------------
    @handles("pic:pic p:pic")
    def picture(self, source: Element, into: Element) -> None:
        if self.picture_part(source.find(f".//{tag('a:blip')}")):
            self.plain(source, into)

    @handles("pic:blipFill p:blipFill a:blipFill")
    def picture_fill(self, source: Element, into: Element) -> None:
        """A picture, cut to what is shown of it; a shape filled with one that cannot be looked through is empty."""
        blip = source.find(tag("a:blip"))
        part = self.picture_part(blip)
        if not part:
            etree.SubElement(into, tag("a:noFill"))
            return
        made = etree.SubElement(into, source.tag)
        self.attributes(source, made)
        shown = etree.SubElement(made, blip.tag)
        shown.set(tag("r:embed"), self.job.figures.place(self.owner, part, _crop(source), self.where))
        self.children(blip, shown)
        for name in ("a:tile", "a:stretch"):
            for each in source.findall(tag(name)):
                self.copy(each, made)

    def picture_part(self, blip: Element | None) -> str:
        """The part that holds a picture which can be looked through; what cannot be is noted."""
        relation = self.relation(blip, "r:embed") if blip is not None else None
        if relation is not None and self.job.figures.shows(relation.target):
            return relation.target
        if relation is not None:
            self.notes.leave("vector", "矢量图或无法识别的图片，不能逐字检查，请另存为PNG后重新插入", self.where)
        elif blip is not None and blip.attrib:
            self.notes.leave("links", "链接到文件以外的图片", self.where)
        return ""

    # Relationships ------------------------------------------------------------------------------------------------
    def relation(self, source: Element, name: str, *, external: bool = False) -> Relation | None:
        """What an element refers to, of the side asked for."""
        found = self.job.package.relations(self.part).get(source.get(tag(name), ""))
        if found is None or found.external != external or not (external or found.target in self.job.package):
            return None
        return found

    def address(self, relation: Relation | None) -> str:
        """The id of an outside address in the rendition, or nothing when it goes."""
        if relation is None or relation.kind != "hyperlink":
            return ""
        if not self.job.harmless(relation.target):
            self.notes.leave("links", "链接地址", self.where, seen=False)
            return ""
        return self.job.making.relate(self.owner, "hyperlink", relation.target, external=True)


@cache
def _handlers_of(kind: type[Copier]) -> dict[str, Handler]:
    """By tag, the methods that are marked in a class and those that it inherits from."""
    return {name: method for each in reversed(kind.__mro__) for method in vars(each).values()
            for name in getattr(method, "handles", ())}


def _understood(uri: str) -> bool:
    return any(uri == NAMESPACES[each] for each in _UNDERSTOOD) or bool(_HARMLESS_REQUIRED.fullmatch(uri))


def source_name(source: Element, local: str) -> str:
    """The full name under which an element keeps an attribute."""
    return next(name for name in source.attrib if etree.QName(name).localname == local)


@cache
def tells_nothing(value: str) -> bool:
    """Whether no detector finds anything in a short value."""
    return not privacy.scan_text(value)


def _crop(fill: Element) -> Crop:
    """How much of a picture is cut off at each side, by `a:srcRect` in thousandths of a per cent."""
    cut = fill.find(tag("a:srcRect"))
    if cut is None:
        return (0.0, 0.0, 0.0, 0.0)
    return tuple(_share(cut.get(side, "0")) for side in "ltrb")


def _share(value: str) -> float:
    """A fraction from 0 to 1: thousandths of a per cent, or a per cent."""
    match = re.fullmatch(r"(-?\d{1,7}(?:\.\d{1,6})?)(%?)", value.strip())
    if not match:
        return 0.0
    return min(1.0, max(0.0, float(match[1]) / (100 if match[2] else 100_000)))
