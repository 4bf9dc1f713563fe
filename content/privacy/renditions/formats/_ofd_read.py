"""Where everything lies in an OFD package, and its text in reading order."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from content.privacy.renditions.formats._ofd_copy import local
from content.privacy.renditions.model import Limits, Refused, Source
from content.privacy.renditions.packs import Pack, damaged, parse_xml
from content.privacy.renditions.script import Script

_OBJECTS = frozenset(("TextObject", "PathObject", "ImageObject", "CompositeObject"))
_NEAR = 0.6  # of the size of the letters: what is closer belongs to one word
_LINE = 0.5  # of the size of the letters: what differs less in height stands in one line
_STROKES = 4000  # from so many steps on the lines of a page may be drawn writing


@dataclass
class Sheet:
    """A page, a template of pages, or the drawn parts of resources: its root, what it is called, where it lies."""

    where: str
    part: str
    root: etree._Element
    id: str = ""
    resources: list[etree._Element] = field(default_factory=list)

    def all(self, name: str) -> Iterator[etree._Element]:
        return (each for each in self.root.iter(etree.Element) if local(each) == name)

    @property
    def drawn(self) -> bool:
        """Whether so much is drawn that it may be writing."""
        return sum(len((each.text or "").split()) for each in self.all("AbbreviatedData")) > _STROKES


@dataclass
class Paper:
    """One document in the package."""

    root: etree._Element
    pages: list[Sheet]
    templates: list[Sheet]
    resources: list[Sheet]

    @property
    def sheets(self) -> list[Sheet]:
        return [*self.pages, *self.templates, *self.resources]


class Ofd:
    """A package that was opened. Raises `Refused`."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self.pack, self._limits = Pack.open(source, limits), limits
        self.octets: dict[str, bytes] = {}
        self.used: set[str] = {"OFD.xml"}
        self._pages = 0
        self.root = self._xml("OFD.xml")
        self.papers = [self._paper(each) for body in _children(self.root, "DocBody")
                       for each in _texts(body, "DocRoot")[:1]]
        if not self.papers or not self._pages:
            raise damaged("OFD文件的结构")

    def read(self, part: str) -> bytes:
        if part not in self.octets:
            if part not in self.pack:
                raise damaged("OFD文件的结构")
            self.octets[part] = self.pack.read(part)
        self.used.add(part)
        return self.octets[part]

    def _xml(self, part: str) -> etree._Element:
        return parse_xml(self.read(part))

    def _paper(self, place: str) -> Paper:
        part = within("", place)
        root = self._xml(part)
        common = next(_children(root, "CommonData"), root)
        resources = [self._resource(within(part, place)) for name in ("PublicRes", "DocumentRes")
                     for place in _texts(common, name) if within(part, place) in self.pack]
        templates = [self._sheet(f"模板{number}", within(part, each.get("BaseLoc", "")), each.get("ID", ""))
                     for number, each in enumerate(_children(common, "TemplatePage"), 1)]
        pages = []
        for each in (page for group in _children(root, "Pages") for page in _children(group, "Page")):
            self._pages += 1
            if self._pages > self._limits.pages:
                raise Refused("large", f"文件超过{self._limits.pages}页：请拆分成几个文件后重新上传")
            pages.append(self._sheet(f"第{self._pages}页", within(part, each.get("BaseLoc", "")), each.get("ID", "")))
        return Paper(root, pages, templates, resources + [each for sheet in (*pages, *templates)
                                                          for each in self._page_resources(sheet)])

    def _sheet(self, where: str, part: str, id_: str) -> Sheet:
        return Sheet(where, part, self._xml(part), id_)

    def _resource(self, part: str) -> Sheet:
        return Sheet("公用资源", part, self._xml(part))

    def _page_resources(self, sheet: Sheet) -> list[Sheet]:
        return [self._resource(within(sheet.part, place)) for place in _texts(sheet.root, "PageRes")]

    def pictures(self, resource: Sheet) -> Iterator[tuple[str, str]]:
        """(ID, part) of every picture that a resource file names."""
        base = resource.root.get("BaseLoc", "")
        for media in resource.all("MultiMedia"):
            for place in _texts(media, "MediaFile")[:1]:
                if media.get("Type", "Image") == "Image":
                    folder = within(resource.part, base)
                    part = next((each for each in (posixpath.join(folder, place.strip().lstrip("/")),
                                                   within(resource.part, place)) if each in self.pack), None)
                    if part is None:
                        raise damaged("OFD文件里的图片")
                    yield media.get("ID", ""), posixpath.normpath(part)


