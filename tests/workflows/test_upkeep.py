"""Weeks and days of columns, and findings day by day: as counted one by one."""

import datetime as dt
from dataclasses import dataclass

from content.base import now
from content.findings import Finding
from content.promises import EMPTY, FREE, LATE, OK, SOON
from workflows.reports import findings, upkeep
from workflows.reports.findings import Tally
from workflows.reports.rates import Rate
from workflows.rhythm import CLOSED, Span

FIRST, LAST = dt.date(2026, 11, 2), dt.date(2026, 11, 18)  # a Monday, a Wednesday
DAY = dt.timedelta(days=1)


def day(number):
    return dt.date(2026, 11, number)


@dataclass(frozen=True, eq=False)
class Column:
    department_id: int


ONE, OTHER, CONTAINER = Column(1), Column(1), Column(2)
SPANS = {
    ONE: [Span(day(2), day(8), OK), Span(day(9), day(10), SOON, day(10)), Span(day(11), day(18), LATE, day(10))],
    OTHER: [Span(day(2), day(3), CLOSED), Span(day(4), day(9), EMPTY), Span(day(10), day(16), LATE, day(9)),
            Span(day(17), day(18), OK)],
    CONTAINER: [Span(day(2), day(18), FREE)],
}


def test_weeks_end_with_the_day_asked_for():
    weeks = upkeep.weeks(LAST, 3)
    assert [(week.first, week.last) for week in weeks] == [(day(2), day(8)), (day(9), day(15)), (day(16), day(18))]


def test_a_week_is_as_bad_as_its_worst_day():
    cells = upkeep.matrix(SPANS, upkeep.weeks(LAST, 3))
    assert [(cell.late, cell.soon, cell.judged, cell.state) for cell in cells[1]] == [
        (0, 0, 2, OK), (2, 0, 2, LATE), (2, 0, 2, LATE)]
    assert {cell.state for cell in cells[2]} == {FREE}


def test_days_are_counted_as_one_would_one_by_one():
    found = upkeep.standing(SPANS.values(), FIRST, LAST)
    assert [each.day for each in found] == [FIRST + number * DAY for number in range(17)]
    for each in found:
        states = [span.state for spans in SPANS.values() for span in spans if span.first <= each.day <= span.last]
        assert (each.late, each.soon) == (states.count(LATE), states.count(SOON)), each.day


def test_a_blank_column_keeps_nothing_and_a_closed_day_is_not_judged():
    assert upkeep.kept_days(SPANS) == {1: Rate(9 + 2, 17 + 15), 2: Rate(0, 0)}


def test_findings_stand_until_they_are_gone_or_closed(session, county):
    unit = county.departments["QY-mzj"]
    rows = (  # severity, since, gone, state, closed
        ("red", day(1), None, "found", None), ("red", day(4), day(7), "gone", day(7)),
        ("yellow", day(5), None, "ordered", None), ("red", day(3), None, "verified", day(9)),
        ("red", day(2), None, "dismissed", day(6)), ("yellow", day(1), dt.date(2026, 10, 30), "gone", day(1)))
    for number, (severity, since, gone, state, closed) in enumerate(rows):
        at = dt.datetime.combine(closed, dt.time(4), dt.UTC) if closed else now()
        session.add(Finding(rule="metadata", subject_kind="document", subject_id=number, subject=f"{number}",
                            cycle="1", department_id=unit, severity=severity, words="缺", since=since, gone=gone,
                            state=state, state_since=at, found=at))
    session.flush()
    found = findings.daily(session, {unit}, FIRST, LAST)
    for number, tally in enumerate(found):
        today = FIRST + number * DAY
        red = 1 + (day(4) <= today < day(7)) + (day(3) <= today < day(9))
        assert tally == Tally(red, int(today >= day(5))), today
    assert findings.daily(session, {unit}, FIRST, LAST, without=("metadata",))[0] == Tally()
    assert findings.in_period(session, {unit}, day(8), LAST) == {unit: {"metadata": 2}}
    assert findings.in_period(session, {county.departments["QY-scj"]}, FIRST, LAST) == {}
