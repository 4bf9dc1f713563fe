"""Findings at the desk: who sees which, what can be done about them, the order that follows, what is taken home."""

import datetime as dt
import io

import pytest
from factories import add_role
from openpyxl import load_workbook
from sqlalchemy import select

from content.base import local_date, now
from content.findings import Finding
from content.people import Role
from workflows import supervision
from workflows.rules import Found, Rule

AUDITOR, EDITOR, STRANGER = "zhengguodong", "zhangli", "sunjing"


@pytest.fixture
def found(house, county, monkeypatch):
    """`found(path, …)`: what the only rule finds from then on; each call adds one and looks. Returns its number."""
    there: list[Found] = []
    rule = Rule("broken", "栏目超期", "Column late", "column", "《条例》第二十条", "补发应当公开的信息",
                lambda look: list(there), frozenset({"document"}))
    for module in ("workflows.rules", "workflows.judging", "portal.desk.supervision._shared",
                   "portal.desk.supervision.findings", "portal.desk.supervision.finding",
                   "portal.desk.supervision.order"):
        monkeypatch.setattr(f"{module}.all_rules", lambda: {"broken": rule})

    def look(path="tzgg", severity="red", **evidence):
        day = local_date(now())
        with house.database.writer.begin() as session:
            node = county.node(session, path)
            there.append(Found("column", node.id, node.path, node.department_id, severity, day, day.isoformat(),
                               "很久没有更新", due=day - dt.timedelta(days=3), column_id=node.id, evidence=evidence))
            supervision.supervise(session, county.house, day)
            return session.scalars(select(Finding.id).where(Finding.subject_id == node.id)).one()

    look.there = there
    return look


def steps(page):
    """The forms of the steps that the page offers."""
    return [form for form in page.forms.values() if "transition" in form.fields]


def press(page, step, **values):
    """Take a step of the finding's page with what its form asks."""
    form = next(form for form in steps(page) if form["transition"].value == step)
    for name, value in values.items():
        form[name] = value
    return form.submit(expect_errors=True)


def test_from_found_to_ordered_put_right_and_verified(browser, found, house, county):
    number = found(url="/tzgg/", newest="2026-09-18")
    auditor, editor = browser(AUDITOR), browser(EDITOR)
    page = auditor.get(f"/desk/supervision/{number}")
    assert "很久没有更新" in page and "《条例》第二十条" in page and 'href="/tzgg/"' in page and "2026-09-18" in page
    assert press(page, "confirm").status_int == 303
    page = auditor.get(f"/desk/supervision/{number}")
    refused = press(page, "order", order_days="", demand="一周内补发\n说明原因")
    assert refused.status_int == 409 and "整改期限" in refused and "一周内补发" in refused
    done = press(page, "order", order_days="5", demand="一周内补发\n说明原因", responsible=str(county.users[EDITOR]))
    assert done.status_int == 303
    paper = editor.get(f"/desk/supervision/{number}/order")
    assert "督办〔2026〕1号" in paper and "说明原因" in paper and "张丽" in paper
    assert editor.get(f"/desk/supervision/{number}/order.pdf").body.startswith(b"%PDF")
    line = editor.get("/desk")
    assert f"/desk/supervision/{number}" in line and "督办〔2026〕1号" in line
    assert press(editor.get(f"/desk/supervision/{number}"), "report", why="已经补发").status_int == 409
    found.there.clear()
    assert press(editor.get(f"/desk/supervision/{number}"), "report", why="已经补发").status_int == 303
    assert f"/desk/supervision/{number}" in auditor.get("/desk")
    assert press(auditor.get(f"/desk/supervision/{number}"), "verify").status_int == 303
    with house.database.reader() as session:
        assert session.get_one(Finding, number).state == "verified"
    page = auditor.get(f"/desk/supervision/{number}")
    assert "核验销号" in page and "已销号" in page and not steps(page)


