"""What came by post, by fax or in person is entered with the dates of its channel, and gets a receipt."""

import datetime as dt

import pytest
from factories import today
from sqlalchemy import select
from webtest import Upload

from content import cases
from content.cases import Case
from workflows.asks import ASKS
from workflows.engine import workflow_of

SENT = today() - dt.timedelta(days=6)  # long enough ago for the run to go on past midnight
LATER = SENT + dt.timedelta(days=3)
GIVEN = {"name": "钱某某", "id_number": "110101199003070054", "phone": "139 0013 9000",
         "description": "2025年征地补偿标准"}


def filled(client, **more):
    form = next(each for each in client.get("/desk/cases/enter").forms.values() if "description" in each.fields)
    for name, value in {**GIVEN, "submitted": SENT.isoformat(), **more}.items():
        form[name] = value
    return form


def stored(house) -> Case | None:
    with house.database.reader() as session:
        return session.scalars(select(Case)).first()


@pytest.mark.parametrize(("channel", "dates", "received"), [
    ("in_person", {}, SENT), ("signed_post", {"signed": SENT}, SENT), ("signed_post", {}, None),
    ("plain_post", {"confirmed": LATER, "signed": SENT}, LATER), ("fax", {}, None)])
def test_the_day_of_receipt_is_that_of_the_channel(browser, house, channel, dates, received):
    days = {name: date.isoformat() for name, date in dates.items()}
    page = filled(browser("luoyan"), channel=channel, **days).submit(status=303).follow()
    case = stored(house)
    assert (case.received, case.submitted, case.provisional) == (received, SENT, received is None)
    assert ("/letters/" in page.text) is (received is not None) and "查询码是" in page


def test_code_and_scan_open_the_case(browser, house):
    form = filled(browser("luoyan"))
    form["scans"] = [Upload("申请表.pdf", b"%PDF-1.4\n%%EOF\n")]
    page = form.submit(status=303).follow()
    code = page.text.partition("查询码是")[2][:11]
    with house.database.reader() as session:
        case = cases.by_code(session, house, stored(house).number, code)
        assert case is not None and [each.role for each in case.files] == ["scan"]
        assert cases.by_key(session, house, "phone", "13900139000") == [case]


def test_what_is_wrong_is_said_and_all_is_still_there(browser, house):
    client = browser("luoyan")
    answer = filled(client, id_number="110101199003070012", submitted=(today() + dt.timedelta(days=1)).isoformat(),
                    description="").submit(status=409)
    assert all(words in answer for words in ("校验码不符", "不能晚于今天", "所需信息")) and stored(house) is None
    form = next(each for each in answer.forms.values() if "description" in each.fields)
    assert form["name"].value == GIVEN["name"]
    browser("zhoumin").get("/desk/cases/enter", status=403)


@pytest.mark.parametrize(("kind", "given", "due"), [
    ("letter", {"topic": "路灯不亮", "words": "建设路的路灯已经三天不亮。"}, 7),
    ("record_correction", {"record": "2025年低保公示名单", "wrong": "人数", "right": "3人", "evidence": "户口簿"}, 20)])
def test_every_type_asks_what_its_definition_says(browser, house, kind, given, due):
    client = browser("luoyan")
    page = client.get(f"/desk/cases/enter?type={kind}")
    form = next(each for each in page.forms.values() if "name" in each.fields)
    form["name"], form["submitted"] = "钱某某", SENT.isoformat()
    answer = form.submit(status=409)
    assert all(f"请填写“{words}”" in answer for words in _titles(kind)) and stored(house) is None
    form = next(each for each in answer.forms.values() if "name" in each.fields)
    for name, value in given.items():
        form[name] = value
    page = form.submit(status=303).follow()
    case = stored(house)
    with house.database.reader() as session:
        assert (case.type, case.workflow) == (kind, kind)
        assert case.due == house.calendar(session).add_workdays(SENT, due).date
        assert cases.contents(session, house, case)["request"] == given
    assert all(value in page for value in given.values()) and "/letters/" in page
    listed = client.get(f"/desk/cases?type={kind}")
    assert case.number in listed and case.number not in client.get("/desk/cases?type=disclosure_request")


def _titles(kind: str) -> list[str]:
    return [ASKS[name].title for name in workflow_of(kind).entered]
