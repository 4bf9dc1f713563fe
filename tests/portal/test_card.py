"""The archive card on the command line, at the desk and on paper."""

from __future__ import annotations

import json

import pypdfium2
import pytest

from portal import paper
from portal.cli import main
from workflows import cards


@pytest.fixture
def published(house, county):
    """The number (索引号) and id of a published notice."""
    with house.database.writer.begin() as session:
        document = county.publish(session, county.write(session, path="zwgk/zcwj", type_name="policy", title="供水办法",
                                  data={"number": "清政办〔2026〕12号", "genre": "通知", "topic": "其他",
                                        "formed": "2026-05-01", "validity": "有效"}))
        return document.live.index_number, document.id


@pytest.fixture
def gongkai(home, capsys):
    def run(*words: str) -> tuple[int, str, list[str]]:
        try:
            status = main(["--home", str(home), *words])
        except SystemExit as ended:
            status = ended.code
        out, err = capsys.readouterr()
        return status, out, err.splitlines()
    return run


def text_of(body: bytes) -> str:
    with pypdfium2.PdfDocument(body) as document:
        return "".join(page.get_textpage().get_text_range() for page in document)


def test_by_every_number_and_as_of_a_row(gongkai, published, tmp_path):
    index_number, _ = published
    found = {name: json.loads(gongkai("card", name, "--json")[1])
             for name in (index_number, "清政办[2026]12号", "2026/1", "/doc/2026/1.html")}
    card = found[index_number]
    assert all(each == card for each in found.values()) and card["number"] == index_number
    again = json.loads(gongkai("card", index_number, "--json", "--upto", str(card["evidence"]["upto"]))[1])
    assert again["sha256"] == card["sha256"]
    assert gongkai("card", index_number, "--pdf", str(tmp_path / "card.pdf")) == (0, "", [])
    words = text_of((tmp_path / "card.pdf").read_bytes())
    assert "政务公开档案卡" in words and "供水办法" in words and "王建国" in words and "第1页" in words


def test_what_is_no_number_or_cannot_be_written(gongkai, published, tmp_path):
    for words in (("x/2026-1", "--json"), ("", "--json"), (published[0],), (published[0], "--json", "--upto", "1"),
                  (published[0], "--pdf", str(tmp_path / "none" / "card.pdf"))):
        status, out, err = gongkai("card", *words)
        assert (status, out, len(err)) == (2, "", 1), words
    assert list(tmp_path.glob("**/card.pdf")) == []


def test_at_the_desk_as_page_json_and_pdf(browser, published):
    _, number = published
    auditor = browser("zhengguodong")
    page = auditor.get(f"/desk/document/{number}/card")
    card = auditor.get(f"/desk/document/{number}/card.json").json
    assert card["sha256"] in page.text and "王建国" in page.text
    assert cards.digest({name: value for name, value in card.items() if name != "sha256"}) == card["sha256"]
    answer = auditor.get(f"/desk/document/{number}/card.pdf")
    assert answer.content_type == "application/pdf" and card["sha256"] in text_of(answer.body).replace("\r\n", "")
    for path in ("card", "card.json", "card.pdf"):
        assert browser("sunjing").get(f"/desk/document/{number}/{path}", status="*").status_int == 403
        assert browser().get(f"/desk/document/{number}/{path}", status="*").status_int in (302, 303, 403)


def test_a_draft_has_no_card(browser, county, house):
    with house.database.writer.begin() as session:
        number = county.write(session).id
    browser("zhangli").get(f"/desk/document/{number}/card", status=404)


@pytest.mark.nodatabase
def test_paper_shows_words_as_words_in_a_font_of_its_own():
    pieces = [paper.title("答复书"), paper.heading("一、<b>事项</b>"), paper.paragraph("㛃女士：\n您好&再见"),
              paper.table(["项目"], [["很长" * 3000]], [1]), paper.facts([("空", ""), ("有", "值")])]
    body = paper.pdf("信", pieces, organ="清源县人民政府")
    words = text_of(body)
    assert "<b>事项</b>" in words and "㛃女士" in words and "您好&再见" in words and "空" not in words
    assert b"NotoSerifSC" in body and b"/Lang" in body and len(body) < 200_000
