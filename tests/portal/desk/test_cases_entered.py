"""What came by post, by fax or in person is entered with the dates of its channel, and gets a receipt."""

import datetime as dt

import pytest
from sqlalchemy import select
from webtest import Upload

from content import cases
from content.base import local_date, now
from content.cases import Case

TODAY = local_date(now())
SENT = TODAY - dt.timedelta(days=6)
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
    ("in_person", {}, SENT), ("signed_post", {"signed": 3}, TODAY - dt.timedelta(days=3)), ("signed_post", {}, None),
    ("plain_post", {"confirmed": 1, "signed": 3}, TODAY - dt.timedelta(days=1)), ("fax", {}, None)])
def test_the_day_of_receipt_is_that_of_the_channel(browser, house, channel, dates, received):
    days = {name: (TODAY - dt.timedelta(days=ago)).isoformat() for name, ago in dates.items()}
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
    answer = filled(client, id_number="110101199003070012", submitted=(TODAY + dt.timedelta(days=1)).isoformat(),
                    description="").submit(status=409)
    assert all(words in answer for words in ("校验码不符", "不能晚于今天", "所需信息")) and stored(house) is None
    form = next(each for each in answer.forms.values() if "description" in each.fields)
    assert form["name"].value == GIVEN["name"]
    browser("zhoumin").get("/desk/cases/enter", status=403)
