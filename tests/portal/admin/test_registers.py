"""The registers of supervision and its thresholds at the desk: entered by who may, refused with a sentence and the
form filled, taken home as tables."""

from __future__ import annotations

import csv
import datetime as dt
import io

import html5lib
import pytest
from factories import today
from sqlalchemy import select

from content import events, findings, journal, people, tree, withheld
from content.base import now
from content.documents import Document, Live
from content.events import Event
from content.findings import SupervisionSetting
from content.people import Role, User
from content.tree import Column
from content.withheld import Withheld
from workflows.judging import judge

BASE = "/desk/supervision"
DAY = dt.timedelta(days=1)


def table(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))


def wrong(page) -> str:
    """What is said above a form that was refused."""
    return page.html.select_one(".error-summary").text


def day(form, value: dt.date) -> None:
    """Dates of deform stand in a mapping; the first is the one."""
    form.get("date", 0).value = value.isoformat()


@pytest.fixture
def public(house, county):
    """The address of a document that is public in 通知公告."""
    with house.database.writer.begin() as session:
        return county.publish(session, county.write(session)).live.url


@pytest.fixture
def event(house, county):
    """The number of an event of ten days ago in 通知公告."""
    with house.database.writer.begin() as session:
        return events.enter(session, column_id=county.columns["tzgg"], department_id=county.departments["QY-mzj"],
                            day=today() - 10 * DAY, what="县政府批准救助标准", evidence="清政〔2026〕3号",
                            actor_id=county.users["zhangli"]).id


@pytest.fixture
def item(house, county):
    """The number of an item that was decided about two years ago."""
    with house.database.writer.begin() as session:
        return withheld.enter(session, department_id=county.departments["QY-mzj"], title="关于救助标准的请示",
                              number="", attribute="withheld", basis="第十六条：过程性信息", formed=today() - 760 * DAY,
                              reviewed=today() - 730 * DAY, actor_id=county.users["zhangli"]).id


def stored(house, kind, number):
    with house.database.reader() as session:
        return session.get_one(kind, number)


# -- who may --------------------------------------------------------------------------------------------------------

KEEPERS = {"zhangli", "zhoumin", "sunjing", "zhengguodong"}  # editors, reviewers and the auditor
MATRIX = {"/events": KEEPERS, "/events.csv": KEEPERS, "/events/new": KEEPERS, "/withheld": KEEPERS,
          "/withheld.csv": KEEPERS, "/withheld/new": KEEPERS, "/thresholds": {"zhengguodong"},
          "/thresholds.csv": {"zhengguodong"}, "/thresholds/case_due": {"zhengguodong"},
          "/events/{event}": KEEPERS - {"sunjing"}, "/withheld/{item}": KEEPERS - {"sunjing"}}


def test_who_may_see_what(browser, event, item):
    for login in (*sorted(KEEPERS), "fangkai", "shenjie", "luoyan"):
        client = browser(login)
        answers = {path: client.get(BASE + path.format(event=event, item=item), expect_errors=True)
                   for path in MATRIX}
        assert {path: answer.status_int for path, answer in answers.items()} == {
            path: 200 if login in may else 403 for path, may in MATRIX.items()}, login
        for answer in answers.values():
            if answer.content_type == "text/html" and answer.status_int == 200:
                html5lib.HTMLParser(strict=True).parse(answer.text)


def test_another_department_s_editor_neither_sees_nor_changes_anything(browser, event, item):
    client = browser("sunjing")
    assert "救助标准" not in client.get(f"{BASE}/events").text + client.get(f"{BASE}/withheld").text
    token = client.get(f"{BASE}/events/new").forms["event"]["csrf_token"].value
    for path in (f"events/{event}/tell", f"events/{event}/annul", f"withheld/{item}/review"):
        client.post(f"{BASE}/{path}", {"csrf_token": token, "why": "x"}, status=403)


def test_thresholds_hold_for_the_whole_county_and_so_does_who_sets_them(browser, house, county):
    with house.database.writer.begin() as session:
        people.grant(session, session.get_one(User, county.users["sunjing"]), Role.AUDITOR, actor_id=None,
                     department_id=county.departments["QY-scj"])
    client = browser("sunjing")
    client.get(f"{BASE}/thresholds", status=200)
    client.get(f"{BASE}/thresholds/case_due", status=403)


# -- events ---------------------------------------------------------------------------------------------------------

def test_an_event_is_entered_and_a_form_with_an_error_comes_back_filled(browser, house, county):
    form = browser("zhangli").get(f"{BASE}/events/new?column={county.columns['tzgg']}").forms["event"]
    assert form["column_id"].value == str(county.columns["tzgg"])
    form["what"], form["evidence"] = "处罚当事人110101199003070011", "清民罚〔2026〕1号"
    page = form.submit(status=200)
    assert "请不要写个人信息" in page.text and page.forms["event"]["evidence"].value == "清民罚〔2026〕1号"
    form = page.forms["event"]
    form["what"] = "作出行政处罚决定"
    day(form, today() + DAY)
    page = form.submit(status=200)
    assert "不能晚于今天" in page.text and page.forms["event"]["what"].value == "作出行政处罚决定"
    day(page.forms["event"], today() - DAY)
    assert "作出行政处罚决定" in page.forms["event"].submit(status=303).follow().text
    with house.database.reader() as session:
        made = session.scalars(select(Event)).one()
        assert (made.day, made.department_id) == (today() - DAY, county.departments["QY-mzj"])
        assert journal.history(session, "event", made.id)[0].action == "event.enter"


