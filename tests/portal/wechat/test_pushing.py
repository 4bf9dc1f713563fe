"""A push from the desk to WeChat: drafts, publishing, mass sending, what withdrawal and crashes do to it."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from PIL import Image
from sqlalchemy import select

from content import pushes
from content.base import now
from content.documents import Live
from content.outbox import Delivery
from content.pushes import BadPush, Push
from portal.wechat import articles, covers
from workflows.engine import fire
from workflows.moves import NotAllowed, Refused

DRAFT, SUBMIT, SEND = "/cgi-bin/draft/add", "/cgi-bin/freepublish/submit", "/cgi-bin/message/mass/sendall"


def read(county, number) -> Push:
    with county.house.database.reader() as session:
        return session.get_one(Push, number)


def fate(county) -> list[tuple[str, str]]:
    with county.house.database.reader() as session:
        return [(row.state, row.problem) for row in session.scalars(select(Delivery).where(
            Delivery.channel == "wechat").order_by(Delivery.id))]


# -- arranging ----------------------------------------------------------------------------------------------------

def test_who_arranged_it_does_not_sign_it_and_an_editor_never(county, arranged):
    with county.house.database.writer.begin() as session:
        push = arranged(session, "wangjianguo")
        fire(session, county.house, push, "submit", county.identity(session, "zhangli"))
        with pytest.raises(Refused, match="另一位"):
            fire(session, county.house, push, "sign", county.identity(session, "wangjianguo"))
        with pytest.raises(NotAllowed):
            fire(session, county.house, push, "sign", county.identity(session, "zhangli"))


def test_a_title_that_wechat_would_refuse_is_refused_here(county, arranged, lives):
    with county.house.database.writer.begin() as session:
        push = arranged(session)
        number = lives[0]
        with pytest.raises(BadPush, match="32"):
            pushes.reword(session, push, {number: ("长" * 33, "")}, [number], actor_id=county.users["zhangli"])
        pushes.reword(session, push, {number: ("短", "摘要")}, [lives[1], number],
                      actor_id=county.users["zhangli"])
        assert [(item.position, item.title) for item in sorted(push.items, key=lambda each: each.position)][1] == (
            1, "短") and len(push.items) == 2


def test_a_second_mass_sending_of_the_day_is_not_promised(county, signed):
    signed("mass", 1)
    with pytest.raises(Refused, match="今天已经群发过"):
        signed("mass", 1)


# -- going --------------------------------------------------------------------------------------------------------

def test_a_push_is_published_in_its_order_with_the_words_of_the_rendition(county, signed, server, go):
    number = signed(order=[2, 0])
    assert go() == 1 and fate(county) == [("sent", "")]
    (article,) = server.articles.values()
    assert [each["title"] for each in article["articles"]] == ["停水通知（第3号）", "停水通知（第1号）"]
    first = article["articles"][0]
    assert "城关镇部分区域停水" in first["content"] and first["content_source_url"].endswith(f"?push={number}")
    assert read(county, number).state == "accepted" and read(county, number).publish_id in server.publishing


def test_a_cover_is_drawn_where_there_is_no_picture(county, signed, server, go):
    signed()
    go()
    for octets in server.covers.values():
        with Image.open(io.BytesIO(octets)) as picture:
            assert picture.size == covers.SIZE and len(picture.getcolors(100_000)) > 20


def test_a_mass_sending_goes_once_even_when_its_answer_is_lost(county, signed, server, go):
    number = signed("mass", 1)
    go()
    with county.house.database.writer.begin() as session:  # as if the worker had died before it wrote anything down
        session.get_one(Push, number).state = "queued"
        session.scalars(select(Delivery)).one().state = "waiting"
    server.limits[SEND] = 9
    go()
    assert len(server.sent) == 1 and server.calls[SEND] >= 1 and fate(county) == [("sent", "")]


def test_a_draft_whose_answer_was_lost_is_found_again(county, signed, server, go):
    number = signed()
    server.fail(SUBMIT, -1)
    go()
    with county.house.database.writer.begin() as session:
        push = session.get_one(Push, number)
        assert push.media_id
        push.media_id, push.step = "", "draft"
    go(dt.timedelta(days=1))
    assert server.calls[DRAFT] == 1 and len(server.articles) == 1 and fate(county) == [("sent", "")]


def test_what_was_published_although_its_answer_was_lost_is_found_again(county, signed, server, go):
    number = signed()
    go()
    with county.house.database.writer.begin() as session:
        push = session.get_one(Push, number)
        push.state, push.publish_id = "queued", ""
        session.scalars(select(Delivery)).one().state = "waiting"
    go()
    push = read(county, number)
    assert server.calls[SUBMIT] == 1 and push.state == "arrived" and push.article_id in server.articles and push.urls


@pytest.mark.parametrize("path, code, state, words", [
    (DRAFT, 45003, "failed", "缩短微信标题"), (SUBMIT, 53503, "failed", "公众号后台"),
    (DRAFT, 48001, "failed", "手工发布"), (SUBMIT, 45009, "queued", "明天"), (DRAFT, 40164, "queued", "IP 白名单"),
    (DRAFT, -1, "queued", "繁忙"), (SUBMIT, 45011, "queued", "一分钟")])
def test_each_refusal_has_its_treatment(county, signed, server, go, path, code, state, words):
    number = signed()
    server.fail(path, code)
    go()
    (fallen,) = fate(county)
    assert read(county, number).state == state and words in fallen[1]
    assert fallen[0] == ("failed" if state == "failed" else "waiting")
    if state == "queued":
        go(dt.timedelta(days=2))
        assert len(server.articles) == 1 and fate(county) == [("sent", "")]


def test_a_daily_quota_costs_no_attempt_and_waits_for_tomorrow(county, signed, server, go):
    signed()
    server.fail(SUBMIT, 45009)
    go()
    with county.house.database.reader() as session:
        row = session.scalars(select(Delivery).where(Delivery.channel == "wechat")).one()
        assert row.attempts == 0 and row.next_at - now() > dt.timedelta(minutes=5)


# -- withdrawal ---------------------------------------------------------------------------------------------------

def withdraw(county, number):
    with county.house.database.writer.begin() as session:
        document = session.get_one(Live, number).document
        county.move(session, document, "withdraw", "wangjianguo", why="信息有误", reason_kind="error")


def test_what_is_withdrawn_before_it_goes_does_not_go(county, signed, lives, server, go):
    signed()
    withdraw(county, lives[0])
    go()
    (article,) = server.articles.values()
    assert [each["title"] for each in article["articles"]] == ["停水通知（第2号）"]


def test_a_push_of_which_nothing_is_left_fails_with_the_reason(county, signed, lives, server, go):
    number = signed(count=1)
    withdraw(county, lives[0])
    go()
    assert read(county, number).state == "failed" and not server.articles and not server.drafts


def test_what_was_drafted_and_then_withdrawn_is_drafted_anew(county, signed, lives, server, go):
    signed()
    server.fail(SUBMIT, -1)
    go()
    withdraw(county, lives[1])
    go(dt.timedelta(days=1))
    go(dt.timedelta(days=1))
    (article,) = server.articles.values()
    assert [each["title"] for each in article["articles"]] == ["停水通知（第1号）"] and not server.drafts


def test_what_was_published_and_then_withdrawn_is_called_back(county, signed, lives, server, go):
    number = signed(count=1)
    go()
    with county.house.database.writer.begin() as session:
        session.get_one(Push, number).article_id = next(iter(server.articles))
    withdraw(county, lives[0])
    go()
    assert not server.articles


# -- what readers see ---------------------------------------------------------------------------------------------

def test_an_article_has_no_scripts_links_or_pictures_from_elsewhere():
    body = ('<p class="a" onclick="x()">见<a href="https://example.org">网站</a><script>alert(1)</script></p>'
            '<img src="https://example.org/a.png" alt="远"><img src="/desk/file/7" alt="近" srcset="x">'
            "<table><tr><th scope='col'>项目</th><td colspan='2'>低保</td></tr></table><iframe src='x'></iframe>")
    made = articles.convert(body, lambda number: f"http://mmbiz.qpic.cn/{number}", ["来源：县民政局"])
    assert "script" not in made and "href" not in made and "onclick" not in made and "iframe" not in made
    assert "example.org" not in made and 'src="http://mmbiz.qpic.cn/7"' in made and "网站" in made
    assert 'colspan="2"' in made and "来源：县民政局" in made and "border:1px" in made


def test_heads_signatures_and_definitions_keep_their_place():
    body = ('<p class="doc-number align-center">清民〔2026〕1号</p><h4>一、范围</h4><dl><dt>对象</dt><dd>老人</dd></dl>'
            '<p class="signature">清源县民政局</p>')
    made = articles.convert(body, lambda number: "", [])
    assert "text-align:center" in made and "text-align:right" in made and "class" not in made
    assert ">一、范围</h3>" in made and ">对象</p>" in made and ">老人</p>" in made
    shown = articles.convert(body, lambda number: "", [], styled=False)
    assert 'class="signature"' in shown and "style" not in shown


def test_an_article_that_is_too_long_says_how_long():
    with pytest.raises(articles.TooLong, match="删减"):
        articles.convert(f"<p>{'长' * articles.LONGEST}</p>", lambda number: "", [])


def test_a_large_picture_is_made_small_enough():
    noise = Image.effect_noise((2400, 1800), 90).convert("RGB")
    into = io.BytesIO()
    noise.save(into, "PNG")
    octets, name, media_type = covers.fitting(into.getvalue())
    assert len(octets) <= covers.MOST and (name, media_type) == ("picture.jpg", "image/jpeg")
