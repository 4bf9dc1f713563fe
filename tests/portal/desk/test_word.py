"""从Word导入: a file becomes the text in the form; nothing typed is lost; what was left behind is said."""

from __future__ import annotations

import io

import docx
import pytest
from PIL import Image
from sqlalchemy import select
from webtest import Upload

from content import journal, picturing, writing
from content.documents import Attachment, Document, Draft

TITLE = "清源县民政局关于发放高龄津贴的通知"
HIDDEN = "130102198001011232"


def word(*, picture: bool = False) -> bytes:
    document = docx.Document()
    document.add_paragraph("清民发〔2026〕 012 号").alignment = 1
    document.add_paragraph(TITLE).alignment = 1
    document.add_paragraph("各乡镇民政所：")
    document.add_paragraph("津贴从12月起发放。").add_run(HIDDEN).font.hidden = True
    if picture:
        file = io.BytesIO()
        Image.new("RGB", (30, 20), "navy").save(file, "PNG")
        document.add_picture(io.BytesIO(file.getvalue()))
    document.add_paragraph("清源县民政局").alignment = 2
    document.add_paragraph("2026年11月22日").alignment = 2
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def send(app, page, path, data=None, name="通知.docx", status="*", **typed):
    """Send the form of a page with a Word file, as its button does."""
    fields = [(key, typed.pop(key, value)) for key, value in page.forms["text"].submit_fields()]
    upload = [("word", Upload(name, data))] if data is not None else []
    return app.post(path, [*fields, *typed.items(), *upload], content_type="multipart/form-data", status=status)


@pytest.fixture
def new(county):
    return f"/desk/write?column={county.columns['zwgk/zcwj']}&type=policy"


def test_a_new_text_from_word_keeps_what_was_typed(browser, house, county, new):
    app = browser("zhangli")
    answer = send(app, app.get(new), "/desk/write/word", word(picture=True), issuer="县民政局", keywords="津贴")
    assert answer.status_int == 303 and answer.location.endswith("/edit?draft=use")
    page = answer.follow()
    form = page.forms["text"]
    formed = page.html.find(id="text-data-formed")["value"]
    assert (form["title"].value, form["number"].value, formed) == (TITLE, "清民发〔2026〕12号", "2026-11-22")
    assert (form["issuer"].value, form["keywords"].value) == ("县民政局", "津贴")
    assert "津贴从12月起发放" in form["body"].value and HIDDEN not in form["body"].value
    assert "隐藏的文字1处" in page.text and "清源县民政局" in page.html.find(class_="notes").text
    with house.database.reader() as session:
        picture = session.scalars(select(Attachment)).one()
        assert picture.role == "picture" and picturing.images(form["body"].value)[0].attachment_id == picture.id
        rows = journal.history(session, "document", picture.document_id)
        assert "document.word" in [each.action for each in rows]
    form["validity"], form["genre"], form["topic"] = "有效", "通知", "民政、扶贫、救灾"
    assert form.submit("save").status_int == 303
    with house.database.reader() as session:
        head = session.get_one(Document, picture.document_id).head
        assert (head.title, head.data["number"]) == (TITLE, "清民发〔2026〕12号")
        assert f"/desk/file/{picture.id}" in head.body
        assert session.scalar(select(Draft)) is None


@pytest.mark.parametrize(("how", "before"), [({}, True), ({"word_how": "replace"}, False)])
def test_onto_a_draft_it_comes_after_the_text_or_in_its_place(browser, house, written, how, before):
    number, app = written(title="我的标题", body="<p>原来的话。</p>"), browser("zhangli")
    page = send(app, app.get(f"/desk/document/{number}/edit"), f"/desk/document/{number}/word", word(), **how).follow()
    form = page.forms["text"]
    assert ("原来的话" in form["body"].value) is before and "津贴从12月起发放" in form["body"].value
    assert form["title"].value == "我的标题" and TITLE in page.html.find(class_="notes").text
    with house.database.reader() as session:
        assert session.get_one(Document, number).head.body == "<p>原来的话。</p>"  # until it is saved


def test_the_notes_stay_until_it_is_saved(browser, written):
    number, app = written(), browser("zhangli")
    page = send(app, app.get(f"/desk/document/{number}/edit"), f"/desk/document/{number}/word", word()).follow()
    fields = page.forms["text"].submit_fields()
    app.post("/desk/drafts/autosave", [pair for pair in fields if pair[0] not in ("word", "picture")])
    again = app.get(f"/desk/document/{number}/edit?draft=use")
    assert "隐藏的文字1处" in again.text
    assert app.get(f"/desk/document/{number}/edit").html.find(class_="notes") is None


@pytest.mark.parametrize(("data", "name", "said"), [
    (None, "", "没有选文件"), (b"%PDF-1.7", "a.docx", "不是Word文档"), (word()[:3000], "a.docx", "已损坏")],
    ids=["none", "pdf", "cut"])
def test_what_cannot_be_read_is_said_and_what_was_typed_stays(browser, new, data, name, said):
    app = browser("zhangli")
    page = send(app, app.get(new), "/desk/write/word", data, name, title="写了一半", body="<p>写好的</p>").follow()
    assert said in page.text
    assert (page.forms["text"]["title"].value, page.forms["text"]["body"].value) == ("写了一半", "<p>写好的</p>")


def test_others_may_not_and_a_sent_text_is_closed(browser, house, county, written):
    number = written()
    sunjing = browser("sunjing")
    token = sunjing.get("/desk").html.find("input", {"name": "csrf_token"})["value"]
    for path in (f"/desk/document/{number}/word", f"/desk/document/{number}/picture"):
        sunjing.post(path, {"csrf_token": token}, status=403)
        browser().post(path, {}, status="*")
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, number), "submit", "zhangli")
    app = browser("zhangli")
    token = app.get("/desk").html.find("input", {"name": "csrf_token"})["value"]
    app.post(f"/desk/document/{number}/word", {"csrf_token": token}, status=403)


def test_a_text_beyond_all_measure_is_refused(browser, new, monkeypatch):
    monkeypatch.setattr(writing, "MOST_BODY", 50)
    app = browser("zhangli")
    page = send(app, app.get(new), "/desk/write/word", word(), title="长").follow()
    assert "请分成几篇导入" in page.text and page.forms["text"]["title"].value == "长"
