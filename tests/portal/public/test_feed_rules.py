"""Every feed that the portal serves, in each form, before a validator: empty, and with texts that are hard to write."""

from __future__ import annotations

import json

import feedparser
import pytest
from feed_rules import problems
from introspection import routes
from slips import SLIPS
from webtest import TestResponse

from content import attachments, preparing
from content.documents import Document
from content.types import TOPICS
from portal.channels.feeds import TYPES
from workflows.access import SYSTEM
from workflows.engine import fire

HOST = "https://www.qingyuan.example"
# What a feed is asked for by, by the name of its route; the test walks over every route that ends in a form.
ASKED = {"feed.latest": ["/feeds/latest"], "feed.validity": ["/feeds/validity"], "feed.topic": ["/feeds/topic/17"],
         "feed.column": ["/feeds/column/zwgk", "/feeds/column/zwgk/zcwj"], "feed.search": ["/search"],
         "feed.department": ["/feeds/department/QY", "/feeds/department/QY-mzj"]}
NASTY = ["停水\u0007\u000b\u001f通知", "停水]]>]]&gt;<![CDATA[通知", "停水\U0001f6b0\U0001f469\u200d\U0001f467通知",
         "停水&amp;&nbsp;&#0;<b>通知</b>&", "停水<script>alert(1)</script>", "停水" + "很长" * 600,
         "停水\ufffe\u2028\u200b\u202e通知", "停水 %00 %zz ?a=b#c"]
FILES = ("表&格 “一”.txt", "a#b?c%20]]>.txt")
POLICY = {"genre": "通知", "validity": "废止", "topic": TOPICS[16], "formed": "2020-01-02"}


def publish(site, title: str, serial: int, files: tuple[str, ...] = (), body: str = "") -> str:
    """A policy that is in every feed: abolished, of a topic, of a department, in a column below another."""
    house, county = site.county.house, site.county
    with house.database.writer.begin() as session:
        document = county.write(session, title=title, path="zwgk/zcwj", type_name="policy", body=body,
                                data=POLICY | {"number": f"清政发〔2020〕{serial}号"})
        for name in files:
            attachments.take(session, house, document, name, name.encode(), actor_id=county.users["zhangli"])
    while preparing.turn(house, "tests", SLIPS):
        pass
    with house.database.writer.begin() as session:
        document = session.get_one(Document, document.id)
        county.settle_all(session, document)
        fire(session, house, document, "import", SYSTEM)
        return document.live.url


@pytest.fixture
def feeds(site):
    """`(form, address)` of every feed of the site."""
    kinds = {name for name, pattern in routes(site).items() if pattern.endswith("{form:rss|atom|json}")}
    assert kinds == ASKED.keys()
    return [(form, f"{path}.{form}" + ("?q=%E5%81%9C%E6%B0%B4" if kind == "feed.search" else ""))
            for kind, paths in ASKED.items() for path in paths for form in TYPES]


def older(form: str, answer: TestResponse) -> str | None:
    """Where a feed goes on."""
    if form == "json":
        return json.loads(answer.body).get("next_url")
    parsed = feedparser.parse(answer.body)
    assert not parsed.bozo, parsed.bozo_exception
    return next((link.href for link in parsed.feed.links if link.rel in ("prev-archive", "next")), None)


def count(form: str, answer: TestResponse) -> int:
    return len(json.loads(answer.body)["items"] if form == "json" else feedparser.parse(answer.body).entries)


def test_every_feed_passes_the_validator(site, feeds):
    for form, address in feeds:
        assert problems(site.app.get(address).body, form, HOST + address) == [], address
    for serial, title in enumerate(NASTY, 1):
        publish(site, title, serial, FILES if serial < 3 else (), body=f"<p>正文{title}</p>" if serial % 2 else "")
    for serial in range(20, 40 - len(NASTY)):
        publish(site, f"停水通知{serial}", serial)
    gone = publish(site, "停水通知，有误", 99)
    publish(site, "停水通知，最后一件", 100)
    site.fire(gone, "withdraw", why="有误", reason_kind="error")
    site.index()
    for form, address in feeds:
        answer = site.app.get(address)
        assert problems(answer.body, form, HOST + address) == [], address
        assert (gone in answer.text) == (form != "rss" and not address.startswith("/search"))
        found, behind = count(form, answer), older(form, answer)
        following = site.app.get(behind.removeprefix(HOST))
        assert problems(following.body, form, behind) == [], behind
        assert found + count(form, following) == 21 and older(form, following) is None


def test_the_validator_finds_what_is_wrong(site):
    """Each of these was once sent by some feed, or is what would come of a slip of ours."""
    publish(site, "停水通知", 1, ("表.txt",))
    slips = {"atom": [("<id>https:", "<id>"), ("</updated>", "x</updated>"), ('rel="self"', 'rel="me"'),
                      ("author>", "writer>"), ("</title>", "</title><title>again</title>")],
             "rss": [("<channel>", "<channel><item/>"), ("<pubDate>", "<pubDate>20"), ("2.0", "0.91"),
                     ("</guid>", "</guid><enclosure/>"), ("<description>", "<description>&lt;b&gt;")],
             "json": [('"items"', '"entries"'), ('"id"', '"guid"'), ("1.1", "1"), ("+08:00", ""), ('"url"', '"URL"')]}
    for form, wrong in slips.items():
        address = f"/feeds/latest.{form}"
        body = site.app.get(address).text
        for good, bad in wrong:
            assert good in body and problems(body.replace(good, bad).encode(), form, HOST + address), (form, bad)
