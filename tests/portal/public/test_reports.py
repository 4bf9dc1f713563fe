"""我为政府网站找错: from any page to the department that answers for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from content.feedback import ErrorReport
from content.outbox import Delivery
from portal.public import reports


def report(site, page: str, message: str = "第二段的日期写错了", contact: str = ""):
    form = site.get(f"/report-error?page={page}").forms["report"]
    form["message"], form["contact"] = message, contact
    return form.submit()


def stored(site) -> list[ErrorReport]:
    with site.county.house.database.reader() as session:
        return list(session.scalars(select(ErrorReport)))


@pytest.mark.parametrize(("page", "unit", "column"), [
    ("/tzgg/", "QY-mzj", "tzgg"), ("/", "QY-zfb", None), ("/search?q=1", "QY-zfb", None), ("/nbgk/", "QY-zfb", None)])
def test_a_report_reaches_the_department_of_its_page(site, page, unit, column):
    answer = report(site, page)
    assert answer.status_int == 303
    assert "收到了，编号1" in site.get("/report-error/received").text
    made = stored(site)[0]
    assert made.department_id == site.county.departments[unit] and made.page == page
    assert made.column_id == (site.county.columns[column] if column else None)


def test_a_report_about_a_document_names_it_and_the_mail_tells_no_words_of_it(site):
    url = site.publish(title="一个标题")
    report(site, url, "这里漏了一个字，请改正", "zhang@example.com")
    made = stored(site)[0]
    assert made.document_id is not None and b"zhang" not in made.contact
    with site.county.house.database.reader() as session:
        mail = session.scalars(select(Delivery)).one()
    assert mail.receiver == "qy-mzj@qingyuan.example" and url in mail.message["text"]
    assert "漏了一个字" not in str(mail.message) and "一个标题" not in str(mail.message)


def test_a_report_page_does_not_tell_whose_an_internal_document_is(site):
    hidden = site.publish(title="内部值班表", path="nbgk")
    assert report(site, hidden).status_int == 303
    made = stored(site)[0]
    assert (made.document_id, made.column_id, made.department_id) == (None, None, site.county.departments["QY-zfb"])


def test_what_is_missing_or_personal_is_said_at_the_field_and_what_was_typed_stays(site):
    for message in ("", "我的身份证号是410399199003071237，请改"):
        page = report(site, "/tzgg/", message, "0399-6660000")
        assert page.status_int == 200 and page.html.select(".error-summary")
        form = page.forms["report"]
        assert (form["message"].value, form["contact"].value) == (message, "0399-6660000")
    assert "居民身份证号" in page.text and stored(site) == []


def test_a_report_that_is_far_too_long_is_turned_away_unread(site, monkeypatch):
    """The scan takes a minute for megabytes, and anybody may send them."""
    monkeypatch.setattr(reports, "scan_text", lambda text: pytest.fail("read"))
    page = report(site, "/tzgg/", "张三13912345678" * 1000)
    assert page.status_int == 200 and page.html.select(".error-summary") and stored(site) == []


def test_a_page_of_another_site_is_not_taken(site):
    assert site.get("/report-error?page=https://evil.example/").forms["report"]["page"].value == "/"
    form = site.get("/report-error?page=/tzgg/").forms["report"]
    form["page"], form["message"] = "//evil.example/x", "这里有一个错字"
    form.submit()
    assert stored(site)[0].page == "/"


def test_without_a_token_nothing_is_stored(site):
    site.app.post("/report-error", {"message": "这里有一个错字", "page": "/"}, status=400)
    assert stored(site) == []
