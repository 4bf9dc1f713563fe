"""The public figures of applications: the same as in the annual report, in a fixed number of queries; nobody named."""

from __future__ import annotations

import datetime as dt

import pytest

from content.base import local_date, now


@pytest.fixture
def figures(site):
    """Five applications of last year, three of them finished: one late, one rated."""
    year = local_date(now()).year - 1
    with site.county.house.database.writer.begin() as session:
        made = [site.county.apply(session, day=dt.date(year, 3, 1 + number))[0] for number in range(5)]
        for case, day, outcome in zip(made, (9, 28, 9), ("granted", "not_held", "granted"), strict=False):
            case.finished, case.outcome = dt.date(year, 4 if outcome == "not_held" else 3, day), outcome
        made[0].satisfaction, made[1].office_id = 4, site.county.departments["QY-scj"]
    return year, [case.number for case in made]


def cells(page, section: str) -> dict[str, list[str]]:
    return {row.th.text: [cell.text for cell in row.select("td.num")]
            for row in page.html.select(f"section[aria-labelledby={section}] tbody tr")}


def test_the_figures_of_a_year(site, figures):
    year, numbers = figures
    page = site.get(f"/apply/statistics?year={year}")
    assert [each.text.rstrip("件%") for each in page.html.select(".figure-counts dd")] == ["5", "3", "2", "66.67"]
    assert cells(page, "months")["3月"] == ["5", "2"] and cells(page, "months")["4月"] == ["0", "1"]
    assert cells(page, "groups") == {"予以公开": ["2"], "部分公开": ["0"], "不予公开": ["0"], "无法提供": ["1"],
                                     "不予处理": ["0"], "其他处理": ["0"]}
    assert cells(page, "offices") == {"县民政局": ["4", "2"], "县市场监督管理局": ["1", "1"]}
    assert "平均4.0分" in page.text and not any(number in page.text for number in numbers)


def test_years_that_are_not_there_and_years_without_cases(site, figures):
    year, _numbers = figures
    assert "这一年没有申请" in site.get("/apply/statistics").text
    for wrong in ("1999", str(year + 2), "x", ""):
        site.get(f"/apply/statistics?year={wrong}", status=404)


def test_more_cases_ask_no_more_of_the_database(site, figures):
    year, _numbers = figures
    few = site.queries(f"/apply/statistics?year={year}")
    with site.county.house.database.writer.begin() as session:
        for _each in range(10):
            site.county.apply(session, day=dt.date(year, 5, 5))
    assert site.queries(f"/apply/statistics?year={year}") == few <= 20
