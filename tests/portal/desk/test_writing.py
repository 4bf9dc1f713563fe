"""Writing at the desk: nothing typed is ever lost, two who write at once keep both texts."""

from __future__ import annotations

import pytest
from factories import PASSWORD, add_role
from sqlalchemy import select

from content import writing
from content.documents import Document, Draft
from content.people import Role

MOBILE = "13912345678"


def head_of(house, number):
    with house.database.reader() as session:
        return session.get_one(Document, number).head


@pytest.fixture
def second_editor(house, county):
    """孙静 may write in 县民政局's columns as well."""
    with house.database.writer.begin() as session:
        add_role(session, county, "sunjing", Role.EDITOR, "QY-mzj")
    return "sunjing"


def test_a_form_with_errors_comes_back_filled(browser, house, county):
    app = browser("zhangli")
    form = app.get(f"/desk/write?column={county.columns['tzgg']}&type=policy").forms["text"]
    form["body"], form["number"] = "<p>写好的正文</p>", "不是文号"
    answer = form.submit("save", status=422)
    again = answer.forms["text"]
    assert again["body"].value == "<p>写好的正文</p>" and again["number"].value == "不是文号"
    assert "请填写标题" in answer.text and "发文字号的写法是" in answer.text
    with house.database.reader() as session:
        assert session.scalar(select(Document)) is None


def test_a_body_that_is_too_long_is_said_at_the_field_and_stays(browser, house, county):
    form = browser("zhangli").get(f"/desk/write?column={county.columns['tzgg']}&type=policy").forms["text"]
    form["title"], form["body"] = "县志全文", "字" * (writing.MOST_BODY + 1)
    answer = form.submit("save", status=422)
    assert "最多400000个字符，现在是400001个" in answer.text
    assert answer.forms["text"]["body"].value == "字" * (writing.MOST_BODY + 1)
    with house.database.reader() as session:
        assert session.scalar(select(Document)) is None


def test_saving_keeps_what_was_typed(browser, house, county):
    app = browser("zhangli")
    form = app.get(f"/desk/write?column={county.columns['tzgg']}&type=policy").forms["text"]
    form["title"], form["body"], form["number"] = "救助办法", "<p>第一条</p>", "清民[2026]012号"
    form["genre"], form.get("date", 0).value = "通知", "2026-11-02"
    number = int(form.submit("save").location.split("/")[-2])
    head = head_of(house, number)
    assert head.data == {"number": "清民〔2026〕12号", "genre": "通知", "formed": "2026-11-02"}
    form = app.get(f"/desk/document/{number}/edit").forms["text"]
    assert form["number"].value == "清民〔2026〕12号" and form.get("date", 0).value == "2026-11-02"
    assert form["genre"].value == "通知" and form["body"].value == "<p>第一条</p>"


def test_another_document_is_named_by_number_address_or_id(browser, house, county, written):
    policy = written(title="救助办法", type_name="policy", data={
        "number": "清民〔2026〕8号", "genre": "通知", "topic": "其他", "formed": "2026-11-02", "validity": "有效"})
    with house.database.writer.begin() as session:
        url = county.publish(session, session.get_one(Document, policy)).live.url
    app = browser("zhangli")
    for written_as in ("清民[2026]8号", url, f"http://localhost{url}", str(policy)):
        form = app.get(f"/desk/write?column={county.columns['tzgg']}&type=interpretation").forms["text"]
        form["title"], form["interprets"] = "办法的解读", written_as
        made = int(form.submit("save").location.split("/")[-2])
        assert head_of(house, made).data["interprets"] == policy
    form["interprets"] = "清民〔2026〕99号"
    assert "没有找到“清民〔2026〕99号”" in form.submit("save", status=422).text


