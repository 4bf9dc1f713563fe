"""How a letter looks: the same words on the page and on paper, laid out like an official letter."""

import pypdfium2
import pytest

from portal import letters

pytestmark = pytest.mark.nodatabase

LETTER = {"kind": "reply", "title": "政府信息公开申请答复书", "number": "民政信公开〔2026〕12号答", "to": "吴晓梅<b>㐂",
          "paragraphs": ["您申请公开：2025年度低保资金发放明细\n第二行<i>",
                         "经审查，根据条例第三十七条的规定，区分处理。"],
          "organ": "清源县民政局", "day": "2026年11月22日", "enclosures": ["明细表.xlsx", "说明.docx"],
          "contact": "联系电话：0000-5550101", "rows": [["受送达人", "吴晓梅"]]}
ADDRESS = "https://www.example.gov.cn/apply/status"


def text_of(data: bytes) -> tuple[str, int]:
    pages = pypdfium2.PdfDocument(data)
    try:
        return "".join(page.get_textpage().get_text_range() for page in pages), len(pages)
    finally:
        pages.close()


def test_every_word_is_on_paper_and_can_be_taken_from_it():
    words, pages = text_of(letters.pdf(LETTER, address=ADDRESS, code="ABCDE-FGHJK"))
    plain = "".join(words.split())
    for part in (LETTER["title"], LETTER["number"], "吴晓梅<b>㐂：", "第二行<i>", "区分处理。", "附件：1.明细表.xlsx",
                 "2.说明.docx", "清源县民政局", "2026年11月22日", "（联系电话：0000-5550101）", "受送达人",
                 "ABCDE-FGHJK"):
        assert part in plain, part
    assert pages <= 2


def test_the_same_letter_gives_the_same_octets():
    assert letters.pdf(LETTER, address=ADDRESS) == letters.pdf(dict(LETTER), address=ADDRESS)


def test_the_title_of_the_file_names_nobody():
    data = pypdfium2.PdfDocument(letters.pdf(LETTER))
    assert data.get_metadata_value("Title") == "政府信息公开申请答复书 民政信公开〔2026〕12号答"
    data.close()


def test_a_long_letter_goes_on_with_numbered_pages():
    words, pages = text_of(letters.pdf(LETTER | {"paragraphs": LETTER["paragraphs"] * 12}))
    assert pages >= 3 and "— 2 —" in words and "— 1 —" not in words


def test_on_a_page_nothing_of_it_is_markup():
    page = letters.html(LETTER)
    assert "吴晓梅&lt;b&gt;" in page and "<i>" not in page and page.count("<p>") >= 4
    assert "letter-receipt" not in page and "查询码" not in page
    assert 'class="letter-more">2. 说明.docx' in page


def test_a_receipt_leads_to_the_status_page_without_telling_the_code():
    page = letters.html(LETTER, address=ADDRESS, code="ABCDE-FGHJK")
    assert "<svg" in page and "查询码：ABCDE-FGHJK" in page
    assert letters.html(LETTER, address=ADDRESS).split("<svg")[1] == page.split("<svg")[1]
