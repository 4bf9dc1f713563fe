"""The audit report at the desk: what it shows, how it is taken home, and what an auditor does not get."""

from __future__ import annotations

import pytest
from factories import add_role

from content.people import Role
from portal.reporting.proof import problems, proof_of

URL = "/desk/supervision/report"


def test_it_is_shown_and_taken_home_signed(county, browser):
    client = browser("zhengguodong")
    shown = client.get(URL)
    assert "清源县人民政府" in shown.text and "栏目更新情况" in shown.text and "BEGIN GONGKAI PROOF" not in shown.text
    for form, start in (("html", b"<!DOCTYPE html>"), ("xlsx", b"PK"), ("pdf", b"%PDF")):
        href = next(a["href"] for a in shown.html.select("a") if f"report.{form}?" in a.get("href", ""))
        data = client.get(href).body
        assert data.startswith(start)
        with county.house.database.reader() as session:
            assert not problems(county.house.keys, session, data, proof_of(data))


@pytest.mark.parametrize("asked", ["since=heute", "since=2026-10-02&until=2026-10-01", "until=2999-01-01",
                                   "since=0001-01-01", "until=0001-01-01"])
def test_wrong_days_come_back_with_a_sentence(browser, asked):
    client = browser("zhengguodong")
    shown = client.get(f"{URL}?{asked}", status=400)
    assert "没有生成报告" in shown.text and asked.rpartition("=")[2] in shown.text
    client.get(f"{URL}.pdf?{asked}", status=400)


def test_an_auditor_of_a_department_gets_its_report_alone(county, browser):
    with county.house.database.writer.begin() as session:
        add_role(session, county, "sunjing", Role.AUDITOR, "QY-scj")
    client = browser("sunjing")
    assert "清源县市场监督管理局政务公开监察报告" in client.get(f"{URL}.html").text
    client.get(f"{URL}?department=QY-mzj", status=404)
    client.get(f"{URL}.html?department=QY", status=404)
