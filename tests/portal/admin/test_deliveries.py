"""投递 at the desk: seen without whom a private one names, tried again, called off."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from content import outbox
from content.outbox import CANCELLED, FAILED, WAITING, Delivery

URL = "/desk/deliveries"


@pytest.fixture
def posted(county):
    """One that failed, one that waits, and a private one."""
    with county.house.database.writer.begin() as session:
        failed = outbox.post(session, "mail", "a@qingyuan.example", "return/1", subject="退回", text="请改")
        outbox.failed(failed, "550 unknown", final=True)
        outbox.post(session, "mail", "b@qingyuan.example", "return/2", subject="退回", text="请改")
        outbox.post_private(session, county.house, "mail", "wu@example.org", "letter/1", "case/1", text="吴晓梅")


def states(house) -> dict[str, str]:
    with house.database.reader() as session:
        return {row.key: row.state for row in session.scalars(select(Delivery))}


def press(client, key: str, word: str):
    page = client.get(URL)
    with_session = {form.action: form for form in page.forms.values()}
    number = {"return/1": 1, "return/2": 2, "letter/1": 3}[key]
    return with_session[f"{URL}/{number}/{word}"].submit().follow()


def test_the_list_says_what_failed_and_why_and_names_no_citizen(posted, browser):
    page = browser("fangkai").get(URL)
    assert "550 unknown" in page and "a@qingyuan.example" in page
    assert "wu@" not in page and "吴晓梅" not in page


def test_what_failed_goes_again_with_all_its_attempts(posted, house, browser):
    assert "已安排重发" in press(browser("fangkai"), "return/1", "retry")
    with house.database.reader() as session:
        row = session.scalars(select(Delivery).where(Delivery.key == "return/1")).one()
        assert (row.state, row.attempts) == (WAITING, 0)
    assert {each.key for each in _due(house)} == {"return/1", "return/2", "letter/1"}


def _due(house):
    with house.database.writer.begin() as session:
        return outbox.lease(session, "me")


def test_what_is_called_off_does_not_go_and_forgets_the_citizen(posted, house, browser):
    press(browser("fangkai"), "letter/1", "cancel")
    assert states(house) == {"return/1": FAILED, "return/2": WAITING, "letter/1": CANCELLED}
    with house.database.reader() as session:
        assert session.scalars(select(Delivery).where(Delivery.key == "letter/1")).one().sealed is None


def test_what_went_cannot_be_called_off(posted, house, browser):
    client = browser("fangkai")
    page = client.get(URL)
    form = next(form for form in page.forms.values() if form.action == f"{URL}/2/cancel")
    with house.database.writer.begin() as session:
        outbox.sent(session.get_one(Delivery, 2))
    assert "已经发出" in form.submit().follow() and states(house)["return/2"] == "sent"


def test_filters_and_pages(posted, browser):
    client = browser("fangkai")
    assert "a@qingyuan.example" in client.get(f"{URL}?state=failed")
    assert "b@qingyuan.example" not in client.get(f"{URL}?state=failed")
    assert "没有投递" in client.get(f"{URL}?channel=fax&state=x&before=y")


def test_a_list_costs_the_same_however_long(posted, house, browser, count_queries):
    client = browser("fangkai")
    client.get(URL)
    few = count_queries(lambda: client.get(URL))
    with house.database.writer.begin() as session:
        for number in range(40):
            outbox.post(session, "mail", f"{number}@qingyuan.example", f"more/{number}", text="")
    assert count_queries(lambda: client.get(URL)) == few