def within(part: str, place: str) -> str:
    """Where a place lies that a part names: from the root with a slash, else beside the part."""
    place = place.strip().replace("\\", "/")
    joined = place.lstrip("/") if place.startswith("/") else posixpath.join(posixpath.dirname(part), place)
    return posixpath.normpath(joined)


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in element.iterchildren(etree.Element) if local(each) == name)


def _texts(element: etree._Element, name: str) -> list[str]:
    return [each.text.strip() for each in _children(element, name) if each.text and each.text.strip()]


@dataclass(frozen=True)
class Stretch:
    """A TextCode: where it begins and ends, and how large its letters are, in millimetres."""

    code: etree._Element
    left: float
    right: float
    base: float
    size: float


def write_script(script: Script, sheet: Sheet, hidden: set[etree._Element]) -> None:
    """The text of a sheet line by line, what stands apart in a line parted by tabs."""
    last: Stretch | None = None
    for each in _in_order([_stretch(code) for code in sheet.all("TextCode")]):
        if last is not None:
            if abs(each.base - last.base) > _LINE * max(each.size, last.size):
                script.gap("\n")
            elif not -_NEAR * each.size < each.left - last.right < _NEAR * each.size:
                script.gap("\t")
        script.add(each.code.text or "", each.code, sheet.where, each.code in hidden)
        last = each
    script.gap("\n")


def _in_order(stretches: list[Stretch]) -> list[Stretch]:
    """Top to bottom, and in a line left to right."""
    lines: list[list[Stretch]] = []
    for each in sorted(stretches, key=lambda one: one.base):
        if lines and abs(lines[-1][0].base - each.base) <= _LINE * max(each.size, lines[-1][0].size):
            lines[-1].append(each)
        else:
            lines.append([each])
    return [each for line in lines for each in sorted(line, key=lambda one: one.left)]


def _stretch(code: etree._Element) -> Stretch:
    holder = code.getparent()
    x, y = [*_numbers(holder.get("Boundary", "")), 0.0, 0.0][:2]
    a, b, c, d, e, f = (*_numbers(holder.get("CTM", "")), 0.0)[:6] if len(
        _numbers(holder.get("CTM", ""))) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    own_x, own_y = ([*_numbers(code.get(key, "")), 0.0][0] for key in ("X", "Y"))
    size = ([*_numbers(holder.get("Size", "")), 1.0][0] or 1.0) * (abs(d) or 1.0)
    left = x + a * own_x + c * own_y + e
    width = a * sum(_deltas(code.get("DeltaX", ""), len(code.text or "") - 1))
    letter = size if re.search(r"[^\x00-\xff]$", code.text or "") else size / 2
    return Stretch(code, left, left + abs(width) + letter, y + b * own_x + d * own_y + f, size)


def _deltas(value: str, count: int) -> list[float]:
    """The steps between letters; `g n v` stands for n steps of v."""
    found: list[float] = []
    words = iter(value.split())
    for word in words:
        if word == "g":
            times, step = next(words, "0"), next(words, "0")
            found += _numbers(step) * min(max(count, 0), int(times) if times.isdecimal() else 0)
        else:
            found += _numbers(word)
    return found[:max(count, 0)]


def _numbers(value: str) -> list[float]:
    found = []
    for word in value.split():
        try:
            found.append(float(word))
        except ValueError:
            return []
    return [each if abs(each) < 1e6 else 0.0 for each in found]


def hidden_objects(sheet: Sheet) -> set[etree._Element]:
    """Objects of a sheet that no reader shows: not visible, wholly transparent, neither filled nor drawn."""
    return {each for each in sheet.root.iter(etree.Element) if local(each) in _OBJECTS and (
        each.get("Visible") == "false" or each.get("Alpha") == "0"
        or (local(each) == "TextObject" and each.get("Fill") == "false" and each.get("Stroke", "false") == "false"))}
