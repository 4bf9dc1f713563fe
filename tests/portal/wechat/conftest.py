"""An official account of the county, and the server that stands in for WeChat."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from wechat_stand_in import APPID, SECRET, Server, serving

from content import pushes, wechat
from content.documents import Live
from content.outbox import Delivery
from content.pushes import Push
from content.wechat import Secrets, WechatAccount
from portal.channels.wechat import Sender
from portal.delivering import deliver
from portal.settings import Settings
from portal.wechat.checking import client_for
from workflows.engine import fire


@pytest.fixture
def server():
    with serving(Server()) as found:
        yield found


@pytest.fixture
def account(county):
    with county.house.database.writer.begin() as session:
        return wechat.add(session, county.house, name="清源发布", appid=APPID, kind="subscription", actor_id=None,
                          department_id=county.departments["QY-mzj"], secrets=Secrets(SECRET, "token", "a" * 42 + "E"))


@pytest.fixture
def client(county, account, server):
    return client_for(county.house, account, server.address)


@pytest.fixture
def arranged(county, account, lives):
    """`arranged(session, by, kind, places)`: a push of the notices at these places."""
    def make(session, by="zhangli", kind="publish", places=(0, 1, 2)) -> Push:
        return pushes.arrange(session, session.get_one(WechatAccount, account.id), kind,
                              [session.get_one(Live, lives[each]) for each in places], actor_id=county.users[by])
    return make


@pytest.fixture
def signed(county, arranged):
    """`signed(kind, count)`: a push arranged by one and signed off by another; its number."""
    def make(kind="publish", count=2, order=None) -> int:
        with county.house.database.writer.begin() as session:
            push = arranged(session, "zhangli", kind, order or range(count))
            fire(session, county.house, push, "submit", county.identity(session, "zhangli"))
            fire(session, county.house, push, "sign", county.identity(session, "wangjianguo"))
            return push.id
    return make


@pytest.fixture
def go(county, server):
    """`go()`: let the channel send what is due, also what waits for a later attempt; returns how many were tried."""
    def send(later: dt.timedelta = dt.timedelta()) -> int:
        settings = Settings.load(county.house.home)
        settings.values.update(wechat_host=server.address, base_url="https://qingyuan.example")
        with county.house.database.writer.begin() as session:
            for row in session.scalars(select(Delivery).where(Delivery.state == "waiting")):
                row.next_at = row.next_at - later
        return deliver(county.house, "wechat", Sender(county.house, settings), "me")
    return send
