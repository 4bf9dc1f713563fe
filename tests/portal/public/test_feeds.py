"""Feeds: valid for strict readers, only of what may be read, not sent twice to who has them."""

from __future__ import annotations

import json
import random

import feedparser
import pytest
from lxml import etree

from content import writing
from content.types import TOPICS
from portal.shelf import Shelf
from workflows.access import SYSTEM
from workflows.engine import fire

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
    answer = site.get(f"{feed}?evil=1&%01")
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


# -- JSON, topics, validity, the list of feeds -----------------------------------------------------------------------

@pytest.mark.parametrize("feed", FEEDS)
def test_json_feeds_keep_to_their_specification(site, feed):
    """The MUSTs of JSON Feed 1.1 (jsonfeed.org)."""
    site.publish(title="通知<b>1</b>&“引号”")
    site.fire(site.publish(title="撤回的通知"), "withdraw", why="内容有误", reason_kind="error")
    site.index()
    answer = site.get(f"{feed}.json?q=通知")
    assert answer.content_type == "application/feed+json"
    said = json.loads(answer.body)
    assert said["version"] == "https://jsonfeed.org/version/1.1" and said["title"]
    assert said["feed_url"].startswith("https://www.qingyuan.example") and all(
        name.startswith("_") or name in ("version", "title", "home_page_url", "feed_url", "description", "language",
                                         "authors", "items", "next_url") for name in said)
    item, = said["items"]
    assert isinstance(item["id"], str) and item["content_text"] and item["title"] == "通知<b>1</b>&“引号”"
    assert {"date_published", "date_modified"} <= item.keys() and isinstance(item["authors"], list)
    assert ("撤回的通知" in answer.text) is False and (feed == "/search") == ("_gongkai" not in said)


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_topics_and_what_lost_its_force_have_feeds(site, form):
    site.publish(title="关于救助的通知", data={"topic": TOPICS[16]})
    policy = {"number": "清政发〔2020〕1号", "genre": "通知", "validity": "废止", "formed": "2020-01-02"}
    site.publish(title="关于旧办法的通知", type_name="policy", path="zwgk/zcwj", data=policy)
    titles = {}
    for feed in ("topic/17", "topic/1", "validity"):
        parsed = feedparser.parse(site.get(f"/feeds/{feed}.{form}").body)
        assert not parsed.bozo
        titles[feed] = [entry.title for entry in parsed.entries]
    assert titles == {"topic/17": ["关于救助的通知"], "topic/1": [], "validity": ["废止：关于旧办法的通知"]}
    for feed in ("topic/0", "topic/999"):
        site.app.get(f"/feeds/{feed}.{form}", status=404)


def test_the_list_of_feeds_is_taken_in_at_once(site):
    answer = site.get("/feeds/columns.opml")
    top = etree.fromstring(answer.body)
    assert top.tag == "opml" and top.get("version") == "2.0" and top.findtext("head/title")
    for outline in top.findall("body/outline"):
        assert outline.get("text") and outline.get("type") == "rss"
        site.get(outline.get("xmlUrl").removeprefix("https://www.qingyuan.example"))


# -- a reader that asks now and then -----------------------------------------------------------------------------------

class Reader:
    """Polls a feed with its ETag, and follows its archives or pages (RFC 5005) until it comes to what it knows."""

    def __init__(self, site, path: str) -> None:
        self.site, self.path, self.etag, self.seen = site, path, "", []

    def poll(self) -> bool:
        """Whether anything had changed."""
        answer = self.site.app.get(self.path, headers={"If-None-Match": self.etag} if self.etag else {})
        if answer.status_int == 304:
            return False
        self.etag, fresh, known = answer.headers["ETag"], [], set(self.seen)
        while True:
            ids, older = self.read(answer)
            fresh += [each for each in ids if each not in known]
            if older is None or known & set(ids):
                break
            answer = self.site.app.get(older.removeprefix("https://www.qingyuan.example"))
        self.seen += fresh[::-1]
        return True

    def read(self, answer) -> tuple[list[str], str | None]:
        if ".json" in self.path:
            said = json.loads(answer.body)
            return [each["id"] for each in said["items"]], said.get("next_url")
        parsed = feedparser.parse(answer.body)
        assert not parsed.bozo
        links = {link.rel: link.href for link in parsed.feed.links}
        archived = etree.fromstring(answer.body).find(".//{http://purl.org/syndication/history/1.0}archive")
        assert (archived is not None) == ("before=" in answer.request.path_qs) == ("current" in links)
        assert ("previous" in links) == ("first" in links) == ("page=" in answer.request.path_qs)
        return [entry.id for entry in parsed.entries], links.get("prev-archive") or links.get("next")


SEARCH = "/search.{}?q=%E9%80%9A%E7%9F%A5"


def follow(site, count: int) -> None:
    rates = site.registry.settings["limits"]._rates
    rates["search"] = rates["search"].__class__(10**6)
    readers, dice = [Reader(site, f"/feeds/latest.{form}") for form in ("rss", "atom", "json")], random.Random(6)
    readers += [Reader(site, "/feeds/column/tzgg.atom"), Reader(site, "/feeds/department/QY.rss")]
    readers += [Reader(site, SEARCH.format(form)) for form in ("rss", "atom", "json")]
    published, left = [], count
    while left:
        few = min(left, dice.choice((1, 2, 19, 20, 21, 45)))
        published += ["https://www.qingyuan.example" + site.publish(f"通知{len(published)}") for _each in range(few)]
        left -= few
        site.index()
        for reader in readers:
            assert reader.poll() and not reader.poll()
    for reader in readers:
        assert reader.seen == published


def test_a_reader_misses_nothing_and_gets_nothing_twice(site):
    follow(site, 70)


@pytest.mark.full
def test_a_reader_misses_nothing_of_a_thousand(site):
    follow(site, 1000)


def test_a_reader_of_what_lost_its_force_misses_nothing_however_rarely_it_asks(site):
    """What was amended and is abolished later happens twice to a document, and is told twice."""
    def policy(serial: int, validity: str) -> str:
        return "https://www.qingyuan.example" + site.publish(
            title=f"办法{serial}", type_name="policy", path="zwgk/zcwj",
            data={"number": f"清政发〔2020〕{serial}号", "genre": "通知", "validity": validity, "formed": "2020-01-02"})

    readers = [Reader(site, f"/feeds/validity.{form}") for form in ("rss", "atom", "json")]
    amended = policy(1, "已修改")
    assert all(reader.poll() and reader.seen == [f"{amended}#amended"] for reader in readers)
    others = [policy(serial, "失效") for serial in range(2, 24)]
    policy(24, "有效")
    with site.county.house.database.writer.begin() as session:
        document = site.document(session, amended.removeprefix("https://www.qingyuan.example"))
        site.county.move(session, document, "revise", "zhangli", why="废止")
        writing.save(session, document, base_id=document.head_id, title=document.head.title, body=document.head.body,
                     data=document.head.data | {"validity": "废止"}, actor_id=site.county.users["zhangli"])
        fire(session, site.county.house, document, "import", SYSTEM)
    told = [f"{amended}#amended", *(f"{url}#expired" for url in others), f"{amended}#abolished"]
    assert all(reader.poll() and reader.seen == told and not reader.poll() for reader in readers)
