"""`gongkai report audit` and `gongkai verify --report`: what the report says, and that it can be shown to be ours."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from factories import today
from openpyxl import load_workbook
from pdfminer.high_level import extract_text
from sqlalchemy import text, update

from content.documents import Live


@pytest.fixture
def late(county):
    """A document of the civil affairs bureau that was disclosed late."""
    with county.house.database.writer.begin() as session:
        made = county.publish(session, county.write(session))
        session.execute(update(Live).where(Live.document_id == made.id).values(formed=today() - dt.timedelta(days=90)))


@pytest.fixture
def made(gongkai, late, tmp_path):
    """`made("pdf")`: the file of a report."""
    def write(form: str, *more: str):
        path = tmp_path / f"report.{form}"
        assert gongkai("report", "audit", f"--{form}", str(path), *more)[0] == 0
        return path
    return write


def words_of(path) -> str:
    data = path.read_bytes()
    if path.suffix == ".html":
        return data.decode()
    if path.suffix == ".pdf":
        return extract_text(io.BytesIO(data))
    book = load_workbook(io.BytesIO(data))
    return "\n".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None)


@pytest.mark.parametrize("form", ["html", "xlsx", "pdf"])
def test_the_report_says_what_stands_and_is_known_again(gongkai, made, form):
    path = made(form)
    words = words_of(path).replace("\n", "")
    for part in ("清源县人民政府政务公开监察报告", "共评判栏目", "逾期公开", "通知公告", "形成后第", "单项否决指标"):
        assert part in words
    status, out, _ = gongkai("verify", "--report", str(path), "--json")
    told = json.loads(out)
    assert (status, told["ok"], told["problems"]) == (0, True, [])
    assert told["claim"]["columns"] >= 1 and told["claim"]["red"] >= 1
    assert told["claim"]["day"] == today().isoformat()


def test_a_report_of_another_department_knows_nothing_of_it(made):
    words = words_of(made("html", "--department", "QY-scj"))
    assert "清源县市场监督管理局政务公开监察报告" in words and "没有现存问题" in words and "/tzgg/" not in words


def test_a_changed_report_and_a_changed_journal_are_found_out(county, gongkai, made, tmp_path):
    path, changed = made("html"), tmp_path / "changed.html"
    changed.write_text(path.read_text().replace("政务公开监察报告", "政务公开检查报告"))
    status, _, err = gongkai("verify", "--report", str(changed))
    assert status == 1 and "changed after it was signed" in err[-1]
    claim = json.loads(gongkai("verify", "--report", str(path), "--json")[1])["claim"]
    drop = "DROP TRIGGER journal_no_update" if county.house.database.is_sqlite else \
        "ALTER TABLE journal DISABLE TRIGGER USER"
    with county.house.database.writer.begin() as session:
        session.execute(text(drop))
        session.execute(text("UPDATE journal SET hash = 'x' WHERE seq = :seq"), {"seq": claim["journal"]["seq"]})
    status, _, err = gongkai("verify", "--report", str(path))
    assert status == 1 and f"row {claim['journal']['seq']}" in err[-1]


def test_what_cannot_be_written_or_read_is_said_in_one_line(gongkai, tmp_path, county):
    for words in (("--pdf", str(tmp_path)), ("--pdf", str(tmp_path / "no" / "a.pdf")),
                  ("--html", str(tmp_path / "a.html"), "--department", "XX"),
                  ("--html", str(tmp_path / "a.html"), "--since", "2026-10-02", "--until", "2026-10-01"),
                  ("--html", str(tmp_path / "a.html"), "--since", "heute"), ()):
        status, out, err = gongkai("report", "audit", *words)
        assert (status, out) == (2, "") and err[-1].startswith("gongkai report")
    assert not list(tmp_path.glob("*.html")) and not list(tmp_path.glob(".*"))
    assert gongkai("verify", "--report", str(tmp_path / "none"))[0] == 2
    (tmp_path / "other.html").write_text("<p>报告</p>")
    assert gongkai("verify", "--report", str(tmp_path / "other.html"))[0] == 1
