"""What a workbook holds: its sheets with their cells, its strings and its parts, found by what relations say."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from urllib.parse import unquote

from lxml import etree
from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.utils import get_column_letter

from content.privacy.renditions.formats._xlsx_allow import child, children, local, relation, true
from content.privacy.renditions.model import Limits, Refused
from content.privacy.renditions.packs import Pack, damaged, too_large

ROWS, COLUMNS = 1_048_576, 16_384
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PICTURED = re.compile(r"\bDISPIMG\(", re.IGNORECASE)
_MERGES = 100  # merged ranges of more than _WIDE cells that we follow
_WIDE = 10_000

Place = tuple[int, int]  # row and column, both from 1


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a cell's text with its own look (`rPr`), if it has one."""

    text: str
    look: etree._Element | None = None


@dataclass(slots=True)
class Cell:
    """A cell. `kind`: n (number), s (text, in `runs`), b, e, or "" when it is empty; `value` as a number is written."""

    kind: str
    value: str = ""
    runs: tuple[Run, ...] = ()
    style: int = 0
    formula: str | None = None
    computed: bool = False  # had a formula, even one that we do not follow

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, all ends within it."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, place: Place) -> bool:
        return self.top <= place[0] <= self.bottom and self.left <= place[1] <= self.right

    @property
    def size(self) -> int:
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    def __str__(self) -> str:
        first, last = name_of((self.top, self.left)), name_of((self.bottom, self.right))
        return first if first == last else f"{first}:{last}"


@dataclass
class Sheet:
    """A sheet: its cells by place, and the elements beside them by name."""

    name: str
    state: str  # visible, hidden, veryHidden
    part: str
    kind: str  # worksheet, chartsheet, dialogsheet, …
    cells: dict[Place, Cell] = field(default_factory=dict)
    rows: dict[int, etree._Element] = field(default_factory=dict)  # their attributes
    columns: list[etree._Element] = field(default_factory=list)
    rest: dict[str, list[etree._Element]] = field(default_factory=dict)
    merges: list[Area] = field(default_factory=list)
    relations: dict[str, Relation] = field(default_factory=dict)
    tables: list[etree._Element] = field(default_factory=list)
    pictured: list[Place] = field(default_factory=list)  # cells in which WPS keeps a picture

    def one(self, name: str) -> etree._Element | None:
        return next(iter(self.rest.get(name, ())), None)


@dataclass(frozen=True)
class Relation:
    """Where a relation leads. `target` is the name of a part, or an address outside when `outside`."""

    kind: str
    target: str
    outside: bool


@dataclass
class Workbook:
    """Everything read of a workbook. `leftover`: shared strings that no cell shows; `seen`: parts that were read;
    `drawn`: parts with drawings, and how their sheets are called."""

    pack: Pack
    root: etree._Element
    sheets: list[Sheet]
    styles: etree._Element | None
    theme: etree._Element | None
    leftover: list[str]
    seen: set[str]
    drawn: dict[str, str] = field(default_factory=dict)

    @cached_property
    def date1904(self) -> bool:
        return true(child(self.root, "workbookPr"), "date1904")


def place_of(reference: str) -> Place:
    """The place that C7 names. Raises `Refused` when there is no such."""
    match = _CELL.fullmatch(reference)
    column = 0
    for letter in match[1] if match else "":
        column = column * 26 + ord(letter) - 64
    if not match or not 0 < column <= COLUMNS or int(match[2]) > ROWS:
        raise damaged("工作表的单元格")
    return int(match[2]), column


def name_of(place: Place) -> str:
    """The name of a place: C7."""
    return f"{get_column_letter(place[1])}{place[0]}"


def area_of(reference: str) -> Area:
    """The area that B2:C7 names. Raises `Refused` when there is no such."""
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = place_of(first), place_of(last or first)
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def places_in(area: Area, cells: dict[Place, Cell]) -> Iterable[Place]:
    """The places of an area, or those of the cells that are in it, whichever are fewer to look at."""
    if area.size > len(cells):
        return [place for place in cells if place in area]
    return product(range(area.top, area.bottom + 1), range(area.left, area.right + 1))


