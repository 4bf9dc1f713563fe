"""Feeds: valid for strict readers, only of what may be read, not sent twice to who has them."""

from __future__ import annotations

import feedparser
import pytest
from lxml import etree

from portal.shelf import Shelf

FEEDS = ("/feeds/latest", "/feeds/column/tzgg", "/feeds/department/QY-mzj", "/feeds/department/QY", "/search")


@pytest.mark.parametrize("form", ["rss", "atom"])
@pytest.mark.parametrize("feed", FEEDS)
def test_every_feed_is_valid_empty_and_filled(site, feed, form):
    for count in (0, 2):
        for number in range(count):
            site.publish(title=f"通知<b>{number}</b>&“引号”", body="<p>正文\u000b带控制字符 &lt;script&gt;</p>")
        site.index()
        answer = site.get(f"{feed}.{form}?q=通知")
        assert answer.content_type == f"application/{form}+xml"
        etree.fromstring(answer.body)
        parsed = feedparser.parse(answer.body)
        assert not parsed.bozo and len(parsed.entries) == count
        for entry in parsed.entries:
            assert entry.link.startswith("https://www.qingyuan.example/doc/") and entry.id == entry.link
            assert "控制字符" in entry.summary and entry.published_parsed and entry.author


@pytest.mark.parametrize("feed", ["/feeds/latest.rss", "/feeds/column/tzgg.atom", "/search.rss"])
def test_what_a_stranger_adds_to_the_address_is_not_repeated(site, feed):
    site.publish()
    answer = site.get(feed, extra_environ={"QUERY_STRING": "evil=1&\x01"})
    assert not feedparser.parse(answer.body).bozo and b"evil" not in answer.body


def test_newest_first_and_not_more_than_twenty(site):
    for number in range(23):
        site.publish(title=f"通知{number}")
    entries = feedparser.parse(site.get("/feeds/latest.rss").body).entries
    assert [entry.title for entry in entries] == [f"通知{number}" for number in range(22, 2, -1)]


def test_who_has_the_feed_is_told_so(site):
    site.publish()
    first = site.get("/feeds/latest.rss")
    etag, modified = first.headers["ETag"], first.headers["Last-Modified"]
    assert site.get("/feeds/latest.rss", status=304, headers={"If-None-Match": etag}).body == b""
    assert site.get("/feeds/latest.rss", status=304, headers={"If-Modified-Since": modified}).body == b""
    site.publish(title="更新的通知")
    assert "更新的通知" in site.get("/feeds/latest.rss", headers={"If-None-Match": etag}).text


def test_a_feed_that_is_kept_costs_few_queries(site):
    site.publish()
    site.get("/feeds/column/tzgg.rss")
    assert site.queries("/feeds/column/tzgg.rss") <= 2


def test_a_column_is_found_by_its_id_too(site):
    site.publish()
    by_id = site.get(f"/feeds/column/{site.county.columns['tzgg']}.rss")
    assert len(feedparser.parse(by_id.body).entries) == 1


def test_pages_say_where_their_feed_is(site):
    links = site.get("/tzgg/").html.find_all("link", {"rel": "alternate"})
    assert {link["href"] for link in links} == {"/feeds/column/tzgg.rss", "/feeds/column/tzgg.atom"}


def test_the_shelf_throws_away_what_was_longest_unused():
    shelf, made = Shelf(size=2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        shelf.get(key, (1,), lambda key=key: made.append(key))
    assert made == ["a", "b", "c", "b"]
    shelf.get("b", (2,), lambda: made.append("b, anew"))
    assert made[-1] == "b, anew"
