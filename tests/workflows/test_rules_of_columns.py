"""Rules about the portal as a whole: the home page, the items of Art. 20, guide, catalogue and annual reports."""

from __future__ import annotations

import datetime as dt

import pytest

from workflows.rules import guide
from workflows.rules.statutory_items import items_of

day = dt.date
TODAY = day(2026, 11, 20)
DAY = dt.timedelta(days=1)
GUIDE = ("信息分类：按栏目分类。编排体系：按索引号编排。获取方式：网上查阅。机构名称：县政府办公室政务公开股。"
         "办公地址：人民路1号。办公时间：工作日8:30—18:00。联系电话：0399-6660000。传真：0399-6660001。电子邮箱：zfb@qingyuan.example")


# -- the home page --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("days", "severities"), [(10, []), (11, ["yellow"]), (14, ["yellow"]), (15, ["red"])])
def test_the_home_page_stands_still(planted, days, severities):
    planted.publish("0402", TODAY - 40 * DAY, TODAY - days * DAY)
    planted.publish("1201", TODAY - DAY)  # internal
    assert [each.severity for each in planted.found("home_stale", TODAY)] == severities


def test_a_portal_without_a_publication_is_judged_from_its_first_day(planted):
    found, = planted.found("home_stale", TODAY)
    assert found.due == day(2025, 1, 16) and found.subject == "/" and found.severity == "red"


# -- the items of Art. 20 -------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("basis", "items"), [
    ("《政府信息公开条例》第二十条第（九）项、第（十）项", {9, 10}),
    ("《政府信息公开条例》第二十条第（十一）项、第二十一条", {11}), ("《预算法》第十四条；第二十条第（七）项", {7}),
    ("《政府信息公开条例》第十九条、第二十条、第二十一条", set()), ("《预算法》第二十条第（三）项", set()),
    ("《政府信息公开条例》第二十条第（一）至（三）项", {1, 2, 3}),
    ("《条例》第二十条第一项；《招标投标法》第二十条第（五）项", {1}),
    ("《条例》第二十条第（二十）项", set()), ("", set()),
])
def test_which_items_a_basis_names(basis, items):
    assert items_of(basis) == items


def test_an_item_needs_a_valid_document_or_a_statement(planted):
    planted.fill(TODAY - DAY, skip=["010510"])

    def cycles() -> list[tuple[str, str]]:
        return [(each.subject, each.cycle) for each in planted.found("statutory_items", TODAY)]

    path = planted.node("010510").path
    assert cycles() == [(path, "item 8")]
    planted.publish("010510", day(2026, 3, 1), validity="废止")
    planted.publish("010510", day(2026, 3, 1), ends=day(2026, 4, 1))
    planted.publish("010510", day(2026, 3, 1), audience="internal")
    assert cycles() == [(path, "item 8")]
    planted.publish("010510", day(2026, 3, 1), type="statement")
    assert cycles() == []


def test_an_item_without_a_column_is_a_fault_of_the_site(planted):
    planted.fill(TODAY - DAY)
    planted.change("010510", day(2026, 3, 1), closed=day(2026, 3, 2))
    found, = planted.found("statutory_items", TODAY)
    assert (found.kind, found.subject, found.cycle) == ("site", "/", "item 8") and found.since == day(2025, 1, 2)


# -- the guide ------------------------------------------------------------------------------------------------------

def test_the_guide_says_everything_that_the_law_wants(planted):
    def found() -> list[tuple[str, str]]:
        return [(each.kind, each.words) for each in planted.found("guide", TODAY)]

    assert found() == [("column", "没有公开政府信息公开指南")]
    planted.publish("0101", day(2026, 1, 15), text=GUIDE, type="page")
    assert found() == []
    planted.publish("0101", day(2026, 2, 15), text=GUIDE.replace("传真：0399-6660001", "传真：无"), type="page")
    assert found() == [("document", "公开指南没有写明：传真号码")]


def test_each_of_the_nine_elements_is_looked_for():
    assert len(guide.ELEMENTS) == 9 and all(words.search(GUIDE) for words in guide.ELEMENTS.values())
    assert [name for name, words in guide.ELEMENTS.items() if words.search("请拨打电话咨询")] == []


# -- the catalogue --------------------------------------------------------------------------------------------------

def test_an_entry_of_the_catalogue_has_its_elements(planted):
    planted.publish("0301", TODAY - DAY)
    number = planted.publish("0301", TODAY - DAY, summary=" ", imported=True)
    planted.publish("1201", TODAY - DAY, summary="")  # internal: not in the catalogue of the public
    found, = planted.found("catalogue", TODAY)
    assert found.id == number and found.words == "目录里没有内容概述"


# -- annual reports -------------------------------------------------------------------------------------------------

def report(planted, code: str, published: dt.date, title: str, **values: object) -> None:
    planted.publish(code, published, title=title, **values)


def asked(planted, on: dt.date) -> dict[str, str]:
    return planted.severities("annual_report", on)


def test_the_reports_of_organs_and_of_the_government_have_their_days(planted):
    report(planted, "010302", day(2025, 1, 20), "清源县民政局2024年政府信息公开工作年度报告",
           department=planted.unit("QY-mzj"))
    for on, civil, county in ((day(2026, 1, 15), None, None), (day(2026, 1, 16), "yellow", None),
                              (day(2026, 1, 31), "yellow", None), (day(2026, 2, 1), "red", None),
                              (day(2026, 3, 16), "red", "yellow"), (day(2026, 4, 1), "red", "red")):
        found = asked(planted, on)
        assert (found.get("QY-mzj"), found.get("QY")) == (civil, county), on


def test_a_report_is_known_by_organ_and_year_in_its_title(planted):
    report(planted, "010302", day(2026, 1, 20), "清源县民政局2025年政府信息公开工作年度报告",
           department=planted.unit("QY-zfb"))
    report(planted, "010301", day(2026, 3, 20), "清源县人民政府2025年政府信息公开工作年度报告",
           department=planted.unit("QY-zfb"))
    report(planted, "010302", day(2026, 1, 20), "2024年政府信息公开工作年度报告", department=planted.unit("QY-czj"))
    found = asked(planted, day(2026, 11, 20))
    assert not found.keys() & {"QY", "QY-mzj", "QY-zfb"}  # the office answers with the government's report
    assert found["QY-czj"] == "red"
    assert "QY-kgj" not in found  # answers for no column here, and never reported


def test_a_portal_without_a_column_for_reports_is_told_so(planted):
    for code in ("010301", "010302", "010303", "0103"):
        planted.change(code, day(2026, 1, 1), closed=day(2026, 1, 2))
    found, = planted.found("annual_report", TODAY)
    assert (found.kind, found.cycle) == ("site", "no column")
