"""The promise of a column: every type of rule, in words, as a date and as a state."""

from __future__ import annotations

import datetime as dt

import pytest

from content import promises
from content.promises import due_after, next_due, promise, sentence
from content.tree import RULES

FORTNIGHT = {"type": "interval", "days": 14, "warn_before_days": 2}
REPORT = {"type": "yearly", "due_month_day": "01-31"}
QUARTER = {"type": "quarterly", "due_days_after_quarter_end": 15}
MONTH = {"type": "monthly", "due_day": 25}
EVENT = {"type": "event", "working_days_after_event": 5}
BUDGET = {"type": "event", "calendar_days_after_event": 20, "event": "人大批准"}
REPLY = {"type": "reply", "working_days": 7}
STATIC = {"type": "static"}
day = dt.date


def test_every_type_of_rule_that_a_column_may_have_is_understood():
    rules = {rule["type"]: rule for rule in (FORTNIGHT, REPORT, QUARTER, MONTH, EVENT, REPLY, STATIC)}
    assert set(rules) == set(RULES)
    for rule in rules.values():
        assert promise(rule, day(2026, 11, 20), day(2026, 11, 22)).state in ("ok", "free")


@pytest.mark.parametrize(("rule", "words"), [
    (FORTNIGHT, "每两周更新"), ({"type": "interval", "days": 45}, "至少每45天更新"), (REPORT, "每年1月31日前更新"),
    (QUARTER, "每季度结束后15天内更新"), (MONTH, "每月25日前更新"), (EVENT, "有变化后5个工作日内更新"),
    (BUDGET, "人大批准后20天内公开"), (REPLY, "收到后7个工作日内答复"), (STATIC, "长期有效，有变化时更新"),
    ({"type": "event", "calendar_days_after_event": 7}, "有变化后7天内更新"),
    ({"type": "event", "working_days_after_event": 2, "event": "任免"}, "任免后2个工作日内公开"),
])
def test_a_promise_in_words(rule, words):
    assert sentence(rule).interpolate() == words


@pytest.mark.parametrize(("rule", "newest", "due"), [
    (FORTNIGHT, day(2026, 11, 20), day(2026, 12, 4)),
    (REPORT, day(2026, 1, 20), day(2027, 1, 31)),
    (REPORT, day(2026, 3, 2), day(2027, 1, 31)),  # late, but this year's: the next is next year's
    ({"type": "yearly", "due_month_day": "02-29"}, day(2025, 5, 1), day(2026, 2, 28)),
    (QUARTER, day(2026, 10, 12), day(2027, 1, 15)),
    (QUARTER, day(2026, 3, 31), day(2026, 4, 15)),
    (MONTH, day(2026, 11, 24), day(2026, 12, 25)),
    (MONTH, day(2026, 12, 24), day(2027, 1, 25)),
    ({"type": "monthly", "due_day": 31}, day(2026, 1, 31), day(2026, 2, 28)),
    (EVENT, day(2026, 11, 20), None), (STATIC, day(2026, 11, 20), None), (REPLY, None, None),
])
def test_the_next_date(rule, newest, due):
    assert next_due(rule, newest) == due


@pytest.mark.parametrize(("today", "state", "days"), [
    (day(2026, 12, 1), "ok", 3), (day(2026, 12, 2), "soon", 2), (day(2026, 12, 4), "soon", 0),
    (day(2026, 12, 5), "late", 1), (day(2027, 1, 4), "late", 31),
])
def test_states_of_an_interval(today, state, days):
    found = promise(FORTNIGHT, day(2026, 11, 20), today)
    assert (found.state, found.days, found.counted) == (state, days, True)


def test_an_empty_column_is_empty_until_its_first_date_has_passed():
    assert promise(FORTNIGHT, None, day(2026, 11, 22)).state == "empty"
    waiting = promise(FORTNIGHT, None, day(2026, 11, 22), opened=day(2026, 11, 10))
    assert (waiting.state, waiting.due, waiting.newest) == ("empty", day(2026, 11, 24), None)
    assert promise(FORTNIGHT, None, day(2026, 11, 25), opened=day(2026, 11, 10)).state == "late"
    assert promise(STATIC, None, day(2026, 11, 25)).state == "empty"


def test_a_year_that_was_missed_stays_late_in_the_next_one():
    assert promise(REPORT, day(2024, 1, 20), day(2026, 1, 10)).state == "late"


def test_limits_after_an_event_count_working_days_over_a_holiday():
    """2026-09-30 and five working days: over the National Day, whatever weekends are worked instead."""
    reckoned = due_after(EVENT, day(2026, 9, 30))
    assert reckoned.date > day(2026, 10, 7) and not reckoned.provisional
    assert due_after(BUDGET, day(2026, 1, 15)).date == day(2026, 2, 4)
    assert due_after(promises.INTERPRETATION, day(2026, 11, 20)).date == day(2026, 11, 25)
    assert due_after(REPLY, day(2026, 11, 20)).date == day(2026, 12, 1)


def test_an_unknown_rule_is_named():
    with pytest.raises(LookupError, match="weekly"):
        sentence({"type": "weekly"})


@pytest.mark.parametrize("rule", [
    {"type": "interval"}, {"type": "interval", "days": "14"}, {"type": "yearly", "due_month_day": "13-01"},
    {"type": "yearly", "due_month_day": "1月31日"}, {"type": "monthly"}, {"type": "quarterly"}, {"type": "event"},
    {"type": "reply"}, {"type": "weekly"}, {"type": "interval", "days": 14, "warn_before_days": "2"},
    {"type": "event", "working_days_after_event": 10**6},
])
def test_a_rule_by_which_no_day_can_be_reckoned_is_refused(rule):
    with pytest.raises(ValueError):
        promises.check(rule)


def test_every_whole_rule_passes():
    for rule in (FORTNIGHT, REPORT, QUARTER, MONTH, EVENT, BUDGET, REPLY, STATIC):
        promises.check(rule)
