"""Makes spreadsheets as people upload them, with a value hidden wherever a spreadsheet can hold one."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from datetime import date

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as Placed
from openpyxl.formatting.rule import CellIsRule, DataBarRule, FormulaRule
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Color, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo
from PIL import Image

from tests.content.privacy.made import bank_card, id_number

_SHEET, _BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
STAYS = "危房改造验收表"  # stands in the first cell of every workbook with a hiding place
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = ('<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
            'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:absoluteAnchor><xdr:pos x="0" y="0"/>'
            '<xdr:ext cx="900000" cy="400000"/><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="2" name="文本框"/><xdr:cNvSpPr/>'
            '</xdr:nvSpPr><xdr:spPr/><xdr:txBody><a:bodyPr/><a:p><a:r><a:t>{0}</a:t></a:r><a:r><a:t>{1}</a:t></a:r></a:p>'
            '</xdr:txBody></xdr:sp><xdr:clientData/></xdr:absoluteAnchor></xdr:wsDr>')


def octets(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def sheet_of(*rows: list, title: str = "公示") -> Workbook:
    """A workbook with one sheet of these rows."""
    book = Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    return book


def patched(data: bytes, *changes: tuple[str, str, str], more: dict[str, bytes] | None = None) -> bytes:
    """The package with texts replaced in its parts (name, old, new), and parts added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as file:
        for name in old.namelist():
            octet = old.read(name)
            for part, before, after in changes:
                if part == name:
                    assert before.encode() in octet, (name, before)
                    octet = octet.replace(before.encode(), after.encode(), 1)
            file.writestr(name, octet)
        for name, octet in (more or {}).items():
            file.writestr(name, octet)
    return made.getvalue()


