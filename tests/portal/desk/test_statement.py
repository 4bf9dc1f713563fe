"""Statements that there is nothing to disclose: every list takes them, their words are proposed, they go through
review like anything else and are shown as what they are."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import STATEMENT

from content import tree, writing
from content.tree import Column
from content.types.statement import period_of


@pytest.mark.nodatabase
@pytest.mark.parametrize(("rule", "day", "words"), [
    ("quarterly", dt.date(2026, 10, 1), "2026年第三季度"), ("quarterly", dt.date(2026, 3, 31), "2025年第四季度"),
    ("monthly", dt.date(2026, 1, 5), "2025年12月"), ("yearly", dt.date(2026, 3, 1), "2025年度"),
    ("interval", dt.date(2026, 11, 20), "2026年11月")])
def test_the_period_is_the_one_that_the_promise_asks_for(rule, day, words):
    assert period_of({"type": rule}, day) == words


def test_a_list_takes_it_without_naming_it_and_a_single_page_does_not(session, county):
    assert county.write(session, path="dtxw", type_name="statement").type == "statement"
    tree.change(session, session.get_one(Column, county.columns["shjz"]), actor_id=None, kind="page")
    with pytest.raises(writing.NotHere):
        county.write(session, path="shjz", type_name="statement")


def test_its_words_are_proposed_and_the_public_reads_what_it_is(browser, house, county):
    app = browser("zhangli")
    form = app.get(f"/desk/write?column={county.columns['dtxw']}&type=statement").forms["text"]
    assert "无应公开信息说明" in form["title"].value and "特此说明" in form["body"].value
    assert form["nothing"].value == "period" and form["period"].value
    number = int(form.submit("save").location.split("/")[-2])
    with house.database.writer.begin() as session:
        document = session.get_one(writing.Document, number)
        county.move(session, document, "submit", "zhangli")
        county.move(session, document, "approve", "zhoumin", statement=STATEMENT)
        url = document.live.url
    assert "无应公开信息说明" in browser().get("/dtxw/").text
    page = browser().get(url).text
    assert "说明的事项" in page and "本期没有应当公开的信息" in page
