"""PDF: a value is gone wherever it stood; what may be read is shown, can be searched, and looks as before."""

from __future__ import annotations

import io
from random import Random

import pikepdf
import pypdfium2
import pytest
from pdfminer.high_level import extract_text
from PIL import Image, ImageChops
from reportlab.lib.utils import ImageReader

from content.privacy.kinds import Decision
from content.privacy.renditions import ocr
from content.privacy.renditions.formats._pdf_write import Line, Writer
from content.privacy.renditions.formats.pdf import FORMAT
from content.privacy.renditions.model import Box, Built, Choices, Limits, Refused, Source
from content.privacy.renditions.verifier import verify
from tests.content.privacy.made import bank_card, id_number
from tests.content.privacy.renditions.judge import lost, seen, traces
from tests.content.privacy.renditions.make_pdf import PLACES, STAYS, changed, random_pdf, scan, text, written
from tests.content.privacy.renditions.make_picture import NO_FONT, font, notice, scene

pytestmark = pytest.mark.nodatabase
ID = id_number()
UNREAD = Choices(ocr=False)
read = pytest.mark.skipif(font(20) is None or not ocr.available(), reason="Tesseract with chi_sim, or " + NO_FONT)


def built(data: bytes, choices: Choices = UNREAD) -> Built:
    return FORMAT.build(Source(data, "公示.pdf"), choices)


def page(data: bytes, index: int = 0, scale: float = 1) -> Image.Image:
    with pypdfium2.PdfDocument(data) as pdf:
        return pdf[index].render(scale=scale).to_pil().convert("RGB")


@pytest.mark.parametrize("place", PLACES)
def test_a_value_is_gone_wherever_it_stood(place):
    data = PLACES[place](ID)
    made, inspection = built(data), FORMAT.inspect(Source(data), UNREAD)
    assert not traces(made.data, [ID]) and ID not in made.text
    assert not verify(inspection.findings, made, UNREAD)
    assert not lost(made.data, [STAYS])


@pytest.mark.parametrize("place", sorted(PLACES.keys() - {
    "behind the end", "before the start", "earlier revision", "private data", "digits in no order"}))
def test_the_editor_is_told_where_a_value_stands(place):
    findings = FORMAT.inspect(Source(PLACES[place](ID)), UNREAD).findings
    assert ID in {each.normal for each in findings}
    assert all(each.where and (each.dropped or each.box) for each in findings)


@pytest.mark.parametrize("seed", range(6))
def test_random_files_leak_nothing(seed):
    data, planted = random_pdf(Random(seed))
    assert not traces(built(data).data, planted)


def test_what_is_hidden_is_named():
    inspection = FORMAT.inspect(Source(PLACES["attachment"](ID)), UNREAD)
    assert "attachments" in inspection.removed and any("附件" in each for each in inspection.hidden)
    assert "revisions" in FORMAT.inspect(Source(PLACES["earlier revision"](ID)), UNREAD).removed
    under = FORMAT.inspect(Source(PLACES["under a black box"]("王小明的申请")), UNREAD)
    assert "hidden_text" in under.removed and "第1页" in under.hidden[0]


def test_text_under_a_box_that_somebody_drew_is_not_in_the_text_layer():
    for place in ("under a black box", "white on white", "nearly white", "under a picture", "never drawn"):
        made = built(PLACES[place]("Wang Xiaoming"))
        assert not traces(made.data, ["Wang Xiaoming"]), place


def test_a_table_is_covered_where_it_must_be_and_nowhere_else():
    card = bank_card()
    data = text(f"张伟 身份证号 {ID} 面积 3.2亩", f"账号 {card}", "联系电话：0379-66234567 清民〔2024〕17号")
    inspection, made = FORMAT.inspect(Source(data), UNREAD), built(data)
    assert [each.kind for each in inspection.findings] == ["ID_CARD", "BANK_CARD"] and not inspection.unread
    width, height = page(made.data, scale=3).size
    for each in inspection.findings:
        left, top, right, bottom = each.box
        inner = page(made.data, scale=3).crop((round(left * width) + 3, round(top * height) + 3,
                                               round(right * width) - 3, round(bottom * height) - 3))
        assert inner.getextrema() == ((0, 0),) * 3
    assert not lost(made.data, ["张伟身份证号", "面积3.2亩", "0379-66234567", "清民〔2024〕17号"])
    assert made.changed and "*" * 18 in made.text


def test_what_was_decided_to_stay_stays():
    data = text(f"公示编号 {ID}")
    made = built(data, Choices(ocr=False, decisions={("ID_CARD", ID): Decision.keep}))
    assert ID in made.text and ID in extract_text(io.BytesIO(made.data)) and not made.changed
    assert built(data, Choices(ocr=False, masks={"ID_CARD": "partial"})).text.count(ID[:6]) == 1


