"""A workbook written anew, part by part; no part of the original goes along."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from content.privacy.renditions.formats import _xlsx_drawing as drawing
from content.privacy.renditions.formats._xlsx_allow import MAIN, RELATION, child, children, new, under
from content.privacy.renditions.formats._xlsx_look import Look
from content.privacy.renditions.formats._xlsx_read import COLUMNS, ROWS, Area, Place, Workbook, area_of
from content.privacy.renditions.formats._xlsx_sheet import SheetWriter, Written
from content.privacy.renditions.formats._xlsx_view import View
from content.privacy.renditions.packs import write_pack, write_xml

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
Chart = tuple[drawing.Frame, etree._Element]
_NOT_IN_NAMES = re.compile(r"[:\\/?*\[\]\x00-\x1f]")
_PRINT_AREA = re.compile(r"(?:'(?:[^']|'')+'|[^'!,]+)!(\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)(?:,|$)")
_PRINT_ROWS = re.compile(r"!\$(\d{1,7}):\$(\d{1,7})(?:,|$)")
_PRINT_COLUMNS = re.compile(r"!\$([A-Z]{1,3}):\$([A-Z]{1,3})(?:,|$)")


@dataclass
class Package:
    """The parts of the rendition as they are made, each with its media type."""

    parts: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    links: dict[str, list[tuple[str, str, str, bool]]] = field(default_factory=dict)

    def add(self, name: str, root: etree._Element, kind: str) -> None:
        self.parts[name], self.types[name] = write_xml(root), kind

    def octets(self) -> bytes:
        members = {"[Content_Types].xml": self._content_types()}
        for part, links in self.links.items():
            folder, _, file = part.rpartition("/")
            members[f"{folder}/_rels/{file}.rels" if folder else "_rels/.rels"] = _relations(links)
        return write_pack({**members, **self.parts})

    def _content_types(self) -> bytes:
        root = etree.Element(f"{{{_TYPES}}}Types", nsmap={None: _TYPES})
        for suffix, kind in (("rels", "application/vnd.openxmlformats-package.relationships+xml"),
                             ("xml", "application/xml"), ("png", "image/png"), ("jpg", "image/jpeg")):
            etree.SubElement(root, f"{{{_TYPES}}}Default", Extension=suffix, ContentType=kind)
        for name, kind in self.types.items():
            etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=kind)
        return write_xml(root)


def _relations(links: list[tuple[str, str, str, bool]]) -> bytes:
    root = etree.Element(f"{{{_RELATIONS}}}Relationships", nsmap={None: _RELATIONS})
    for name, kind, target, outside in links:
        etree.SubElement(root, f"{{{_RELATIONS}}}Relationship", Id=name, Type=f"{RELATION}/{kind}", Target=target,
                         **({"TargetMode": "External"} if outside else {}))
    return write_xml(root)


def sheet_names(views: list[View], edits: Mapping) -> dict[int, str]:
    """The names of the sheets that are shown: masked names are made such as spreadsheets accept, no two alike."""
    names: dict[int, str] = {}
    for at, view in enumerate(views):
        if not view.shown:
            continue
        name = edits.get(("name", at), view.sheet.name).replace("*", "＊")
        base = _NOT_IN_NAMES.sub("", name).strip("'")[:31] or f"表{at + 1}"
        name, nth = base, 2
        while name.casefold() in {other.casefold() for other in names.values()}:
            name, nth = f"{base[:26]}（{nth}）", nth + 1
        names[at] = name
    return names


def write(book: Workbook, views: list[View], look: Look, writer: SheetWriter, names: dict[int, str],
          placed: Mapping[int, list[drawing.Placed]], charts: Mapping[int, list[Chart]],
          cleaned: Callable[[drawing.Placed], tuple[bytes, str]]) -> tuple[bytes, list[tuple[int, Place]]]:
    """The rendition, and the cells (sheet, place) whose formula could neither stay nor be computed."""
    package, blank = Package(), []
    written: dict[int, Written] = {}
    for at in names:
        tables = sum(len(each.tables) for each in written.values())
        made = written[at] = writer.write(at, bool(placed.get(at) or charts.get(at)), tables)
        name = f"xl/worksheets/sheet{at + 1}.xml"
        package.add(name, made.root, f"{_SHEET_TYPE}.worksheet+xml")
        if made.links:
            package.links[name] = made.links
        for nth, table in enumerate(made.tables, tables + 1):
            package.add(f"xl/tables/table{nth}.xml", table, f"{_SHEET_TYPE}.table+xml")
        blank += [(at, place) for place in made.blank]
        if placed.get(at) or charts.get(at):
            _draw(package, at, placed.get(at, []), charts.get(at, []), cleaned)
    package.add("xl/styles.xml", look.element(), f"{_SHEET_TYPE}.styles+xml")
    uncomputed = any(each.uncomputed for each in written.values())
    package.add("xl/workbook.xml", _workbook(book, views, names, uncomputed), f"{_SHEET_TYPE}.sheet.main+xml")
    package.links[""] = [("rId1", "officeDocument", "xl/workbook.xml", False)]
    package.links["xl/workbook.xml"] = [
        *((f"rId{nth}", "worksheet", f"worksheets/sheet{at + 1}.xml", False) for nth, at in enumerate(names, 1)),
        (f"rId{len(names) + 1}", "styles", "styles.xml", False)]
    if any(charts.values()):
        package.parts["xl/theme/theme1.xml"] = look.theme()
        package.types["xl/theme/theme1.xml"] = "application/vnd.openxmlformats-officedocument.theme+xml"
        package.links["xl/workbook.xml"].append((f"rId{len(names) + 2}", "theme", "theme/theme1.xml", False))
    return package.octets(), blank


def _draw(package: Package, at: int, placed: list[drawing.Placed], charts: list[Chart],
          cleaned: Callable[[drawing.Placed], tuple[bytes, str]]) -> None:
    name, links = f"xl/drawings/drawing{at + 1}.xml", []
    for nth, picture in enumerate(placed, 1):
        data, kind = cleaned(picture)
        file = f"picture{at + 1}-{nth}{'.jpg' if kind == 'image/jpeg' else '.png'}"
        package.parts[f"xl/media/{file}"] = data
        links.append((f"rId{nth}", "image", f"../media/{file}", False))
    for nth, (_, chart) in enumerate(charts, 1):
        file = f"chart{at + 1}-{nth}.xml"
        package.add(f"xl/charts/{file}", chart, "application/vnd.openxmlformats-officedocument.drawingml.chart+xml")
        links.append((f"rId{len(placed) + nth}", "chart", f"../charts/{file}", False))
    things = [*placed, *(frame for frame, _ in charts)]
    root = drawing.element((link[0], thing) for link, thing in zip(links, things, strict=True))
    package.add(name, root, "application/vnd.openxmlformats-officedocument.drawing+xml")
    package.links[name] = links


def _workbook(book: Workbook, views: list[View], names: dict[int, str], uncomputed: bool) -> etree._Element:
    root = etree.Element(f"{{{MAIN}}}workbook", nsmap={None: MAIN, "r": RELATION})
    under(root, "workbookPr", date1904=1 if book.date1904 else None)
    under(under(root, "bookViews"), "workbookView")
    sheets = under(root, "sheets")
    for nth, (at, name) in enumerate(names.items(), 1):
        under(sheets, "sheet", name=name, sheetId=at + 1).set(f"{{{RELATION}}}id", f"rId{nth}")
    printed = new("definedNames")
    for nth, at in enumerate(names):
        for each in children(child(book.root, "definedNames"), "definedName"):
            if each.get("localSheetId") == str(at):
                _printed(printed, each, nth, names[at], views[at])
    if len(printed):
        root.append(printed)
    if uncomputed:
        under(root, "calcPr", fullCalcOnLoad=1)
    return root


def _printed(printed: etree._Element, source: etree._Element, nth: int, name: str, view: View) -> None:
    """The areas and titles for printing, the only names that go along."""
    text, quoted = source.text or "", "'" + name.replace("'", "''") + "'"
    if source.get("name") == "_xlnm.Print_Area":
        areas = [view.area(area_of(each.replace("$", ""))) for each in _PRINT_AREA.findall(text)]
        parts = [f"{quoted}!{_fixed(area)}" for area in areas if area is not None]
    elif source.get("name") == "_xlnm.Print_Titles":
        rows = [view.area(Area(int(top), 1, int(bottom), COLUMNS)) for top, bottom in _PRINT_ROWS.findall(text)]
        columns = [view.area(Area(1, area_of(f"{first}1").left, ROWS, area_of(f"{last}1").left))
                   for first, last in _PRINT_COLUMNS.findall(text)]
        parts = [f"{quoted}!{_fixed(area, rows=False)}" for area in columns if area is not None]
        parts += [f"{quoted}!${area.top}:${area.bottom}" for area in rows if area is not None]
    else:
        return
    if parts:
        under(printed, "definedName", name=source.get("name"), localSheetId=nth).text = ",".join(parts)


def _fixed(area: Area, rows: bool = True) -> str:
    """An area with its corners fixed: $A$1:$C$9, or $A:$C."""
    corners = [re.fullmatch(r"([A-Z]+)(\d+)", each) for each in str(area).split(":")]
    fixed = [f"${each[1]}${each[2]}" if rows else f"${each[1]}" for each in corners]
    return ":".join(fixed if len(fixed) > 1 or rows else fixed * 2)
