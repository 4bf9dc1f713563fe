"""The auditor's pages: who sees whose figures, how many queries they ask, what may be set and from when it holds."""

import datetime as dt

import pytest
from sqlalchemy import event

from content import cursors, findings, tree
from content.base import local_date, now
from content.findings import Finding
from portal import supervising

AUDITOR, EDITOR, STRANGER = "zhengguodong", "zhangli", "sunjing"
URL = "/desk/supervision"
PAGES = ("", "/matrix", "/columns", "/forecast", "/trend", "/comparison", "/cards", "/scores")
DAY = dt.timedelta(days=1)


@pytest.fixture
def late(house, county):
    """A red finding about 通知公告, which the civil affairs bureau fills; its number."""
    today = local_date(now())
    with house.database.writer.begin() as session:
        row = Finding(rule="column_stale", subject_kind="column", subject_id=county.columns["tzgg"], subject="tzgg",
                      cycle="1", department_id=county.departments["QY-mzj"], column_id=county.columns["tzgg"],
                      severity="red", words="超期", since=today - 20 * DAY, due=today - 21 * DAY, cycles_late=1,
                      state="found", state_since=now(), found=now())
        session.add(row)
        session.flush()
        return row.id


def test_every_page_shows_a_table_beside_its_chart(browser, late):
    auditor, charts = browser(AUDITOR), 0
    for path in PAGES:
        for chart in auditor.get(URL + path).html.find_all(attrs={"data-chart": True}):
            section = chart.find_parent("section")
            assert chart.has_attr("hidden") and chart["aria-label"] and section.find(["table", "p"], class_=True), path
            charts += 1
    assert charts == 6


def test_another_department_sees_nothing_of_it(browser, county, late):
    stranger, column = browser(STRANGER), county.columns["tzgg"]
    for path in PAGES:
        text = stranger.get(URL + path).html.find("main").text
        assert "通知公告" not in text and "县民政局" not in text, path
    for path in (f"/columns/{column}", "/scores/of/QY-mzj", f"/matrix/QY-mzj/{_monday()}", "?department=QY-mzj"):
        assert stranger.get(URL + path, expect_errors=True).status_int == 404, path
    assert "通知公告" in browser(EDITOR).get(URL).html.find("main").text
    assert browser(EDITOR).get(f"{URL}/columns/{column}").status_int == 200


def _monday():
    today = local_date(now())
    return today - today.weekday() * DAY


@pytest.mark.parametrize("path", ["/cards/limits", "/scores/scheme"])
def test_only_the_auditors_of_the_county_set_what_holds(browser, path):
    assert browser(AUDITOR).get(URL + path).status_int == 200
    for login in (EDITOR, "wangjianguo", "fangkai"):
        assert browser(login).get(URL + path, expect_errors=True).status_int == 403


def test_the_matrix_leads_to_the_columns_of_a_week_and_these_to_their_year(browser, house, county):
    with house.database.writer.begin() as session:
        county.publish(session, county.write(session), now=now() - 40 * DAY)  # 30 days: late for nine of them
    auditor = browser(AUDITOR)
    matrix = auditor.get(f"{URL}/matrix")
    cell = matrix.click(href=f"/matrix/QY-mzj/{_monday() - 7 * DAY}")
    row = next(each for each in cell.html.find_all("tr") if "通知公告" in each.text)
    assert row.find(class_="status-late").text == "超期"
    column = cell.click("通知公告", href="/columns/")
    assert "关于供水检修的通知" in column.html.find("main").text
    states = [each.text for each in column.html.find("details").select("tbody .status")]
    assert states[0] == "超期" and "按期" in states
    trend = auditor.get(f"{URL}/trend").html.find("tbody").find("tr")
    assert int(trend.find_all("td")[0].text) >= 1


