"""The calendar at the desk: years imported and edited, open cases reckoned anew, what moved is listed."""

from __future__ import annotations

import datetime as dt
import json

import html5lib
import pytest
from webtest import Upload

from content.base import local_date, now
from content.cases import Case

NEXT = local_date(now()).year + 1
JANUARY = [dt.date(NEXT, 1, day) for day in range(2, 12)]
MONDAY = next(day for day in JANUARY if day.weekday() == 0).isoformat()


@pytest.fixture
def late(house, county):
    """The number of an open case whose limit lies in the year that is not announced yet."""
    with house.database.writer.begin() as session:
        return county.apply(session, day=dt.date(NEXT - 1, 12, 14))[0].number


def send(app, data: bytes, name: str = "year.json"):
    form = next(form for form in app.get("/desk/calendar").forms.values() if form.action.endswith("/import"))
    form["file"] = Upload(name, data)
    return form.submit()


def new_year(*days: str) -> bytes:
    return json.dumps({"year": NEXT, "off": list(days), "work": [], "source": "国办发明电1号"}).encode()


def test_an_import_moves_what_is_open_and_lists_it(browser, house, late):
    app = browser("fangkai")
    page = app.get("/desk/calendar")
    html5lib.HTMLParser(strict=True).parse(page.text)
    assert f"还没有{NEXT}年的放假安排" in page.text
    with house.database.reader() as session:
        before = session.query(Case).one().due
    done = send(app, new_year(MONDAY)).follow()
    assert "1件未办结申请的期限改变" in done.text and f"还没有{NEXT}年" not in done.text
    assert late in done.html.select_one("section[aria-labelledby=moved-h]").text
    with house.database.reader() as session:
        assert session.query(Case).one().due > before
    assert "没有变动" in send(app, new_year(MONDAY)).follow().text


@pytest.mark.parametrize(("data", "words"), [
    (b"{}", "每一年写作"), (b"\xff\xfe", "UTF-8"), (b"BEGIN:VCALENDAR\nEND:VCALENDAR", "没有放假"),
    (b" " * (2 * 1024 * 1024 + 1), "超过2兆")])
def test_a_bad_file_is_refused_and_said_why(browser, county, data, words):
    page = send(browser("fangkai"), data)
    assert page.status_int == 200 and words in page.text and f"还没有{NEXT}年" in page.text


def test_a_year_by_hand(browser, house, late):
    app = browser("fangkai")
    form = app.get(f"/desk/calendar/{NEXT}").forms["calendar"]
    for off, words in ((f"{NEXT}-02-30", "没有"), ("春节", "不是一天"), (f"{NEXT - 1}-01-01", "不在"),
                       (f"{NEXT}-02-11 至 {NEXT}-02-05", "从前到后"), ("", "必填")):
        form["off"], form["source"] = off, "国办发明电1号"
        page = form.submit(status=200)
        assert page.html.select(".error-summary") and page.forms["calendar"]["off"].value == off, off
        assert words in page.html.select_one(".error-summary").text or not off
    form["off"] = f"{NEXT}-01-01\n{MONDAY} 至 {MONDAY}"
    form.submit(status=303)
    again = app.get(f"/desk/calendar/{NEXT}").forms["calendar"]
    assert MONDAY in again["off"].value and again["source"].value == "国办发明电1号"
    assert late in app.get("/desk/calendar").text
    app.get("/desk/calendar/1999", status=404)


def test_only_who_looks_after_the_county_changes_it(browser, county):
    for login in ("zhangli", "luoyan", "shenjie", "zhengguodong"):
        for path in ("/desk/calendar", f"/desk/calendar/{NEXT}"):
            browser(login).get(path, status=403)
