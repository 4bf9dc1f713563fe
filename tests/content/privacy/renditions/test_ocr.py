"""Writing in pictures: read in every direction and colour, covered to the pixel, and never vouched for when unread."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageFilter

from content.privacy.kinds import Decision
from content.privacy.renditions import ocr
from content.privacy.renditions.boxes import turned
from content.privacy.renditions.cards import cards
from content.privacy.renditions.ink import Ink
from content.privacy.renditions.model import Choices
from content.privacy.renditions.pictures import clean_picture, inspect_picture
from content.privacy.renditions.sight import sheet_of
from tests.content.privacy.made import id_number
from tests.content.privacy.renditions.judge import legible
from tests.content.privacy.renditions.make_picture import NO_FONT, font, identity_card, notice, octets, place_of

pytestmark = pytest.mark.nodatabase
drawn = pytest.mark.skipif(font(20) is None, reason=NO_FONT)
read = pytest.mark.skipif(font(20) is None or not ocr.available(), reason="Tesseract with chi_sim, or " + NO_FONT)
ID = id_number(region="410102")
LINES = ("清源县低保名单公示", f"张伟  身份证号 {ID}", "手机 13812345678", "联系电话：0379-66234567")


def cleaned(image: Image.Image, choices: Choices | None = None) -> Image.Image:
    return Image.open(io.BytesIO(clean_picture(octets(image), choices or Choices(), "p")[0])).convert("RGB")


def found(image: Image.Image) -> dict[str, str]:
    return {each.normal: each.kind for each in inspect_picture(octets(image), Choices(), "p", "图片")[0]}


@read
def test_numbers_are_covered_to_the_last_pixel_and_the_rest_stays():
    image = notice(*LINES)
    findings, picture = inspect_picture(octets(image), Choices(), "p", "图片")
    assert {each.normal for each in findings} == {ID, "13812345678"} and picture.read
    built = cleaned(image)
    for at, value in ((1, ID), (2, "13812345678")):
        left, top, right, bottom = place_of(LINES[at], value, at)
        middle = built.crop((round(left) + 2, round((top + bottom) / 2) - 3, round(right) - 2,
                             round((top + bottom) / 2) + 3))
        assert middle.getextrema() == ((0, 0),) * 3
        assert not legible(built, (left - 20, top, right + 20, bottom), value)
    assert legible(built, place_of(LINES[3], "0379-66234567", 3), "66234567")


@read
@pytest.mark.parametrize("change", [
    lambda lines: notice(*lines).rotate(90, expand=True),
    lambda lines: notice(*lines, ground="#40a040", ink="#e02020"),
    lambda lines: notice(*lines, size=(420, 200), height=12, ink="#d0d0d0").rotate(2, fillcolor="white"),
], ids=["turned", "of colours equally bright", "small, faint and askew"])
def test_writing_of_every_kind_is_read(change):
    assert {ID, "13812345678"} <= set(found(change(LINES)))


@read
def test_numbers_parted_by_gaps_and_columns_without_labels_are_found():
    number = id_number(region="410102", birth="19850230"[:6] + "12", serial="045")
    assert {number, ID} <= set(found(notice(" ".join(number), f"{ID[:6]} {ID[6:14]} {ID[14:]}")))


@read
def test_what_was_decided_to_stay_stays():
    image = notice("监督人员手机 13812345678")
    kept = Choices(decisions={("MOBILE", "13812345678"): Decision.keep})
    left, top, right, bottom = (round(each) for each in place_of("监督人员手机 13812345678", "13812345678", 0))
    assert cleaned(image, kept).crop((left, top, right, bottom)).getextrema() == ((0, 255),) * 3
    assert cleaned(image, kept).crop((left, top, right, bottom)).resize((1, 1)).getpixel((0, 0))[0] > 150


@read
def test_an_identity_card_is_covered_whole():
    image = identity_card(ID)
    assert "ID_CARD" in found(image).values()
    built = cleaned(image)
    assert built.crop((320, 320, 1120, 800)).getextrema() == ((0, 0),) * 3
    assert built.getpixel((40, 40)) != (0, 0, 0)


@drawn
def test_what_no_program_can_read_needs_a_person():
    blurred = notice(*LINES).filter(ImageFilter.GaussianBlur(6))
    assert not inspect_picture(octets(blurred), Choices(), "p", "图片")[1].read


def test_without_tesseract_every_picture_needs_a_person(monkeypatch):
    monkeypatch.setattr(ocr, "available", lambda: False)
    findings, picture = inspect_picture(octets(Image.new("L", (60, 60), 255)), Choices(), "p", "图片")
    assert not findings and not picture.read


def test_rules_seals_and_covers_are_no_writing():
    image = Image.new("RGB", (1000, 700), "white")
    draw = ImageDraw.Draw(image)
    for at in range(6):
        draw.line((50, 50 + 60 * at, 950, 50 + 60 * at), fill="black", width=2)
        draw.line((50 + 180 * at, 50, 50 + 180 * at, 350), fill="black", width=2)
    draw.rectangle((100, 400, 500, 440), fill="black")
    draw.ellipse((600, 420, 860, 680), outline="red", width=6)
    assert not Ink(image).writing_left()


@drawn
def test_writing_outside_what_was_read_is_noticed():
    ink = Ink(notice("清源县低保名单公示", "张伟 41010219900307"))
    assert ink.writing_left() and ink.writing_left([(50, 40, 400, 100)])
    assert not ink.writing_left([(50, 40, 400, 100), (50, 100, 500, 170)])


@drawn
def test_small_print_on_a_large_page_is_noticed():
    page = Image.new("L", (1653, 2339), "white")
    assert not Ink(page).writing_left()
    ImageDraw.Draw(page).text((300, 900), ID, font=font(9), fill="black")
    assert Ink(page).writing_left()


def test_what_is_misread_alike_askew_is_not_read():
    upright, level = (201, 1343, 230, 1764), (201, 1343, 622, 1372)
    for text, box, read in (("tTCT4085006616680TY", upright, False), ("4085006616680", upright, False),
                            ("tTCT4085006616680TY", level, False), ("4085006616680", level, True)):
        word = ocr.Word(text, box, False, (1,), "chi_sim")
        assert list(ocr._well_read((word,), [(word,), (word,)])) == ([box] if read else [])


def words(*lines: str, left: float = 100) -> list[ocr.Word]:
    return [ocr.Word(line, (left, 100 + 50 * at, left + 14 * len(line), 130 + 50 * at), True)
            for at, line in enumerate(lines)]


@pytest.mark.parametrize("lines, placed, lost", [
    (("姓名张伟", "性别男民族汉", "出生1990年3月7日", "住址河阳市", "公民身份号码" + ID), True, False),
    (("中华人民共和国", "居民身份证", "签发机关河阳市公安局", "有效期限2019.01.01-2039.01.01"), True, False),
    (("公民身份号码",), False, True), (("中国银联", "UnionPay"), False, True), (("姓名", "性别", "金额"), False, False),
])
def test_signs_of_cards(lines, placed, lost):
    judged = cards(words(*lines), (1000, 800), "p", "图片")
    assert (bool(judged.placed), judged.lost) == (placed, lost)


@pytest.mark.parametrize("misread", ["5101991974O1052039", "51019919740105203", "152109483542", "I8774186924"])
def test_long_numbers_count_although_a_digit_was_misread(misread):
    sheet = sheet_of(words("吕二妮 " + misread), (1000, 800))
    assert len(sheet.cut(Choices())) >= len(misread)


@pytest.mark.parametrize("other", ["统一社会信用代码 911101990000012345", "联系电话 0379-66234567", "金额 1234567.89",
                                   "清民〔2024〕17号", "2024-410399-48-01-123456"])
def test_other_numbers_stay(other):
    assert not sheet_of(words(other), (1000, 800)).cut(Choices())


def test_boxes_turn_with_their_picture():
    box = (10.0, 20.0, 40.0, 30.0)
    for turns in range(4):
        size = (100, 60) if turns % 2 == 0 else (60, 100)
        assert turned(turned(box, turns, (100, 60)), -turns, size) == box
