"""An application for disclosure in a browser, from the form to the letter of reply; and what is told of it nowhere.

The whole way of Must show 2: identity photo, supplement, third party, extension, partial disclosure with a cleaned
table; who has a wrong code learns nothing; nothing personal is in addresses, logs, index, error pages, journal or mail.
"""

import datetime as dt
import io
import json
import re
import sqlite3
from contextlib import closing, suppress
from urllib.parse import quote, unquote

import axe
import openpyxl
import pytest
from index_terms import known
from PIL import Image
from steps import identity_number

from content.base import local_date, now
from tests.content.privacy.renditions.judge import lost, traces

pytestmark = pytest.mark.browser
NAME, CARD, PHONE = "闻人望舒", identity_number("41039919850612002"), "13703995528"
EMAIL = "wangshu@mail.example"
WANTED = "柳林乡2025年塘坝清淤工程补偿款发放明细"
SUPPLEMENT = "要的是沙河湾和石桥两个村的明细"
THIRD, OPINION = "清源县恒筑水利工程有限公司", "单价属于我公司的商业秘密"
HOLDERS = [identity_number(first) for first in ("41039919720903115", "41039919680117208")]
VILLAGES = ("沙河湾村", "石桥村")
TABLE = "塘坝清淤补偿明细.xlsx"
PERSONAL = (NAME, CARD, PHONE, EMAIL, WANTED, SUPPLEMENT, THIRD, OPINION, *HOLDERS)


def photo() -> bytes:
    """A photo as a telephone makes it, with the place in it."""
    exif = Image.Exif()
    exif[0x010F] = "Handy"
    exif.get_ifd(0x8825)[2] = (34.0, 12.0, 5.0)
    into = io.BytesIO()
    Image.new("RGB", (1200, 800), (200, 210, 220)).save(into, "JPEG", exif=exif)
    return into.getvalue()


