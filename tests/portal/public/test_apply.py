"""依申请公开 from the form to the status page, as a citizen without JavaScript sees it."""

from __future__ import annotations

import base64
import datetime as dt
import re
from io import BytesIO

from PIL import Image
from sqlalchemy import func, select
from webtest import Upload

from content import cases, journal
from content.base import local_date, now
from content.cases import Case, CaseFile
from portal.public.apply import _ticket
from workflows.engine import fire

CITIZEN = {"name": "吴晓梅", "id_number": "110101199003070011", "phone": "138 0013 8000"}
WANTED = "2025年城关镇城乡低保资金发放情况"


def on(page, **values):
    """Fill the form of a page, and press 下一步."""
    form = page.forms["apply"]
    for name, value in values.items():
        form[name if name in form.fields else f"apply-{name}"] = value
    return form.submit("next")


def to_the_last_page(site, **person):
    page = on(site.get("/apply/new"), organ="QY-mzj", applicant_class="natural")
    return on(on(on(page, **(CITIZEN | person)), description=WANTED), way="portal")


def filed(site, **person):
    """The receipt page, and number and code as it shows them."""
    page = to_the_last_page(site, **person)
    page = page.forms["apply"].submit("next").follow()
    number, code = (each.text for each in page.html.select(".receipt-codes dd"))
    return page, number, code


def test_from_the_form_to_receipt_and_status(site):
    page, number, code = filed(site)
    assert re.fullmatch(r"QY-mzj-\d{4}-00001", number) and re.fullmatch(r"[A-Z0-9]{5}-[A-Z0-9]{5}", code)
    assert site.app.get("/apply/receipt/receipt.pdf").body.startswith(b"%PDF")
    assert "查看进度" in page.text


def look(site, number, code):
    form = site.get("/apply/status").forms[1]
    form["number"], form["code"] = number, code
    return form.submit(expect_errors=True)


def test_number_and_code_open_the_status_page_and_a_wrong_code_tells_nothing(site):
    _page, number, code = filed(site)
    site.app.reset()
    wrong = [look(site, number, "ABCDE-FGHJK"), look(site, "QY-mzj-2026-09999", code)]
    assert {page.status_int for page in wrong} == {200}
    assert len({re.sub(r'value="[^"]*"', "", page.text) for page in wrong}) == 1 and WANTED not in wrong[0].text
    status = look(site, number, code.lower().replace("-", " ")).follow()
    assert WANTED in status.text and "吴*梅" in status.text and CITIZEN["name"] not in status.text
    assert len(status.html.select(".days li")) == 20 and status.html.select(".calendar .due")
    letter = status.click(href=r"/letter/\d+$")
    assert number in letter.text
    assert site.app.get(f"{letter.request.path}.pdf").body.startswith(b"%PDF")
    site.app.reset()
    assert site.app.get(letter.request.path).status_int == 303


# -- the form -----------------------------------------------------------------------------------------------------

def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(site):
    page = on(on(site.get("/apply/new"), organ="QY-mzj", applicant_class="natural"),
              name="吴晓梅", id_number="110101199003070012", phone="1380013800")
    said = page.html.select_one(".error-summary").text
    assert "电话不对" in said and page.forms["apply"]["id_number"].value == "110101199003070012"
    page = on(page, phone="13800138000")
    assert "校验码不符" in page.html.select_one(".error-summary").text
    page = on(page, id_number=CITIZEN["id_number"])
    assert page.html.h1.text == "您要什么信息？"
    page = on(page, description=WANTED, year_from="2025", year_to="2024")
    assert "早于" in page.html.select_one(".error-summary").text
    back = page.forms["apply"].submit("back")
    assert back.forms["apply"]["name"].value == "吴晓梅"


def test_an_organisation_gives_its_credit_code_and_a_way_needs_its_address(site):
    page = on(site.get("/apply/new"), organ="QY-mzj", applicant_class="company")
    page = on(page, name="清源县某某有限公司", credit_code="91410399MA0000000X", representative="张三", contact="李四",
              phone="0399-6660000")
    assert "校验位不对" in page.html.select_one(".error-summary").text
    page = on(on(page, credit_code="91350100M000100Y43"), description=WANTED)
    page = on(page, way="post")
    assert "通信地址" in page.html.select_one(".error-summary").text
    page = on(page, address="清源县城关镇人民路1号")
    assert page.html.h1.text == "核对并提交" and "91350100M000100Y43" in page.text


def test_nobody_skips_a_page_and_a_page_can_be_changed(site):
    form = to_the_last_page(site).forms["apply"]
    form["phone"] = "1"
    page = form.submit("next")
    assert page.html.h1.text == "您是谁？" and "电话不对" in page.text
    page = to_the_last_page(site).forms["apply"].submit("go", value="what")
    assert page.forms["apply"]["description"].value == WANTED


