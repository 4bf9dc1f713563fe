"""Attachments at the desk: who may do what, uploads with and without scripts, both sides of a finding, boxes, words."""

from __future__ import annotations

import io

import html5lib
import pytest
from PIL import Image
from slips import SLIPS
from webtest import Upload

from content import journal, preparing
from content.documents import Attachment, Document
from portal.desk import file_pictures

MOBILE, OTHER = "13912345678", "13800001111"
TEXT = f"联系人张福来，手机{MOBILE}，另一手机{OTHER}。\nhidden: 手机13755556666\n"


@pytest.fixture
def work(house):
    """What the worker would do now."""
    def turn() -> None:
        with house.database.writer.begin() as session:
            preparing.wake(session, preparing.on_their_way(session))
        while preparing.turn(house, "tests", SLIPS):
            pass
    return turn


@pytest.fixture
def upload(browser, written, work):
    """`upload({name: octets})`: a draft of 张丽 with these files, looked at; her browser and the number."""
    def sent(files: dict[str, bytes] | None = None, number: int | None = None):
        app, number = browser("zhangli"), number or written()
        form = app.get(f"/desk/document/{number}/files").forms[1]
        form["file"] = [Upload(name, data) for name, data in (files or {"名单.txt": TEXT.encode()}).items()]
        form.submit(status=303)
        work()
        return app, number
    return sent


def attached(house, number: int) -> list[Attachment]:
    """The attachments of the newest text."""
    with house.database.reader() as session:
        return [session.get_one(Attachment, each) for each in session.get_one(Document, number).head.attachments]


def token(app) -> str:
    return app.get("/desk").html.find("input", attrs={"name": "csrf_token"})["value"]


# -- uploading --------------------------------------------------------------------------------------------------

def test_several_at_once_and_what_is_wrong_with_one(upload, house):
    app, number = upload({"一.txt": b"one\n", "../二.txt": b"two\n", "空.txt": b"", "三.txt": b"one\n"})
    page = app.get(f"/desk/document/{number}/files")
    assert [each.name for each in attached(house, number)] == ["一.txt", "二.txt"]
    assert "空.txt：这个文件是空的" in page.text and "内容相同" in page.text
    assert [each.text for each in page.html.select(".file h2")] == ["一.txt", "二.txt"]


def test_the_script_of_the_page_is_answered_in_its_words(upload, browser, house):
    app, number = upload()
    address, sent = f"/desk/document/{number}/files", {"csrf_token": token(app)}
    program = {"Accept": "application/json"}
    good = app.post(address, sent, program, upload_files=[("file", "二.txt", b"two")], status=200)
    assert good.json["taken"] == [attached(house, number)[1].id]
    wrong = app.post(address, sent, program, upload_files=[("file", "三.txt", b"two")], status=422)
    assert "内容相同" in wrong.json["message"]
    app.post(address, {}, program, upload_files=[("file", "四.txt", b"four")], status=400)
    assert "没有选文件" in app.post(address, sent).follow().text
    assert len(attached(house, number)) == 2


def test_a_page_renews_itself_while_something_waits(browser, written, work, house):
    app, number = browser("zhangli"), written()
    app.post(f"/desk/document/{number}/files", {"csrf_token": token(app)}, upload_files=[("file", "一.txt", b"one")])
    page = app.get(f"/desk/document/{number}/files")
    html5lib.HTMLParser(strict=True).parse(page.text)
    assert page.html.select_one("noscript meta[http-equiv=refresh]") and page.html.select_one("[data-waiting]")
    work()
    page = app.get(f"/desk/document/{number}/files")
    assert not page.html.select("meta[http-equiv=refresh], [data-waiting]") and "公开版已就绪" in page.text