def test_two_who_write_at_once_keep_both_texts(browser, house, written, second_editor):
    number = written(body="<p>公示期七天，自第三季度起。</p>")
    mine, theirs = browser("zhangli"), browser(second_editor)
    my_form = mine.get(f"/desk/document/{number}/edit").forms["text"]
    their_form = theirs.get(f"/desk/document/{number}/edit").forms["text"]
    their_form["body"] = "<p>公示期五天，自第三季度起。</p>"
    their_form.submit("save")
    my_form["body"] = "<p>公示期七天，自第四季度起。</p>"
    page = my_form.submit("save", status=409)
    assert "两个人同时改了这一稿" in page.text and "孙静" in page.text
    assert {each.text for each in page.html.select("del")} >= {"五天", "第三季度"} or "第三季度" in page.text
    merge = page.forms["text"]
    assert merge["body"].value == "<p>公示期七天，自第四季度起。</p>"
    assert head_of(house, number).body == "<p>公示期五天，自第三季度起。</p>"
    merge["body"] = "<p>公示期五天，自第四季度起。</p>"
    assert merge.submit("save").status_int == 303
    head = head_of(house, number)
    assert head.body == "<p>公示期五天，自第四季度起。</p>" and head.ordinal == 3
    with house.database.reader() as session:
        assert session.scalar(select(Draft)) is None


def test_autosave_of_a_new_document(browser, house, county):
    app = browser("zhangli")
    form = app.get(f"/desk/write?column={county.columns['tzgg']}&type=notice").forms["text"]
    form["title"], form["body"] = "写到一半", "<p>还没写完</p>"
    first = app.post("/desk/drafts/autosave", form.submit_fields())
    assert set(first.json) == {"saved", "fields"} and len(first.json["saved"]) == 5
    form["draft"], form["title"] = first.json["fields"]["draft"], "写到一大半"
    again = app.post("/desk/drafts/autosave", form.submit_fields())
    assert again.json["fields"] == first.json["fields"]
    listing = app.get("/desk/manuscripts")
    form = listing.click("写到一大半").forms["text"]
    assert form["body"].value == "<p>还没写完</p>"
    form.submit("save")
    assert "没有保存的草稿" not in app.get("/desk/manuscripts").text


def test_autosave_of_a_document_is_offered_again(browser, house, written):
    number = written()
    app = browser("zhangli")
    form = app.get(f"/desk/document/{number}/edit").forms["text"]
    form["title"] = "改了一半的标题"
    app.post("/desk/drafts/autosave", form.submit_fields())
    page = app.get(f"/desk/document/{number}/edit")
    assert "您有一份未保存的草稿" in page.text and page.forms["text"]["title"].value != "改了一半的标题"
    page = page.click("用草稿")
    assert page.forms["text"]["title"].value == "改了一半的标题"
    discard = app.get(f"/desk/document/{number}/edit")
    button = next(form for form in discard.forms.values() if form.action.endswith("/discard"))
    assert "您有一份未保存的草稿" not in button.submit().follow().text


@pytest.mark.parametrize("number", ["²", "9" * 30, "9" * 5000, "999999", "-1"])
def test_numbers_that_name_nothing_lose_nothing(browser, house, county, written, number):
    app, document = browser("zhangli"), written()
    form = app.get(f"/desk/document/{document}/edit").forms["text"]
    form["base"], form["title"] = number, "写了很久"
    assert app.post("/desk/drafts/autosave", form.submit_fields()).json["saved"]
    assert form.submit("save", status=409).forms["text"]["title"].value == "写了很久"
    form = app.get(f"/desk/write?column={county.columns['tzgg']}&type=notice").forms["text"]
    form["draft"] = number
    assert app.post("/desk/drafts/autosave", form.submit_fields()).json["saved"]
    form["document"] = number
    app.post("/desk/drafts/autosave", form.submit_fields(), status=404)


def test_a_moment_before_all_moments_is_said_at_the_field(browser, written):
    form = browser("zhangli").get(f"/desk/document/{written()}/edit").forms["text"]
    form.fields["date"][-1].value, form.fields["time"][-1].value = "0001-01-01", "00:00"
    assert "#text-publish_at" in str(form.submit("save", status=422).html.select(".error-summary"))