def linked(data: bytes, kind: str, part: str, octet: bytes) -> bytes:
    """The package with a part that the first sheet has a relation to."""
    link = (f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId9" Type="{_RELATION}/{kind}" Target="/{part}"/></Relationships>')
    return patched(data, more={part: octet, "xl/worksheets/_rels/sheet1.xml.rels": link.encode()})


def register(people: int = 6) -> tuple[bytes, list[str]]:
    """A list of recipients: identity numbers as text, mobiles as numbers; and what must not survive."""
    book, planted = sheet_of(["清源县低保对象公示（清民〔2024〕17号）"],
                             ["序号", "姓名", "身份证号", "住址", "月金额(元)", "联系电话"]), []
    for nth in range(people):
        number, mobile = id_number(serial=f"{nth + 101}"), 13812345670 + nth
        book.active.append([nth + 1, "梁梓萱", number, f"清源县河口镇枣园村5组{120 + nth}号", 490 + nth, mobile])
        planted += [number, str(mobile)]
    book.active.append(["监督电话：0379-66234567、12345"])
    return octets(book), planted


def hidden_columns() -> tuple[bytes, list[str]]:
    """Hidden columns, a hidden row, hidden and very hidden sheets; a total that nobody has computed."""
    book, planted = sheet_of(["姓名", "补助金额", "身份证号", "卡号"], title="公示表"), []
    for nth in range(5):
        planted += [id_number(serial=f"{nth + 301}"), bank_card(f"62179{nth}")]
        book.active.append(["罗婷婷", 1200, planted[-2], planted[-1]])
    book.active["A10"], book.active["B10"] = "合计", "=SUM(B2:B6)"
    for column in "CD":
        book.active.column_dimensions[column].hidden = True
    book.active.row_dimensions[4].hidden = True
    for state, mobile in (("hidden", "13912345678"), ("veryHidden", "15912345678")):
        other = book.create_sheet(state)
        other.sheet_state = state
        other.append(["罗婷婷", planted[0], int(mobile)])
        planted.append(mobile)
    return octets(book), planted


def doubles() -> tuple[bytes, list[str]]:
    """Numbers of papers and cards kept as doubles, birth dates as dates; and every notation that must be gone."""
    book, planted = sheet_of(["姓名", "证件号", "社保卡", "出生日期", "手机", "金额"], title="Sheet"), []
    for nth in range(4):
        paper, card = float(id_number(serial=f"{nth + 201}")), float(bank_card(f"62300{nth}"))
        mobile = 13712345670 + nth
        book.active.append(["胡大伟", paper, card, date(1961, 2, 7 + nth), mobile, 3456.5])
        planted += [f"{paper:.0f}"[:15], repr(paper), f"{card:.0f}"[:15], repr(card), str(mobile)]
        planted += [f"1961-02-{7 + nth:02}", f"<v>{22319 + nth}</v>"]
    return octets(book), planted


def statistics() -> bytes:
    """Nothing personal: codes of organs, capital that looks like mobiles, a sum that must stay a formula."""
    book = sheet_of(["企业名称", "统一社会信用代码", "注册资本(元)", "项目编号"])
    for nth in range(5):
        book.active.append([f"清源县第{nth + 1}建筑有限公司", "914103993135677514", 13812345678 + nth,
                            f"QYZB-2024-00{nth}"])
    book.active["C8"] = "=SUM(C2:C6)"
    return octets(book)


def styled() -> Workbook:
    """A budget as an office prints it: merged title, two rows of heads, borders, formats, rules, a table, a link."""
    book = sheet_of(["清源县2024年部门预算收支总表"], [], ["项目", "预算数", None, "占比", "备注"],
                    [None, "年初", "调整", None, None], title="预算 表")
    sheet, line = book.active, Side("thin", color="FF808080")
    for nth, (name, first, second) in enumerate((("教育支出", 1234567.5, -2000), ("卫生支出", 98765, 0),
                                                 ("农林水支出", 45678.25, 13812345678)), 5):
        sheet.append([name, first, second, f"=B{nth}/B$8", CellRichText("见", TextBlock(InlineFont(b=True), "附件"))])
    sheet.append(["合计", "=SUM(B5:B7)", "=SUM(C5:C7)", 1, date(2024, 3, 1)])
    for area in ("A1:E1", "A3:A4", "B3:C3", "D3:D4", "E3:E4"):
        sheet.merge_cells(area)
    sheet["A1"].font = Font("方正小标宋简体", sz=18, b=True, color="FFC00000")
    sheet["A1"].alignment = Alignment("center")
    for row in sheet["A3:E8"]:
        for cell in row:
            cell.border, cell.alignment = Border(line, line, line, line), Alignment("center", "center", wrap_text=True)
            cell.fill = PatternFill("solid", Color(theme=4, tint=0.8)) if cell.row < 5 else PatternFill()
            cell.number_format = {2: "#,##0.00", 3: "#,##0.00;[Red]-#,##0.00", 4: "0.0%"}.get(cell.column, "General")
    sheet["E8"].number_format = 'yyyy"年"m"月"d"日"'
    sheet.conditional_formatting.add("C5:C7", CellIsRule("lessThan", ["0"], fill=PatternFill(bgColor="FFFFC7CE")))
    sheet.conditional_formatting.add("B5:B7", DataBarRule("min", 0, "max", 0, color="FF63BE7B"))
    sheet["E7"].hyperlink = "https://www.gov.cn/zhengce/"
    for column, width in zip("ABCDE", (18, 16, 20, 9, 16), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes, sheet.print_title_rows, sheet.print_area = "B5", "3:4", "A1:E8"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    for row in (["乡镇", "户数"], ["河口镇", 12], ["黄龙镇", 7]):
        sheet.append([None, *row])
    look = TableStyleInfo("TableStyleMedium2", showRowStripes=True)
    sheet.add_table(Table(displayName="户数", ref="B9:C11", tableStyleInfo=look))
    return book


def _on(write: Callable) -> Callable[[str], bytes]:
    """A workbook whose sheet (and book) `write` has worked on."""

    def make(value: str) -> bytes:
        book = sheet_of([STAYS], ["傅小明", "1.4万元", "通过"])
        write(book.active, value)
        return octets(book)

    return make


def _set(**cells: Callable[[str], object]) -> Callable[[str], bytes]:
    def write(sheet, value: str) -> None:
        for place, content in cells.items():
            sheet[place] = content(value)
    return _on(write)


def _hide_column(sheet, value: str) -> None:
    sheet["D2"] = value
    sheet.column_dimensions["D"].hidden = True


def _no_width(sheet, value: str) -> None:
    sheet["D2"] = value
    sheet.column_dimensions["D"].width = 0.1


def _filtered(sheet, value: str) -> None:
    sheet["B3"] = value
    sheet.auto_filter.ref = "A2:C3"
    sheet.auto_filter.add_filter_column(1, [value])
    sheet.row_dimensions[3].hidden = True


def _no_height(sheet, value: str) -> None:
    sheet["B3"] = value
    sheet.row_dimensions[3].height = 0.2


def _other_sheet(state: str) -> Callable:
    def write(sheet, value: str) -> None:
        other = sheet.parent.create_sheet("旧表")
        other["A1"], other.sheet_state = value, state
    return write


def _styled(number_format: str = "General", **font) -> Callable:
    def write(sheet, value: str) -> None:
        sheet["B3"] = value
        sheet["B3"].number_format = number_format
        if font:
            sheet["B3"].font = Font(**font)
    return write


def _on_ground(sheet, value: str) -> None:
    sheet["B3"] = value
    sheet["B3"].fill, sheet["B3"].font = PatternFill("solid", "FF4472C4"), Font(color="FF4472C4")


def _white_run(sheet, value: str) -> None:
    sheet["B3"] = CellRichText("通过", TextBlock(InlineFont(color="FFFFFFFF"), value))


def _header(where: str) -> Callable:
    def write(sheet, value: str) -> None:
        getattr(sheet, where).center.text = f"联系人 {value}"
    return write


def _name(sheet, value: str) -> None:
    sheet.parent.defined_names["备注"] = DefinedName("备注", attr_text=f'"{value}"', comment=value)


def _validation(sheet, value: str) -> None:
    rule = DataValidation("list", formula1=f'"{value},其他"', prompt=value)
    rule.add("B5")
    sheet.add_data_validation(rule)


def _condition(sheet, value: str) -> None:
    sheet.conditional_formatting.add("A1:C9", FormulaRule([f'$B2="{value}"'], fill=PatternFill("solid", "FFFF0000")))


def _link(target: str) -> Callable:
    def write(sheet, value: str) -> None:
        sheet["C2"].hyperlink = target.format(value)
        sheet["C2"].hyperlink.tooltip = value
    return write


def _table(sheet, value: str) -> None:
    for row in (["姓名", value], ["傅小明", 3], ["傅大明", 4]):
        sheet.append(row)
    sheet.add_table(Table(displayName=f"T{value}", ref="A3:B5", tableStyleInfo=TableStyleInfo("TableStyleMedium2")))


def _properties(sheet, value: str) -> None:
    sheet.parent.properties.creator = f"韩保才 {value}"
    sheet.parent.properties.description = sheet.parent.properties.keywords = value
    sheet.parent.custom_doc_props.append(StringProperty(name="经办人电话", value=value))


def _chart(sheet, value: str) -> None:
    sheet.append([value, 5])
    chart = BarChart()
    chart.title = value
    chart.add_data(Reference(sheet, min_col=2, min_row=3, max_row=3))
    sheet.add_chart(chart, "E5")


def _picture(sheet, value: str) -> None:
    drawn, made = Image.new("RGB", (60, 40), "teal"), io.BytesIO()
    drawn.save(made, "PNG")
    sheet.add_image(Placed(made), "E2")


def _raw(*changes: tuple[str, str, str]) -> Callable[[str], bytes]:
    """Texts of parts replaced; {0} is the value, {1} and {2} its halves."""

    def make(value: str) -> bytes:
        half = len(value) // 2
        return patched(_on(lambda sheet, _: None)(value), *(
            (part, old, new.format(value, value[:half], value[half:])) for part, old, new in changes))

    return make


def _fifth(cells: str, behind: str = "") -> Callable[[str], bytes]:
    """A fifth row of these cells, and what stands behind all rows."""
    return _raw((_SHEET, "</sheetData>", f'<row r="5">{cells}</row></sheetData>{behind}'))


def _part(name: str, text: str = "<a>{}</a>") -> Callable[[str], bytes]:
    return lambda value: patched(_on(lambda sheet, _: None)(value), more={name: text.format(value).encode()})


PLACES: dict[str, Callable[[str], bytes]] = {
    "text": _set(B3=str),
    "sentence": _set(B3=lambda value: f"办理情况：本人 {value}，已通过"),
    "spaced": _set(B3=lambda value: " ".join((value[:-8], value[-8:-4], value[-4:]))),
    "number of a phone": _set(B3=lambda value: "手机", B4=lambda value: int(value) if len(value) == 11 else value),
    "rich runs": _set(B3=lambda value: CellRichText(TextBlock(InlineFont(b=True), value[:5]), value[5:9],
                                                    TextBlock(InlineFont(i=True), value[9:]))),
    "white run": _on(_white_run),
    "hidden column": _on(_hide_column),
    "narrow column": _on(_no_width),
    "filtered row": _on(_filtered),
    "low row": _on(_no_height),
    "hidden sheet": _on(_other_sheet("hidden")),
    "very hidden sheet": _on(_other_sheet("veryHidden")),
    "white on white": _on(_styled(color="FFFFFFFF")),
    "on its ground": _on(_on_ground),
    "tiny": _on(_styled(sz=1)),
    "no format": _on(_styled(";;;")),
    "comment": _on(lambda sheet, value: setattr(sheet["A2"], "comment", Comment(f"核对 {value}", f"韩保才{value}"))),
    "header": _on(_header("oddHeader")),
    "first footer": _on(_header("firstFooter")),
    "defined name": _on(_name),
    "validation": _on(_validation),
    "condition": _on(_condition),
    "mail link": _on(_link("mailto:{}@163.com")),
    "web link": _on(_link("https://example.gov.cn/?id={}")),
    "sheet name": _on(lambda sheet, value: setattr(sheet, "title", f"傅{value}")),
    "table": _on(_table),
    "properties": _on(_properties),
    "chart": _on(_chart),
    "formula": _set(B3=lambda value: f'=IF(A2="{value}",1,0)'),
    "formula of pieces": _set(B3=lambda value: f'="{value[:6]}"&"{value[6:]}"'),
    "under a merge": _fifth('<c r="A5"><v>1</v></c><c r="B5" t="inlineStr"><is><t>{0}</t></is></c>',
                            '<mergeCells><mergeCell ref="A5:C5"/></mergeCells>'),
    "escapes": _fifth('<c r="A5" t="inlineStr"><is><t>{1}_x200B_{2}</t></is></c>'),
    "phonetic": _fifth('<c r="A5" t="inlineStr"><is><t>注</t><rPh sb="0" eb="1"><t>{0}</t></rPh></is></c>'),
    "computed": _fifth('<c r="A5" t="str"><f>CONCATENATE(A1,A2)</f><v>{0}</v></c>'),
    "scenario": _fifth("", '<scenarios><scenario name="{0}" user="{0}" count="1"><inputCells r="A1" val="{0}"/>'
                           "</scenario></scenarios>"),
    "extension": _raw((_SHEET, "</worksheet>", '<extLst><ext uri="x"><a xmlns="urn:x">{0}</a></ext></extLst>'
                       "</worksheet>")),
    "path": _raw((_BOOK, "<workbookPr", '<fileSharing userName="韩保才{0}"/><workbookPr')),
    "format code": _raw(
        ("xl/styles.xml", '<numFmts count="0"/>',
         '<numFmts count="1"><numFmt numFmtId="199" formatCode="0&quot;{0}&quot;"/></numFmts>'),
        (_SHEET, "</sheetData>", '<row r="5"><c r="A5" s="0"><v>5</v></c></row></sheetData>'),
        ("xl/styles.xml", '<cellXfs count="1"><xf numFmtId="0"', '<cellXfs count="1"><xf numFmtId="199"')),
    "left string": lambda value: _left_string(value),
    "threaded comment": _part("xl/threadedComments/threadedComment1.xml", "<c><text>{}</text></c>"),
    "person": _part("xl/persons/person.xml", '<p displayName="{}"/>'),
    "custom xml": _part("customXml/item1.xml"),
    "external link": _part("xl/externalLinks/externalLink1.xml", "<e><cell><v>{}</v></cell></e>"),
    "pivot": _part("xl/pivotCache/pivotCacheRecords1.xml", '<p><r><s v="{}"/></r></p>'),
    "macro": _part("xl/vbaProject.bin", "\0\1Attribut {}"),
    "object": _part("xl/embeddings/oleObject1.bin", "\0\1{}"),
    "printer": _part("xl/printerSettings/printerSettings1.bin", "\0{}"),
    "thumbnail": _part("docProps/thumbnail.jpeg", "{}"),
    "unknown part": _part("xl/其他.xml"),
    "text box": lambda value: linked(_on(lambda sheet, _: None)(value), "drawing", "xl/drawings/drawing1.xml",
                                     _DRAWING.format(value[:7], value[7:]).encode()),
    "alternative text": lambda value: patched(_on(_picture)(value), ("xl/drawings/drawing1.xml", 'descr="Picture"',
                                              f'descr="照片 {value}"')),
}
HIDDEN = ("white run", "hidden column", "narrow column", "filtered row", "low row", "hidden sheet", "very hidden sheet",
          "white on white", "on its ground", "tiny", "no format", "under a merge")  # that a choice may show
BLIND = frozenset(("macro", "object", "printer", "thumbnail", "formula of pieces", "phonetic"))  # thrown away unread


def _left_string(value: str) -> bytes:
    """Shared strings of which cells show the first; the other, in runs, is left of a deleted cell."""
    strings = (f'<sst xmlns="{_MAIN}"><si><t>姓名</t></si><si><r><t>{value[:6]}</t></r><r><t>{value[6:]}</t></r></si>'
               "</sst>")
    link = (f'<Relationship Id="rId99" Type="{_RELATION}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
            "</Relationships>")
    return patched(_on(lambda sheet, _: None)(value), ("xl/_rels/workbook.xml.rels", "</Relationships>", link),
                   (_SHEET, "</sheetData>", '<row r="5"><c r="A5" t="s"><v>0</v></c></row></sheetData>'),
                   more={"xl/sharedStrings.xml": strings.encode()})


def value_of(rng: random.Random) -> str:
    """A random identity number, mobile or card."""
    birth = f"{rng.randint(1940, 2015)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    return rng.choice((
        lambda: id_number("410399", birth, f"{rng.randint(1, 999):03}"),
        lambda: f"13{rng.randint(0, 9)}{rng.randint(10 ** 7, 10 ** 8 - 1)}",
        lambda: bank_card(f"62{rng.randint(10 ** 8, 10 ** 9 - 1)}"),
    ))()


