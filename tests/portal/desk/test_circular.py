"""A circular is drafted from the findings of a period, into a column of the auditor's office, for its editor."""

import re

from factories import add_role
from sqlalchemy import select

from content import journal, tree
from content.base import local_date, now
from content.documents import Document
from content.findings import Finding
from content.people import Role
from workflows.engine import fire

AUDITOR = "zhengguodong"


def test_it_says_what_was_found_and_what_became_of_it(browser, house, county):
    with house.database.writer.begin() as session:
        own = tree.create(session, actor_id=None, parent_id=None, name="监督通报", slug="jdtb", position=9,
                          department_id=county.departments["QY-zfb"], types=["notice"])
        add_role(session, county, "sunjing", Role.EDITOR, "QY-zfb")
        column, today = own.id, local_date(now())
        for number, unit in enumerate(("QY-mzj", "QY-mzj", "QY-scj"), 1):
            session.add(Finding(rule="late_disclosure", subject_kind="document", subject_id=number, cycle="1",
                                subject=f"文件{number}", department_id=county.departments[unit], severity="red",
                                words="逾期公开", since=today, state="found", state_since=now(), found=now()))
        session.flush()
        fire(session, house, session.get_one(Finding, 1), "order", county.identity(session, AUDITOR),
             order_days=5, responsible=None, demand="说明原因")
    auditor = browser(AUDITOR)
    page = auditor.get("/desk/supervision/circular")
    form = next(form for form in page.forms.values() if "column" in form.fields)
    form["column"] = str(column)
    assert form.submit().status_int == 303
    with house.database.reader() as session:
        made = session.scalars(select(Document)).one()
        body = made.head.body
        assert (made.column_id, made.type, made.state) == (column, "notice", "draft")
        assert made.owner_id == county.users["sunjing"] and "第" in made.head.title
        assert "发现问题3个" in body and "督办〔" in body and "逾期公开" in body and "县民政局" in body
        row = int(re.search(r"日志第(\d+)条", body)[1])
        assert session.get_one(journal.Row, row).hash[:16] in body
    form["owner"].force_value("999")
    assert form.submit(expect_errors=True).status_int == 409


def test_nobody_else_drafts_one(browser):
    browser("zhangli").get("/desk/supervision/circular", status=403)
