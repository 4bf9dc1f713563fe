"""The journal, the workflows and reports at the desk."""

import csv
import io

import pytest
from factories import PASSWORD
from sqlalchemy import select, text

from content import feedback, journal
from content.journal import Row
from portal.tables import harmless


@pytest.fixture
def rows(house, county):
    """A journal of 120 rows about one document and one user."""
    with house.database.writer.begin() as session:
        for number in range(60):
            journal.record(session, "document.save", ("document", 7), actor_id=county.users["zhangli"], ordinal=number)
            journal.record(session, "user.login", ("user", county.users["zhoumin"]), actor_id=county.users["zhoumin"])


def table(page) -> list[list[str]]:
    body = page.html.find("section", attrs={"aria-labelledby": "rows-h"}).find("tbody")
    return [[cell.text.strip() for cell in row.find_all("td")] for row in body.find_all("tr")] if body else []


def test_it_is_read_from_the_newest_to_the_first_without_a_gap(rows, house, browser):
    client, seen = browser("zhengguodong"), []
    page = client.get("/desk/journal")
    while True:
        seen += [int(row[0]) for row in table(page)]
        older = page.html.find("a", attrs={"rel": "next"})
        if older is None:
            break
        page = client.get(older["href"])
    with house.database.reader() as session:
        assert seen == list(range(journal.head(session)[0], 0, -1))


@pytest.mark.parametrize(("query", "count"), [
    ("actor=张丽", 50), ("actor=zhoumin&action=user.login", 50), ("action=document.save&subject=7", 50),
    ("kind=column", 6), ("actor=nobody", 0), ("since=2999-01-01", 0), ("until=2001-01-01", 0),
    ("action=nothing", 0), ("subject=abc&before=xyz&since=never", 50), ("since=0001-01-01&until=9999-12-31", 50),
])
def test_filters(rows, browser, query, count):
    page = browser("zhengguodong").get("/desk/journal", dict(part.split("=") for part in query.split("&")))
    assert len(table(page)) == count


def test_a_row_is_a_sentence_with_a_name(rows, browser):
    found = table(browser("zhengguodong").get("/desk/journal?action=document.save"))
    assert found[0][2:4] == ["张丽", "保存第59稿"]


def test_a_page_takes_few_queries(rows, browser, count_queries):
    client = browser("zhengguodong")
    client.get("/desk/journal")
    assert count_queries(lambda: client.get("/desk/journal")) <= 15  # five of them count what waits, for the navigation


def test_the_table_to_take_home_holds_them_all_and_no_formula(rows, house, county, browser):
    with house.database.writer.begin() as session:
        journal.record(session, "document.withdraw", ("document", 7), actor_id=county.users["zhangli"], why="x")
        journal.record(session, '=HYPERLINK("http://evil")', ("document", 7), actor_id=None)
    answer = browser("zhengguodong").get("/desk/journal.csv")
    found = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"))))
    with house.database.reader() as session:
        assert len(found) == journal.head(session)[0] + 1
    assert any(cell.startswith("'=HYPERLINK") for row in found for cell in row)
    assert not any(cell.startswith("=") for row in found for cell in row)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "＝1+1", "　=1", "\n＋1"])
def test_a_cell_is_text(cell):
    assert harmless(cell) == f"'{cell}"


def verify(client, **fields):
    page = client.get("/desk/journal")
    form = next(form for form in page.forms.values() if form.action.endswith("/verify"))
    for name, value in fields.items():
        form[name] = value
    return form.submit().follow()


def test_it_says_what_was_verified(rows, browser, house):
    client = browser("zhengguodong")
    assert "已校验第5条到第20条，没有发现改动" in verify(client, first="5", last="20")
    with house.database.reader() as session:
        last = journal.head(session)[0]
    assert f"已校验第1条到第{last}条" in verify(client, first="x", last="999999999")


def test_a_changed_row_is_found_where_it_is(rows, browser, house):
    if house.database.is_sqlite:
        with house.database.engine.begin() as connection:
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f'DROP TRIGGER "{name}"'))
            connection.execute(text("UPDATE journal SET action = 'document.forged' WHERE seq = 10"))
        client = browser("zhengguodong")
        assert "改动的痕迹" in verify(client, first="5", last="20")
        assert "没有发现改动" in verify(client, first="11", last="20")


# -- workflows ----------------------------------------------------------------------------------------------------

def test_every_workflow_is_drawn_for_whoever_is_at_the_desk(browser):
    client = browser("zhangli")
    for link in client.get("/desk/flows").html.find("main").find_all("a"):
        page = client.get(link["href"])
        assert page.html.find("svg", attrs={"role": "img"}).find("title").text
        assert "stateDiagram-v2" in page
    picture = client.get("/desk/flows/publication.svg")
    assert picture.content_type == "image/svg+xml" and "attachment" in picture.headers["Content-Disposition"]


# -- what citizens pointed out ------------------------------------------------------------------------------------

@pytest.fixture
def report(house, county):
    with house.database.writer.begin() as session:
        return feedback.report(session, house.keys, page="/tzgg/", department_id=county.departments["QY-mzj"],
                               message="第三段的<b>电话</b>打不通", contact="13900001111").id


def send(page, ending: str, **fields):
    form = next(form for form in page.forms.values() if form.action.endswith(ending))
    for name, value in fields.items():
        form[name] = value
    return form.submit()


def test_a_report_is_answered_by_its_department(report, browser, house, county):
    client = browser("zhangli")
    assert "第三段的" in client.get("/desk/reports")
    page = client.get(f"/desk/reports/{report}")
    assert "<b>电话</b>" not in page.text
    assert "error-summary" in send(page, f"/{report}", text="")
    assert send(client.get(f"/desk/reports/{report}"), f"/{report}", text="已改正").status_int == 303
    with house.database.reader() as session:
        found = session.get_one(feedback.ErrorReport, report)
    assert (found.state, found.answer) == ("answered", "已改正")


def test_another_department_does_not_see_it(report, browser):
    client = browser("sunjing")
    assert "第三段的" not in client.get("/desk/reports")
    client.get(f"/desk/reports/{report}", status=403)
    client.post(f"/desk/reports/{report}/contact", status=403)


def test_the_contact_is_sealed_until_somebody_looks_and_that_is_in_the_journal(report, browser, house, county):
    client = browser("zhangli")
    page = client.get(f"/desk/reports/{report}")
    assert "13900001111" not in page
    assert "13900001111" in send(page, "/contact")
    assert "13900001111" not in client.get(f"/desk/reports/{report}")
    with house.database.reader() as session:
        row = session.scalars(select(Row).where(Row.action == "report.open_contact")).unique().one()
    assert row.actor_id == county.users["zhangli"] and PASSWORD not in str(row.payload)