def table() -> bytes:
    """Who got how much, with the numbers of their papers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["村", "身份证号", "补偿（元）"])
    for village, number in zip(VILLAGES, HOLDERS, strict=True):
        sheet.append([village, number, 3600])
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


# -- windows that remember where they were ------------------------------------------------------------------------

class Watched:
    """Opens windows, and keeps every address that any of them asked for (`visited`)."""

    def __init__(self, people):
        self.people, self.visited = people, []

    def _watch(self, window):
        window.context.on("request", lambda request: self.visited.append(unquote(request.url)))
        return window

    def citizen(self):
        return self._watch(self.people.citizen())

    def officer(self, login, path):
        """A window of somebody of the staff, at an address."""
        window = self._watch(self.people.officer(login))
        window.goto(path)
        return window


def press(place, button):
    """Press a button and wait for the page that answers it."""
    with place.page.expect_navigation():
        place.get_by_role("button", name=button, exact=True).click()


def fill(place, **answers):
    """Answer questions by their names: typed, picked from a list, or one of several."""
    for name, value in answers.items():
        field = place.locator(f"[name={name}], [name=apply-{name}]")
        kind = field.first.evaluate("each => each.type")
        if kind == "radio":
            field.and_(place.locator(f"[value='{value}']")).check()
        elif kind == "select-one":
            field.select_option(value)
        else:
            field.fill(value)


def upload(name, media_type, data):
    return {"name": name, "mimeType": media_type, "buffer": data}


# -- the requester ------------------------------------------------------------------------------------------------

def file(window):
    """From the explanation to the receipt; number and query code as it shows them."""
    window.goto("/apply")
    window.get_by_role("link", name="申请公开政府信息").click()
    for answers in ({"organ": "QY-mzj", "applicant_class": "natural"},
                    {"name": NAME, "id_number": CARD, "phone": PHONE},
                    {"description": WANTED}, {"way": "portal", "email": EMAIL}):
        form = window.locator("#apply")
        fill(form, **answers)
        assert axe.barriers(window) == []
        press(form, "下一步")
    window.set_input_files("#apply-photo", upload(f"{NAME}身份证.jpg", "image/jpeg", photo()))
    assert axe.barriers(window) == []
    press(window.locator("#apply"), "提交申请")
    assert axe.barriers(window) == []
    return window.locator(".receipt-codes dd").all_inner_texts()


def ask(window, number, code):
    """Number and query code into the form of the status page."""
    window.goto("/apply/status")
    form = window.locator("main form")
    fill(form, number=number, code=code)
    press(form, "查询")
    return window


def supplement(window):
    """What the requester answers where he follows his case."""
    press(window.locator("main"), "我已保存，查看进度")
    window.get_by_role("link", name="政府信息公开申请补正告知书", exact=True).click()
    assert "请写明是哪个村" in window.locator("main").inner_text()
    window.get_by_role("link", name="回到办理进度").click()
    assert axe.barriers(window) == []
    form = window.locator("form[action$='/supplement']")
    fill(form, supplement=SUPPLEMENT)
    press(form, "提交补正")
    window.get_by_text("收到了您的补正，期限重新计算").wait_for()


def read_reply(window):
    """The letter and the table, with number and code; what was said to and by the third party is not told."""
    main = window.locator("main")
    assert "已经答复" in main.inner_text() and THIRD not in main.inner_text()
    assert axe.barriers(window) == []
    with window.expect_download() as download:
        window.get_by_role("link", name="塘坝清淤补偿明细").click()
    with open(download.value.path(), "rb") as came:
        data = came.read()
    assert traces(data, HOLDERS) == [] and lost(data, VILLAGES) == []
    window.get_by_role("link", name="政府信息公开申请答复书", exact=True).click()
    letter = main.inner_text()
    assert all(words in letter for words in (NAME, "能够作区分处理", "第三十七条", "其余内容不予公开", "行政复议"))
    assert OPINION not in letter


def learns_nothing(watched, number, code):
    """A wrong code and a wrong number are answered by one and the same page, and it says nothing of the case."""
    pages = []
    for tried in ((number, "ABCDE-FGHJK"), (f"{number[:-5]}99999", code)):
        window = ask(watched.citizen(), *tried)
        assert window.url.endswith("/apply/status")
        pages.append(re.sub(r'value="[^"]*"', "", window.content()))
        assert window.goto("/apply/status/letter/1").url.endswith("/apply/status")
    assert pages[0] == pages[1] and "受理编号或者查询码不对" in pages[0]
    return pages


# -- the office ---------------------------------------------------------------------------------------------------

def step(window, name, done, **answers):
    """Take a step of the case whose page is open; the page that follows says that it is done."""
    detail = window.locator("details.case-step").filter(has=window.locator(f"input[name=transition][value={name}]"))
    if detail.get_attribute("open") is None:
        detail.locator("summary").click()
    fill(detail.locator("form"), **answers)
    with window.expect_navigation():
        detail.locator("button[type=submit]").click()
    window.locator("main .alert-ok", has_text=done).wait_for()


def found(window, number):
    """The page of a case, from the search at the desk."""
    form = window.locator("main form[role=search]")
    fill(form, q=number)
    press(form, "查找")
    return window.url


def photo_is_marked_and_placeless(window):
    with window.expect_download() as download:
        window.get_by_role("link", name=f"{NAME}身份证.jpg").click()
    with Image.open(download.value.path()) as kept:
        assert not kept.getexif() and len(kept.getcolors(1 << 24)) > 100  # flat before: the mark lies across it


def consult(window):
    """Ask the third party; the link by which it answers, as it stands at the desk."""
    step(window, "consult", "征求意见书已发出", whom=THIRD, third="third_party", question="是否同意公开补偿单价")
    return window.locator(".case-link").inner_text()


def answer(window, link):
    """The third party's opinion: once, without an account."""
    window.goto(link)
    assert axe.barriers(window) == []
    fill(window.locator("main form"), choice="refuse", reasons=OPINION)
    press(window.locator("main form"), "提交意见")
    window.get_by_role("heading", name="收到了您的意见").wait_for()


def draft(window, case):
    """A partial disclosure: the letter, and the table, cleaned."""
    window.goto(f"{case}/reply")
    window.locator("#outcome").select_option("partly")
    press(window.locator("main"), "选定")
    form = window.locator("form.sheet[method=post]")
    fill(form, content="沙河湾村、石桥村的补偿金额见附件", law="《中华人民共和国政府信息公开条例》第十五条",
         reason="单价公开会损害第三方的合法权益")
    press(form, "保存答复稿")
    window.set_input_files("#file", upload(TABLE, "application/octet-stream", table()))
    press(window.locator("#released"), "上传")
    window.locator("#released").get_by_role("link", name="逐项确认个人信息").click()
    assert all(number in window.locator("main table").inner_text() for number in HOLDERS)
    assert axe.barriers(window) == []
    press(window.locator("main"), "确认，重新生成公开版")
    window.locator("#released .status-ok", has_text="公开版已就绪").wait_for()
    assert axe.barriers(window) == []


