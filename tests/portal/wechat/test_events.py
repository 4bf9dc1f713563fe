"""Events of WeChat: signed, new and for the account, or refused; each taken once."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy import func, select
from webtest import TestApp
from wechat_stand_in import APPID

from content import pushes, wechat
from content.base import now
from content.documents import Live
from content.pushes import Push, WechatEvent
from content.wechat import Secrets, WechatAccount
from content.wechat_figures import WechatDay
from portal.wechat.asking import Asking
from portal.wechat.signing import encrypt, signature

KEY, TOKEN = "a" * 42 + "E", "token"
URL = f"/wechat/{APPID}"
FINISHED = ("<xml><FromUserName>wx</FromUserName><CreateTime>{time}</CreateTime><Event>PUBLISHJOBFINISH</Event>"
            "<PublishEventInfo><publish_id>77</publish_id><publish_status>{status}</publish_status>"
            "<article_id>article-77</article_id><article_detail><count>1</count><item><idx>1</idx>"
            "<article_url>http://mp.weixin.qq.com/s/77</article_url></item></article_detail></PublishEventInfo></xml>")
SENT = ("<xml><FromUserName>wx</FromUserName><CreateTime>{time}</CreateTime><Event>MASSSENDJOBFINISH</Event>"
        "<MsgID>88</MsgID><Status>{status}</Status></xml>")
FOLLOW = "<xml><FromUserName>{who}</FromUserName><CreateTime>1</CreateTime><Event>subscribe</Event></xml>"


@pytest.fixture
def accepted(county, account):
    """Pushes that wait for the result: one published as 77, one sent as 88."""
    with county.house.database.writer.begin() as session:
        county.publish(session, county.write(session))
        live = session.scalars(select(Live)).one()
        for kind, name in (("publish", "publish_id"), ("mass", "msg_id")):
            push = pushes.arrange(session, session.get_one(WechatAccount, account.id), kind, [live], actor_id=None)
            push.state = "accepted"
            setattr(push, name, "77" if kind == "publish" else "88")


@pytest.fixture
def send(wsgi, account):
    """`send(xml)`: as WeChat sends it; anything of it may be spoiled."""
    client = TestApp(wsgi)

    def post(xml: str, *, token=TOKEN, key=KEY, appid=APPID, at=None, body=None, status=200):
        stamp, sealed = str(int((at or now()).timestamp())), encrypt(xml, key, appid)
        said = signature(token, stamp, "n", sealed)
        octets = body or f"<xml><ToUserName>gh</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
        return client.post(f"{URL}?timestamp={stamp}&nonce=n&encrypt_type=aes&msg_signature={said}", octets.encode(),
                           content_type="text/xml", status=status)
    return post


def states(county) -> list[str]:
    with county.house.database.reader() as session:
        return list(session.scalars(select(Push.state).order_by(Push.id)))


def test_the_address_is_confirmed_to_wechat_alone(wsgi, account):
    client, stamp = TestApp(wsgi), str(int(now().timestamp()))
    asked = f"{URL}?timestamp={stamp}&nonce=n&echostr=12345&signature="
    assert client.get(asked + signature(TOKEN, stamp, "n")).text == "12345"
    client.get(asked + "0" * 40, status=400)
    client.get(f"/wechat/wx{'f' * 16}?signature=x", status=404)


def test_a_result_of_publishing_ends_the_push_with_its_address(county, accepted, send):
    assert send(FINISHED.format(time=1, status=0)).text == "success"
    with county.house.database.reader() as session:
        push = session.scalars(select(Push).where(Push.publish_id == "77")).one()
        assert (push.state, push.article_id, push.urls) == ("arrived", "article-77", ["http://mp.weixin.qq.com/s/77"])


@pytest.mark.parametrize("xml, words", [(FINISHED.format(time=1, status=4), "平台审核不通过"),
                                        (SENT.format(time=1, status="err(20001)"), "涉嫌政治"),
                                        (SENT.format(time=1, status="send fail"), "send fail")])
def test_a_refusal_goes_back_with_the_reason(county, accepted, send, xml, words):
    send(xml)
    with county.house.database.reader() as session:
        assert words in session.scalars(select(Push).where(Push.state == "failed")).one().problem


def test_all_three_names_of_the_event_are_taken_and_two_results_of_one_second(county, account, accepted, send):
    with county.house.database.writer.begin() as session:
        session.scalars(select(Push).where(Push.msg_id == "88")).one().publish_id = "78"
    send(FINISHED.format(time=1, status=0).replace("PUBLISHJOBFINISH", "MASSSENDJOBFINISH"))
    send(FINISHED.format(time=1, status=0).replace("PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH").replace(">77<", ">78<"))
    assert states(county) == ["arrived", "arrived"]


def test_an_account_that_is_set_to_json_is_understood(county, accepted, send, wsgi):
    event = {"FromUserName": "wx", "CreateTime": 1, "Event": "MASSSENDJOBFINISH", "MsgID": 88, "Status": "send success"}
    sealed = encrypt(json.dumps(event), KEY, APPID)
    stamp = str(int(now().timestamp()))
    address = f"{URL}?timestamp={stamp}&nonce=n&msg_signature={signature(TOKEN, stamp, 'n', sealed)}"
    client = TestApp(wsgi)
    client.post(address, json.dumps({"Encrypt": sealed}).encode(), content_type="application/json")
    assert states(county) == ["accepted", "arrived"]
    for spoiled in (b"{", b'{"Encrypt": 1}', b"{}", b'{"Encrypt": "%s"}' % sealed[:-8].encode()):
        client.post(address, spoiled, content_type="application/json", status=400)


def test_a_mass_sending_tells_where_its_articles_are(county, accepted, send):
    items = "".join(f"<item><ArticleIdx>{place}</ArticleIdx><ArticleUrl>http://mp.weixin.qq.com/s?mid=5&amp;idx={place}"
                    "</ArticleUrl></item>" for place in (2, 1))
    send(SENT.format(time=1, status="send success").replace(
        "</xml>", f"<ArticleUrlResult><Count>2</Count><ResultList>{items}</ResultList></ArticleUrlResult></xml>"))
    with county.house.database.reader() as session:
        push = session.scalars(select(Push).where(Push.msg_id == "88")).one()
        assert push.state == "arrived" and push.data_id == "5" and [url[-1] for url in push.urls] == ["1", "2"]


def test_a_refusal_names_the_article_by_its_place(county, accepted, send):
    with county.house.database.writer.begin() as session:
        push = session.scalars(select(Push).where(Push.publish_id == "77")).one()
        push.drafted = [push.items[0].document_id]
    send(FINISHED.format(time=1, status=2).replace("</PublishEventInfo>", "<fail_idx>1</fail_idx></PublishEventInfo>"))
    with county.house.database.reader() as session:
        problem = session.scalars(select(Push).where(Push.state == "failed")).one().problem
        assert "原创审核不通过" in problem and problem.endswith("（第1篇）")


def test_what_wechat_takes_away_later_is_told(county, accepted, send):
    send(FINISHED.format(time=1, status=0))
    send(FINISHED.format(time=2, status=6))
    with county.house.database.reader() as session:
        push = session.scalars(select(Push).where(Push.publish_id == "77")).one()
        assert push.state == "arrived" and "系统封禁" in push.problem


def test_the_same_event_again_changes_nothing(county, accepted, send):
    for _ in range(3):
        send(SENT.format(time=1, status="send success"))
        send(FOLLOW.format(who="openid-1"))
    with county.house.database.reader() as session:
        assert session.scalar(select(func.count()).select_from(WechatEvent)) == 2
        assert session.scalars(select(WechatDay)).one().came == 1
    assert states(county) == ["accepted", "arrived"]


def test_what_is_not_from_wechat_not_new_or_not_for_us_changes_nothing(county, accepted, send):
    xml = FINISHED.format(time=1, status=0)
    send(xml, token="guessed", status=400)
    send(xml, at=now() - dt.timedelta(hours=1), status=400)
    send(xml, appid="wxffffffffffffffff", status=400)
    send(xml, key="b" * 42 + "E", status=400)
    send(xml, body=xml, status=400)  # not encrypted
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>'
    send(xml, body=entity, status=400)
    send(xml, body="<xml>" + "x" * 70_000 + "</xml>", status=400)
    assert states(county) == ["accepted", "accepted"]


def test_the_former_key_is_taken_while_it_is_being_changed(county, account, accepted, send):
    with county.house.database.writer.begin() as session:
        found = session.get_one(WechatAccount, account.id)
        wechat.change_secrets(session, county.house, found, Secrets("s", TOKEN, "c" * 42 + "E", KEY), actor_id=None)
    send(SENT.format(time=1, status="send success"))
    assert states(county) == ["accepted", "arrived"]


def test_a_result_that_was_not_told_is_asked_for_once_an_hour(county, accepted, server):
    server.publishing["77"] = {"publish_id": "77", "publish_status": 1}
    with county.house.database.writer.begin() as session:
        session.scalars(select(Push).where(Push.publish_id == "77")).one().state_since = now() - dt.timedelta(hours=1)
    asking = Asking(county.house, server.address)
    asking.run(), asking.run()
    assert server.calls["/cgi-bin/freepublish/get"] == 1 and states(county)[0] == "accepted"
    server.publishing["77"]["publish_status"] = 3
    with county.house.database.writer.begin() as session:
        session.scalars(select(Push).where(Push.publish_id == "77")).one().asked = now() - dt.timedelta(hours=2)
    asking.run()
    assert states(county)[0] == "failed"