def test_a_file_that_hides_nothing_looks_the_same():
    data = text("关于公开2024年部门预算的通知", "各科室：现将有关事项通知如下。")
    made = built(data)
    assert not made.changed
    difference = ImageChops.difference(page(data), page(made.data)).convert("L")
    assert sum(difference.histogram()[80:]) < 40
    assert len(made.data) < 60_000


def test_boxes_drawn_by_hand_take_the_text_along():
    made = built(text("公示名单", "某某某的病情"), Choices(ocr=False, boxes=(Box("page 1", 0, 0.28, 1, 0.36),)))
    assert made.changed and not traces(made.data, ["某某某"]) and not lost(made.data, ["公示名单"])


def test_pages_keep_their_sizes_and_are_upright():
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Rotate = 90

    with pikepdf.open(io.BytesIO(built(changed(text("横向页面"), turn)).data)) as pdf:
        box = [round(float(each)) for each in pdf.pages[0].MediaBox]
        assert box == [0, 0, 260, 400] and "/Rotate" not in pdf.pages[0]
        assert str(pdf.Root.Lang) == "zh-CN" and "/Info" not in pdf.trailer


def test_form_fields_and_text_boxes_that_one_sees_stay():
    for place in ("form field", "text box"):
        assert not lost(built(PLACES[place]("Budget 2024")).data, ["Budget 2024"]), place


def test_the_text_layer_has_every_character():
    writer = Writer()
    writer.add(Image.new("RGB", (400, 200), "white"), (400, 200), [Line("〔２〕㎡镕𠮷𬱖—ABC", (20, 20, 300, 40))])
    data = writer.finish()
    assert "〔２〕㎡镕𠮷𬱖—ABC" in extract_text(io.BytesIO(data))
    with pypdfium2.PdfDocument(data) as pdf:
        assert "〔２〕㎡镕𠮷𬱖—ABC" in pdf[0].get_textpage().get_text_range()


def test_pictures_need_a_person_where_no_ocr_reads_them():
    data = written(lambda canvas: canvas.drawImage(ImageReader(notice("张伟", f"{ID}") if font(20) else scene()),
                                                   20, 20, 360, 180))
    inspection = FORMAT.inspect(Source(data), UNREAD)
    assert [each.name for each in inspection.unread] == ["page 1"] or font(20) is None


@read
def test_scans_are_read_covered_and_made_searchable():
    data = scan("清源县危房改造名单", f"张伟  {ID}  13812345678", "联系电话：0379-66234567")
    inspection, made = FORMAT.inspect(Source(data), Choices()), built(data, Choices())
    assert {each.normal for each in inspection.findings} == {ID, "13812345678"} and not inspection.unread
    assert not traces(made.data, [ID, "13812345678"]) and not seen(made.data, [ID, "13812345678"])
    assert not lost(made.data, ["66234567", STAYS])


def _many(pages: int) -> bytes:
    pdf = pikepdf.new()
    for _ in range(pages):
        pdf.add_blank_page()
    return changed(_saved(pdf), lambda pdf: None)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    into = io.BytesIO()
    pdf.save(into)
    return into.getvalue()


def _huge() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14400, 14400))
    return _saved(pdf)


def _loop() -> bytes:
    """A tree of pages that holds itself."""
    def tie(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Pages.Kids.append(pdf.Root.Pages)
        pdf.Root.Pages.Count = 5

    return changed(text("一"), tie)


def _locked() -> bytes:
    return changed(text("一"), lambda pdf: None, encryption=pikepdf.Encryption(user="one", owner="two"))


@pytest.mark.parametrize("data, code", [
    (_locked(), "encrypted"), (b"%PDF-1.7\nnothing", "damaged"), (_many(301), "large"), (_huge(), "large"),
    (text("一")[:200], "damaged"),
])
def test_what_cannot_be_shown_is_refused(data, code):
    with pytest.raises(Refused) as refused:
        FORMAT.inspect(Source(data), UNREAD)
    assert refused.value.code == code and refused.value.reason


def test_files_that_are_odd_but_can_be_shown_are_taken():
    plain = text("一二三")
    assert "一二三" in built(plain.replace(b"startxref", b"startxerf")).text
    assert "一二三" in built(changed(plain, lambda pdf: None, encryption=pikepdf.Encryption(owner="two"))).text
    try:
        assert "一" in built(_loop()).text
    except Refused as refused:
        assert refused.code in ("damaged", "large")


def test_the_bounds_are_those_of_the_choices():
    with pytest.raises(Refused):
        built(_many(2), Choices(ocr=False, limits=Limits(pages=1)))