def test_columns_with_a_promise_about_events_are_offered_first_and_those_of_others_are_not(browser, house, county):
    with house.database.writer.begin() as session:
        tree.change(session, session.get_one(Column, county.columns["shjz"]), actor_id=None,
                    rule={"type": "event", "working_days_after_event": 7})
    groups = browser("zhangli").get(f"{BASE}/events/new").html.select("select[name=column_id] optgroup")
    assert [each.text.strip() for each in groups[0].select("option")] == ["社会救助（有变化后7个工作日内更新）"]
    assert "通知公告" in groups[1].text
    assert not browser("sunjing").get(f"{BASE}/events/new").html.select("select[name=column_id] optgroup")


def test_the_document_that_tells_is_public_in_the_column_and_not_older(browser, house, county, event, public):
    with house.database.writer.begin() as session:
        draft = county.write(session).id
        elsewhere = county.publish(session, county.write(session, path="zwgk/zcwj")).live.url
        old = county.publish(session, county.write(session, title="早就公开的"), now=now() - 40 * DAY).live.url
    client = browser("zhangli")
    for written, words in ((str(draft), "还没有公开"), (elsewhere, "不在栏目"), (old, "以前就公开了"),
                           ("/doc/2026/99999.html", "没有找到"), ("", "请填写")):
        form = client.get(f"{BASE}/events/{event}").forms["tell"]
        form["document_id"] = written
        assert words in wrong(form.submit(status=200)), written
    form["document_id"] = public
    assert "已指明文稿" in form.submit(status=303).follow().text
    assert stored(house, Event, event).document_id


def test_an_entry_is_annulled_with_a_reason_once_and_stays(browser, house, event):
    client = browser("zhengguodong")
    form = client.get(f"{BASE}/events/{event}").forms["annul"]
    form["why"] = ""
    assert "请填写" in wrong(form.submit(status=200))
    form["why"] = "登记重复"
    assert "登记重复" in form.submit(status=303).follow().text
    assert "已经作废" in form.submit(status=303).follow().text
    assert stored(house, Event, event).annulled_why == "登记重复"
    assert "县政府批准救助标准" in client.get(f"{BASE}/events?state=annulled").text
    assert "县政府批准救助标准" not in client.get(f"{BASE}/events?state=untold").text
    rows = table(client.get(f"{BASE}/events.csv"))
    assert [rows[0][3], rows[1][3], rows[1][5]] == ["事件", "县政府批准救助标准", "已作废"]


def test_what_an_office_is_late_with_it_does_not_annul(browser, house, county, event):
    with house.database.writer.begin() as session:
        tree.change(session, session.get_one(Column, county.columns["tzgg"]), actor_id=None,
                    rule={"type": "event", "working_days_after_event": 2})
    for login, status in (("zhangli", 200), ("zhengguodong", 303)):
        form = browser(login).get(f"{BASE}/events/{event}").forms["annul"]
        form["why"] = "登记错了"
        page = form.submit(status=status)
        assert status == 303 or "由监督员作废" in wrong(page)
        assert (stored(house, Event, event).annulled is not None) == (status == 303)


# -- what is withheld -----------------------------------------------------------------------------------------------

def test_an_item_is_entered_by_its_name_and_reason(browser, house, county):
    form = browser("zhangli").get(f"{BASE}/withheld/new").forms["withheld"]
    form["title"], form["basis"] = "关于某项工作的请示", ""
    form.get("date", 0).value = today().isoformat()
    form.get("date", 1).value = (today() - DAY).isoformat()
    page = form.submit(status=200)
    assert "请填写" in wrong(page) and page.forms["withheld"]["title"].value == "关于某项工作的请示"
    form = page.forms["withheld"]
    form["basis"] = "第十六条：过程性信息"
    assert "早于形成日期" in form.submit(status=200).text
    form.get("date", 1).value = today().isoformat()
    assert "关于某项工作的请示" in form.submit(status=303).follow().text
    with house.database.reader() as session:
        assert session.scalars(select(Withheld)).one().department_id == county.departments["QY-mzj"]


def review(client, item, status, **fields):
    form = client.get(f"{BASE}/withheld/{item}").forms["review"]
    for name, value in fields.items():
        form["review-result" if name == "result" else name] = value
    return form.submit(status=status)


