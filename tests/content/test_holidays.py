"""The office's own calendar: read from files, kept beside the shipped years, dated."""

import datetime as dt
import json

import pytest

from content import holidays, journal
from content.calendar import SHIPPED
from content.holidays import BadCalendar

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270101
DTEND;VALUE=DATE:20270104
SUMMARY:元旦（休）
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270109
SUMMARY:元旦 补班
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20270314
SUMMARY:读书会
END:VEVENT
END:VCALENDAR
"""


def day(written):
    return dt.date.fromisoformat(written)


@pytest.mark.nodatabase
@pytest.mark.parametrize("written", [
    json.dumps({"year": 2027, "off": [["2027-01-01", "2027-01-03"]], "work": ["2027-01-09"]}),
    json.dumps([{"year": 2027, "off": ["2027-01-01"], "work": ["2027-01-09"], "source": "通知"}]),
    json.dumps({"years": [2027, 2027], "weekday_holidays": ["2027-01-01"], "weekend_workdays": ["2027-01-09"]}),
    ICS, "\ufeff" + ICS.replace("\n", "\r\n")])
def test_years_are_read(written):
    (year,) = holidays.read(written.encode())
    assert (year.year, year.off, year.work) == (2027, {day("2027-01-01")}, {day("2027-01-09")})


@pytest.mark.nodatabase
@pytest.mark.parametrize(("written", "words"), [
    (b"", "JSON"), (b"{", "JSON"), (b"{}", "year"), (b"\xff\xfe\x00", "UTF-8"), (b"[]", "没有"),
    (b'{"year": 2027, "off": ["2026-12-31"]}', "不在2027年"), (b'{"year": 2027, "off": "x"}', "列表"),
    (b'{"year": 2027, "off": ["1 January"]}', "日期"), (b'{"year": 2027, "work": ["2027-01-04"]}', "本来就上班"),
    (b'{"year": 2027, "off": ["2027-01-09"], "work": ["2027-01-09"]}', "既列为"),
    (b'{"year": 3, "off": []}', "年份"), (b'{"year": 2027, "off": [["2027-01-01", "2027-12-01"]]}', "60天"),
    (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR\n", "读不懂"),
    (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "没有"),
])
def test_a_bad_file_says_what_is_wrong(written, words):
    with pytest.raises(BadCalendar, match=words):
        holidays.read(written)


def test_an_import_stands_over_the_shipped_year_and_is_dated(house, session):
    house.keys.begin(session)
    assert house.calendar(session).is_workday(day("2027-01-01")) == (True, True)
    assert holidays.keep(session, holidays.read(ICS.encode(), "2027.ics"), actor_id=None) == [2027]
    assert house.calendar(session).is_workday(day("2027-01-01")) == (False, False)
    assert house.calendar(session).is_workday(day("2027-01-09")) == (True, False)
    assert house.calendar(session).add_workdays(day("2026-12-31"), 1).date == day("2027-01-04")
    session.commit()
    assert journal.history(session, "calendar", 2027)[0].payload["source"] == "2027.ics"
    assert holidays.keep(session, holidays.read(ICS.encode()), actor_id=None) == []


def test_what_is_the_same_as_shipped_is_no_change(house, session):
    year = SHIPPED.year(2026)
    assert holidays.keep(session, [year], actor_id=None) == []
    assert house.calendar(session).year(2026) == year
