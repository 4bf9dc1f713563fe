"""Pictures in texts at the desk: with the editor's script and without, pasted, shown to those who read originals."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from sqlalchemy import func, select
from webtest import Upload

from content import attachments, clearing, picturing, preparing
from content.documents import Attachment, Document
from content.picturing import tag
from content.preparing import Tools
from content.privacy.renditions.cleaning import clean, inspect

ALT = "北门水厂外景"
JSON = {"Accept": "application/json"}


def photograph(size=(60, 40), colour="navy") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def send(app, page, path, data=None, headers=None, **typed):
    """Send the form of a page with a picture."""
    fields = [(key, typed.pop(key, value)) for key, value in page.forms["text"].submit_fields()]
    upload = [("picture", Upload("IMG_1.png", data))] if data is not None else []
    return app.post(path, [*fields, *typed.items(), *upload], content_type="multipart/form-data", status="*",
                    headers=headers)


def count(house) -> int:
    with house.database.reader() as session:
        return session.scalar(select(func.count()).select_from(Attachment))


def test_without_script_a_picture_is_put_at_the_end(browser, house, written):
    number, app = written(body="<p>正文。</p>"), browser("zhangli")
    edit = f"/desk/document/{number}/edit"
    page = send(app, app.get(edit), f"/desk/document/{number}/picture", photograph(), alt=ALT).follow()
    body = page.forms["text"]["body"].value
    picture = picturing.images(body)[0]
    assert body.startswith("<p>正文。</p>") and picture.alt == ALT
    shown = app.get(picture.source)
    assert shown.content_type == "image/png" and Image.open(io.BytesIO(shown.body)).size == (60, 40)
    page = send(app, page, f"/desk/document/{number}/picture", insert=str(picture.attachment_id)).follow()
    assert [each.alt for each in picturing.images(page.forms["text"]["body"].value)] == [ALT, ALT]
    page.forms["text"].submit("save", status=303)
    with house.database.reader() as session:
        assert session.get_one(Document, number).head.body.count("<img") == 2
    assert count(house) == 1


@pytest.mark.parametrize(("fields", "data", "said"), [
    ({"alt": ""}, photograph(), "没有写替代文字"), ({"alt": ALT}, None, "没有选图片"),
    ({"alt": ALT}, b"GIF89a nothing", "图片"), ({"insert": "999"}, None, "不属于这一稿")])
def test_what_is_wrong_is_said_and_nothing_is_lost(browser, house, written, fields, data, said):
    number, app = written(), browser("zhangli")
    page = send(app, app.get(f"/desk/document/{number}/edit"), f"/desk/document/{number}/picture", data,
                title="改了标题", **fields).follow()
    assert said in page.text and page.forms["text"]["title"].value == "改了标题"
    assert count(house) == 0


def test_the_editor_uploads_and_a_new_text_becomes_a_document(browser, house, county):
    app = browser("zhangli")
    page = app.get(f"/desk/write?column={county.columns['tzgg']}&type=notice")
    assert "data-pictures=\"/desk/write/picture\"" in page.text
    answer = send(app, page, "/desk/write/picture", photograph(), JSON, title="有图").json
    number = int(answer["fields"]["document"])
    assert answer["action"] == f"/desk/document/{number}/edit"
    assert app.get(answer["location"]).content_type == "image/png"
    page = app.get(answer["action"])
    again = send(app, page, answer["pictures"], photograph(colour="red"), JSON).json
    assert set(again) == {"location"}
    form = page.forms["text"]
    form["body"] = f"<p>{tag(int(again['location'].rpartition('/')[2]), ALT)}</p>"
    assert form["title"].value == "有图" and form.submit("save").status_int == 303
    refused = send(app, page, answer["pictures"], b"none", JSON)
    assert refused.status_int == 422 and "请" in refused.json["message"]


def test_pasted_data_is_kept_and_the_rest_left_out(browser, house, written):
    number, app = written(), browser("zhangli")
    source = f"data:image/png;base64,{base64.b64encode(photograph()).decode()}"
    form = app.get(f"/desk/document/{number}/edit").forms["text"]
    form["body"] = f'<p>字</p><p><img src="{source}" alt="{ALT}"><img src="https://example.com/a.png" alt="外"></p>'
    page = form.submit("save").follow()
    assert "来自外部网址的图片没有放进来" in page.text
    picture, = picturing.images(page.forms["text"]["body"].value)
    assert picture.alt == ALT and picture.attachment_id is not None
    new = app.get(f"/desk/write?column={page.forms['text']['column'].value}&type=notice").forms["text"]
    new["title"], new["body"] = "新的", f'<p><img src="{source}" alt="{ALT}"></p>'
    own, = picturing.images(new.submit("save").follow().forms["text"]["body"].value)
    assert own.attachment_id not in (None, picture.attachment_id)


def test_pictures_are_shown_to_those_who_read_originals(browser, house, written):
    number, app = written(), browser("zhangli")
    page = send(app, app.get(f"/desk/document/{number}/edit"), f"/desk/document/{number}/picture", photograph(), JSON)
    place = page.json["location"]
    assert browser("zhoumin").get(place).headers["Cache-Control"] == "no-store"
    browser("sunjing").get(place, status=403)
    browser("zhengguodong").get(place, status=404)  # an auditor gets what the public gets, and nothing is made yet
    assert browser().get(place, status="*").status_int in (303, 403)
    app.get("/desk/file/999", status=404)


def test_a_copy_has_pictures_of_its_own(browser, house, written):
    number, app = written(), browser("zhangli")
    page = send(app, app.get(f"/desk/document/{number}/edit"), f"/desk/document/{number}/picture", photograph(),
                alt=ALT).follow()
    page.forms["text"].submit("save")
    token = page.forms["text"]["csrf_token"].value
    copied = app.post(f"/desk/document/{number}/copy", {"csrf_token": token}).follow().forms["text"]
    picture, = picturing.images(copied["body"].value)
    with house.database.reader() as session:
        assert session.get_one(Attachment, picture.attachment_id).document_id != number


def test_the_public_gets_it_in_sizes_and_with_words(browser, house, county, written):
    number, app = written(), browser("zhangli")
    page = send(app, app.get(f"/desk/document/{number}/edit"), f"/desk/document/{number}/picture",
                photograph((700, 350)), alt=ALT).follow()
    page.forms["text"].submit("save")
    while preparing.turn(house, "tests", Tools(inspect, clean, picturing.variants)):
        pass
    with house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        at, = clearing.review(session, house, document, document.head).files
        if at.unread:  # where no Tesseract is installed
            attachments.vouch(session, house, document, at.attachment, "看过，没有个人信息",
                              actor_id=county.users["zhoumin"])
        county.publish(session, document)
        address = document.live.url
    citizen = browser()
    image = citizen.get(address).html.find(class_="gongwen-body").find("img")
    assert (image["alt"], image["width"], image["height"], image["loading"]) == (ALT, "700", "350", "lazy")
    sizes = [each.split() for each in image["srcset"].split(", ")]
    assert [width for _url, width in sizes] == ["320w", "640w", "700w"] and image["src"] == sizes[-1][0]
    for url, width in sizes:
        shown = citizen.get(url)
        assert f"{Image.open(io.BytesIO(shown.body)).width}w" == width and shown.content_type == "image/png"
    assert "/desk/file" not in citizen.get(address).text