def test_nobody_reads_or_discards_the_draft_of_another(browser, house, county, second_editor):
    app = browser("zhangli")
    place = f"/desk/write?column={county.columns['tzgg']}&type=notice"
    form = app.get(place).forms["text"]
    form["title"] = "只有我看得到"
    draft = app.post("/desk/drafts/autosave", form.submit_fields()).json["fields"]["draft"]
    other = browser(second_editor)
    assert "只有我看得到" not in other.get(f"{place}&draft={draft}").text
    token = other.get(place).forms["text"]["csrf_token"].value
    other.post(f"/desk/drafts/{draft}/discard", {"csrf_token": token}, status=404)


def test_what_is_typed_into_a_text_that_was_sent_on_is_kept(browser, house, county, written):
    number = written()
    app = browser("zhangli")
    form = app.get(f"/desk/document/{number}/edit").forms["text"]
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, number), "submit", "zhangli")
    form["title"] = "送出以后才改的"
    page = form.submit("save").follow()
    assert "已另存为草稿" in page.text
    with house.database.reader() as session:
        draft = writing.draft_of(session, county.users["zhangli"], number)
        assert draft.fields["title"] == "送出以后才改的"
        assert session.get_one(Document, number).head.ordinal == 1


def test_agreed_moment_and_further_columns(browser, house, county, written):
    number = written()
    app = browser("zhangli")
    form = app.get(f"/desk/document/{number}/edit").forms["text"]
    dates = list(form.fields["date"])
    dates[-1].value, form["time"] = "2099-03-01", "08:00"
    form.get("checkbox", 0).checked = True
    form.submit("save")
    with house.database.reader() as session:
        document = session.get_one(Document, number)
        assert document.publish_at.year == 2099 and len(document.also) == 1
    page = app.get(f"/desk/document/{number}?view=history")
    assert "约定公开时间" in page.text


def test_a_copy_of_the_last_issue(browser, house, county, written):
    number = written(title="第三季度公示", data={"ends": "2026-10-01"})
    with house.database.writer.begin() as session:
        county.publish(session, session.get_one(Document, number))
    app = browser("zhangli")
    page = app.get("/desk/rhythm")
    button = next(form for form in page.forms.values() if form.action == f"/desk/document/{number}/copy")
    form = button.submit().follow().forms["text"]
    assert form["title"].value == "第三季度公示"
    assert head_of(house, int(form["document"].value)).data == {}


def test_markup_in_words_does_nothing(browser, house, written, press):
    nasty = '"><script>alert(1)</script>'
    number = written(title=nasty, body=f"<p onclick='x()'>正文{nasty}</p><script>y()</script>")
    press("zhangli", number, "submit")
    press("zhoumin", number, "return", why=nasty)
    app = browser("zhangli")
    for page in ("/desk", "/desk/manuscripts", f"/desk/document/{number}", f"/desk/document/{number}?view=history",
                 f"/desk/document/{number}/edit", f"/desk/document/{number}/findings",
                 f"/desk/document/{number}/preview"):
        text = app.get(page).text
        assert "<script>alert" not in text and "<script>y()" not in text and "onclick=" not in text, page


def test_the_one_text_of_a_page_is_not_written_twice(browser, county):
    app = browser("zhangli")
    place = f"/desk/write?column={county.columns['zwgk/zcwj']}&type=page"
    form = app.get(place).forms["text"]
    form["title"] = "机构职能"
    number = form.submit("save").location.split("/")[-2]
    assert app.get(place, status=303).location.endswith(f"/desk/document/{number}")
    assert form.submit("save", status=303).location.endswith(f"/desk/document/{number}")


def test_a_session_that_ended_loses_nothing(browser, wsgi, house, written):
    number = written()
    app = browser("zhangli")
    form = app.get(f"/desk/document/{number}/edit").forms["text"]
    form["title"], form["body"] = "登录已经过期的标题", "<p>登录已经过期时写的正文</p>"
    app.cookiejar.clear()
    page = form.submit("save", status=401)
    form = page.form
    form["login"], form["password"] = "zhangli", PASSWORD
    page = form.submit()
    while page.status_int == 303:
        page = page.follow()
    assert "登录已经过期的标题" in page.text
    again = next(form for form in page.forms.values() if form.action.endswith("/edit"))
    assert again.submit().status_int == 303
    assert head_of(house, number).title == "登录已经过期的标题"
