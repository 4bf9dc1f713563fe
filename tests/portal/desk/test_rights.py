"""Who may open which page of the desk and press which button; auditors read without the originals."""

from __future__ import annotations

import html5lib
import pytest
from sqlalchemy import event

from content import writing
from content.documents import Document

MOBILE = "13912345678"
EVERYBODY = {"zhangli", "zhoumin", "helixin", "wangjianguo", "zhengguodong", "fangkai", "shenjie", "sunjing"}
CHAIN = {"zhangli", "zhoumin", "helixin", "wangjianguo"}
AUDITOR = {"zhengguodong"}
STRANGER = {"sunjing"}  # writes for another department
# address -> who may read it, of a draft in a column of 县民政局
PAGES = {
    "/desk": EVERYBODY,
    "/desk/manuscripts": CHAIN | AUDITOR | STRANGER,
    "/desk/rhythm": {"zhangli"} | STRANGER,
    "/desk/write": {"zhangli"} | STRANGER,
    "/desk/write?column={column}&type=notice": {"zhangli"},
    "/desk/document/{number}": CHAIN | AUDITOR,
    "/desk/document/{number}?view=history": CHAIN | AUDITOR,
    "/desk/document/{number}?view=files": CHAIN | AUDITOR,
    "/desk/document/{number}/files": CHAIN | AUDITOR,
    "/desk/document/{number}/findings": CHAIN | AUDITOR,
    "/desk/document/{number}/preview": CHAIN | AUDITOR,
    "/desk/document/{number}/edit": {"zhangli"},
    "/desk/document/{number}/erase?revision=1": {"wangjianguo"},
}
# address -> who may post to it
VERBS = {
    "/desk/document/{number}/edit": {"zhangli"},
    "/desk/document/{number}/copy": {"zhangli"},
    "/desk/document/{number}/findings": {"zhangli"},
    "/desk/document/{number}/erase?revision=1": {"wangjianguo"},
    "/desk/write?column={column}&type=notice": {"zhangli"},
}


def token(app) -> str:
    return app.get("/desk").html.find("input", attrs={"name": "csrf_token"})["value"]


@pytest.mark.parametrize("login", sorted(EVERYBODY))
def test_pages(browser, county, written, login):
    number, app = written(), browser(login)
    for page, may in PAGES.items():
        address = page.format(number=number, column=county.columns["tzgg"])
        answer = app.get(address, expect_errors=True)
        assert answer.status_int == (200 if login in may else 403), (login, page)
        html5lib.HTMLParser(strict=True).parse(answer.text)


@pytest.mark.parametrize("login", sorted(EVERYBODY))
def test_verbs(browser, county, written, login):
    number, app = written(), browser(login)
    sent = {"csrf_token": token(app)}
    for verb, may in VERBS.items():
        address = verb.format(number=number, column=county.columns["tzgg"])
        status = app.post(address, sent, expect_errors=True).status_int
        assert (status != 403) == (login in may), (login, verb, status)


def test_nobody_moves_what_is_not_his(browser, house, county, written):
    number = written()
    for login in sorted(EVERYBODY - {"zhangli"}):
        app = browser(login)
        with house.database.reader() as session:
            seen = session.get_one(Document, number).head_id
        app.post(f"/desk/document/{number}/move",
                 {"csrf_token": token(app), "transition": "submit", "seen": seen}, status=403)
    with house.database.reader() as session:
        assert session.get_one(Document, number).state == "draft"


def test_who_is_not_logged_in_comes_to_the_login(browser, written):
    number = written()
    for page in ("/desk", f"/desk/document/{number}/edit"):
        assert "/login" in browser().get(page, status=303).location


def test_a_column_or_document_that_is_not_there(browser):
    app = browser("zhangli")
    for page in ("/desk/document/99999", "/desk/write?column=99999", "/desk/write?column=x&type=notice",
                 "/desk/manuscripts?page=99", "/desk/manuscripts?page=x"):
        assert app.get(page, expect_errors=True).status_int == 404, page