def relations(pack: Pack, part: str, seen: set[str]) -> dict[str, Relation]:
    """The relations of a part, by id."""
    folder, file = posixpath.split(part)
    name = posixpath.join(folder, "_rels", f"{file}.rels")
    if name not in pack:
        return {}
    seen.add(name)
    return {each.get("Id", ""): _relation(each, folder) for each in children(pack.xml(name), "Relationship")}


def _relation(element: etree._Element, folder: str) -> Relation:
    kind, target = element.get("Type", "").rpartition("/")[2], element.get("Target", "")
    if element.get("TargetMode") == "External":
        return Relation(kind, target, True)
    return Relation(kind, posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/"), False)


def load(pack: Pack, limits: Limits) -> Workbook:
    """The workbook in a package. Raises `Refused`: damaged, large."""
    seen = {"[Content_Types].xml"}
    main = _target(relations(pack, "", seen), "officeDocument", pack)
    if not main:
        raise damaged("工作簿")
    seen.add(main)
    root, links = pack.xml(main), relations(pack, main, seen)
    strings = [runs_of(each) for each in children(_part(pack, links, "sharedStrings", seen), "si")]
    used: set[int] = set()
    room = [limits.cells]
    sheets = [_sheet(pack, each, links, strings, used, room, seen)
              for each in children(child(root, "sheets"), "sheet") if relation(each) in links]
    leftover = ["".join(run.text for run in runs) for place, runs in enumerate(strings) if place not in used]
    return Workbook(pack, root, sheets, _part(pack, links, "styles", seen), _part(pack, links, "theme", seen),
                    leftover, seen)


def _target(links: dict[str, Relation], kind: str, pack: Pack) -> str:
    return next((each.target for each in links.values()
                 if each.kind == kind and not each.outside and each.target in pack), "")


def _part(pack: Pack, links: dict[str, Relation], kind: str, seen: set[str]) -> etree._Element | None:
    name = _target(links, kind, pack)
    if not name:
        return None
    seen.add(name)
    return pack.xml(name)


def runs_of(item: etree._Element) -> tuple[Run, ...]:
    """The text of a string item, run by run; readings of characters (phonetic) are not part of it."""
    runs = []
    for each in item:
        if local(each) == "t":
            runs.append(Run(_unescaped(each.text or "")))
        elif local(each) == "r":
            text = child(each, "t")
            runs.append(Run(_unescaped((text.text or "") if text is not None else ""), child(each, "rPr")))
    return tuple(run for run in runs if run.text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _sheet(pack: Pack, entry: etree._Element, links: dict[str, Relation], strings: list, used: set[int],
           room: list[int], seen: set[str]) -> Sheet:
    link = links[relation(entry)]
    sheet = Sheet(entry.get("name", ""), entry.get("state", "visible"), link.target, link.kind)
    if link.outside or link.target not in pack or link.kind != "worksheet":
        return sheet
    seen.add(link.target)
    sheet.relations = relations(pack, link.target, seen)
    for each in pack.xml(link.target):
        if local(each) == "sheetData":
            for place, cell in _cells(each, sheet, strings, used, room):
                sheet.cells[place] = cell
        elif local(each) == "cols":
            sheet.columns = children(each, "col")
        elif local(each) == "mergeCells":
            sheet.merges = [area_of(one.get("ref", "")) for one in each if local(one) == "mergeCell"]
        else:
            sheet.rest.setdefault(local(each), []).append(each)
    sheet.tables = [pack.xml(name) for each in children(sheet.one("tableParts"), "tablePart")
                    if (name := _named(sheet, each, pack, seen))]
    if sum(area.size > _WIDE for area in sheet.merges) > _MERGES:
        raise damaged("工作表的合并单元格")
    return sheet


def _named(sheet: Sheet, element: etree._Element, pack: Pack, seen: set[str]) -> str:
    """The part that an element of a sheet names; "" when there is none."""
    link = sheet.relations.get(relation(element))
    if link is None or link.outside or link.target not in pack:
        return ""
    seen.add(link.target)
    return link.target


def _cells(data: etree._Element, sheet: Sheet, strings: list, used: set[int],
           room: list[int]) -> Iterator[tuple[Place, Cell]]:
    """The cells of a sheet, formulas that are shared spelled out."""
    shared: dict[str, tuple[str, str]] = {}
    row = 0
    for line in children(data, "row"):
        row = _number(line.get("r"), row + 1, ROWS)
        sheet.rows[row] = line
        column = 0
        for each in children(line, "c"):
            place = place_of(each.get("r")) if each.get("r") else (row, column + 1)
            column = place[1]
            room[0] -= 1
            if room[0] < 0:
                raise too_large("工作簿的单元格太多")
            cell = _cell(each, strings, used)
            _formula(cell, child(each, "f"), name_of(place), shared)
            if cell.formula and _PICTURED.search(cell.formula):
                sheet.pictured.append(place)
                cell = Cell("", style=cell.style)
            yield place, cell


def _number(given: str | None, otherwise: int, most: int) -> int:
    value = int(given) if given and given.isdecimal() and len(given) < 9 else otherwise
    if not 0 < value <= most:
        raise damaged("工作表的行")
    return value


def _cell(element: etree._Element, strings: list, used: set[int]) -> Cell:
    kind, value = element.get("t", "n"), child(element, "v")
    text = (value.text or "").strip() if value is not None else ""
    cell = Cell("", style=int(element.get("s", "0") or 0) if element.get("s", "0").isdecimal() else 0)
    if kind == "inlineStr":
        item = child(element, "is")
        cell.runs = runs_of(item) if item is not None else ()
    elif kind == "s" and text:
        cell.runs = _shared_string(text, strings, used)
    elif kind in ("str", "d") and value is not None:
        cell.runs = (Run(_unescaped(value.text or "")),) if value.text else ()
    elif kind in ("b", "e") and text:
        cell.kind, cell.value = kind, text if kind == "e" else str(int(text in ("1", "true")))
    elif text:
        _number_into(cell, text)
    if cell.runs:
        cell.kind = "s"
    return cell


def _shared_string(text: str, strings: list, used: set[int]) -> tuple[Run, ...]:
    if not text.isdecimal() or len(text) > 9 or int(text) >= len(strings):
        raise damaged("工作簿的文字表")
    used.add(int(text))
    return strings[int(text)]


def _number_into(cell: Cell, text: str) -> None:
    """A number as a spreadsheet holds it: a double, with no more places than that has."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        cell.runs = (Run(text),)
        return
    whole = number.is_integer() and abs(number) < 1e15
    cell.kind, cell.value = "n", str(int(number)) if whole else repr(number)


def _formula(cell: Cell, element: etree._Element | None, name: str, shared: dict[str, tuple[str, str]]) -> None:
    """Note the formula of a cell. Those of arrays and tables are not followed: what they gave stands."""
    if element is None:
        return
    cell.computed = True
    text, group = (element.text or "").strip(), element.get("si", "")
    if element.get("t") == "shared":
        if text:
            shared[group] = (f"={text}", name)
        if group in shared:
            cell.formula = _translated(*shared[group], name)
    elif element.get("t", "normal") == "normal" and text:
        cell.formula = text


def _translated(formula: str, origin: str, name: str) -> str | None:
    try:
        return Translator(formula, origin=origin).translate_formula(name)[1:]
    except (TranslatorError, ValueError):
        return None


def no_sheets() -> Refused:
    """The refusal of a workbook in which nothing is to be seen."""
    return Refused("unknown", "工作簿里没有看得见的工作表：请把要公开的表设为可见，或者选择公开隐藏的内容后重新上传")
