"""The whole way of a notice through the forms of the desk, by four people, and the ways back."""

from __future__ import annotations

import datetime as dt

from factories import add_role

from content import journal
from content.base import SHANGHAI
from content.documents import Document
from content.people import Role

ID, OTHER, MOBILE = "410399199001011234", "410399198506152046", "13912345678"
BODY = (f"<p>公示名单如下，联系人张福来，手机{MOBILE}。</p><table><tr><th>姓名</th><th>身份证号</th></tr>"
        f"<tr><td>李四</td><td>{ID}</td></tr><tr><td>王五</td><td>{OTHER}</td></tr></table>")
TITLE = "临时救助对象公示"


def write(app, county, title=TITLE, body=BODY):
    """Write through the form and save with the check; the number of the document."""
    page = app.get(f"/desk/write?column={county.columns['tzgg']}&type=notice")
    form = page.forms["text"]
    form["title"], form["body"] = title, body
    answer = form.submit("check")
    assert answer.status_int == 303 and answer.location.endswith("/findings")
    return int(answer.location.split("/")[-2])


def settle(app, number):
    """Mask the numbers at one press, keep the telephone with a reason."""
    page = app.get(f"/desk/document/{number}/findings")
    app_page = page.forms["findings"].submit("mask_all", value="ID_CARD").follow()
    form = app_page.forms["findings"]
    field = next(name for name in form.fields if name and name.startswith("decision-"))
    form[field], form[field.replace("decision", "reason")] = "keep", "经本人书面同意公开的工作电话"
    return form.submit().follow()


def test_the_whole_way(browser, county, press):
    editor = browser("zhangli")
    number = write(editor, county)
    page = settle(editor, number)
    assert "个人信息都处理好了" in page.text and 'class="hit hit-masked" id="f' in page.text
    assert "经本人书面同意公开的工作电话" in page.text
    preview = editor.get(f"/desk/document/{number}/preview")
    assert ID not in preview.text and OTHER not in preview.text and MOBILE in preview.text and "预览" in preview.text
    for login, transition, fields in (("zhangli", "submit", {}), ("zhoumin", "approve", {}),
                                      ("helixin", "clear", {"statement": True}), ("wangjianguo", "sign", {})):
        assert f"/desk/document/{number}" in browser(login).get("/desk").text
        answer = press(login, number, transition, **fields)
        assert answer.status_int == 303, answer.html.find(class_="alert")
        assert f"/desk/document/{number}\"" not in browser(login).get("/desk").html.find(id="todo").parent.parent.text
    page = editor.get(f"/desk/document/{number}")
    done = [step.text for step in page.html.select(".flow li")]
    assert all(name in text for name, text in zip(("张丽", "周敏", "何立新", "王建国"), done, strict=False))
    public = browser().get(page.html.find("a", string="看公开的页面")["href"])
    assert ID not in public.text and OTHER not in public.text and MOBILE in public.text and TITLE in public.text


def test_a_return_reaches_the_writer_with_its_reason(browser, written, press):
    number = written()
    press("zhangli", number, "submit")
    refused = press("zhoumin", number, "return")
    assert refused.status_int == 409 and "请写明理由" in refused.text
    assert press("zhoumin", number, "return", why="补充发文依据<b>").status_int == 303
    desk = browser("zhangli").get("/desk")
    row = desk.html.find("table").find("tr", string=None).find_next("tr")
    assert "退回修改" in row.text and "周敏" in row.text and "补充发文依据<b>" in row.text
    assert "<b>。" not in desk.text and "补充发文依据<b>" not in desk.text  # escaped


def test_an_opinion_is_kept_when_the_step_is_refused(browser, written, press):
    number = written(body=f"<p>请联系张福来，手机{MOBILE}。</p>")
    answer = press("zhangli", number, "submit", why="请尽快办理")
    assert answer.status_int == 409 and "个人信息没有处理" in answer.text and "请尽快办理" in answer.text