def test_what_is_public_already_is_shown_before_it_is_filed(site):
    url = site.publish(title="2025年城关镇城乡低保资金发放情况公示")
    site.index()
    assert url in to_the_last_page(site).text
    token = site.get("/apply/new").forms["apply"]["csrf_token"].value
    assert url in site.app.post("/apply/suggest", {"words": WANTED, "csrf_token": token}).text


def test_a_form_sent_twice_is_filed_once(site):
    form = to_the_last_page(site).forms["apply"]
    form.submit("next")
    form.submit("next")
    with site.county.house.database.reader() as session:
        assert session.scalar(select(func.count(Case.id))) == 1


# -- files --------------------------------------------------------------------------------------------------------

def camera(size=(2400, 1600)) -> bytes:
    """A photo as a telephone makes it, with the place in it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (34.0, 12.0, 5.0)
    exif[0x010F] = "Handy"
    buffer = BytesIO()
    Image.new("RGB", size, (200, 210, 220)).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def test_a_photo_is_made_anew_and_marked_and_kept_sealed(site):
    form = to_the_last_page(site).forms["apply"]
    form["photo"] = [Upload("身份证.jpg", camera())]
    form["files"] = [Upload("说明.txt", "补充说明".encode())]
    assert form.submit("next").status_int == 303
    house = site.county.house
    with house.database.reader() as session:
        kept = {file.role: file for file in session.scalars(select(CaseFile))}
        assert {file.media_type for file in kept.values()} == {"image/jpeg", "text/plain"}
        data = house.blobs.get(session, kept["id_photo"].address)
    image = Image.open(BytesIO(data))
    assert not image.getexif() and max(image.size) == 1800
    assert len(image.getcolors(1 << 24)) > 100  # no longer one flat colour: the mark lies across it


def test_a_file_that_cannot_be_taken_is_named_and_nothing_is_filed(site):
    form = to_the_last_page(site).forms["apply"]
    form["photo"] = [Upload("证件.jpg", b"MZ\x90\x00" + bytes(200))]
    page = form.submit("next")
    assert "“证件.jpg”不能收" in page.html.select_one(".error-summary").text and WANTED in page.text
    with site.county.house.database.reader() as session:
        assert session.scalar(select(func.count(Case.id))) == 0


# -- floods -------------------------------------------------------------------------------------------------------

def test_beyond_the_rate_work_is_asked_or_a_wait_and_nothing_typed_is_lost(site):
    for _turn in range(6):
        assert to_the_last_page(site).forms["apply"].submit("next").status_int == 303
    page = to_the_last_page(site).forms["apply"].submit("next")
    assert re.search(r"请等\d+秒", page.html.select_one(".error-summary").text) and WANTED in page.text
    form = page.forms["apply"]
    form["work"] = "1"
    assert form.submit("next").status_int == 200
    ticket = _ticket.Ticket("", form["ticket"].value)
    form["work"] = next(str(number) for number in range(10**7) if _ticket.worked(ticket, str(number)))
    assert form.submit("next").status_int == 303


def test_wrong_codes_are_counted(site):
    _page, number, code = filed(site)
    site.app.reset()
    for _turn in range(20):
        assert look(site, number, "ABCDE-FGHJK").status_int == 200
    assert look(site, number, code).status_int == 429


def test_right_codes_are_not_counted(site):
    _page, number, code = filed(site)
    for _turn in range(21):
        site.app.reset()
        assert look(site, number, code).status_int == 303


# -- with number and code -----------------------------------------------------------------------------------------

def fire_case(site, name, by="luoyan", **facts):
    with site.county.house.database.writer.begin() as session:
        case = session.scalars(select(Case)).one()
        fire(session, site.county.house, case, name, site.county.identity(session, by), **facts)


def test_a_supplement_is_asked_for_and_given(site):
    filed(site)
    fire_case(site, "register", received=local_date(now()))
    fire_case(site, "ask_supplement", missing="请写明是哪个村", supplement_by=local_date(now()) + dt.timedelta(days=14))
    page = site.get("/apply/status")
    assert "请您补正" in page.text and page.html.select("#case-supplement")
    form = next(form for form in page.forms.values() if form.action.endswith("/supplement"))
    assert "请写明补正的内容" in form.submit().text
    form["supplement"] = "城关镇的三个村"
    form["files"] = [Upload("清单.txt", "三个村".encode())]
    assert "期限重新计算" in form.submit().follow().text
    with site.county.house.database.reader() as session:
        assert session.scalars(select(Case)).one().state == "registered"
        assert session.scalars(select(CaseFile)).one().role == "supplement"


def test_a_request_is_withdrawn_after_a_second_question(site):
    filed(site)
    page = site.get("/apply/status").click("撤回申请")
    assert "撤回以后" in page.text
    form = next(form for form in page.forms.values() if form.action.endswith("/withdraw"))
    assert "您已撤回申请" in form.submit().follow().text
    assert not site.get("/apply/status").html.select('a[href="/apply/status/withdraw"]')


def test_the_opinion_of_a_third_party_is_not_his_to_give_nor_its_letter_to_read(site):
    filed(site)
    fire_case(site, "register", received=local_date(now()))
    fire_case(site, "assign", department=site.county.departments["QY-mzj"], handler=None)
    fire_case(site, "consult", whom="某公司", third="third_party", question="是否同意公开", address="")
    page = site.get("/apply/status")
    assert "征求意见书" not in page.text and "某公司" not in page.text and page.html.select(".calendar .paused")


# -- a lost query code --------------------------------------------------------------------------------------------

def recover(site, **values):
    form = next(form for form in site.get("/apply/recover").forms.values() if form.action == "/apply/recover")
    for name, value in values.items():
        form[name] = value
    return form.submit(expect_errors=True)


def test_three_things_give_a_new_code_and_the_old_one_ends(site):
    _page, number, code = filed(site)
    site.app.reset()
    right = {"who": "吴晓梅", "id_number": CITIZEN["id_number"], "phone": "13800138000"}
    for name, value in (("who", "吴小梅"), ("id_number", "110101199003070038"), ("phone", "13800138001")):
        assert "对不上" in recover(site, **right | {name: value}).text
    page = recover(site, **right).follow()
    assert page.html.h1.text == "新的查询码"
    new = page.html.select(".receipt-codes dd")[1].text
    assert new != code
    site.app.reset()
    assert look(site, number, code).status_int == 200 and look(site, number, new).status_int == 303
    with site.county.house.database.reader() as session:
        assert "case.code" in {row.action for row in journal.history(session, "case", 1)}
    assert recover(site, **right).status_int == 303 and recover(site, **right).status_int == 429


def test_who_gave_an_address_must_know_it_too(site):
    page = on(site.get("/apply/new"), organ="QY-mzj", applicant_class="natural")
    page = on(on(on(page, **CITIZEN), description=WANTED), way="email", email="wu@example.com")
    page.forms["apply"].submit("next")
    facts = {"who": "吴晓梅", "id_number": CITIZEN["id_number"], "phone": "13800138000"}
    assert recover(site, **facts).status_int == 200
    assert recover(site, **facts, email="WU@example.com").status_int == 303


def test_a_stranger_may_attach_photos_of_a_telephone_and_no_more(site):
    def sent(megabytes):
        return site.app.post("/apply/new", upload_files=[("photo", "a.jpg", bytes(megabytes << 20))],
                             expect_errors=True).status_int
    assert sent(9) == 400  # read, and refused for its missing token alone
    assert sent(21) == 413


def test_nobody_is_named_in_addresses_cookies_or_logs(site, capfd):
    filed(site)
    site.get("/apply/status")
    cookie = base64.urlsafe_b64decode(site.app.cookies["gongkai"] + "==")
    said = capfd.readouterr().err.encode() + cookie
    for secret in (CITIZEN["name"], CITIZEN["id_number"], "13800138000", WANTED):
        assert secret.encode() not in said and secret.encode("unicode_escape") not in said


def test_a_case_type_whose_definition_asks_something_has_its_form(site):
    page = site.get("/apply").click("更正政府信息申请")
    page = on(on(page, organ="QY-mzj", applicant_class="natural"), **CITIZEN)
    page = on(on(page, record="低保档案", wrong="家庭人口4人", right="3人", evidence="户口簿"), way="portal")
    assert page.forms["apply"].submit("next").status_int == 303
    with site.county.house.database.reader() as session:
        case = session.scalars(select(Case)).one()
        inside = cases.contents(session, site.county.house, case)
    assert case.type == "record_correction" and inside["request"]["right"] == "3人"
    assert "家庭人口4人" in inside["request"]["description"] and "家庭人口4人" in site.get("/apply/status").text


def test_who_got_something_suggests_once_that_everybody_gets_it(site):
    filed(site)
    assert not site.get("/apply/status").html.select("#case-suggestion")
    county = site.county
    with county.house.database.writer.begin() as session:
        case = session.scalars(select(Case)).one()
        case.state, case.outcome, case.finished = "answered", "granted", local_date(now())
    form = next(form for form in site.get("/apply/status").forms.values() if form.action.endswith("/active"))
    assert "请写明" in form.submit().html.select_one(".error-summary").text
    form["suggestion"] = "全县低保户都关心"
    page = form.submit().follow()
    assert "收到了您的建议" in page.text and "您已建议" in page.text
    assert not page.html.select("textarea#case-suggestion")
