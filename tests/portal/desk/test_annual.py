"""The annual report at the desk: cases behind each figure, words and figures entered, the draft and its refusals."""

from __future__ import annotations

import datetime as dt
import io

import docx
import html5lib
import openpyxl
import pytest
from factories import add_role
from sqlalchemy import select

from content import annual, tree
from content.cases import Case, Fact
from content.documents import Document
from content.people import Role

REPORT = "/desk/annual/2025/QY-mzj"
DAY = dt.date(2025, 3, 3)


@pytest.fixture
def reported(house, county):
    """Three applications of 2025 to 县民政局, one finished; a column for reports in which 张丽 writes."""
    with house.database.writer.begin() as session:
        made = [county.apply(session, day=DAY)[0] for _ in range(3)]
        made[0].outcome, made[0].finished, made[0].applicant_class = "granted", DAY + dt.timedelta(9), "company"
        made[1].outcome, made[1].finished = "not_held", dt.date(2026, 1, 9)
        add_role(session, county, "luoyan", Role.EDITOR, "QY-scj")
        column = tree.create(session, actor_id=None, name="部门年报", slug="bmnb", types=["page", "notice"],
                             department_id=county.departments["QY-mzj"])
        return [case.number for case in made], column.id


def fill(app, **texts):
    form = app.get(f"{REPORT}/edit").forms["annual"]
    for name, value in texts.items():
        form[name] = value
    return form


def test_every_figure_leads_to_its_cases(browser, reported):
    numbers, _column = reported
    app = browser("luoyan")
    page = app.get(REPORT)
    html5lib.HTMLParser(strict=True).parse(page.text)
    links = {link["href"]: link.text for link in page.html.select(".figures-report td a")}
    assert links[f"{REPORT}/cases/new/total"] == "3" and links[f"{REPORT}/cases/left/natural"] == "2"
    for address, count in links.items():
        assert len(app.get(address).html.select("tbody tr")) == int(count), address
    assert numbers[0] in app.get(f"{REPORT}/cases/granted/company").text
    assert "没有申请" in app.get(f"{REPORT}/cases/granted/natural").text
    for wrong in ("cases/handled/total", "cases/nothing/total", "cases/new/everybody", "cases/new/total?page=9"):
        app.get(f"{REPORT}/{wrong}", status=404)


def test_who_may_see_the_figures_and_the_cases(browser, reported):
    numbers, _column = reported
    for login, status, cases in (("zhangli", 200, 403), ("wangjianguo", 200, 200), ("zhengguodong", 200, 200),
                                 ("sunjing", 403, 403), ("fangkai", 403, 403), ("shenjie", 403, 403)):
        app = browser(login)
        page = app.get(REPORT, status=status)
        assert ("/cases/new/total" in page.text) == (cases == 200), login
        assert app.get(f"{REPORT}/cases/new/total", status=cases).text.count(numbers[0]) == (cases == 200), login
        app.get(f"{REPORT}/edit", status=200 if login == "zhangli" else 403)
        app.get("/desk/annual", status=403 if login in ("fangkai", "shenjie") else 200)
    browser("zhangli").get("/desk/annual/2007/QY-mzj", status=404)
    assert "县市场" not in browser("zhangli").get("/desk/annual?year=2025").text


def test_words_and_figures_are_kept_and_wrong_ones_come_back(browser, reported, house, county):
    app = browser("zhangli")
    wrong = fill(app, overview="全年主动公开186条。", permits="-3", fees="nan").submit()
    assert wrong.status_int == 200 and len(wrong.html.select(".error-summary li")) == 2
    assert wrong.forms["annual"]["overview"].value == "全年主动公开186条。"
    form = fill(app, overview="全年主动公开186条。", permits="37", fees="1.5")
    form.fields["made"][1].value = "2"
    form.submit(status=303)
    with house.database.reader() as session:
        kept = annual.of(session, 2025, county.departments["QY-mzj"])
    assert kept.texts["overview"] == "全年主动公开186条。"
    assert kept.figures["active"] == {"permits": {"decisions": 37}, "fees": {"amount": 1.5}, "normative": {"made": 2}}
    page = app.get(REPORT).text
    assert "全年主动公开186条。" in page and ">37<" in page and ">1.5<" in page


def test_two_who_write_at_once_both_keep_theirs(browser, reported):
    mine, theirs = fill(browser("zhangli"), overview="我的文字"), fill(browser("luoyan"), overview="她的文字")
    theirs.submit(status=303)
    again = mine.submit(status=200)
    assert "别人先保存了" in again.text and "她的文字" in again.text
    assert again.forms["annual"]["overview"].value == "我的文字"
    again.forms["annual"].submit(status=303)
    assert "我的文字" in browser("zhangli").get(REPORT).text


