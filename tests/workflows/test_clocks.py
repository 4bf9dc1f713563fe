"""The statutory clocks: worked examples, contradictions, and what must hold for any facts."""

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.calendar import SHIPPED, Calendar, Year
from workflows.clocks import received_day, reckon
from workflows.facts import Consultation, Contradiction, Extension, Facts, facts_of

pytestmark = pytest.mark.nodatabase

CASES = json.loads(Path(__file__).with_name("deadlines.json").read_text("utf-8"))
LATE = dt.date(2199, 1, 1)


def day(written: str) -> dt.date:
    return dt.date.fromisoformat(written)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["note"])
def test_worked_examples(case):
    clock = reckon(facts_of(case), SHIPPED, day(case["as_of"]))
    got = {"supplement_notice_due": clock.supplement_notice_due.isoformat(), "status": clock.status,
           "due": clock.due and clock.due.isoformat()}
    assert got == {name: case["expected"][name] for name in got}
    assert clock.provisional == case["expected"].get("provisional", False)


@pytest.mark.parametrize(("events", "words"), [
    ([{"type": "answered", "date": "2026-03-01"}], "早于收到申请"),
    ([{"type": "extension", "date": "2026-03-20", "working_days": 21}], "第三十三条"),
    ([{"type": "extension", "date": "2026-03-20", "working_days": 0}], "第三十三条"),
    ([{"type": "extension", "date": "2026-03-20", "working_days": 5},
      {"type": "extension", "date": "2026-03-21", "working_days": 5}], "只能延长一次"),
    ([{"type": "supplement_asked", "date": "2026-03-03", "supplement_by": "2026-03-10"},
      {"type": "supplement_asked", "date": "2026-03-04", "supplement_by": "2026-03-10"}], "一次性告知"),
    ([{"type": "supplement_asked", "date": "2026-03-10", "supplement_by": "2026-03-05"}], "早于补正通知日"),
    ([{"type": "supplement_received", "date": "2026-03-10"}], "没有通知补正"),
    ([{"type": "third_party", "start": "2026-03-10", "end": "2026-03-09"}], "早于发函日"),
    ([{"type": "third_party", "end": "2026-03-09"}], "发函日"),
    ([{"type": "fee_paid", "date": "2026-03-09"}], "没有收费通知"),
    ([{"type": "answered", "date": "2026-03-09"}, {"type": "extension", "date": "2026-03-10", "working_days": 5}],
     "之后还有事件"),
    ([{"type": "holiday", "date": "2026-03-09"}], "没有“holiday”"),
    ([{"type": "answered", "date": "9 March"}], "日期"),
    ("soon", "列表"),
])
def test_contradictions_are_refused_with_the_reason(events, words):
    with pytest.raises(Contradiction, match=words):
        facts_of({"received": "2026-03-02", "events": events})


@pytest.mark.parametrize("received", [None, "", "2026-02-30", "20260302", 20260302, "0001-01-01"])
def test_a_case_without_a_day_of_receipt_is_refused(received):
    with pytest.raises(Contradiction):
        facts_of({"received": received})


def test_each_day_is_explained():
    clock = reckon(facts_of({"received": "2026-09-18", "events": [
        {"type": "third_party", "start": "2026-09-21", "end": "2026-09-23"}]}), SHIPPED, day("2026-09-30"))
    words = {step["date"]: (step["day"], step["why"]) for step in clock.explanation()}
    assert words["2026-09-20"] == (1, "调休上班")
    assert words["2026-09-22"] == (None, "征求第三方意见，不计入期限")
    assert words["2026-09-25"] == (None, "放假")
    assert clock.explanation()[-1] == {"date": clock.due.isoformat(), "day": 20, "why": "工作日"}


def test_breaches_are_named_and_change_no_date():
    clock = reckon(facts_of({"received": "2026-03-02", "events": [
        {"type": "extension", "date": "2026-04-20", "working_days": 20},
        {"type": "answered", "date": "2026-06-30"}]}), SHIPPED, day("2026-07-01"))
    assert clock.status == "answered"
    assert [words[:4] for words in clock.warnings] == ["延长决定", "答复晚于"]


@pytest.mark.parametrize(("channel", "signed", "confirmed", "expected"), [
    ("in_person", None, None, "2026-03-02"), ("signed_post", "2026-03-04", None, "2026-03-04"),
    ("plain_post", None, "2026-03-05", "2026-03-05"), ("plain_post", None, None, None),
    ("fax", None, None, None), ("internet", None, None, "2026-03-02"), ("internet", None, "2026-03-03", "2026-03-03"),
])
def test_the_day_of_receipt_depends_on_the_channel(channel, signed, confirmed, expected):
    got = received_day(channel, day("2026-03-02"), signed=signed and day(signed),
                       confirmed=confirmed and day(confirmed))
    assert got == (expected and day(expected))


# -- what holds for any facts -----------------------------------------------------------------------------------

dates = st.dates(dt.date(2019, 6, 1), dt.date(2027, 6, 1))
few = st.integers(0, 40)


@settings(max_examples=150)
@given(dates, few, few, few)
def test_a_restart_never_shortens(received, asked, answer, consulted):
    start = received + dt.timedelta(consulted)
    plain = Facts(received, consultations=(Consultation(start, start + dt.timedelta(answer)),))
    restarted = facts_of({"received": received.isoformat(), "events": [
        {"type": "third_party", "start": start.isoformat(), "end": (start + dt.timedelta(answer)).isoformat()},
        {"type": "supplement_asked", "date": (received + dt.timedelta(asked)).isoformat(),
         "supplement_by": (received + dt.timedelta(asked + 40)).isoformat()},
        {"type": "supplement_received", "date": (received + dt.timedelta(asked + answer)).isoformat()}]})
    assert reckon(restarted, SHIPPED, LATE).due >= reckon(plain, SHIPPED, LATE).due


@settings(max_examples=150)
@given(dates, few, few, st.integers(0, 20))
def test_a_pause_moves_the_date_by_exactly_its_working_days(received, begins, lasts, extended):
    extension = Extension(received, extended) if extended else None
    before = reckon(Facts(received, extension=extension), SHIPPED, LATE).due
    start = min(received + dt.timedelta(begins), before - dt.timedelta(1))  # a letter of the last day comes too late
    end = start + dt.timedelta(lasts)
    paused = Facts(received, extension=extension, consultations=(Consultation(start, end),))
    moved = SHIPPED.add_workdays(before, SHIPPED.workdays_between(start, end)).date
    assert reckon(paused, SHIPPED, LATE).due == moved


@settings(max_examples=150)
@given(dates, dates)
def test_a_change_of_the_calendar_moves_only_dates_after_it(received, changed):
    known = SHIPPED.year(changed.year)
    off, work = (known.off, known.work) if known else (frozenset(), frozenset())
    other = Calendar({changed.year: Year(changed.year, off ^ {changed} if changed.weekday() < 5 else off,
                                         work ^ {changed} if changed.weekday() > 4 else work)})
    before, after = (reckon(Facts(received), calendar, LATE).due for calendar in (SHIPPED, other))
    assert (before != after) == (received < changed <= before)
