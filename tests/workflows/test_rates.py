"""Rates and scores: what is counted over what, and the arithmetic that is shown."""

import datetime as dt
from decimal import Decimal

import pytest

from content.base import local_date, now
from content.findings import Finding
from workflows.reports import rates
from workflows.reports.rates import Rate
from workflows.rules import all_rules
from workflows.scoring import DEFAULT, Counted, Scheme, known_sources, score

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(("part", "whole", "words"), [
    (537300, 540611, "99.39%"), (31301, 31366, "99.79%"), (221492, 234246, "94.56%"), (2586, 2694, "95.99%"),
    (Decimal("141.13"), Decimal("141.87"), "99.48%"), (708 - 235, 708, "66.81%"), (0, 0, "—"), (0, 5, "0.00%"),
    (7, 7, "100.00%"), (99999, 100000, "99.99%"),  # one is missing: never 100 %
])
def test_a_rate_is_said_as_it_is(part, whole, words):
    assert Rate(part, whole).words == words


def test_counts_are_added_and_percentages_are_not_averaged():
    blank = dict.fromkeys(rates.TITLES, Rate())
    both = rates.total([blank | {rates.CLOSED: Rate(1, 1)}, blank | {rates.CLOSED: Rate(0, 9)}])
    assert both[rates.CLOSED].words == "10.00%"
    assert both[rates.SATISFIED].words == "—"


def test_cases_count_in_the_period_in_which_they_came_and_went(session, county):
    today = local_date(now())
    first, unit = today - 60 * DAY, county.departments["QY-mzj"]
    kinds = (  # received, due, finished, rating
        (today - 50 * DAY, today - 20 * DAY, today - 30 * DAY, 5),
        (today - 50 * DAY, today - 30 * DAY, today - 20 * DAY, 2),
        (today - 40 * DAY, today - 10 * DAY, None, None), (today - 90 * DAY, today - 60 * DAY, today - 55 * DAY, 3))
    for received, due, finished, rating in kinds:
        case, _code = county.apply(session)
        case.received, case.due, case.finished, case.satisfaction = received, due, finished, rating
    session.flush()
    found = rates.compare(session, {unit, county.departments["QY-scj"]}, first, today, {unit: Rate(9, 10)})[unit]
    assert {name: (rate.part, rate.whole) for name, rate in found.items()} == {
        "closed": (2, 3), "on_time": (1, 3), "satisfied": (2, 3), "updated": (9, 10), "timely": (0, 0)}


def test_what_was_published_late_is_no_longer_in_time_unless_it_was_dismissed(session, county):
    today = local_date(now())
    first = county.publish(session, county.write(session, data={"formed": f"{today - 5 * DAY}"}))
    second = county.publish(session, county.write(session, title="关于安全检查的通知",
                                                    data={"formed": f"{today - 90 * DAY}"}))
    county.publish(session, county.write(session, title="没有形成日期的通知"))
    late = Finding(rule="late_disclosure", subject_kind="document", subject_id=second.id, subject="1", cycle="1",
                   department_id=second.department_id, severity="red", words="逾期", since=today, state="found",
                   state_since=now(), found=now())
    session.add(late)
    session.flush()
    asked = (session, {first.department_id}, today, today, {})
    assert rates.compare(*asked)[first.department_id]["timely"] == Rate(1, 2)
    late.state = "dismissed"
    session.flush()
    assert rates.compare(*asked)[first.department_id]["timely"] == Rate(2, 2)


# -- scores -----------------------------------------------------------------------------------------------------

def scheme(*items, **more):
    return Scheme.of(DEFAULT | {"items": list(items)} | more)


def test_each_line_shows_its_arithmetic():
    found = score(scheme({"source": "rule:column_stale", "points": 5, "cap": 10},
                         {"source": "card:red", "points": 2.5, "cap": 9}),
                  Counted({"column_stale": 3}, {"red": 1}))
    assert [line.arithmetic for line in found.lines] == ["3 × 5 分 = 15，封顶 10", "1 × 2.5 分 = 2.5"]
    assert (found.arithmetic, found.grade) == ("100 − 12.5 + 0 = 87.5", "良好")


@pytest.mark.parametrize(("lost", "points", "grade"), [
    (40, "60", "合格"), (41, "59", "不合格"), (20, "80", "良好"), (19, "111", "良好"), (10, "120", "优秀"),
    (300, "0", "不合格")])
def test_a_bonus_is_counted_above_eighty_and_makes_nobody_pass(lost, points, grade):
    found = score(scheme({"source": "rule:x", "points": 1, "cap": 300},
                         {"source": "rate:updated", "mark": 100, "points": 50, "cap": 50, "bonus": True}),
                  Counted({"x": lost}, rates={"updated": Rate(5, 5)}))
    assert (f"{found.points:f}", found.grade) == (points, grade)


@pytest.mark.parametrize(("rate", "count", "words"), [
    (Rate(95, 100), 0, "0 × 2 分 = 0"), (Rate(9401, 10000), 0, "0 × 2 分 = 0"), (Rate(94, 100), 1, "1 × 2 分 = 2"),
    (Rate(90, 100), 5, "5 × 2 分 = 10，封顶 8"), (Rate(0, 0), 0, "没有可计算的件数，不计")])
def test_a_rate_costs_each_full_point_below_its_mark(rate, count, words):
    found = score(scheme({"source": "rate:on_time", "mark": 95, "step": 1, "points": 2, "cap": 8}),
                  Counted(rates={"on_time": rate}))
    assert (found.lines[0].count, found.lines[0].arithmetic) == (count, words)


def test_every_item_of_the_default_scheme_is_something_that_is_counted():
    assert len(score(Scheme.of({}), Counted()).lines) == len(DEFAULT["items"])
    known = known_sources({rule.name: rule.title for rule in all_rules().values()})
    assert {item.source for item in Scheme.of({}).items} <= known.keys()
