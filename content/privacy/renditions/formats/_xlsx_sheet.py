"""One sheet written anew: its cells as they are seen, its look, nothing else."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from lxml import etree

from content.privacy.renditions.formats._xlsx_allow import (
    MAIN,
    RELATION,
    Tag,
    attributes,
    child,
    children,
    copied,
    local,
    new,
    relation,
    true,
    under,
)
from content.privacy.renditions.formats._xlsx_formulas import Formulas
from content.privacy.renditions.formats._xlsx_look import Look
from content.privacy.renditions.formats._xlsx_read import Area, Cell, Place, area_of, name_of
from content.privacy.renditions.formats._xlsx_script import harmless_address
from content.privacy.renditions.formats._xlsx_view import View

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LIKE_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_FORMAT = "baseColWidth defaultColWidth defaultRowHeight customHeight thickTop thickBottom"
_VIEW = "showGridLines showRowColHeaders showZeros rightToLeft view zoomScale zoomScaleNormal"
_PAGE = ("paperSize scale firstPageNumber fitToWidth fitToHeight pageOrder orientation blackAndWhite draft "
         "useFirstPageNumber")
_MARGINS = "left right top bottom header footer"
_CFVO, _EMPTY_COLOUR = Tag("type val gte"), Tag("rgb theme indexed tint auto")
_SCALES = {
    "colorScale": Tag("", {"cfvo": _CFVO, "color": _EMPTY_COLOUR}),
    "dataBar": Tag("minLength maxLength showValue", {"cfvo": _CFVO, "color": _EMPTY_COLOUR}),
    "iconSet": Tag("showValue percent reverse", {"cfvo": _CFVO}),
}
_ICONS = re.compile(r"[345][A-Za-z]{1,16}\d?")
_RULE = "type priority stopIfTrue aboveAverage percent bottom operator rank stdDev equalAverage timePeriod"
_TEXT_RULES = frozenset(("containsText", "notContainsText", "beginsWith", "endsWith", "containsBlanks",
                         "notContainsBlanks", "containsErrors", "notContainsErrors", "timePeriod"))
_TABLE_STYLE = re.compile(r"TableStyle(?:Light|Medium|Dark)\d{1,2}")


@dataclass
class Written:
    """A sheet of the rendition: its part, where its links lead (id, kind, target, outside), tables, and places of
    formulas whose result nobody knows."""

    root: etree._Element
    links: list[tuple[str, str, str, bool]] = field(default_factory=list)
    tables: list[etree._Element] = field(default_factory=list)
    blank: list[Place] = field(default_factory=list)
    uncomputed: bool = False


class SheetWriter:
    """Writes the sheets of a workbook. `edits` are the new texts by ref, as the script gives them."""

    def __init__(self, views: list[View], look: Look, formulas: Formulas, edits: dict) -> None:
        self._views, self._look, self._formulas, self._edits = views, look, formulas, edits

    def write(self, at: int, drawing: bool, tables_before: int) -> Written:
        view, sheet = self._views[at], self._views[at].sheet
        made = Written(new("worksheet"))
        root = made.root = etree.Element(f"{{{MAIN}}}worksheet", nsmap={None: MAIN, "r": RELATION})
        self._properties(root, view)
        root.append(_sheet_view(view, at))
        form = under(root, "sheetFormatPr", **attributes(sheet.one("sheetFormatPr"), _FORMAT)
                     if sheet.one("sheetFormatPr") is not None else {})
        form.set("defaultRowHeight", form.get("defaultRowHeight", "15"))
        if float(form.get("defaultColWidth", "9")) < 1:
            del form.attrib["defaultColWidth"]
        self._columns(root, view)
        self._cells(under(root, "sheetData"), at, made)
        self._filter(root, view)
        if view.merges:
            merges = under(root, "mergeCells", count=len(view.merges))
            for area in view.merges:
                under(merges, "mergeCell", ref=area)
        self._conditions(root, at)
        self._links(root, at, made)
        self._printing(root, view)
        if drawing:
            link = f"rId{len(made.links) + 1}"
            made.links.append((link, "drawing", f"../drawings/drawing{at + 1}.xml", False))
            under(root, "drawing").set(f"{{{RELATION}}}id", link)
        self._tables(root, at, made, tables_before)
        return made

    def _properties(self, root: etree._Element, view: View) -> None:
        source, made = view.sheet.one("sheetPr"), under(root, "sheetPr")
        colour, page = child(source, "tabColor"), child(source, "pageSetUpPr")
        if colour is not None:
            made.append(self._look.colour(colour))
        if true(page, "fitToPage"):
            under(made, "pageSetUpPr", fitToPage=1)

    def _columns(self, root: etree._Element, view: View) -> None:
        columns = etree.Element(f"{{{MAIN}}}cols")
        for each in sorted(view.sheet.columns, key=lambda one: int(one.get("min"))):
            first, last = int(each.get("min")), int(each.get("max"))
            left, right = first - bisect_left(view.columns, first), last - bisect_right(view.columns, last)
            if left > right or (len(columns) and int(columns[-1].get("max")) >= left):
                continue
            given = attributes(each, "width customWidth bestFit")
            if float(given.get("width", "9")) < 0.3 or "width" not in given:
                given["width"] = "9"
            style = each.get("style", "")
            under(columns, "col", min=left, max=right, **given,
                  style=self._look.use(int(style)) if style.isdecimal() else None)
        if len(columns):
            root.append(columns)

    def _cells(self, data: etree._Element, at: int, made: Written) -> None:
        view = self._views[at]
        grid: dict[int, dict[int, tuple[Place, Cell]]] = {}
        for place, cell in view.sheet.cells.items():
            spot = view.place(place)
            if spot is not None and (spot[1] not in grid.get(spot[0], {}) or place in view.moved):
                grid.setdefault(spot[0], {})[spot[1]] = (place, cell)
        lines = {view.row(row): line for row, line in view.sheet.rows.items() if view.row(row)}
        for row in sorted({*grid, *lines}):
            line = under(data, "row", r=row, **self._row(lines.get(row)))
            for column in sorted(grid.get(row, ())):
                place, cell = grid[row][column]
                self._cell(under(line, "c", r=name_of((row, column))), at, place, cell, made)

    def _row(self, source: etree._Element | None) -> dict[str, str]:
        if source is None:
            return {}
        given = attributes(source, "ht customHeight customFormat thickTop thickBot")
        if float(given.get("ht", "9")) < 1:
            del given["ht"]
            given.pop("customHeight", None)
        style = source.get("s", "")
        return given | ({"s": str(self._look.use(int(style)))} if style.isdecimal() else {})

    def _cell(self, element: etree._Element, at: int, place: Place, cell: Cell, made: Written) -> None:
        view = self._views[at]
        seen = view.seen(place)
        edited = any(("cell", at, place, nth) in self._edits for nth in range(max(1, len(cell.runs))))
        variant = "seen" if seen and place in view.unseen else "text" if edited and cell.kind != "s" else ""
        element.set("s", str(self._look.use(cell.style, variant)))
        if not seen:
            return
        formula = self._formulas.carried(cell.formula, at) if cell.formula and not edited else None
        if formula is not None:
            under(element, "f").text = formula
            made.uncomputed |= not cell.kind
        if cell.kind == "" and cell.computed and formula is None:
            self._unknown(element, at, place, cell, made)
        elif cell.kind == "s" and formula is not None:
            element.set("t", "str")
            under(element, "v").text = written(cell.text)
        elif cell.kind == "s":
            self._text(element, at, place, cell)
        elif edited:
            _plain_text(element, self._edits["cell", at, place, 0])
        elif cell.kind:
            element.set("t", cell.kind)
            under(element, "v").text = written(cell.value)

    def _unknown(self, element: etree._Element, at: int, place: Place, cell: Cell, made: Written) -> None:
        """A formula that must not stay and whose result the file does not hold."""
        result = self._formulas.result(cell.formula, at) if cell.formula else None
        if result is None:
            made.blank.append(place)
        else:
            under(element, "v").text = result

    def _text(self, element: etree._Element, at: int, place: Place, cell: Cell) -> None:
        view = self._views[at]
        runs = [(run, self._edits.get(("cell", at, place, nth), run.text), view.seen_run(place, nth),
                 (place, nth) in view.unseen_runs) for nth, run in enumerate(cell.runs)]
        runs = [(run, as_before(text, run.text), faint) for run, text, seen, faint in runs if seen and text]
        if not any(run.look is not None for run, _, _ in runs):
            return _plain_text(element, "".join(text for _, text, _ in runs))
        element.set("t", "inlineStr")
        item = under(element, "is")
        for run, text, faint in runs:
            part = under(item, "r")
            if run.look is not None and not faint:
                part.append(self._look.run_look(run.look))
            _put(part, text)

    def _filter(self, root: etree._Element, view: View) -> None:
        """Where the arrows of a filter stand; what it chose is left out."""
        source = view.sheet.one("autoFilter")
        area = view.area(area_of(source.get("ref", ""))) if source is not None else None
        if area is not None:
            under(root, "autoFilter", ref=area)

    def _conditions(self, root: etree._Element, at: int) -> None:
        """Rules of look 条件格式 that depend on nothing but what is seen."""
        view = self._views[at]
        for source in view.sheet.rest.get("conditionalFormatting", ()):
            areas = view.areas(source.get("sqref", ""))
            made = new("conditionalFormatting", sqref=" ".join(map(str, areas)))
            rules = [self._rule(each, at) for each in children(source, "cfRule")]
            made.extend([rule for rule in rules if rule is not None])
            if areas and len(made):
                root.append(made)

    def _rule(self, source: etree._Element, at: int) -> etree._Element | None:
        view = self._views[at]
        formulas = [each.text or "" for each in children(source, "formula")]
        kept = [self._formulas.carried(each, at) for each in formulas]
        if None in kept or (formulas and (view.rows or view.columns)) or "priority" not in source.attrib:
            return None
        made = new("cfRule", **attributes(source, _RULE))
        difference = source.get("dxfId", "")
        if difference.isdecimal() and int(difference) < len(self._look.dxfs):
            made.set("dxfId", difference)
        if source.get("type") in _TEXT_RULES:
            made.set("type", "expression")
            for name in ("operator", "timePeriod"):
                made.attrib.pop(name, None)
        for formula in kept:
            under(made, "formula").text = formula
        for each in source:
            if local(each) in _SCALES:
                made.append(self._scale(each))
        return made if len(made) or "dxfId" in made.attrib else None

    def _scale(self, source: etree._Element) -> etree._Element:
        made = copied(source, _SCALES[local(source)])
        icons = source.get("iconSet", "")
        if _ICONS.fullmatch(icons):
            made.set("iconSet", icons)
        for each in children(made, "color"):
            made.replace(each, self._look.colour(each))
        return made

    def _links(self, root: etree._Element, at: int, made: Written) -> None:
        """Links to public addresses, and to cells that are seen."""
        view = self._views[at]
        found = etree.Element(f"{{{MAIN}}}hyperlinks")
        for each in children(view.sheet.one("hyperlinks"), "hyperlink"):
            area = view.area(area_of(each.get("ref", "")))
            link = view.sheet.relations.get(relation(each))
            if area is None:
                continue
            if link is not None and link.outside and harmless_address(link.target) and not each.get("location"):
                name = f"rId{len(made.links) + 1}"
                made.links.append((name, "hyperlink", link.target, True))
                under(found, "hyperlink", ref=area).set(f"{{{RELATION}}}id", name)
            elif link is None and (inside := self._formulas.carried(each.get("location", "").lstrip("#"), at)):
                under(found, "hyperlink", ref=area, location=inside)
        if len(found):
            root.append(found)

    def _printing(self, root: etree._Element, view: View) -> None:
        sheet = view.sheet
        options, margins, page = (sheet.one(name) for name in ("printOptions", "pageMargins", "pageSetup"))
        if options is not None:
            under(root, "printOptions", **attributes(options, "horizontalCentered verticalCentered headings gridLines"))
        if margins is not None and len(given := attributes(margins, _MARGINS)) == len(_MARGINS.split()):
            under(root, "pageMargins", **given)
        if page is not None:
            under(root, "pageSetup", **attributes(page, _PAGE))
        for name, moved in (("rowBreaks", view.row), ("colBreaks", view.column)):
            breaks = [moved(int(each.get("id"))) for each in children(sheet.one(name), "brk")
                      if each.get("id", "").isdecimal() and int(each.get("id"))]
            breaks = sorted({each for each in breaks if each})
            if breaks:
                made = under(root, name, count=len(breaks), manualBreakCount=len(breaks))
                for each in breaks:
                    under(made, "brk", id=each, man=1, max=16383 if name == "rowBreaks" else 1048575)

    def _tables(self, root: etree._Element, at: int, made: Written, before: int) -> None:
        """Tables 超级表 for the sake of their look, with names of ours."""
        view = self._views[at]
        for source in view.sheet.tables:
            area = area_of(source.get("ref", ""))
            heads = [view.sheet.cells.get((area.top, column)) for column in range(area.left, area.right + 1)]
            names = [written(head.text) if head is not None and head.kind == "s" else "" for head in heads]
            distinct = all(names) and len({name.casefold() for name in names}) == len(names)
            if distinct and view.whole(area) and self._untouched(at, area) and source.get("headerRowCount", "1") == "1":
                number = before + len(made.tables) + 1
                made.tables.append(_table(source, view.area(area), names, number))
        if made.tables:
            parts = under(root, "tableParts", count=len(made.tables))
            for nth in range(len(made.tables)):
                link = f"rId{len(made.links) + 1}"
                made.links.append((link, "table", f"../tables/table{before + nth + 1}.xml", False))
                under(parts, "tablePart").set(f"{{{RELATION}}}id", link)

    def _untouched(self, at: int, area: Area) -> bool:
        """Whether the heads of a table are seen as they were: its columns must be called the same."""
        heads = {(area.top, column) for column in range(area.left, area.right + 1)}
        return heads.isdisjoint(self._views[at].unseen) and not any(
            ref[0] == "cell" and ref[1] == at and ref[2] in heads for ref in self._edits)


def _table(source: etree._Element, area: Area, names: list[str], number: int) -> etree._Element:
    total = "1" if source.get("totalsRowCount") == "1" else None
    made = new("table", id=number, name=f"Table{number}", displayName=f"Table{number}", ref=area, totalsRowCount=total)
    if child(source, "autoFilter") is not None:
        last = area.bottom - 1 if total else area.bottom
        under(made, "autoFilter", ref=f"{name_of((area.top, area.left))}:{name_of((last, area.right))}")
    columns = under(made, "tableColumns", count=len(names))
    for nth, name in enumerate(names, 1):
        under(columns, "tableColumn", id=nth, name=name)
    style = child(source, "tableStyleInfo")
    if style is not None and _TABLE_STYLE.fullmatch(style.get("name", "")):
        under(made, "tableStyleInfo", name=style.get("name"),
              **attributes(style, "showFirstColumn showLastColumn showRowStripes showColumnStripes"))
    return made


def _sheet_view(view: View, at: int) -> etree._Element:
    """How the sheet is looked at: lines, zoom, frozen rows and columns; from its first cell."""
    source = child(view.sheet.one("sheetViews"), "sheetView")
    made = new("sheetViews")
    one = under(made, "sheetView", **attributes(source, _VIEW) if source is not None else {}, workbookViewId=0)
    pane = child(source, "pane")
    if pane is not None and pane.get("state", "") in ("frozen", "frozenSplit"):
        across, down = (_split(pane.get(name)) for name in ("xSplit", "ySplit"))
        across -= bisect_right(view.columns, across)
        down -= bisect_right(view.rows, down)
        if across or down:
            active = "bottomRight" if across and down else "topRight" if across else "bottomLeft"
            under(one, "pane", xSplit=across or None, ySplit=down or None, topLeftCell=name_of((down + 1, across + 1)),
                  activePane=active, state="frozen")
    return made


def _split(text: str | None) -> int:
    return int(float(text)) if text and re.fullmatch(r"\d{1,4}(?:\.0+)?", text) else 0


def as_before(text: str, original: str) -> str:
    """An edited text with the line ends that its original had: scripts have blanks in their stead."""
    if len(text) != len(original):
        return text
    return "".join(old if old in "\n\t" and char == " " else char for char, old in zip(text, original, strict=True))


def written(text: str) -> str:
    """A text as XML can hold it, and so that spreadsheets do not take part of it for an escape."""
    return _LIKE_ESCAPE.sub("_x005F_", _FORBIDDEN.sub("", text))


def _plain_text(element: etree._Element, text: str) -> None:
    element.set("t", "inlineStr")
    _put(under(element, "is"), text)


def _put(parent: etree._Element, text: str) -> None:
    part = under(parent, "t")
    part.text = written(text)
    if text != text.strip() or "\n" in text:
        part.set(_SPACE, "preserve")
