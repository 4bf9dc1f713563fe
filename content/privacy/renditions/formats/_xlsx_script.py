"""The writing of a workbook as it is read: what a reader sees, row by row, and everything else that it carries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from content import privacy
from content.privacy.renditions.formats import _xlsx_numbers as numbers
from content.privacy.renditions.formats._xlsx_allow import local
from content.privacy.renditions.formats._xlsx_look import Look
from content.privacy.renditions.formats._xlsx_read import Cell, Place, Workbook, name_of
from content.privacy.renditions.formats._xlsx_view import View
from content.privacy.renditions.model import Finding, Limits, Refused
from content.privacy.renditions.packs import parse_xml, too_large
from content.privacy.renditions.script import Script

SHEET_ENDS = "\n\n\n\n"  # so many lines that no table goes on over them
_SPARSE = 10  # places of the grid of a sheet for each cell that a workbook may have
_BORN = re.compile(r"出生|生日|birth|dob|csrq", re.IGNORECASE)
_CODES = re.compile(r"信用代码|组织机构|税号|注册号|许可证|项目代码|金额|资本|代码")
_DAYS = (3654, 55_000)  # 1910 … 2050: serial numbers of days that can be birth dates
_IDENTITY = re.compile(r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}"
                       r"(?:19\d\d|20[0-4]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}")
_CARD = re.compile(r"62\d{14,17}")
_WHY = "数字单元格里的证件号或卡号，末几位已失真，仍可辨认个人。"
_QUOTED = re.compile(r'"|\d{7}')
_FULL_DATE = tuple("ymd")
_PRINTING = frozenset(("_xlnm.Print_Area", "_xlnm.Print_Titles", "_xlnm._FilterDatabase"))
_WEB = re.compile(r"https?://[^\s/]+")

PARTS = (  # what a rendition never takes along: part names, code, how it is called
    (re.compile(r"charts?/(?:style|colors)|calcChain|vmlDrawing|xl/metadata|richData"), "", "计算与绘图数据"),
    (re.compile(r"(?:^|/)docProps/|(?:^|/)docMetadata/"), "metadata", "文档属性"),
    (re.compile(r"omments|/persons?/"), "comments", "批注"),
    (re.compile(r"externalLinks?/"), "external_links", "外部链接"),
    (re.compile(r"pivot|slicer|timeline", re.IGNORECASE), "pivots", "数据透视表缓存"),
    (re.compile(r"vbaProject|vbaData|macrosheets|/activeX|intlMacro", re.IGNORECASE), "macros", "宏"),
    (re.compile(r"(?:^|/)customXml/|customProperty"), "custom_xml", "自定义XML数据"),
    (re.compile(r"printerSettings"), "printer", "打印机设置"),
    (re.compile(r"chartsheets|charts?/chart\d|diagrams"), "charts", "图表"),
    (re.compile(r"connections|queryTables|xl/model|customData|xmlMaps"), "connections", "数据连接"),
    (re.compile(r"revisions/|userNames"), "revisions", "共享工作簿的修订记录"),
    (re.compile(r"embeddings|ctrlProps|oleObject"), "objects", "嵌入的对象"),
    (re.compile(r"cellimages|media/"), "pictures", "图片"),
    (re.compile(r"drawings?/"), "shapes", "图形与文本框"),
)
PIECES = {  # elements of sheets and of the workbook that are not taken along as they are
    "headerFooter": ("headers", "打印页眉页脚"), "dataValidations": ("validations", "数据有效性"),
    "hyperlinks": ("", "超链接"), "conditionalFormatting": ("", "条件格式"), "autoFilter": ("", "筛选条件"),
    "protectedRanges": ("protection", "保护区域"), "sheetProtection": ("protection", "工作表保护"),
    "scenarios": ("scenarios", "方案"), "customSheetViews": ("views", "自定义视图"), "sortState": ("", "排序"),
    "dataConsolidate": ("pivots", "合并计算"), "oleObjects": ("objects", "嵌入的对象"),
    "controls": ("objects", "控件"), "AlternateContent": ("objects", "控件"),
    "customProperties": ("custom_xml", "自定义属性"), "cellWatches": ("views", "监视窗口"),
    "smartTags": ("objects", "智能标记"), "webPublishItems": ("metadata", "网页发布"),
    "extLst": ("extensions", "扩展内容"), "legacyDrawingHF": ("headers", "打印页眉图片"),
    "picture": ("pictures", "工作表背景图"),
    "definedNames": ("names", "定义的名称"), "customWorkbookViews": ("views", "自定义视图"),
    "fileSharing": ("metadata", "文件共享信息"), "webPublishing": ("metadata", "网页发布"),
    "workbookProtection": ("protection", "工作簿保护"), "pivotCaches": ("pivots", "数据透视表缓存"),
}
_TELLING = frozenset(str.split(
    "v name descr title val caption displayName uniqueName author display tooltip location sourceFile alt email userId "
    "userName prompt promptTitle error errorTitle comment user totalsRowLabel Target path sheetName text"
))
_INLINE = frozenset(str.split("r t rPr b i u font span ssp"))


@dataclass
class Shown:
    """What a workbook shows: its text for detectors (`script`), for readers (`lines`), and what only shape tells."""

    script: Script = field(default_factory=Script)
    lossy: list[tuple[tuple, str, str, str]] = field(default_factory=list)  # ref, kind, digits, where


class Reader:
    """Turns cells into text."""

    def __init__(self, book: Workbook, look: Look, views: list[View], limits: Limits) -> None:
        self._book, self._look, self._views, self._limits = book, look, views, limits

    def display(self, cell: Cell) -> str:
        """A cell as its reader sees it."""
        if cell.kind == "n":
            return numbers.shown(cell.value, self._look.code(cell.style), self._book.date1904)
        return {"b": "TRUE" if cell.value == "1" else "FALSE", "e": cell.value}.get(cell.kind, cell.text)

    def _detail(self, cell: Cell, header: str) -> str:
        """A number with nothing that its format leaves unsaid: all digits, the full date."""
        code, exact = self._look.code(cell.style), numbers.stored(cell.value)
        if numbers.is_date(code):
            when, shown = numbers.moment(cell.value, self._book.date1904), self.display(cell)
            full = all(letter in code.lower() for letter in _FULL_DATE)
            return shown if full or when is None or float(cell.value) < 1 else numbers.iso(when)
        if _BORN.search(header) and exact.isdecimal() and _DAYS[0] <= int(exact) <= _DAYS[1]:
            return numbers.iso(numbers.moment(cell.value, self._book.date1904))
        shown = self.display(cell)
        whole = re.sub(r"\D", "", exact) in re.sub(r"\D", "", shown) and "," not in shown and "E" not in shown
        return shown if whole else exact

    def shown(self) -> Shown:
        """What is seen in the rendition."""
        made = Shown()
        for at, view in enumerate(self._views):
            if view.shown:
                self._sheet(made, at, view, everything=False)
        return made

    def everything(self) -> Shown:
        """All cells of all sheets, hidden or not: those that are left out are marked as dropped."""
        made = Shown()
        for at, view in enumerate(self._views):
            if view.sheet.kind == "worksheet":
                self._sheet(made, at, view, everything=True)
        return made

    def _sheet(self, made: Shown, at: int, view: View, everything: bool) -> None:
        script, cells = made.script, view.sheet.cells
        script.add(view.sheet.name, ("name", at), f"{view.title}的名称", not view.shown)
        script.gap("\n")
        grid: dict[int, dict[int, Place]] = {}
        for place, cell in cells.items():
            if cell.kind and (everything or view.seen(place)):
                row, column = place if everything else view.place(place)
                grid.setdefault(row, {})[column] = place
        columns = sorted({column for row in grid.values() for column in row})
        if len(grid) * len(columns) > self._limits.cells * _SPARSE:
            raise too_large(f"{view.title}的内容散布得太开")
        heads: dict[int, str] = {}
        for row in sorted(grid):
            for column in columns:
                if column != columns[0]:
                    script.gap("\t")
                if column in grid[row]:
                    self._cell(made, at, view, grid[row][column], heads, column)
            script.gap("\n")
        script.gap(SHEET_ENDS)

    def _cell(self, made: Shown, at: int, view: View, place: Place, heads: dict[int, str], column: int) -> None:
        cell, where = view.sheet.cells[place], f"{view.title} {name_of(place)}"
        dropped = not view.seen(place)
        if cell.kind == "s":
            for nth, run in enumerate(cell.runs):
                text = numbers.spelled(run.text) if len(cell.runs) == 1 else run.text
                hidden = dropped or not view.seen_run(place, nth)
                made.script.add(text.replace("\t", " ").replace("\n", " "), ("cell", at, place, nth), where, hidden)
            if len(cell.text) <= 24 and not re.search(r"\d{4}", cell.text):
                heads[column] = cell.text
            return
        header = heads.get(column, "")
        text = self._detail(cell, header) if cell.kind == "n" else self.display(cell)
        made.script.add(text, ("cell", at, place, 0), where, dropped)
        kind = _shape(cell, header) if cell.kind == "n" else ""
        if kind:
            made.lossy.append((("cell", at, place, 0), kind, numbers.stored(cell.value), where))


def _shape(cell: Cell, header: str) -> str:
    """The kind of number that a double which lost its last digits shows by its shape; "" for none."""
    if len(cell.value) < 15 or _CODES.search(header):
        return ""
    exact = numbers.stored(cell.value)
    return "ID_CARD" if _IDENTITY.fullmatch(exact) else "BANK_CARD" if _CARD.fullmatch(exact) else ""


def by_shape(made: Shown, found: Iterable[Finding], views: list[View]) -> Iterator[tuple[tuple, Finding]]:
    """Numbers that only their shape tells, where detectors found nothing; with the refs of their cells."""
    known = {each.where for each in found}
    for ref, kind, digits, where in made.lossy:
        if where not in known:
            dropped = not views[ref[1]].seen(ref[2])
            yield ref, Finding(kind, digits, digits, False, _WHY, where, dropped)


def readable(reader: Reader, views: list[View], edits: Mapping, names: Mapping[int, str]) -> str:
    """The rendition as text: the names of its sheets, rows by lines, cells by tabs."""
    blocks = []
    for at, name in names.items():
        view, rows = views[at], {}
        for place, cell in view.sheet.cells.items():
            if cell.kind and view.seen(place):
                row, column = view.place(place)
                rows.setdefault(row, {})[column] = _readable(reader, view, at, place, cell, edits)
        lines = ["\t".join(rows[row][column] for column in sorted(rows[row])) for row in sorted(rows)]
        blocks.append("\n".join([name, *lines]))
    return "\n\n".join(blocks)


def _readable(reader: Reader, view: View, at: int, place: Place, cell: Cell, edits: Mapping) -> str:
    if cell.kind != "s":
        return edits.get(("cell", at, place, 0), reader.display(cell))
    text = "".join(edits.get(("cell", at, place, nth), run.text) for nth, run in enumerate(cell.runs)
                   if view.seen_run(place, nth))
    return re.sub(r"[\t\r\n]+", " ", text)


def harmless_address(target: str) -> bool:
    """Whether a link leads to a page of the web and says nothing of a person."""
    return bool(_WEB.match(target)) and "@" not in target and not privacy.scan_text(unquote(target))


def sheet_titles(book: Workbook) -> list[str]:
    """How sentences call each sheet: by its name, unless that holds personal data."""
    return [f"第{at}个工作表" if privacy.scan_text(sheet.name) else f"工作表“{sheet.name}”"
            for at, sheet in enumerate(book.sheets, 1)]


def carried(book: Workbook, look: Look, titles: list[str]) -> tuple[Script, set[str]]:
    """The writing of all that a workbook carries beside its cells, none of which is taken along as it is; and the
    codes of what there was."""
    script, removed = Script(), {"metadata"}

    def note(text: str, where: str) -> None:
        script.add(text, None, where, dropped=True)
        script.gap("\n\n")

    for text in book.leftover:
        removed.add("leftovers")
        note(text, "残留的共享字符串")
    for element in book.root:
        _piece(local(element), [element], "", note, removed)
    for sheet, title in zip(book.sheets, titles, strict=True):
        for name, elements in sheet.rest.items():
            _piece(name, elements, title, note, removed)
        for link in sheet.relations.values():
            if link.outside:
                note(unquote(link.target), f"{title}的超链接")
                removed |= set() if link.kind == "hyperlink" and harmless_address(link.target) else {"links"}
        for place, cell in sheet.cells.items():
            if cell.formula and _QUOTED.search(cell.formula):
                note(cell.formula, f"{title} {name_of(place)} 的公式")
        for table in sheet.tables:
            note(writing(table), f"{title}的表格定义")
    for part, title in book.drawn.items():
        note(writing(book.pack.xml(part)), f"{title}的图形、文本框或图片说明")
    for code in look.codes.values():
        note(numbers.literals(code), "数字格式")
    for name in book.pack.names:
        if name not in book.seen:
            _part(book, name, note, removed)
    return script, removed


def _piece(name: str, elements: list[etree._Element], title: str, note, removed: set[str]) -> None:
    if name not in PIECES:
        return
    code, called = PIECES[name]
    if name == "definedNames" and all(each.get("name", "") in _PRINTING for part in elements for each in part):
        code = ""
    text = "\n".join(map(writing, elements)).strip()
    empty = not text and not any(each.attrib or len(each) for each in elements)
    if empty or (name == "headerFooter" and not text):
        return
    removed.update({code} - {""})
    note(text, f"{title}的{called}" if title else called)


def _part(book: Workbook, name: str, note, removed: set[str]) -> None:
    code, called = next(((code, called) for pattern, code, called in PARTS if pattern.search(name)),
                        ("parts", "其他部件"))
    data = book.pack.read(name)
    if name.endswith(".rels"):
        return
    removed |= {code} - {""}
    if name.endswith((".xml", ".vml")):
        try:
            note(writing(parse_xml(data)), called)
        except Refused:  # what is thrown away need not be sound
            note(data[:100_000].decode("utf-8", "ignore"), called)


def writing(element: etree._Element) -> str:
    """All that an element says, in text and in attributes that can say something; runs are joined."""
    parts: list[str] = []
    for event, each in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            if each.text:
                parts.append(re.sub(r"&(?:\"[^\"]*\"|[A-Z]|\d{1,3})", "", each.text)
                             if local(each).endswith(("Header", "Footer")) else each.text)
            said = [value for name, value in each.attrib.items() if name.rpartition("}")[2] in _TELLING]
            parts += [f"\n{value}\n" for value in said if len(value) > 3]
        else:
            parts.append("" if local(each) in _INLINE else "\n")
            parts.append(each.tail or "" if each is not element else "")
    return re.sub(r"\s*\n\s*", "\n", "".join(parts)).strip()
