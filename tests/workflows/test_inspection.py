"""The lines of the national inspection (国办秘函〔2019〕19号): the verdict flips exactly at its counts."""

from __future__ import annotations

import datetime as dt

import pytest
from column_tree import noon

from content import findings
from workflows.inspection import CLEAR, HIT, MANUAL, Result, preset

day = dt.date
TODAY = day(2026, 11, 20)
DAY = dt.timedelta(days=1)
LONG_AGO = day(2025, 1, 10)
LISTS = [f"09{number:02d}" for number in range(1, 14)]  # thirteen lists under a container without a rule


def line(planted, code: str, on: dt.date = TODAY) -> Result:
    return next(each for each in preset(planted.look(on)).results if each.line.code == code)


def test_a_county_that_keeps_its_columns_hits_no_line_and_is_not_said_to_have_passed(planted):
    planted.fill(TODAY - DAY)
    found = preset(planted.look(TODAY))
    assert not found.failed and not any(each.hits for each in found.results)
    assert {each.line.code for each in found.results if each.state == MANUAL} == {"1", "2", "6", "7", "8", "9"}
    assert found.words == "没有发现单项否决情形，另有6项要人工判断" and not planted.found("national_veto", TODAY)


@pytest.mark.parametrize(("days", "state"), [(14, CLEAR), (15, HIT)])
def test_line_3_the_home_page(planted, days, state):
    planted.fill(TODAY - days * DAY)
    assert line(planted, "3").state == state


@pytest.mark.parametrize(("aged", "age", "count"), [
    (["04"], TODAY - 14 * DAY, 0), (["04"], TODAY - 15 * DAY, 4),         # 动态、要闻: three columns and the one above
    (["04", "03"], day(2026, 5, 20), 4), (["04", "03"], day(2026, 5, 19), 5),  # 通知公告: six months
    (["02", "03"], day(2026, 5, 19), 2),                                  # 一级栏目 alone, not all that is below
])
def test_line_4a_news_notices_and_policies(planted, aged, age, count):
    planted.fill(TODAY - DAY, skip=aged)
    for code in aged:
        for node in planted.node(code).walk():
            if not node.children:
                planted.publish(node.code, age)
    found = line(planted, "4a")
    assert (found.number, found.state) == (count, HIT if count >= 5 else CLEAR)


@pytest.mark.parametrize("count", [9, 10])
def test_line_4b_columns_that_broke_their_own_promise(planted, count):
    planted.fill(TODAY - DAY, skip=LISTS[:count])
    for code in LISTS[:count]:
        planted.publish(code, LONG_AGO)
    found = line(planted, "4b")
    assert (found.number, found.state) == (count, HIT if count == 10 else CLEAR)
    severity = [each.severity for each in planted.found("national_veto", TODAY) if each.evidence["line"] == "4b"]
    assert severity == ["red" if count == 10 else "yellow"]


@pytest.mark.parametrize("count", [4, 5])
def test_line_4c_blank_columns(planted, count):
    """What is internal does not count, nor does a blank column count as stale as well."""
    planted.fill(TODAY - DAY, skip=[*LISTS[:count], "12"])
    found = line(planted, "4c")
    assert (found.number, found.state) == (count, HIT if count == 5 else CLEAR)
    assert line(planted, "4b").number == 0
    assert preset(planted.look(TODAY)).failed is (count == 5)


@pytest.mark.parametrize(("received", "state"), [(day(2026, 8, 20), CLEAR), (day(2026, 8, 19), HIT),
                                                 (day(2025, 11, 20), HIT), (day(2025, 11, 19), CLEAR)])
def test_line_5_a_letter_of_the_last_year_without_an_answer_for_three_months(planted, received, state):
    planted.letter(received)
    planted.letter(day(2026, 3, 1), finished=day(2026, 6, 30))
    planted.letter(day(2026, 3, 1), type_name="disclosure_request")
    assert line(planted, "5").state == state


@pytest.mark.parametrize(("faulty", "whole", "state"), [(4, 6, CLEAR), (5, 6, HIT), (3, 1, CLEAR), (3, 0, HIT)])
def test_line_6_guides_that_lack_elements(planted, faulty, whole, state):
    elements = {"legal_basis": "法", "conditions": "条件", "materials": "材料", "place": "地点", "hours": "时间",
                "phone": "0399-6660000", "process": "流程"}
    for number in range(faulty + whole):
        missing = 4 if number < faulty else 3
        planted.publish("0704", TODAY - DAY, type="guide", data=dict(list(elements.items())[missing:]))
    found = line(planted, "6")
    assert (found.number, found.state) == (faulty, state)


def test_an_office_may_be_stricter_from_a_day_on(planted):
    planted.fill(TODAY - DAY, skip=LISTS[:4])
    findings.change_setting(planted.session, "national_veto", {"blank": 4}, since=TODAY, actor_id=None,
                            at=noon(TODAY))
    assert line(planted, "4c").state == HIT and line(planted, "4c").limit == 4
    assert line(planted, "4c", TODAY - DAY).limit == 5
