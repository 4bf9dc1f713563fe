"""Calling back: each article of a push by itself, in every state that the push may be in."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from content.base import now
from content.documents import Live
from content.outbox import Delivery
from content.pushes import Push, recall_key
from portal.wechat import events
from workflows.engine import fire
from workflows.moves import Refused

SUBMIT, SEND, DELETE = "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall", "/cgi-bin/freepublish/delete"
TITLES = ["停水通知（第1号）", "停水通知（第2号）", "停水通知（第3号）"]
DAY = dt.timedelta(days=1)


@pytest.fixture
def withdraw(county, lives):
    """`withdraw(place)`: the notice at this place is withdrawn."""
    def away(place: int) -> None:
        with county.house.database.writer.begin() as session:
            document = session.get_one(Live, lives[place]).document
            county.move(session, document, "withdraw", "wangjianguo", why="信息有误", reason_kind="error")
    return away


@pytest.fixture
def move(county):
    """`move(number, step, login)`: a person takes a step of a push."""
    def take(number: int, step: str, login: str = "wangjianguo", why: str = "") -> None:
        with county.house.database.writer.begin() as session:
            fire(session, county.house, session.get_one(Push, number), step, county.identity(session, login), why=why)
    return take


@pytest.fixture
def told(county, account, server):
    """`told(number)`: WeChat tells how publishing ended."""
    def tell(number: int) -> None:
        with county.house.database.writer.begin() as session:
            push = session.get_one(Push, number)
            events.published(session, county.house, account, server.publishing[push.publish_id])
    return tell


def read(county, number) -> Push:
    with county.house.database.reader() as session:
        push = session.get_one(Push, number)
        assert push.items is not None  # read as well
        return push


def fates(county) -> list[tuple[str, str, str]]:
    with county.house.database.reader() as session:
        rows = session.scalars(select(Delivery).where(Delivery.recalls.is_not(None)).order_by(Delivery.id))
        return [(row.state, row.problem, row.receipt) for row in rows]


def left(found) -> list[str]:
    """The titles that readers still find."""
    return [each["title"] for one in found.values() for each in one["articles"] if not each["is_deleted"]]


def test_each_article_that_was_published_is_called_back_by_itself(county, signed, server, go, told, withdraw):
    number = signed(count=3)
    go()
    told(number)
    for place, stays in ((0, TITLES[1:]), (2, [TITLES[1]]), (1, [])):
        withdraw(place)
        go()
        assert left(server.articles) == stays
    assert [each for each, _problem, _receipt in fates(county)] == ["sent"] * 3 and not server.articles


def test_each_article_that_was_sent_to_all_is_called_back_by_itself(county, signed, server, go, withdraw):
    signed("mass", 3)
    go()
    for place, stays in ((1, [TITLES[0], TITLES[2]]), (0, [TITLES[2]])):
        withdraw(place)
        go()
        assert left(server.sent) == stays


def test_places_are_those_of_the_draft_and_not_of_what_was_arranged(county, signed, server, go, told, withdraw):
    number = signed(order=[2, 0, 1])
    withdraw(2)  # the first of three, before anything goes
    go()
    told(number)
    withdraw(1)
    go()
    assert left(server.articles) == [TITLES[0]]


@pytest.mark.parametrize("steps", [(), ("submit",)])
def test_what_has_not_been_signed_off_just_loses_the_item(county, arranged, lives, move, server, go, withdraw, steps):
    with county.house.database.writer.begin() as session:
        number = arranged(session).id
    for step in steps:
        move(number, step, "zhangli")
    withdraw(0)
    go()
    assert [item.document_id for item in read(county, number).items] == lives[1:]
    assert fates(county) == [] and not server.calls


def test_a_push_of_which_nothing_is_left_is_not_signed_off(county, arranged, move, withdraw):
    with county.house.database.writer.begin() as session:
        number = arranged(session, places=[0]).id
    move(number, "submit", "zhangli")
    withdraw(0)
    with pytest.raises(Refused, match="没有可以推送的信息"):
        move(number, "sign")


def test_what_may_just_be_going_is_called_back_once_it_is_known(county, signed, lives, server, go, withdraw):
    number = signed()
    server.fail(SUBMIT, -1)
    go()
    with county.house.database.writer.begin() as session:  # as if WeChat had taken it, and its answer was lost
        push = session.get_one(Push, number)
        server.articles["article-1"] = {"articles": [
            article | {"url": "", "is_deleted": False} for article in server.drafts.pop(push.media_id)]}
    withdraw(0)
    go()
    assert [state for state, _problem, _receipt in fates(county)] == ["waiting"]
    go(DAY)
    go(DAY)
    assert left(server.articles) == [TITLES[1]] and read(county, number).state == "arrived"


def test_a_result_that_has_not_been_told_is_asked_for_before_calling_back(county, signed, move, server, go):
    number = signed()
    go()
    publish_id = read(county, number).publish_id
    server.publishing[publish_id]["publish_status"] = 1
    move(number, "recall", why="整个推送有误")
    go()
    ((state, problem, _receipt),) = fates(county)
    assert state == "waiting" and "还没有给出发布结果" in problem and left(server.articles) == TITLES[:2]
    server.publishing[publish_id]["publish_status"] = 0
    go(DAY)
    assert not server.articles and read(county, number).state == "recalled"


def test_of_what_failed_no_draft_is_left_to_be_published_by_hand(county, signed, server, go, withdraw):
    signed()
    server.fail(SUBMIT, 53504)
    go()
    assert server.drafts
    withdraw(0)
    go()
    assert not server.drafts and fates(county) == [("sent", "", "nothing went out")]


def test_what_was_published_by_hand_is_left_to_a_person_and_told(county, signed, move, server, go, withdraw):
    number = signed()
    server.fail("/cgi-bin/draft/add", 48001)
    go()
    move(number, "by_hand", "zhangli", "在后台发布")
    withdraw(0)
    go()
    ((state, problem, _receipt),) = fates(county)
    assert state == "failed" and "公众号后台删除" in problem


def test_what_is_over_is_left_alone(county, signed, move, server, go, told, withdraw):
    number = signed()
    go()
    told(number)
    move(number, "recall", why="整个推送有误")
    go()
    withdraw(0)
    go()
    assert not server.articles and len(fates(county)) == 1


@pytest.mark.parametrize("code, state, words", [(53600, "sent", ""), (45009, "waiting", "明天"),
                                                (48001, "failed", "手工")])
def test_a_refusal_to_delete_has_its_treatment(county, signed, server, go, told, withdraw, code, state, words):
    number = signed()
    go()
    told(number)
    server.fail(DELETE, code)
    withdraw(0)
    go()
    ((fate, problem, _receipt),) = fates(county)
    assert fate == state and words in problem
    if code == 45009:
        with county.house.database.reader() as session:
            row = session.scalars(select(Delivery).where(Delivery.recalls.is_not(None))).one()
            assert row.attempts == 0 and row.next_at > now()
        go(2 * DAY)
        assert left(server.articles) == [TITLES[1]]


def test_the_recall_names_document_and_delivery(county, signed, lives, go, withdraw):
    number = signed()
    go()
    withdraw(1)
    with county.house.database.reader() as session:
        push = session.get_one(Push, number)
        row = session.scalars(select(Delivery).where(Delivery.key == recall_key(push, lives[1]))).one()
        carried = session.scalars(select(Delivery).where(Delivery.message["push"].as_integer() == number)).one()
        assert (row.document_id, row.recalls) == (lives[1], carried.id)


# -- taking back what is queued -----------------------------------------------------------------------------------

def test_what_waits_for_a_quota_may_be_taken_back_and_goes_once(county, signed, move, server, go):
    number = signed("mass", 1)
    server.fail(SEND, 45028)
    go()
    assert "群发额度" in read(county, number).problem
    move(number, "rearrange", "zhangli")
    go(2 * DAY)
    assert read(county, number).state == "arranged" and not server.sent and not server.drafts
    move(number, "submit", "zhangli")
    move(number, "sign")
    server.limits[SEND] = 9
    go(2 * DAY)
    assert len(server.sent) == 1 and read(county, number).state == "accepted"


def test_what_may_have_gone_or_is_being_sent_is_not_taken_back(county, signed, move, server, go):
    number = signed()
    with county.house.database.writer.begin() as session:
        row = session.scalars(select(Delivery).where(Delivery.channel == "wechat")).one()
        row.lease_owner, row.lease_until = "another", now() + dt.timedelta(minutes=5)
    with pytest.raises(Refused, match="正在发送"):
        move(number, "rearrange", "zhangli")
    with county.house.database.writer.begin() as session:
        row = session.scalars(select(Delivery).where(Delivery.channel == "wechat")).one()
        row.lease_owner = row.lease_until = None
    server.fail(SUBMIT, -1)
    go()
    with pytest.raises(Refused, match="可能已经发出"):
        move(number, "rearrange", "zhangli")