def test_an_auditor_reads_without_the_originals(browser, house, county, written):
    number = written(title=f"张福来{MOBILE}的公示", body=f"<p>请联系张福来，手机{MOBILE}。</p>")
    with house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        writing.save(session, document, base_id=document.head_id, title=document.title, data={},
                     body=f"<p>请尽快联系张福来，手机{MOBILE}。</p>", actor_id=county.users["zhangli"])
    app = browser("zhengguodong")
    for page in ("", "?view=changes", "?view=both", "?view=new", "?view=data", "?view=history", "?revision=1",
                 "/findings", "/preview"):
        text = app.get(f"/desk/document/{number}{page}").text
        assert MOBILE not in text and ("***********" in text), page
    assert MOBILE not in app.get("/desk/manuscripts?all=1").text
    assert MOBILE in browser("zhoumin").get(f"/desk/document/{number}").text
    assert "name=\"transition\"" not in app.get(f"/desk/document/{number}").text


def test_an_auditor_cannot_guess_at_titles(browser, written):
    number = written(title=f"张福来{MOBILE}的公示")
    for words, count in ((MOBILE, 0), (MOBILE[:3], 0), ("公示", 0), (str(number), 1)):
        page = browser("zhengguodong").get("/desk/manuscripts", {"all": "1", "q": words})
        assert len(page.html.select("tbody tr")) == count, words
    assert len(browser("zhoumin").get("/desk/manuscripts", {"all": "1", "q": MOBILE}).html.select("tbody tr")) == 1


def test_an_auditor_reads_reasons_without_the_originals(browser, press, county, house, written):
    number = written()
    press("zhangli", number, "submit")
    press("zhoumin", number, "return", why=f"请核对张福来的手机{MOBILE}")
    auditor = browser("zhengguodong")
    for page in (f"/desk/document/{number}?view=history", "/desk/journal", "/desk/journal.csv"):
        text = auditor.get(page).text
        assert "请核对" in text and MOBILE not in text, page
    assert MOBILE in browser("zhangli").get(f"/desk/document/{number}?view=history").text


def test_many_wrong_decisions_are_said_once(browser, written):
    """Each of them in the session made a cookie that no browser takes."""
    number = written(body="".join(f"<p>手机{13800000000 + each * 7919}。</p>" for each in range(80)))
    form = browser("zhangli").get(f"/desk/document/{number}/findings").forms["findings"]
    for name in [name for name in form.fields if name and name.startswith("decision-")]:
        form[name] = "keep"
    assert form.submit(status=303).follow().text.count("要说明理由，审核人和日志都能看到") == 1


def test_findings_cannot_be_decided_after_the_review(browser, house, county, written):
    number = written(body=f"<p>请联系张福来，手机{MOBILE}。</p>")
    with house.database.writer.begin() as session:
        document = session.get_one(Document, number)
        county.settle_all(session, document)
        county.move(session, document, "submit", "zhangli")
    reviewer = browser("zhoumin")
    page = reviewer.get(f"/desk/document/{number}/findings")
    assert 'name="reopen"' in page.text
    assert 'name="reopen"' not in browser("zhangli").get(f"/desk/document/{number}/findings").text
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, number), "approve", "zhoumin")
    page.forms["findings"].submit("reopen", status=403)


@pytest.fixture
def queries(house):
    """The statements that the house's database was asked."""
    asked: list[str] = []

    def listen(connection, cursor, statement, *rest):
        asked.append(statement)
    event.listen(house.database.engine, "before_cursor_execute", listen)
    yield asked
    event.remove(house.database.engine, "before_cursor_execute", listen)


@pytest.mark.parametrize("page", ["/desk", "/desk/manuscripts?all=1", "/desk/rhythm"])
def test_the_desk_asks_no_more_of_a_larger_site(browser, house, county, queries, page):
    def load(count: int) -> int:
        with house.database.writer.begin() as session:
            for number in range(count):
                document = county.write(session, title=f"关于第{number}件事的通知")
                if number % 2:
                    county.move(session, document, "submit", "zhangli")
        app = browser("zhangli")
        queries.clear()
        app.get(page)
        return len(queries)
    few, many = load(4), load(30)
    assert many <= few, (few, many)
