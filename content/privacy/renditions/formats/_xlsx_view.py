"""What of a sheet a reader sees, and where it stands once all that is hidden has been left out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from lxml import etree
from openpyxl.utils import get_column_letter

from content.privacy.renditions.formats._xlsx_allow import true
from content.privacy.renditions.formats._xlsx_look import Look
from content.privacy.renditions.formats._xlsx_read import COLUMNS, Area, Place, Sheet, area_of, name_of, places_in
from content.privacy.renditions.packs import damaged

_LOW, _NARROW = 1.0, 0.3  # points and characters, below which a row or column cannot be seen
_NAMED = 12  # places that a sentence names one by one


class View:
    """One sheet as it goes out. `unseen` are places whose look hides their content, `lost` those under merged cells,
    `hidden` sentences about all that a reader does not see, `dropped` codes of what is left out of it."""

    def __init__(self, sheet: Sheet, look: Look, title: str, keep_hidden: bool) -> None:
        self.sheet, self.title = sheet, title
        self.concealed = sheet.state != "visible"
        self.shown = sheet.kind == "worksheet" and (keep_hidden or not self.concealed)
        rows, columns = _hidden_rows(sheet), _hidden_columns(sheet)
        self.rows: list[int] = [] if keep_hidden else rows
        self.columns: list[int] = [] if keep_hidden else columns
        self._row_set, self._column_set = frozenset(self.rows), frozenset(self.columns)
        self.moved: dict[Place, Place] = {}
        self.merges: list[Area] = []
        self.lost: set[Place] = set()
        self._merge()
        dressed = _dressed(sheet)
        found = {place for place, cell in sheet.cells.items()
                 if look.unseen(cell) and not any(place in area for area in dressed)}
        found -= self.lost
        runs = {(place, at) for place, cell in sheet.cells.items() if len(cell.runs) > 1 or _has_look(cell)
                for at, run in enumerate(cell.runs) if look.unseen_run(run, cell.style)}
        self.unseen, self.unseen_runs = found, runs
        self.removed: set[str] = set()
        self.hidden = tuple(self._sentences(rows, columns, found | {place for place, _ in runs}))
        self.keep_hidden = keep_hidden

    def _merge(self) -> None:
        for area in self.sheet.merges:
            first = (area.top, area.left)
            self.lost |= {place for place in places_in(area, self.sheet.cells)
                          if place != first and place in self.sheet.cells and self.sheet.cells[place].kind}
            left = self.area(area)
            if left is not None:
                self.moved[first] = (left.top, left.left)
                self.merges += [left] if left.size > 1 else []

    def seen(self, place: Place) -> bool:
        """Whether a cell of the original is seen in the rendition."""
        if not self.shown or place in self.lost or (place in self.unseen and not self.keep_hidden):
            return False
        return place in self.moved or (place[0] not in self._row_set and place[1] not in self._column_set)

    def seen_run(self, place: Place, at: int) -> bool:
        return self.keep_hidden or (place, at) not in self.unseen_runs

    def row(self, row: int) -> int | None:
        """Where a row of the original stands now."""
        return None if row in self._row_set else row - bisect_left(self.rows, row)

    def column(self, column: int) -> int | None:
        return None if column in self._column_set else column - bisect_left(self.columns, column)

    def place(self, place: Place) -> Place | None:
        """Where a cell of the original stands now; None when it is left out."""
        if place in self.moved:
            return self.moved[place]
        row, column = self.row(place[0]), self.column(place[1])
        return (row, column) if row and column else None

    def area(self, area: Area) -> Area | None:
        """What is left of an area of the original; None when nothing is."""
        top = area.top - bisect_left(self.rows, area.top)
        left = area.left - bisect_left(self.columns, area.left)
        bottom = area.bottom - bisect_right(self.rows, area.bottom)
        right = area.right - bisect_right(self.columns, area.right)
        return Area(top, left, bottom, right) if top <= bottom and left <= right else None

    def whole(self, area: Area) -> bool:
        """Whether nothing of an area is left out."""
        left = self.area(area)
        return left is not None and left.size == area.size

    def areas(self, references: str) -> list[Area]:
        """What is left of areas as sqref names them, parted by blanks."""
        return [left for each in references.split() if (left := self.area(area_of(each))) is not None]

    def _sentences(self, rows: list[int], columns: list[int], unseen: set[Place]) -> Iterable[str]:
        filled = [place for place, cell in self.sheet.cells.items() if cell.kind]
        kind = {"hidden": "隐藏", "veryHidden": "深度隐藏（菜单里看不到）"}.get(self.sheet.state, "隐藏")
        if self.concealed and self.sheet.kind == "worksheet":
            self.removed.add("hidden_sheets")
            yield f"{self.title}被{kind}，有{len(filled)}个单元格的内容"
        hidden_columns = sorted({column for _, column in filled} & set(columns))
        if hidden_columns:
            self.removed.add("hidden_columns")
            yield f"{self.title}有隐藏的列：{_listed(map(get_column_letter, hidden_columns))}"
        hidden_rows = sorted({row for row, _ in filled} & set(rows))
        if hidden_rows:
            self.removed.add("hidden_rows")
            yield f"{self.title}有隐藏的行：{_listed(map(str, hidden_rows))}"
        if unseen:
            self.removed.add("hidden_text")
            places = _listed(map(name_of, sorted(unseen)))
            yield f"{self.title}有看不见的文字（与底色同色、字号极小或格式不显示）：{places}"
        if self.sheet.pictured:
            self.removed.add("pictures")
            yield f"{self.title}有嵌在单元格里的图片，公开版中不保留：{_listed(map(name_of, self.sheet.pictured))}"
        if self.lost:
            self.removed.add("hidden_text")
            yield f"{self.title}的合并单元格下面还有内容：{_listed(map(name_of, sorted(self.lost)))}"


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return "、".join(names[:_NAMED]) + (f"等{len(names)}处" if len(names) > _NAMED else "")


def _has_look(cell) -> bool:
    return bool(cell.runs) and cell.runs[0].look is not None


def _measure(element: etree._Element | None, name: str) -> float | None:
    try:
        return float(element.get(name, "")) if element is not None else None
    except ValueError:
        return None


def _hidden_rows(sheet: Sheet) -> list[int]:
    zero = true(sheet.one("sheetFormatPr"), "zeroHeight")
    found = []
    for row, line in sheet.rows.items():
        height = _measure(line, "ht")
        if true(line, "hidden") or (height is not None and height < _LOW) or (zero and height is None):
            found.append(row)
    return sorted(found)


def _hidden_columns(sheet: Sheet) -> list[int]:
    hidden, told = set(), set()
    for each in sheet.columns:
        first, last = each.get("min", ""), each.get("max", "")
        if not (first.isdecimal() and last.isdecimal() and 0 < int(first) <= int(last) <= COLUMNS):
            raise damaged("工作表的列")
        span = range(int(first), int(last) + 1)
        width = _measure(each, "width")
        told.update(span)
        if true(each, "hidden") or (width is not None and width < _NARROW):
            hidden.update(span)
    usual = _measure(sheet.one("sheetFormatPr"), "defaultColWidth")
    if usual is not None and usual < _NARROW:
        hidden.update({column for _, column in sheet.cells} - told)
    return sorted(hidden)


def _dressed(sheet: Sheet) -> list[Area]:
    """Areas whose ground may be coloured by a rule: white writing there is no hidden writing."""
    found = []
    for each in sheet.rest.get("conditionalFormatting", ()):
        found += [area_of(one) for one in each.get("sqref", "").split()]
    return found + [area_of(each.get("ref", "")) for each in sheet.tables]