# -- what is told nowhere -----------------------------------------------------------------------------------------

def shapes(word):
    """A word as files and addresses may hold it."""
    return word, json.dumps(word)[1:-1], quote(word)


def named(text, words):
    """Those words that a text tells in any shape."""
    return [word for word in words if any(shape in text for shape in shapes(word))]


def error_pages(watched, requester, case, link, code):
    """Pages that say no: to the requester, to the third party, to staff whom it does not concern, to a bad form."""
    other = watched.officer("sunjing", "/desk")
    sent = {"name": NAME, "id_number": CARD, "description": WANTED, "code": code, "step": "check"}
    asked = [(requester, "/apply/status/file/999999", 404), (requester, link, 404), (other, case, 403),
             (other, f"{case}/reply", 403)]
    for window, path, status in asked:
        said = window.request.get(path)
        assert said.status == status, path
        yield said.text()
    for path in ("/apply/new", "/apply/status"):
        yield watched.citizen().request.post(path, form=sent).text()  # without a token


def rows(home, query):
    with closing(sqlite3.connect(f"file:{home / 'gongkai.db'}?mode=ro", uri=True)) as database:
        return "\n".join(str(value) for row in database.execute(query) for value in row)


def nothing_is_told(site, visited, pages, words):
    """No word in addresses, pages, log, journal, deliveries, nor in any file of the instance, the index among them."""
    log = (site.home / "serve.log").read_text("utf-8")
    assert len(visited) > 50 and "/apply/status" in log
    for text in ("\n".join(visited), log, rows(site.home, "select body from journal_payload"), *pages):
        assert text and named(text, words) == []
    letters = rows(site.home, "select message, receiver, problem from delivery where key like 'case-letter/%'")
    assert letters and named(letters, words) == []
    kept = {path: path.read_bytes() for path in _files(site.home)}
    assert any("index" in path.parts for path in kept)
    patterns = [shape.encode() for word in words for shape in shapes(word)]
    assert [path for path, data in kept.items() if any(each in data for each in patterns)] == []
    is_known = known(site.home / "index")
    assert is_known("低保") and not any(map(is_known, {CARD, PHONE, *HOLDERS, "闻人", "望舒", "塘坝"}))


def _files(home):
    """Every file of the instance; the worker may take one away meanwhile."""
    for path in home.rglob("*"):
        with suppress(FileNotFoundError):
            if path.is_file():
                yield path


# -- the walk -----------------------------------------------------------------------------------------------------

def test_the_whole_way_of_an_application(people, site):
    watched = Watched(people)
    requester = watched.citizen()
    number, code = file(requester)

    officer = watched.officer("zhangli", "/desk/cases")
    case = found(officer, number)
    photo_is_marked_and_placeless(officer)
    step(officer, "register", "已登记")
    late = local_date(now()) + dt.timedelta(days=14)
    step(officer, "ask_supplement", "补正告知书已发出", missing="请写明是哪个村", supplement_by=late.isoformat())
    supplement(requester)

    officer.goto(case)
    assert SUPPLEMENT in officer.locator("main").inner_text()
    step(officer, "assign", "已分办")
    link = consult(officer)
    assert axe.barriers(officer) == []
    answer(watched.citizen(), link)
    signer = watched.officer("wangjianguo", case)
    step(signer, "extend", "延期告知书已发出", extension_days="20", why="需要核对两个村的台账")
    requester.goto("/apply/status")
    assert "法定40个工作日" in requester.locator("main").inner_text()
    assert requester.get_by_role("link", name="政府信息公开申请延期答复告知书", exact=True).count() == 1

    officer.goto(case)
    assert OPINION in officer.locator("main").inner_text()
    draft(officer, case)
    step(officer, "draft_reply", "答复稿已送审")
    step(watched.officer("zhoumin", case), "approve_reply", "已审核")
    signer.goto(case)
    step(signer, "sign_reply", "答复已签发")

    read_reply(ask(watched.citizen(), number, code))
    pages = learns_nothing(watched, number, code)
    pages += error_pages(watched, requester, case, link, code)
    nothing_is_told(site, watched.visited, pages, (*PERSONAL, code, code.replace("-", "")))
