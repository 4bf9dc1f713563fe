"""Erasing a revision by law at the desk: who may, what stands in the way, what is gone and what stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from content import journal, writing
from content.documents import Document, Revision

LEAK = "李秀英住城关镇人民路9号"
WHY = "个人信息保护法第四十七条，本人要求删除"


@pytest.fixture
def leaked(house, county) -> int:
    """A document whose first revision says too much; the public reads it, the second is being written."""
    with house.database.writer.begin() as session:
        document = county.publish(session, county.write(session, title=LEAK, body=f"<p>{LEAK}</p>"))
        county.move(session, document, "revise", "zhangli", why="更正")
        writing.save(session, document, base_id=document.head_id, title="更正稿", body="<p>更正稿</p>", data={},
                     actor_id=county.users["zhangli"], note="去掉住址")
        return document.id


def withdraw(house, county, number: int) -> None:
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, number), "withdraw", "wangjianguo", why="泄露住址",
                    reason_kind="privacy")


def words(house, number: int) -> str:
    with house.database.reader() as session:
        query = select(Revision).where(Revision.document_id == number)
        return "".join(each.title + each.body for each in session.scalars(query))


def form(app, number: int, **given):
    found = app.get(f"/desk/document/{number}/erase?revision=1")
    made = next(each for each in found.forms.values() if "/erase?" in each.action)
    for name, value in given.items():
        made[name] = value
    return made


def test_from_the_list_of_revisions_to_the_history(browser, house, county, leaked):
    withdraw(house, county, leaked)
    app = browser("wangjianguo")
    app.get(f"/desk/document/{leaked}?view=revisions").click("依法清除", href="revision=1$")
    page = form(app, leaked, why=WHY, sure=True).submit(status=303).follow()
    assert "第1稿的内容已经清除" in page and "依法清除第1稿" in page and WHY in page
    assert LEAK not in words(house, leaked) and "更正稿" in words(house, leaked)
    again = app.get(f"/desk/document/{leaked}/erase?revision=1")
    assert "已经依法清除" in again and LEAK not in again and not again.html.select("textarea")
    assert app.get(f"/desk/document/{leaked}?view=revisions").text.count("已依法清除") == 1
    assert LEAK not in app.get(f"/desk/document/{leaked}?revision=1")
    with house.database.reader() as session:
        last = journal.history(session, "document", leaked)[-1]
        assert (last.action, last.actor_id) == ("document.erase", county.users["wangjianguo"])
        assert list(journal.verify(session)) == []


def test_sent_twice_it_is_done_once(browser, house, county, leaked):
    withdraw(house, county, leaked)
    sent = form(browser("wangjianguo"), leaked, why=WHY, sure=True)
    sent.submit(status=303)
    sent.submit(status=303)
    with house.database.reader() as session:
        rows = journal.history(session, "document", leaked)
    assert [row.action for row in rows].count("document.erase") == 1


def test_what_the_public_reads_is_withdrawn_first(browser, house, leaked):
    app = browser("wangjianguo")
    answer = form(app, leaked, why=WHY, sure=True).submit(status=409)
    assert "请先撤回" in answer and WHY in answer.html.find("textarea").text and LEAK in words(house, leaked)


@pytest.mark.parametrize(("why", "sure", "said"), [("  ", True, "请写明依据和理由"), (WHY, False, "不能恢复")])
def test_a_reason_and_a_tick_are_asked_for_and_nothing_typed_is_lost(browser, house, county, leaked, why, sure, said):
    withdraw(house, county, leaked)
    answer = form(browser("wangjianguo"), leaked, why=why, sure=sure).submit(status=409)
    alert = answer.html.select_one("[role=alert]").text
    assert said in alert and answer.html.find("textarea").text == why.strip() and LEAK in words(house, leaked)
    assert ("checked" in answer.html.select_one("#sure").attrs) is sure


@pytest.mark.parametrize("revision", ["", "9", "x", "-1", "%EF%BC%91", "9999999"])
def test_a_revision_that_is_not_there(browser, leaked, revision):
    browser("wangjianguo").get(f"/desk/document/{leaked}/erase?revision={revision}", status=404)


@pytest.mark.parametrize("login", ["zhangli", "zhoumin", "helixin", "zhengguodong", "fangkai", "shenjie", "sunjing"])
def test_nobody_else_may(browser, house, county, leaked, login):
    withdraw(house, county, leaked)
    app = browser(login)
    app.get(f"/desk/document/{leaked}/erase?revision=1", status=403)
    token = app.get("/desk").html.find("input", attrs={"name": "csrf_token"})["value"]
    sent = {"csrf_token": token, "why": WHY, "sure": "1"}
    app.post(f"/desk/document/{leaked}/erase?revision=1", sent, status=403)
    assert LEAK in words(house, leaked)
    assert "依法清除" not in app.get(f"/desk/document/{leaked}?view=revisions", status="*")
