"""Spreadsheets: nothing planted anywhere survives, what is seen stays as it is, formulas where they are harmless."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image as Placed
from openpyxl.styles import Font
from PIL import Image

from content.privacy.kinds import Decision
from content.privacy.renditions.formats import _xlsx_numbers as numbers
from content.privacy.renditions.formats.xlsx import FORMAT
from content.privacy.renditions.model import Choices, Limits, Refused, Source
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions import make_xlsx as make
from tests.content.privacy.renditions.judge import lost, traces

pytestmark = pytest.mark.nodatabase
ID = id_number()
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true"  # UTF-8, numbers as they are shown
PLAIN = Choices(ocr=False)


def built(data: bytes, choices: Choices = PLAIN):
    return FORMAT.build(Source(data, "表.xlsx"), choices)


def opened(data: bytes, **options):
    return openpyxl.load_workbook(io.BytesIO(data), **options)


@pytest.mark.parametrize(("place", "keep_hidden"), [
    *((place, False) for place in make.PLACES), *((place, True) for place in make.HIDDEN)])
def test_a_value_survives_nowhere(place, keep_hidden):
    source, choices = Source(make.PLACES[place](ID)), Choices(ocr=False, keep_hidden=keep_hidden)
    found = FORMAT.inspect(source, choices).findings
    assert place in make.BLIND or any(ID in "".join(filter(str.isalnum, each.value)) for each in found)
    made = FORMAT.build(source, choices)
    assert not traces(made.data, [ID]) and ID not in made.text
    assert not lost(made.data, [make.STAYS])
    opened(made.data)


def test_a_list_of_people():
    data, planted = make.register()
    made = built(data)
    assert not traces(made.data, planted) and made.changed
    assert not lost(made.data, ["清民〔2024〕17号", "0379-66234567", "12345", "梁梓萱", "公示", "河口镇枣园村"])
    assert opened(made.data).active["E3"].value == 490


def test_what_is_hidden_is_left_out_and_named():
    data, planted = make.hidden_columns()
    seen, made = FORMAT.inspect(Source(data), PLAIN), built(data)
    assert not traces(made.data, planted) and all(each.dropped for each in seen.findings)
    assert ["C、D" in seen.hidden[0], "：4" in seen.hidden[1], len(seen.hidden)] == [True, True, 4]
    assert {"hidden_columns", "hidden_rows", "hidden_sheets"} <= set(made.removed)
    book = opened(made.data)
    assert book.sheetnames == ["公示表"] and book.active.max_column == 2
    assert [cell.value for cell in book.active["B"]] == ["补助金额", 1200, 1200, 1200, 1200, None, None, None, 6000]


def test_what_is_hidden_is_shown_by_choice_and_masked():
    data, planted = make.hidden_columns()
    made = built(data, Choices(keep_hidden=True, ocr=False))
    assert not traces(made.data, planted)
    book = opened(made.data)
    assert len(book.sheetnames) == 3 and book["公示表"]["C2"].value == "*" * 18
    assert all(sheet.sheet_state == "visible" for sheet in book)
    assert not any(each.hidden for each in book["公示表"].column_dimensions.values())


def test_numbers_that_are_doubles():
    data, planted = make.doubles()
    made = built(data)
    assert not traces(made.data, planted) and not lost(made.data, ["3456.5", "胡大伟"])
    bare = make.octets(make.sheet_of([float(ID), float("6217007828495259000")]))
    assert {each.kind for each in FORMAT.inspect(Source(bare), PLAIN).findings} == {"ID_CARD", "BANK_CARD"}
    assert not traces(built(bare).data, [ID[:15], "621700782849525"])


def test_a_table_without_personal_data_is_unchanged():
    data = make.statistics()
    seen, made = FORMAT.inspect(Source(data), PLAIN), built(data)
    assert not seen.findings and not seen.hidden and not made.changed and made.removed == ("metadata",)
    before, after = opened(data).active, opened(made.data).active
    assert [[cell.value for cell in row] for row in after] == [[cell.value for cell in row] for row in before]


def test_the_look_stays():
    book = make.styled()
    before, made = opened(make.octets(book), rich_text=True).active, built(make.octets(book))
    after = opened(made.data, rich_text=True).active
    assert not made.changed and made.removed == ("metadata",)
    assert [str(cell.value) for row in after for cell in row] == [str(cell.value) for row in before for cell in row]
    for place in ("A1", "A3", "C5", "D6", "E8"):
        one, other = before[place], after[place]
        assert (one.number_format, one.alignment.horizontal, one.font.b, one.font.sz, one.border.left.style) == (
            other.number_format, other.alignment.horizontal, other.font.b, other.font.sz, other.border.left.style)
    assert after.title == before.title and after.freeze_panes == "B5" and after.print_title_rows == "$3:$4"
    assert {str(area) for area in after.merged_cells.ranges} == {str(area) for area in before.merged_cells.ranges}
    assert after.print_area == before.print_area and after.column_dimensions["C"].width == 20
    assert next(iter(after.tables.values())).tableStyleInfo.name == "TableStyleMedium2"
    assert [rule.type for area in after.conditional_formatting for rule in area.rules] == ["cellIs", "dataBar"]
    assert after["E7"].hyperlink.target == "https://www.gov.cn/zhengce/"


@pytest.mark.parametrize(("formula", "stays"), [
    ("SUM(E2:E3)", "SUM(D2:D3)"), ("ROUND(E2/$E$3,2)", "ROUND(D2/$D$3,2)"), ("E:E", "D:D"), ("SUM(表2!A1:A2)", None),
    ("B2", None), ("C2", None), ("SUM(D2:E2)", "SUM(C2:D2)"), ("C2+E2", None), ("[1]Sheet!A1", None),
    ('WEBSERVICE("x")', None), ('E2&"1"', None), ("E2+13812345678", None), ("备注", None), ("SUM(", None),
])
def test_formulas(formula, stays):
    book = make.sheet_of(["姓名", "身份证号", "内部", "年龄", "金额"], ["甲", ID, 1, 40, 7], ["乙", ID, 2, 41, 8])
    book.active.column_dimensions["C"].hidden = True
    other = book.create_sheet("表2")
    other.append([5])
    other.sheet_state = "hidden"
    book.active["E6"] = f"={formula}"
    value = opened(built(make.octets(book)).data).active["D6"].value
    assert value == (f"={stays}" if stays else None)


def test_a_merged_head_over_a_hidden_column_stays_with_what_is_seen():
    book = make.sheet_of(["联系人", None, None], [ID, "甲", 3])
    book.active.merge_cells("A1:B1")
    book.active.column_dimensions["A"].hidden = True
    sheet = opened(built(make.octets(book)).data).active
    assert [cell.value for cell in sheet[1]] == ["联系人", None] and [cell.value for cell in sheet[2]] == ["甲", 3]


def test_white_writing_on_a_dark_head_is_seen():
    book = make.styled()
    book.active["G3"], book.active["G3"].font = "核对", Font(color="FFFFFFFF")
    told, = FORMAT.inspect(Source(make.octets(book)), PLAIN).hidden
    assert "看不见的文字" in told and told.endswith("：G3")
    book.active["G3"].fill = openpyxl.styles.PatternFill("solid", "FF1F4E79")
    assert not FORMAT.inspect(Source(make.octets(book)), PLAIN).hidden


def test_decisions():
    data = make.octets(make.sheet_of(["姓名", "身份证号", "手机"], ["甲", ID, 13812345678]))
    keep = Choices({("ID_CARD", ID): Decision.keep, ("MOBILE", "13812345678"): Decision.keep}, ocr=False)
    assert [cell.value for cell in opened(built(data, keep).data).active[2]] == ["甲", ID, 13812345678]
    part = Choices(masks={"ID_CARD": "partial", "MOBILE": "partial"}, ocr=False)
    assert [cell.value for cell in opened(built(data, part).data).active[2]] == [
        "甲", f"{ID[:6]}********{ID[-4:]}", "138****5678"]
    names = Choices(mask_names=True, ocr=False)
    assert "张*" in built(make.octets(make.sheet_of(["姓名", "金额"], ["张三", 3])), names).text


def test_a_picture_stays_without_what_was_cut_off():
    drawn, file = Image.new("RGB", (200, 100), "teal"), io.BytesIO()
    drawn.paste("red", (150, 0, 200, 100))
    drawn.save(file, "PNG")
    book = make.sheet_of(["现场照片"])
    book.active.add_image(Placed(file), "B2")
    data = make.patched(make.octets(book), ("xl/drawings/drawing1.xml", "<a:stretch", "<a:srcRect xmlns:a=\"http://schemas."
                        "openxmlformats.org/drawingml/2006/main\" r=\"50000\"/><a:stretch"))
    made = opened(built(data).data).active
    picture = Image.open(io.BytesIO(made._images[0]._data()))
    assert picture.size == (100, 100) and picture.convert("RGB").getpixel((99, 50)) == (0, 128, 128)
    assert len(FORMAT.inspect(Source(data), PLAIN).pictures) == 1
    file.close()
    drawn.save(file := io.BytesIO(), "PNG")
    hidden = make.sheet_of(["现场照片"])
    hidden.active.add_image(Placed(file), "B2")
    hidden.active.sheet_state = "hidden"
    hidden.create_sheet("正表", 0).append(["正文"])
    assert not opened(built(make.octets(hidden)).data).active._images


@pytest.mark.parametrize(("column", "hidden", "stays"), [("C", "B", True), ("B", "B", False), ("D", "B", False)])
def test_a_chart_stays_that_is_drawn_from_what_is_seen(column, hidden, stays):
    book = make.sheet_of(["年份", "内部", "户数", "手机"], ["2023", 3, 5, 13812345678], ["2024", 4, 6, 13812345679])
    chart = BarChart()
    chart.title, chart.x_axis.axId = "各年户数", 1234567890
    chart.y_axis.crossAx = 1234567890
    area = {"min_col": ord(column) - 64, "min_row": 1, "max_row": 3}
    chart.add_data(Reference(book.active, **area), titles_from_data=True)
    book.active.add_chart(chart, "F2")
    book.active.column_dimensions[hidden].hidden = True
    made = built(make.octets(book))
    with zipfile.ZipFile(io.BytesIO(made.data)) as file:
        drawn = [file.read(name).decode() for name in file.namelist() if name.startswith("xl/charts/")]
    assert len(drawn) == stays and ("charts" in made.removed) is not stays
    assert not stays or ("$B$2:$B$3" in drawn[0] and "各年户数" in drawn[0] and "Cache" not in drawn[0]
                         and '<c:axId val="1"/><c:axId val="2"/>' in drawn[0])


@pytest.mark.parametrize(("value", "code", "shown"), [
    ("22319", "yyyy-mm-dd", "1961-02-07"), ("22319", numbers.BUILTIN[14], "1961/2/7"),
    ("22319", '[$-804]yyyy"年"m"月"d"日";@', "1961年2月7日"), ("22319.5", "yyyy/m/d h:mm", "1961/2/7 12:00"),
    ("13812345678", "000-0000-0000", "138-1234-5678"), ("1234.5", '"¥"#,##0.00_);[Red]("¥"#,##0.00)', "¥1,234.50"),
    ("-1234.5", "#,##0.00;(#,##0.00)", "(1,234.50)"), ("0.153", "0.0%", "15.3%"), ("2", '[=1]"男";[=2]"女"', "女"),
    ("4.301991961020749e+17", "General", "430199196102074900"), ("12", 'General"人"', "12人"), ("5", "000", "005"),
    ("12345678", "0.00E+00", "1.23E+7"), ("1.5", "[h]:mm", "36:00"), ("0.5", "# ?/?", "0.5"), ("60", "m/d", "2/28"),
])
def test_numbers_as_they_are_shown(value, code, shown):
    assert numbers.shown(value, code) == shown


def test_a_birth_date_is_found_in_any_format():
    book = make.sheet_of(["姓名", "出生日期", "登记日期"], ["甲", 22319, 22319], ["乙", 22320, 22320])
    book.active["B2"].number_format = "yyyy"  # the day stands in the file all the same
    sheet = opened(built(make.octets(book)).data).active
    assert [sheet[place].value for place in ("B2", "B3", "C2", "C3")] == ["****-**-**", "****-**-**", 22319, 22320]


def test_a_format_puts_no_digits_before_a_text():
    book = make.sheet_of(["身份证", ID[9:]])
    book.active["B1"].number_format = f'General;General;General;"{ID[:9]}"@'
    assert ID[:9] not in opened(built(make.octets(book)).data).active["B1"].number_format


def test_refusals():
    book = make.sheet_of(["甲"])
    data = make.patched(make.octets(book), ("xl/workbook.xml", 'state="visible"', 'state="veryHidden"'))
    few = Choices(limits=Limits(cells=9))
    for given, choices, code in ((data, PLAIN, "unknown"), (make.statistics(), few, "large")):
        with pytest.raises(Refused) as refused:
            built(given, choices)
        assert refused.value.code == code


def test_a_sample_of_random_workbooks():
    for seed in range(12):
        data, planted = make.random_xlsx(random.Random(seed))
        assert not traces(built(data).data, planted), seed


def test_libreoffice_opens_what_was_made(tmp_path):
    office = shutil.which("soffice")
    if office is None and not os.environ.get("CI"):
        pytest.skip("LibreOffice is not installed")
    for name, data in (("styled", make.octets(make.styled())), ("hidden", make.hidden_columns()[0])):
        (tmp_path / f"{name}.xlsx").write_bytes(built(data).data)
    subprocess.run([office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", _CSV,
                    "--outdir", tmp_path, *sorted(tmp_path.glob("*.xlsx"))], check=True, timeout=120,
                   capture_output=True)
    assert "1,379,010.75" in (tmp_path / "styled.csv").read_text(encoding="utf-8")
    assert "合计,6000" in (tmp_path / "hidden.csv").read_text(encoding="utf-8")