def test_an_appeal_waits_for_the_auditor_as_what_it_is(browser, found, county):
    """Not as the first of the answers to it."""
    number = found()
    auditor, editor = browser(AUDITOR), browser(EDITOR)
    press(auditor.get(f"/desk/supervision/{number}"), "order", order_days="5", demand="补发",
          responsible=str(county.users[EDITOR]))
    assert press(editor.get(f"/desk/supervision/{number}"), "appeal", why="已经公开").status_int == 303
    waits = auditor.get("/desk")
    assert f"/desk/supervision/{number}" in waits and "处理申诉" in waits and "驳回申诉" not in waits


def test_another_departments_editor_sees_none_of_it(browser, found):
    number = found()
    stranger = browser(STRANGER)
    assert "很久没有更新" not in stranger.get("/desk/supervision/findings?state=")
    for path in ("", "/order", "/order.pdf"):
        stranger.get(f"/desk/supervision/{number}{path}", status=404)
    token = stranger.get("/desk").forms[0]["csrf_token"].value
    stranger.post(f"/desk/supervision/{number}/move", {"csrf_token": token, "transition": "report"}, status=404)
    assert "很久没有更新" not in stranger.get("/desk/supervision/findings.csv?state=").body.decode()
    stranger.get(f"/desk/supervision/{number + 1000}", status=404)


def test_an_editor_reads_what_concerns_him_and_orders_nothing(browser, found):
    number = found()
    editor = browser(EDITOR)
    page = editor.get(f"/desk/supervision/{number}")
    assert not steps(page)
    token = editor.get("/desk").forms[0]["csrf_token"].value
    refused = editor.post(f"/desk/supervision/{number}/move", {"csrf_token": token, "transition": "confirm"},
                          expect_errors=True)
    assert refused.status_int == 403
    editor.post("/desk/supervision/findings/confirm", {"csrf_token": token, "finding": str(number)}, status=403)


def test_an_auditor_of_one_department_sees_that_one(browser, found, house, county):
    mine, others = found("tzgg"), found("zwgk")
    with house.database.writer.begin() as session:
        add_role(session, county, "wangjianguo", Role.AUDITOR, "QY-mzj")
    client = browser("wangjianguo")
    client.get(f"/desk/supervision/{mine}", status=200)
    page = client.get(f"/desk/supervision/{mine}")
    assert steps(page)
    client.get(f"/desk/supervision/{others}")  # he signs for the whole county and reads it …
    assert not steps(client.get(f"/desk/supervision/{others}"))  # … and may do nothing about it


def test_the_list_is_narrowed_and_several_are_confirmed_at_once(browser, found):
    red, yellow = found("tzgg"), found("shjz", "yellow")
    auditor = browser(AUDITOR)
    page = auditor.get("/desk/supervision/findings")
    assert page.text.index(f"/desk/supervision/{red}\"") < page.text.index(f"/desk/supervision/{yellow}\"")
    assert f"/desk/supervision/{red}\"" not in auditor.get("/desk/supervision/findings?severity=yellow")
    assert f"/desk/supervision/{red}\"" not in auditor.get("/desk/supervision/findings?mine=1")
    form = next(form for form in page.forms.values() if form.action.startswith("/desk/supervision/findings/confirm"))
    assert form.submit(expect_errors=True).status_int == 409
    for box in form.fields["finding"]:
        box.checked = True
    assert form.submit().status_int == 303
    assert f"/desk/supervision/{red}\"" in auditor.get("/desk/supervision/findings?state=confirmed")


def test_a_file_that_is_cut_off_says_so(browser, found, monkeypatch):
    found("tzgg")
    found("shjz")
    monkeypatch.setattr("workflows.oversight.MOST", 1)
    lines = browser(AUDITOR).get("/desk/supervision/findings.csv").body.decode("utf-8-sig").splitlines()
    assert len(lines) == 3 and "只列出前1个" in lines[2]


def test_the_list_goes_home_as_csv_and_xlsx(browser, found):
    found("tzgg")
    auditor = browser(AUDITOR)
    assert "tzgg" in auditor.get("/desk/supervision/findings.csv").body.decode("utf-8-sig")
    sheet = load_workbook(io.BytesIO(auditor.get("/desk/supervision/findings.xlsx").body)).active
    assert sheet["C2"].value == "tzgg" and sheet["A2"].value == "红" and sheet.max_row == 2