def test_order_replacement_and_removal(upload, house):
    app, number = upload({"一.txt": b"one\n", "二.txt": b"two\n"})
    first, second = attached(house, number)
    base, sent = f"/desk/document/{number}/files", {"csrf_token": token(app)}
    app.post(f"{base}/{second.id}/move", sent | {"to": "up"}, status=303)
    assert [each.id for each in attached(house, number)] == [second.id, first.id]
    app.post(f"{base}/{second.id}/replace", sent, upload_files=[("file", "三.txt", b"three")], status=303)
    assert [each.name for each in attached(house, number)] == ["三.txt", "一.txt"]
    app.post(f"{base}/{first.id}/remove", sent, status=303)
    assert [each.name for each in attached(house, number)] == ["三.txt"]
    changes = app.get(f"/desk/document/{number}?view=files").html.select_one(".file-diff").text
    assert "三.txt" in changes and "移除了" in changes


# -- what was found ---------------------------------------------------------------------------------------------

def test_both_sides_of_a_finding_and_one_decision_for_it(upload, house, work):
    app, number = upload()
    file = attached(house, number)[0]
    page = app.get(f"/desk/document/{number}/files/{file.id}")
    html5lib.HTMLParser(strict=True).parse(page.text)
    rows = page.html.select(".beside tbody tr")
    assert len(rows) == 3 and MOBILE in rows[0].text and "整个不公开" in rows[2].text
    before, after = rows[0].select("td")
    assert MOBILE in before.text and MOBILE not in after.text and OTHER[:5] not in after.text
    assert len(page.html.select("#findings fieldset")) == 2
    form = page.forms["findings"]
    answer = form.submit("mask_all", value="MOBILE")
    assert answer.location.endswith(f"/files/{file.id}")
    work()
    assert "公开版已就绪" in answer.follow().text
    copy = app.get(f"/desk/document/{number}/files/{file.id}/public")
    assert MOBILE not in copy.text and "张福来" in copy.text and "attachment" in copy.headers["Content-Disposition"]


def test_an_auditor_reads_no_original(upload, browser, house):
    _app, number = upload({f"张福来{MOBILE}.txt": TEXT.encode()})
    file, app = attached(house, number)[0], browser("zhengguodong")
    for page in (f"{number}/files", f"{number}/files/{file.id}", f"{number}?view=files", f"{number}/findings"):
        text = app.get(f"/desk/document/{page}").text
        assert MOBILE not in text and OTHER not in text and "***********" in text, page
    app.post(f"/desk/document/{number}/files/{file.id}/original", {"csrf_token": token(app)}, status=403)


def test_who_opened_the_original_is_in_the_journal(upload, house, county):
    app, number = upload()
    file = attached(house, number)[0]
    got = app.post(f"/desk/document/{number}/files/{file.id}/original", {"csrf_token": token(app)})
    assert got.body == TEXT.encode() and got.headers["Cache-Control"] == "no-store"
    with house.database.reader() as session:
        row = journal.history(session, "document", number)[-1]
    assert (row.action, row.actor_id) == ("document.open", county.users["zhangli"])


# -- pictures ---------------------------------------------------------------------------------------------------

@pytest.fixture
def drawn(monkeypatch):
    """Pictures of slips, which have none: a white page."""
    into = io.BytesIO()
    Image.new("L", (10, 10), 255).save(into, "PNG")
    monkeypatch.setattr(file_pictures, "run_page", lambda source, name, choices: into.getvalue())
    return into.getvalue()


def test_a_picture_is_shown_to_who_opened_it_and_boxes_are_drawn(upload, house, drawn):
    app, number = upload({"图.txt": b"picture 1\npicture 2\n"})
    file = attached(house, number)[0]
    here = f"/desk/document/{number}/files/{file.id}/pictures/1"
    app.get(f"{here}/before.png", status=403)
    page = app.get(here)
    assert page.html.select_one("img[src$='before.png']") is None
    page = page.forms["open"].submit(status=303).follow()
    assert app.get(f"{here}/before.png").body == drawn and page.html.select_one("img[src$='before.png']")
    wrong = fill(page.forms["box"], 80, 10, 20, 30).submit(status=422)
    assert "右边要大于左边" in wrong.text and wrong.forms["box"]["left"].value == "80"
    page = fill(wrong.forms["box"], "10", "10.5", "20%", "30").submit(status=303).follow()
    box = attached(house, number)[0].boxes[0]
    assert [box[side] for side in ("picture", "left", "top", "right", "bottom")] == ["picture 1", .1, .105, .2, .3]
    html5lib.HTMLParser(strict=True).parse(page.text)
    assert page.html.select_one("rect.box-black")["x"] == "10.0"
    app.post(f"{here}/erase", {"csrf_token": token(app), "box": page.html.select_one("button[name=box]")["value"]})
    assert attached(house, number)[0].boxes == []


