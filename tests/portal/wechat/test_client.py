"""Calls of WeChat against the stand-in: one token for all, got anew once, and every refusal in words."""

from __future__ import annotations

import threading

import httpx
import pytest

from content.wechat import WechatAccount
from portal.wechat.checking import check, client_for
from portal.wechat.errors import MEANINGS, Treatment, WechatError

ARTICLE = {"article_type": "news", "title": "停水通知", "author": "", "digest": "城关镇停水", "content": "<p>停水</p>",
           "content_source_url": "https://example.gov.cn/doc/2026/1.html"}


def test_all_processes_share_one_token(county, account, server):
    clients = [client_for(county.house, account, server.address) for _ in range(4)]
    threads = [threading.Thread(target=each.count_drafts) for each in clients]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert server.calls["/cgi-bin/stable_token"] == 1 and server.calls["/cgi-bin/draft/count"] == 4


def test_the_token_lies_sealed(county, client, account, server):
    client.count_drafts()
    with county.house.database.reader() as session:
        kept = session.get_one(WechatAccount, account.id)
        assert next(iter(server.tokens)).encode() not in kept.token and b"the-app-secret" not in kept.sealed


def test_a_token_that_is_no_longer_good_is_got_anew_once(client, server):
    client.count_drafts()
    server.expire()
    assert client.count_drafts() == 0
    assert server.calls["/cgi-bin/stable_token"] == 2


def test_a_token_that_is_refused_again_is_an_error_and_no_loop(client, server):
    server.fail("/cgi-bin/draft/count", 40001, 40001)
    with pytest.raises(WechatError, match="40001"):
        client.count_drafts()
    assert server.calls["/cgi-bin/draft/count"] == 2


def test_one_insists_on_another_token_only_now_and_then(client, server):
    for _ in range(3):
        server.fail("/cgi-bin/draft/count", 42001, 0)
        client.count_drafts()
    forced = [body for path, body in server.bodies if path.endswith("stable_token") and body["force_refresh"]]
    assert len(forced) == 1


@pytest.mark.parametrize("code", sorted(code for code in MEANINGS if MEANINGS[code].treatment != Treatment.RENEW))
def test_every_code_is_told_with_its_way_out(client, server, code):
    server.fail("/cgi-bin/draft/count", code)
    with pytest.raises(WechatError) as caught:
        client.count_drafts()
    assert caught.value.code == code and MEANINGS[code].advice in str(caught.value)
    assert server.calls["/cgi-bin/draft/count"] == 1


def test_a_code_that_nobody_knows_is_tried_again_later(client, server):
    server.fail("/cgi-bin/draft/count", 99999)
    with pytest.raises(WechatError) as caught:
        client.count_drafts()
    assert caught.value.treatment == Treatment.RETRY


def test_a_secret_that_is_wrong_is_about_the_account_and_no_stale_token(client, server):
    server.fail("/cgi-bin/stable_token", 40001)
    with pytest.raises(WechatError) as caught:
        client.count_drafts()
    assert caught.value.treatment == Treatment.ACCOUNT and server.calls["/cgi-bin/stable_token"] == 1


@pytest.mark.nodatabase
@pytest.mark.parametrize("code, treatment", [(85010, Treatment.CONTENT), (85999, Treatment.CONTENT),
                                             (86000, Treatment.RETRY), (48006, Treatment.ACCOUNT)])
def test_codes_of_a_range_have_a_treatment(code, treatment):
    assert WechatError(code, "/cgi-bin/draft/add").treatment == treatment


def test_what_cannot_be_reached_is_said_without_token_or_secret(client, server):
    client.count_drafts()
    client.host = "http://127.0.0.1:1"
    with pytest.raises(httpx.HTTPError) as caught:
        client.count_drafts()
    assert "token" not in str(caught.value).replace("access_token", "") and client.secret not in str(caught.value)


def test_a_draft_goes_as_plain_text_and_is_gone_once_published(client, server):
    cover = client.add_cover(b"\xff\xd8cover", "cover.jpg", "image/jpeg")
    media_id = client.add_draft([ARTICLE | {"thumb_media_id": cover}])
    assert client.drafts()[0]["content"]["news_item"][0]["title"] == "停水通知"
    result = client.published(client.publish(media_id)["publish_id"])
    assert result["publish_status"] == 0 and client.count_drafts() == 0


def test_the_same_sending_is_refused_the_second_time(client, server):
    server.limits["/cgi-bin/message/mass/sendall"] = 5
    cover = client.add_cover(b"\xff\xd8cover", "cover.jpg", "image/jpeg")
    client.send_to_all(client.add_draft([ARTICLE | {"thumb_media_id": cover}]), "item-1-v1")
    with pytest.raises(WechatError) as caught:
        client.send_to_all(client.add_draft([ARTICLE | {"thumb_media_id": cover}]), "item-1-v1")
    assert caught.value.treatment == Treatment.SENT


# -- what works with an account -----------------------------------------------------------------------------------

def test_a_check_tries_every_interface_and_sends_nothing(county, account, server):
    points = check(county.house, account, server.address)
    assert all(point.ok for point in points), points
    assert not server.sent and not server.drafts and not server.articles


@pytest.mark.parametrize("path, code, point, words", [
    ("/cgi-bin/stable_token", 40164, "token", "IP 白名单"), ("/cgi-bin/stable_token", 40125, "token", "AppSecret"),
    ("/cgi-bin/freepublish/batchget", 48001, "publish", "手工发布"),
    ("/cgi-bin/media/uploadimg", 45009, "picture", "明天")])
def test_a_check_says_what_a_failure_means(county, account, server, path, code, point, words):
    server.fail(path, code)
    failed = [each for each in check(county.house, account, server.address) if not each.ok]
    assert [(each.name, each.code) for each in failed] == [(point, code)] and words in failed[0].advice