def test_no_one_acts_twice(browser, house, county, written, press):
    with house.database.writer.begin() as session:
        add_role(session, county, "zhangli", Role.REVIEWER)
    number = written()
    press("zhangli", number, "submit")
    assert f"/desk/document/{number}\"" not in browser("zhangli").get("/desk").html.find(id="todo").find_parent(
        "section").decode()
    answer = press("zhangli", number, "approve")
    assert answer.status_int == 409 and "不能在一条流程里办两步" in answer.text


def test_a_decision_is_about_the_text_that_was_seen(browser, house, county, written):
    number = written()
    with house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        county.move(session, document, "submit", "zhangli")
    page = browser("zhoumin")
    form = next(form for form in page.get(f"/desk/document/{number}").forms.values() if form.action.endswith("/move"))
    form["seen"] = "0"
    answer = form.submit("transition", value="approve", expect_errors=True)
    assert answer.status_int == 409 and "请先看新稿" in answer.text


def test_signing_for_a_later_moment(browser, house, written, press):
    number = written()
    for login, transition, fields in (("zhangli", "submit", {}), ("zhoumin", "approve", {}),
                                      ("helixin", "clear", {"statement": True})):
        press(login, number, transition, **fields)
    refused = press("wangjianguo", number, "schedule")
    assert refused.status_int == 409 and "请填写公开时间" in refused.text
    assert press("wangjianguo", number, "schedule", date="2099-01-05", time="09:30").status_int == 303
    with house.database.reader() as session:
        moment = session.get_one(Document, number).publish_at
    assert moment == dt.datetime(2099, 1, 5, 9, 30, tzinfo=SHANGHAI)


def test_urgent_publication_waits_for_a_second_person(browser, house, written, press):
    number = written()
    assert press("zhoumin", number, "publish_urgently").status_int == 409
    assert press("zhoumin", number, "publish_urgently", why="洪水预警").status_int == 303
    assert "没有经过" in browser("zhoumin").get(f"/desk/document/{number}").text
    assert "补审通过" in browser("wangjianguo").get("/desk").text
    assert press("wangjianguo", number, "confirm", statement=True).status_int == 303
    assert "补审通过" not in browser("wangjianguo").get("/desk").text
    with house.database.reader() as session:
        last = journal.history(session, "document", number)[-1]
        assert last.action == "document.confirm" and not session.get_one(Document, number).emergency


def test_correcting_and_withdrawing(browser, house, county, written, press):
    number = written()
    with house.database.writer.begin() as session:
        url = county.publish(session, session.get_one(Document, number)).live.url
    assert press("zhangli", number, "revise", why="日期写错了").status_int == 303
    editor = browser("zhangli")
    form = editor.get(f"/desk/document/{number}/edit").forms["text"]
    form["title"], form["correction"] = "关于供水检修的通知（更正）", "日期写错"
    form.submit("save")
    fresh = editor.get(f"/desk/write?column={county.columns['tzgg']}&type=notice").forms["text"]
    assert "correction" not in fresh.fields
    assert "日期写错" in editor.get(f"/desk/document/{number}/preview").html.find("ol", class_="corrections").text
    page = editor.get(f"/desk/document/{number}")
    assert "正在更正，公众现在看到的还是原文" in page.text and "<ins>" in page.text
    assert "（更正）" not in browser().get(url).text
    assert press("zhangli", number, "abandon").status_int == 303
    page = editor.get(f"/desk/document/{number}")
    assert "正在更正" not in page.text and "没有经过" not in page.text and "（更正）" not in page.html.find("h1").text
    assert press("zhoumin", number, "withdraw", why="信息有误", reason_kind="error").status_int == 303
    assert browser().get(url, expect_errors=True).status_int == 410


def test_what_stands_beside_a_finding_is_shown_as_the_public_reads_it(browser, county):
    editor = browser("zhangli")
    number = write(editor, county, body=f"<table><tr><td>李四</td><td>{ID}</td><td>{MOBILE}</td></tr></table>")
    labels = [label.text for label in editor.get(f"/desk/document/{number}/findings").html.select(".form-check")]
    masked = [label for label in labels if "遮盖" in label]
    assert len(masked) == 2 and not any(value in label for label in masked for value in (ID, MOBILE))