def test_pages_ask_as_much_of_many_columns_as_of_few(browser, house, county, late):
    auditor = browser(AUDITOR)
    auditor.get(URL)
    few = {path: _queries(house, lambda path=path: auditor.get(URL + path)) for path in PAGES}
    with house.database.writer.begin() as session:
        for number in range(12):
            made = tree.create(session, actor_id=None, name=f"栏目{number}", slug=f"lm-{number}", types=["notice"],
                               department_id=county.departments["QY-scj"], rule={"type": "interval", "days": 30})
            county.columns[f"lm-{number}"] = made.id
        for number in range(4):
            document = county.write(session, path=f"lm-{number}", title=f"通知{number}", by="sunjing")
            session.add(Finding(rule="metadata", subject_kind="document", subject_id=document.id, subject=f"{number}",
                                cycle="1", department_id=county.departments["QY-scj"], severity="red", words="缺",
                                since=local_date(now()) - 9 * DAY, state="found", state_since=now(), found=now()))
    auditor.get(URL)  # the picture of the tree is taken anew
    many = {path: _queries(house, lambda path=path: auditor.get(URL + path)) for path in PAGES}
    assert {path: count for path, count in many.items() if count > few[path] + 1} == {}


def _queries(house, act):
    asked = []
    engine = house.database.reader().get_bind()
    event.listen(engine, "before_cursor_execute", listener := lambda *said: asked.append(said[2]))
    act()
    event.remove(engine, "before_cursor_execute", listener)
    return len(asked)


def test_the_board_says_when_nobody_looks_any_more(browser, house):
    today = local_date(now())
    for day, said in ((today - DAY, False), (today - 2 * DAY, True)):
        with house.database.writer.begin() as session:
            cursors.lease(session, supervising.DAY, "test", DAY)
            cursors.advance(session, supervising.DAY, "test", day.toordinal())
        assert ("后台检查停了" in browser(AUDITOR).get(URL).text) is said


# -- what may be set --------------------------------------------------------------------------------------------

def test_limits_of_cards_hold_from_today_and_are_in_the_journal(browser, house, late):
    auditor = browser(AUDITOR)
    assert auditor.get(f"{URL}/cards").html.find("table").find(class_="status-late").text == "红牌"
    form = auditor.get(f"{URL}/cards/limits").forms["limits"]
    form["red_days"], form["red_times"], form["why"] = "100", "5", "县政府常务会议"
    page = form.submit().follow()
    assert "超过100个工作日" in page.text and page.html.find("table").find(class_="status-warn").text == "黄牌"
    with house.database.reader() as session:
        dated = findings.dated_settings(session)
    assert dated["cards"] == [(local_date(now()), {"red_days": 100, "red_times": 5})]
    form["red_days"] = "-1"
    assert form.submit().status_int == 200


def test_a_scheme_is_previewed_before_it_is_saved(browser, house, late):
    auditor = browser(AUDITOR)
    form = auditor.get(f"{URL}/scores/scheme").forms["scheme"]
    first = next(name for name in form.fields if name == "points")
    form.set(first, "50", index=1)  # the second item counts stale columns
    form.set("cap", "50", index=1)
    shown = form.submit("preview")
    row = next(each for each in shown.html.find(id="preview").find_parent("section").find_all("tr")
               if "县民政局" in each.text)
    assert [each.text for each in row.find_all("td")[:2]] == ["94", "47"]
    with house.database.reader() as session:
        assert findings.dated_settings(session) == {}
    saved = shown.forms["scheme"].submit("save").follow()
    assert "47" in next(each for each in saved.html.find_all("tr") if "县民政局" in each.text).text
    score = saved.click("县民政局", href="/scores/of/")
    assert "1 × 50 分 = 50" in score.text and "不合格" in score.text
    wrong = saved.click("修改考核办法").forms["scheme"]
    wrong["date"] = f"{local_date(now()) - DAY}"
    assert wrong.submit("save").status_int == 200
    with house.database.reader() as session:
        assert len(findings.dated_settings(session)["scheme"]) == 1


@pytest.mark.parametrize("written", ["NaN", "Infinity", "-1", "1e999999"])
def test_a_scheme_reckons_with_numbers_alone(browser, house, written):
    form = browser(AUDITOR).get(f"{URL}/scores/scheme").forms["scheme"]
    form["base"] = written
    assert form.submit("save").status_int == 200
    with house.database.reader() as session:
        assert findings.dated_settings(session) == {}