def random_xlsx(rng: random.Random) -> tuple[bytes, list[str]]:
    """A list of people in a random layout, with identifiers in random columns and one more in a random hiding place."""
    if rng.random() < 0.6:
        value = value_of(rng)
        return PLACES[rng.choice(sorted(PLACES))](value), [value]
    planted: list[str] = []
    title = rng.choice(("名单", "公示", "Sheet1"))
    book = sheet_of(["序号", "姓名", "身份证号", "手机", "银行卡号", "备注"], title=title)
    sheet = book.active
    for nth in range(rng.randint(1, 12)):
        row: list = [nth + 1, "傅小明", None, None, None, "通过"]
        for column in rng.sample((2, 3, 4), rng.randint(1, 3)):
            value = value_of(rng)
            planted.append(value)
            whole = value.isdecimal() and len(value) == 11 and rng.random() < 0.5
            row[column] = int(value) if whole else value
        sheet.append(row)
    for column in rng.sample("ABCDEF", rng.randint(0, 2)):
        sheet.column_dimensions[column].hidden = True
    for row in rng.sample(range(2, 12), rng.randint(0, 2)):
        sheet.row_dimensions[row].hidden = True
    if rng.random() < 0.3:
        book.create_sheet("说明", 0).append(["本表由民政局提供"])
        sheet.sheet_state = rng.choice(("hidden", "visible"))
    return octets(book), planted