def test_a_review_that_leaves_it_starts_the_next_year(browser, house, county, item):
    client = browser("zhangli")
    assert "超期" in client.get(f"{BASE}/withheld").text
    both = review(client, item, 200, why="仍在讨论", column_id=str(county.columns["tzgg"]))
    assert "继续不公开的，不填文稿" in both.text and both.forms["review"]["why"].value == "仍在讨论"
    page = review(client, item, 303, why="仍在讨论").follow()
    assert "仍在讨论" in page.text and "继续不公开" in page.text
    assert stored(house, Withheld, item).reviewed == today() and stored(house, Withheld, item).closed is None
    assert "超期" not in client.get(f"{BASE}/withheld").text


def test_disclosing_begins_a_draft_without_a_day_that_would_make_it_late(browser, house, county, item):
    client = browser("zhangli")
    assert "只填一个" in review(client, item, 200, result="disclose", why="已经施行").text
    answer = review(client, item, 303, result="disclose", why="已经施行", column_id=str(county.columns["tzgg"]))
    with house.database.reader() as session:
        draft = session.scalars(select(Document)).one()
        assert answer.location.endswith(f"/desk/document/{draft.id}/edit")
        assert draft.title == "关于救助标准的请示" and "formed" not in draft.head.data
        assert session.get_one(Withheld, item).closed == today()
    assert not client.get(f"{BASE}/withheld/{item}").forms.get("review")
    assert "关于救助标准的请示" not in client.get(f"{BASE}/withheld").text
    assert "关于救助标准的请示" in client.get(f"{BASE}/withheld?state=closed").text
    assert table(client.get(f"{BASE}/withheld.csv?state=closed"))[1][-1] == today().isoformat()
    with house.database.writer.begin() as session:  # the draft is thrown away: nothing was disclosed
        session.get_one(Document, draft.id).state = "discarded"
        (judged,) = judge(session, house, today(), rules=["withheld_review"])
        assert judged.found.severity == "red"
    assert "关于救助标准的请示" not in client.get(f"{BASE}/withheld?state=closed").text
    assert "关于救助标准的请示" in client.get(f"{BASE}/withheld").text
    assert "继续不公开" in review(client, item, 303, why="情形又变了").follow().text
    assert stored(house, Withheld, item).closed is None


def test_disclosing_may_name_what_is_public_and_an_auditor_writes_no_drafts(browser, house, item, public):
    client = browser("zhengguodong")
    assert "column_id" not in client.get(f"{BASE}/withheld/{item}").forms["review"].fields
    review(client, item, 303, result="disclose", why="已经公开", document_id=public)
    with house.database.reader() as session:
        assert session.get_one(Withheld, item).document_id == session.scalars(select(Live)).one().document_id


# -- thresholds -----------------------------------------------------------------------------------------------------

def test_thresholds_change_from_a_day_on_with_a_reason_and_are_listed(browser, house):
    client = browser("zhengguodong")
    form = client.get(f"{BASE}/thresholds/case_due").forms["thresholds"]
    for value, days, why, words in (("5", -1, "提前预警", "不能是过去"), ("x", 0, "提前预警", "请写数字"),
                                    ("5", 0, "", "请填写"), ("3", 0, "提前预警", "没有改动"),
                                    ("99999", 0, "试试", "3660")):
        form["days"], form["why"] = value, why
        day(form, today() + days * DAY)
        page = form.submit(status=200)
        assert words in wrong(page) and page.forms["thresholds"]["days"].value == value, words
    form["days"], form["why"] = "5", "提前预警"
    day(form, today() + DAY)
    page = form.submit(status=303).follow()
    assert "提前预警" in page.text and "郑国栋" in page.text
    with house.database.reader() as session:
        settings = findings.dated_settings(session)
        assert findings.in_force(settings, "case_due", today()) == {}
        assert findings.in_force(settings, "case_due", today() + DAY) == {"days": 5}
        assert session.scalars(select(SupervisionSetting)).one().actor_id is not None
    listed = client.get(f"{BASE}/thresholds")
    assert "起5" in listed.text
    rows = {row[0]: row for row in table(client.get(f"{BASE}/thresholds.csv"))}
    assert rows["case_due"][5] == "3"
    client.get(f"{BASE}/thresholds/nothing", status=404)


def test_lists_cost_the_same_whatever_they_hold(browser, house, county, count_queries, event, item):
    client = browser("zhengguodong")
    paths = [f"{BASE}/events", f"{BASE}/withheld", f"{BASE}/thresholds"]
    for path in paths:
        client.get(path)
    few = [count_queries(lambda path=path: client.get(path)) for path in paths]
    with house.database.writer.begin() as session:
        for number in range(40):
            events.enter(session, column_id=county.columns["tzgg"], department_id=county.departments["QY-mzj"],
                         day=today(), what=f"第{number}件", evidence="", actor_id=None)
            withheld.enter(session, department_id=county.departments["QY-mzj"], title=f"第{number}件", number="",
                           attribute="on_request", basis="…", formed=today(), reviewed=today(), actor_id=None)
    assert [count_queries(lambda path=path: client.get(path)) for path in paths] == few
    assert "第9件" in client.get(f"{BASE}/events?page=2").text
    client.get(f"{BASE}/events?page=3", status=404)
