"""Letters of a case at the desk: read, printed, handed over; and what the county has made of a template."""

import pypdfium2
import pytest

from content.base import local_date, now
from workflows import letters


@pytest.fixture
def sent(house, county):
    """The address of a letter that was issued from a template of the house."""
    with house.database.writer.begin() as session:
        letters.edit(session, "reasons_notice", "说明理由通知", "请说明理由：${why}", actor_id=county.users["fangkai"])
        case, _code = county.apply(session)
        county.move(session, case, "register", "luoyan", received=local_date(now()))
        county.move(session, case, "assign", "luoyan", handler=None, department=county.departments["QY-mzj"])
        county.move(session, case, "ask_reasons", "luoyan", why="一个月内提出四十件")
        letters.reset(session, "reasons_notice", actor_id=county.users["fangkai"])
        letter = next(each for each in case.messages if each.kind == "reasons_notice")
        return f"/desk/cases/{case.id}/letters/{letter.id}"


def text_of(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    try:
        return "".join("".join(page.get_textpage().get_text_range().split()) for page in document)
    finally:
        document.close()


def test_a_letter_stays_as_it_was_issued_on_page_and_on_paper(browser, sent):
    client = browser("luoyan")
    page = client.get(sent).html.find("article")
    assert "说明理由通知" in page.text and "请说明理由：一个月内提出四十件。" in page.text
    words = text_of(client.get(f"{sent}.pdf").body)
    assert "说明理由通知" in words and "请说明理由：一个月内提出四十件。" in words and "清源县民政局" in words


def test_its_record_of_delivery_names_it_and_leaves_room_to_sign(browser, sent):
    words = text_of(browser("luoyan").get(f"{sent}/record.pdf").body)
    assert all(part in words for part in ("送达回证", "吴晓梅", "说明理由通知", "1号理", "收件人签名或者盖章"))