def fill(form, *sides):
    for name, value in zip(("left", "top", "right", "bottom"), sides, strict=True):
        form[name] = value
    return form


def test_who_vouches_has_looked_and_did_not_upload(upload, browser, house, drawn):
    app, number = upload({"图.txt": b"picture 1\npicture 2\n"})
    base = f"/desk/document/{number}/files/{attached(house, number)[0].id}"
    app.post(f"{base}/vouch", {"csrf_token": token(app), "words": "1"}, status=403)
    reviewer = browser("zhoumin")
    sent = {"csrf_token": token(reviewer)}
    assert "还有2幅没有打开看过" in reviewer.post(f"{base}/vouch", sent | {"words": "1"}).follow().text
    for picture in (1, 2):
        reviewer.post(f"{base}/pictures/{picture}/open", sent, status=303)
    assert "请先在声明前面打勾" in reviewer.post(f"{base}/vouch", sent).follow().text
    assert "周敏已经声明" in reviewer.post(f"{base}/vouch", sent | {"words": "1"}).follow().text


# -- rights -----------------------------------------------------------------------------------------------------

CHAIN = {"zhangli", "zhoumin", "helixin", "wangjianguo"}
PAGES = {"": CHAIN | {"zhengguodong"}, "/{file}": CHAIN | {"zhengguodong"}, "/{file}/public": CHAIN | {"zhengguodong"},
         "/{file}/pictures/1": CHAIN, "/{file}/pictures/1/before.png": set()}  # nobody has opened it
VERBS = {"": {"zhangli"}, **{f"/{{file}}/{verb}": {"zhangli"} for verb in
                             ("replace", "remove", "move", "choose", "again", "pictures/1/box", "pictures/1/erase")},
         "/{file}/original": CHAIN, "/{file}/pictures/1/open": CHAIN, "/{file}/vouch": {"zhoumin", "helixin"}}


def test_who_may(upload, browser, house):
    """Of a draft: 孙静 writes for another department, 方凯 manages columns, nobody else may change it."""
    _app, number = upload({"图.txt": b"picture 1\n"})
    file, base = attached(house, number)[0], f"/desk/document/{number}/files"
    for login in ("", "fangkai", "sunjing", "zhengguodong", "zhoumin", "wangjianguo"):
        _may(browser(login), login, base, file)
    assert attached(house, number)[0].boxes == [] and len(attached(house, number)) == 1


def _may(app, login, base, file):
    for page, may in PAGES.items():
        status = app.get(base + page.format(file=file.id), expect_errors=True).status_int
        assert status == (200 if login in may else 403 if login else 303), (login, page)
    sent = {"csrf_token": token(app)} if login else {}
    for verb, may in VERBS.items():
        status = app.post(base + verb.format(file=file.id), sent, expect_errors=True).status_int
        assert status in ((200, 303, 422) if login in may else (403,) if login else (400, 401)), (login, verb)


def test_nothing_changes_once_it_was_sent_on(upload, house, county):
    app, number = upload({"一.txt": b"one\n"})
    file, sent = attached(house, number)[0], {"csrf_token": token(app)}
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, number), "submit", "zhangli")
    base = f"/desk/document/{number}/files"
    assert not app.get(base).html.select("input[type=file]")
    for verb in ("", f"/{file.id}/remove", f"/{file.id}/choose", f"/{file.id}/move", f"/{file.id}/replace"):
        app.post(base + verb, sent, status=403)
    assert len(attached(house, number)) == 1


def test_an_attachment_of_another_document_is_not_there(upload, written, house):
    app, number = upload()
    file = attached(house, number)[0]
    app.get(f"/desk/document/{written()}/files/{file.id}", status=404)
