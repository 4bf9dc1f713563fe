"""`gongkai annual-report`: tables as JSON, HTML, Word and Excel; what does not add up fails."""

import io
import json
from functools import partial

import docx
import openpyxl
import pytest

from content import annual

LEFT = "left"


@pytest.fixture
def run(county, gongkai):
    """Runs the command on a county with one application of 2026; gives status, output and lines of error."""
    with county.house.database.writer.begin() as session:
        county.apply(session)

    return partial(gongkai, "annual-report")


def test_json_has_the_tables_and_their_checks(run):
    status, out, err = run("--year", "2026", "--json")
    found = json.loads(out)
    assert (status, err) == (0, [])
    assert found["table3"]["new"] == {"natural": 1, "company": 0, "research": 0, "charity": 0, "legal": 0, "other": 0,
                                      "total": 1}
    assert found["table3"][LEFT]["total"] == 1 and len(found["table3"]) == 25
    assert found["table4"]["litigation"]["total"] == 0 and all(check["ok"] for check in found["checks"])
    assert json.loads(run("--year", "2026", "--department", "QY-scj", "--json")[1])["table3"]["new"]["total"] == 0


def test_every_format_holds_the_same_tables(run, tmp_path):
    assert run("--year", "2026", "--docx", str(tmp_path / "a.docx"))[0] == 0
    assert run("--year", "2026", "--xlsx", str(tmp_path / "a.xlsx"))[0] == 0
    status, page, _ = run("--year", "2026", "--html")
    assert status == 0 and page.count("<tr>") == 14 + 28 + 4
    words = "1.属于国家秘密"
    tables = docx.Document(tmp_path / "a.docx").tables
    rows = [[cell.text for cell in row.cells] for row in tables[1].rows]
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "a.xlsx").read_bytes()))
    sheet = next(sheet for sheet in book if sheet.title.startswith("三、"))
    assert words in page and any(words in row for row in rows)
    new = next(row for row in rows if "一、本年新收政府信息公开申请数量" in row)
    assert new[3:] == ["1", "0", "0", "0", "0", "0", "1"]
    line = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "一、本年新收政府信息公开申请数量")
    assert line[3:] == (1, 0, 0, 0, 0, 0, 1)


def test_what_does_not_add_up_fails_and_is_named(run, county):
    with county.house.database.writer.begin() as session:
        annual.enter(session, 2025, county.departments["QY"], texts={}, actor_id=None,
                     figures={"requests": {LEFT: {"natural": 7}}})
    status, out, err = run("--year", "2026", "--json")
    assert status == 1 and len(err) == 1 and "上年结转" in err[0] and json.loads(out)["year"] == 2026


@pytest.mark.parametrize("words", [("--year", "1900", "--json"), ("--year", "2026"), ("--year", "x", "--json"),
                                   ("--year", "2026", "--department", "nobody", "--json"),
                                   ("--year", "2026", "--docx", "/nowhere/a.docx")])
def test_bad_input_is_refused(run, words):
    status, out, err = run(*words)
    assert (status, out) == (2, "") and len(err) == 1