def test_the_draft_goes_the_way_of_every_publication(browser, reported, house, county):
    app = browser("zhangli")
    assert "“一、总体情况”还没有写" in app.get(REPORT).text and "生成文稿，" not in app.get(REPORT).text
    fill(app, overview="全年主动公开186条。", problems="解读偏少，已改进。").submit(status=303)
    made = next(form for form in app.get(REPORT).forms.values() if form.action.endswith("/draft")).submit(status=303)
    number = int(made.location.rpartition("/")[2])
    with house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        assert document.head.title == "清源县民政局2025年政府信息公开工作年度报告" and document.state == "draft"
        assert document.head.body.count("<table") == 3 and "/cases/" not in document.head.body
        assert document.column_id == reported[1]
        county.publish(session, document)
        url = document.live.url
    assert "1.属于国家秘密" in browser().get(url).text
    assert "现在不能改写" in next(form for form in app.get(REPORT).forms.values()
                                  if form.action.endswith("/draft")).submit(status=200).text


def test_new_figures_are_written_into_the_draft_that_is_there(browser, reported, house):
    app = browser("zhangli")
    fill(app, overview="一", problems="五").submit(status=303)
    write = lambda: next(form for form in app.get(REPORT).forms.values() if form.action.endswith("/draft"))  # noqa: E731
    first = write().submit(status=303).location
    fill(app, overview="重写的总体情况").submit(status=303)
    assert write().submit(status=303).location == first
    with house.database.reader() as session:
        document = session.get_one(Document, int(first.rpartition("/")[2]))
        assert document.head.ordinal == 2 and "重写的总体情况" in document.head.body


def test_what_does_not_add_up_or_hides_a_fee_makes_no_draft(browser, reported, house, county):
    app = browser("zhangli")
    fill(app, overview="一", problems="五").submit(status=303)
    send = next(form for form in app.get(REPORT).forms.values() if form.action.endswith("/draft"))
    with house.database.writer.begin() as session:
        case = session.query(Case).first()
        session.add(Fact(case_id=case.id, data={"type": "fee_paid", "date": "2025-04-01"}, at=case.created))
        annual.enter(session, 2024, county.departments["QY-mzj"], texts={}, actor_id=None,
                     figures={"requests": {"left": {"natural": 9}}})
    page = send.submit(status=200)
    assert "上年结转" in page.text and "信息处理费" in page.text and page.html.select(".alert-late li")
    with house.database.reader() as session:
        assert session.query(Document).count() == 0


def test_exports(browser, reported):
    app = browser("zhangli")
    assert docx.Document(io.BytesIO(app.get(f"{REPORT}/export.docx").body)).tables
    assert len(openpyxl.load_workbook(io.BytesIO(app.get(f"{REPORT}/export.xlsx").body)).sheetnames) == 4
    page = app.get(f"{REPORT}/export.html")
    assert "attachment" in page.headers["Content-Disposition"] and "1.属于国家秘密" in page.text


# -- years on paper -----------------------------------------------------------------------------------------------

def paper(app, year, **figures):
    form = next(each for each in app.get(f"/desk/annual/{year}/QY-mzj/paper").forms.values() if "seen" in each.fields)
    for name, value in figures.items():
        form[name.replace("_on_", "-")] = value
    return form


def test_figures_on_paper_become_the_carry_over_of_the_next_year(browser, reported, house):
    """They are added to what is counted; the totals are not typed, and the next year's check takes them in."""
    app = browser("luoyan")
    form = paper(app, 2024, requests_on_new_on_natural="5", requests_on_not_held_on_natural="3",
                 requests_on_left_on_natural="2", remedies_on_litigation_on_upheld="1")
    html5lib.HTMLParser(strict=True).parse(app.get("/desk/annual/2024/QY-mzj/paper").text)
    form.submit(status=303)
    report = app.get("/desk/annual/2024/QY-mzj")
    assert "勾稽关系都成立" in report
    failed = app.get(REPORT).text
    assert "二、上年结转（0）＝上年报告的四、结转下年度（2）" in failed and "1项勾稽关系不成立" in failed
    paper(app, 2025, requests_on_brought_on_natural="2", requests_on_left_on_natural="2").submit(status=303)
    assert "勾稽关系都成立" in app.get(REPORT)
    with house.database.reader() as session:
        kept = session.scalars(select(annual.AnnualReport).where(annual.AnnualReport.year == 2024)).one().figures
    assert kept["requests"]["done"] == {"natural": 3} and kept["remedies"] == {"litigation": {"upheld": 1}}
    again = paper(app, 2024)
    assert again["requests-new-natural"].value == "5" and again["requests-new-company"].value == ""


def test_what_does_not_add_up_is_not_kept(browser, reported, house):
    app = browser("luoyan")
    first, second = (paper(app, 2024, requests_on_new_on_company=number) for number in ("4", "一"))
    for form, said in ((first, "新收4＋上年结转0，不等于办理结果合计0＋结转下年度0"), (second, "“一”不是件数")):
        assert said in form.submit(status=409)
    paper(app, 2024, requests_on_new_on_other="1", requests_on_granted_on_other="1").submit(status=303)
    stale = first.submit(status=409)
    first["requests-granted-company"] = "4"
    assert "别人先保存了" in first.submit(status=409) and stale.html.select_one(".alert-late")
    browser("zhengguodong").get("/desk/annual/2024/QY-mzj/paper", status=403)
