"""What waits for whom, until when; and who may change or settle what."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import STATEMENT, add_role

from content import feedback
from content.base import SHANGHAI, local_date, now
from content.people import Role, User, delegate
from workflows import inbox
from workflows.engine import offers
from workflows.manuscripts import may_edit, may_settle

FRIDAY = dt.datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


def waits(session, county, login) -> list[tuple[str, str]]:
    found = inbox.waiting(session, county.identity(session, login), county.house.tree(session))
    return [(task.document.title, task.transition.name) for task in found]


@pytest.fixture
def sent(session, county):
    document = county.write(session, title="通知")
    county.move(session, document, "submit", "zhangli", now=FRIDAY)
    session.commit()
    return document


def test_each_step_waits_for_its_people_alone(session, county, sent):
    for step, by, facts in (("approve", "zhoumin", {}), ("clear", "helixin", {"statement": STATEMENT}),
                            ("sign", "wangjianguo", {})):
        who = {login for login in county.users if ("通知", step) in waits(session, county, login)}
        assert by in who and who <= {"zhoumin", "helixin", "wangjianguo", "yangsuqin"}
        county.move(session, sent, step, by, **facts)
        session.commit()
    assert all(not waits(session, county, login) for login in county.users)


def test_the_limit_is_counted_in_working_days(session, county, sent):
    task = inbox.waiting(session, county.identity(session, "zhoumin"), county.house.tree(session))[0]
    assert task.due.date == dt.date(2026, 11, 24)  # two working days behind a Friday


def test_who_acted_already_is_not_asked_again(session, county, sent):
    add_role(session, county, "zhangli", Role.REVIEWER)
    assert waits(session, county, "zhangli") == []


def test_a_stand_in_finds_the_work_of_the_other(session, county, sent):
    today = local_date(now())
    people = {login: session.get_one(User, county.users[login]) for login in ("zhoumin", "sunjing")}
    assert waits(session, county, "sunjing") == []
    delegate(session, people["zhoumin"], people["sunjing"], today, today, actor_id=1, why="出差")
    assert waits(session, county, "sunjing") == [("通知", "approve")]


def test_what_came_back_says_who_and_why(session, county, sent):
    county.move(session, sent, "return", "zhoumin", why="补充依据")
    session.commit()
    county.write(session, title="新稿")
    session.commit()
    first, second = inbox.drafts(session, county.identity(session, "zhangli"))
    assert (first.document, first.returned.payload["why"]) == (sent, "补充依据")
    assert first.returned.actor_id == county.users["zhoumin"] and second.returned is None
    county.move(session, sent, "submit", "zhangli")
    county.move(session, sent, "recall", "zhangli")
    session.commit()
    assert all(task.returned is None for task in inbox.drafts(session, county.identity(session, "zhangli")))


def test_what_was_sent_is_followed_until_it_is_public(session, county, sent):
    zhangli = county.identity(session, "zhangli")
    assert [task.document for task in inbox.sent(session, zhangli)] == [sent]
    for step, by, facts in (("approve", "zhoumin", {}), ("clear", "helixin", {"statement": STATEMENT}),
                            ("sign", "wangjianguo", {})):
        county.move(session, sent, step, by, **facts)
        session.commit()
    assert inbox.sent(session, zhangli) == []
    assert inbox.published_since(session, zhangli, dt.datetime(2026, 1, 1, tzinfo=SHANGHAI)) == 1


def test_reports_reach_the_department(session, county):
    feedback.report(session, county.house.keys, page="/tzgg/", department_id=county.departments["QY-mzj"],
                    message="链接打不开")
    tree = county.house.tree(session)
    asked = {login: len(inbox.reports(session, county.identity(session, login), tree)) for login in county.users}
    assert {login for login, count in asked.items() if count} == {"zhangli", "zhoumin"}


def test_who_may_edit_and_settle(session, county):
    document = county.write(session)
    tree = county.house.tree(session)

    def able(question) -> set[str]:
        return {login for login in county.users if question(county.identity(session, login), document, tree)}
    assert able(may_edit) == able(may_settle) == {"zhangli"}
    county.move(session, document, "submit", "zhangli")
    session.commit()
    assert able(may_edit) == set() and able(may_settle) == {"zhoumin"}
    county.move(session, document, "approve", "zhoumin")
    assert able(may_edit) == able(may_settle) == set()


def test_steps_that_do_not_concern_a_document_are_not_offered(session, county):
    def names(document, login) -> set[str]:
        found = offers(session, county.house, document, county.identity(session, login))
        return {offer.transition.name for offer in found}
    document = county.write(session)
    assert names(document, "zhangli") == {"submit", "discard"}
    assert names(document, "wangjianguo") == {"publish_urgently"}
    county.publish(session, document)
    assert names(document, "zhangli") == {"revise", "archive"}
    assert names(document, "wangjianguo") == {"withdraw", "archive"}
