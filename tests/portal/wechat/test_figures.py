"""Figures of the days before: each day once, again only while WeChat is still counting, and gently after a refusal."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select

from content import wechat_figures
from content.base import SHANGHAI, begins, local_date, now
from content.outbox import Delivery
from content.pushes import Push, WechatEvent
from content.wechat import WechatAccount
from content.wechat_figures import WechatArticleDay, WechatDay
from portal.wechat import asking, events
from portal.wechat.asking import Asking
from portal.wechat.figures import counts, is_settled
from portal.wechat.pushing import data_id_of

READ, SHARE, FOLLOWERS = "/datacube/getarticleread", "/datacube/getarticleshare", "/datacube/getusercumulate"


@pytest.fixture
def clock(monkeypatch):
    """`clock(hours)`: ten in the morning of today, and so many hours later."""
    def go(hours: float = 0) -> dt.datetime:
        moment = begins(local_date(now())) + dt.timedelta(hours=10 + hours)
        monkeypatch.setattr(asking, "now", lambda: moment)
        return moment
    go()
    return go


@pytest.fixture
def yesterday():
    return local_date(now()) - dt.timedelta(days=1)


@pytest.fixture
def since(county, account):
    """`since(days)`: the account was entered so many days ago."""
    def entered(days: int) -> None:
        with county.house.database.writer.begin() as session:
            session.get_one(WechatAccount, account.id).created = now() - dt.timedelta(days=days)
    return entered


def kept(county) -> dict[tuple[str, int], tuple[int, int]]:
    with county.house.database.reader() as session:
        return {(row.data_id, row.place): (row.reads, row.shares) for row in session.scalars(select(WechatArticleDay))}


def test_readers_and_sharers_of_each_article_are_kept_once(county, account, server, clock, yesterday):
    server.count("read", yesterday, "2247_1", 412)
    server.count("read", yesterday, "2247_2", 87)
    server.count("share", yesterday, "2247_1", 36)
    workers = [Asking(county.house, server.address) for _ in range(3)]
    assert sum(worker.run() for worker in workers * 2) == 3
    assert kept(county) == {("2247", 1): (412, 36), ("2247", 2): (87, 0)}
    assert (server.calls[READ], server.calls[SHARE], server.calls[FOLLOWERS]) == (1, 1, 1)


def test_nothing_is_asked_before_eight(county, account, server, clock):
    clock(-2.5)
    assert Asking(county.house, server.address).run() == 0 and not server.calls


def test_a_day_that_is_still_being_counted_is_asked_for_again_an_hour_later(county, account, server, clock, yesterday):
    server.counting.add(yesterday.isoformat())
    server.count("read", yesterday, "2247_1", 10)
    worker = Asking(county.house, server.address)
    worker.run()
    server.count("read", yesterday, "2247_1", 25)
    worker.run()
    assert kept(county) == {("2247", 1): (10, 0)}
    server.counting.clear()
    clock(1.1)
    worker.run()
    clock(2.2)
    worker.run()
    assert kept(county) == {("2247", 1): (25, 0)} and server.calls[READ] == 2 and server.calls[FOLLOWERS] == 1


def test_days_that_were_missed_are_asked_for_a_week_back(county, account, server, clock, since):
    since(30)
    Asking(county.house, server.address).run()
    with county.house.database.reader() as session:
        days = session.scalars(select(WechatDay.day).where(WechatDay.complete).order_by(WechatDay.day)).all()
    today = local_date(now())
    assert days == [today - dt.timedelta(days=back) for back in range(7, 0, -1)]
    asked = [body["begin_date"] for path, body in server.bodies if path == READ]
    assert asked == [day.isoformat() for day in days]


@pytest.mark.parametrize("code, hours, again", [
    (48001, 13, False), (45009, 14.2, True), (40164, 0.9, False), (-1, 1.1, True)])
def test_a_refusal_has_its_treatment(county, account, server, clock, code, hours, again):
    server.fail(FOLLOWERS, code)
    worker = Asking(county.house, server.address)
    worker.run()
    assert server.calls[READ] == 0
    moment = clock(hours)
    if moment.astimezone(SHANGHAI).hour < asking.READY:
        clock(hours + 9)  # the next morning
    worker.run()
    assert (server.calls[READ] > 0) == again


def test_a_refused_figure_does_not_hold_back_results(county, account, server, clock, signed, go):
    signed()
    go()
    with county.house.database.writer.begin() as session:
        session.scalars(select(Push)).one().state_since = now() - dt.timedelta(days=1)
    server.fail(FOLLOWERS, 48001)
    Asking(county.house, server.address).run()
    with county.house.database.reader() as session:
        push = session.scalars(select(Push)).one()
        assert push.state == "arrived" and push.data_id and push.data_id == data_id_of(push.urls)


def test_the_result_of_a_mass_sending_is_asked_for_too(county, account, server, clock, signed, go):
    number = signed("mass", 1)
    go()
    with county.house.database.writer.begin() as session:
        session.get_one(Push, number).state_since = now() - dt.timedelta(days=1)
    (sending,) = server.sent.values()
    sending["msg_status"] = "SENDING"
    worker = Asking(county.house, server.address)
    worker.run()
    sending["msg_status"] = "SEND_SUCCESS"
    clock(1.1)
    worker.run()
    with county.house.database.reader() as session:
        assert session.get_one(Push, number).state == "arrived" and server.calls["/cgi-bin/message/mass/get"] == 2


def test_articles_are_known_by_the_name_that_sending_gave(county, account, server, clock, signed, go, lives, yesterday):
    number = signed(order=[2, 0])
    go()
    with county.house.database.reader() as session:
        data_id = session.get_one(Push, number).data_id
    server.count("read", yesterday, f"{data_id}_2", 55)
    server.count("read", yesterday, "999_1", 5)  # published by hand
    Asking(county.house, server.address).run()
    with county.house.database.reader() as session:
        found = wechat_figures.named(session, account.id, [data_id, "999"])
        assert (found[data_id, 2].document_id, found[data_id, 2].title) == (lives[0], "停水通知（第1号）")
        assert ("999", 1) not in found
        assert wechat_figures.of_push(session, session.get_one(Push, number)) == {2: (55, 0)}
        assert [each.reads for each in wechat_figures.by_article(session, account.id, yesterday, 9)] == [55, 5]
        assert wechat_figures.by_day(session, account.id, yesterday) == {yesterday: (60, 0)}


def test_a_mass_sending_that_was_refused_as_sent_before_has_its_names(county, account, server, signed, go):
    number = signed("mass", 1)
    go()
    with county.house.database.writer.begin() as session:
        push = session.get_one(Push, number)
        push.state, push.msg_id, push.data_id = "queued", "", ""
        session.scalars(select(Delivery)).one().state = "waiting"
    server.limits["/cgi-bin/message/mass/sendall"] = 9
    go()
    with county.house.database.reader() as session:
        push = session.get_one(Push, number)
        (sending,) = server.sent.values()
        assert (push.msg_id, push.data_id) == (str(sending["msg_id"]), str(sending["msg_data_id"]))


def test_events_are_forgotten_after_a_week(county, account, server, clock):
    with county.house.database.writer.begin() as session:
        for key, days in (("old", 8), ("new", 1)):
            session.add(WechatEvent(account_id=account.id, key=key, at=now() - dt.timedelta(days=days)))
    Asking(county.house, server.address).run()
    with county.house.database.reader() as session:
        assert session.scalars(select(WechatEvent.key)).all() == ["new"]


def test_events_of_the_day_do_not_stand_in_the_way(county, account, server, clock, yesterday):
    with county.house.database.writer.begin() as session:
        events.take(session, county.house, account, {"Event": "subscribe", "FromUserName": "a", "CreateTime": "1"})
    Asking(county.house, server.address).run()
    with county.house.database.reader() as session:
        assert session.scalar(select(func.count()).select_from(WechatDay)) == 2


@pytest.mark.nodatabase
def test_of_an_answer_nothing_is_taken_for_granted():
    entries = [{"msgid": "12_3", "detail": {"read_user": 4}}, {"msgid": "x", "detail": {"read_user": 1}},
               {"msgid": "12_4", "detail": None}, {"msgid": "12_5", "detail": {"read_user": "7"}}, {"detail": {}}]
    assert counts({"list": entries}, "read_user") == {("12", 3): 4}
    assert counts({}, "read_user") == {} and counts(None, "read_user") is None
    assert is_settled({"list": []}) and not is_settled({"is_delay": True}) and not is_settled(None)


@pytest.mark.nodatabase
@pytest.mark.parametrize("url, found", [("http://mp.weixin.qq.com/s?__biz=a&mid=2247&idx=1&sn=b#rd", "2247"),
                                        ("http://mp.weixin.qq.com/s?mid=2247", "2247"),
                                        ("https://mp.weixin.qq.com/s/abcDEF", "")])
def test_a_long_address_tells_the_name(url, found):
    assert data_id_of([url]) == found
