"""What the detectors held of a harvest: a reviewer decides about it at the desk, and the next harvest keeps to that."""

from __future__ import annotations

import httpx
import pytest
from factories import STATEMENT
from sqlalchemy import select

from content.documents import Document, Live
from content.harvests import Harvested
from content.preparing import Tools
from content.privacy import Decision
from content.privacy.renditions.cleaning import clean, inspect
from portal.harvest.fetching import Portal
from portal.harvest.running import Harvester

ITEM = {"id": 1, "title": "通知", "type": "notice", "html": "<p>联系人张三，手机13912345678。</p>", "metadata": {},
        "issuer": "某镇", "files": [], "relations": [], "column": {"path": "tzgg"}, "state": "public",
        "published": "2026-11-01T00:00:00Z",
        "provenance": {"portal": "4", "organ": "某镇", "address": "http://a.example/1", "index_number": "1",
                       "chain": ["4"]}}


def answer(request: httpx.Request) -> httpx.Response:
    change = {"kind": "published", "id": 1, "url": "x", "document": {}, "reason": None, "reason_kind": None}
    told = {"changes": [change], "cursor": "0" * 27, "end": True} if request.url.path.endswith("/changes") else ITEM
    return httpx.Response(200, json=told)


@pytest.mark.parametrize(("button", "fields", "state"), [
    ("accept", {"statement": STATEMENT}, "published"), ("discard", {"why": "不宜公开"}, "discarded")])
def test_a_person_decides_at_the_desk_about_what_was_held(house, county, browser, button, fields, state):
    def harvest():
        portal = Portal("http://town.example", private=True, transport=httpx.MockTransport(answer),
                        resolve=lambda host, port: ["127.0.0.1"])
        run = Harvester(house, portal, "tzgg", "4103990001", Tools(inspect, clean))
        list(run.run())
        return run.outcome
    assert harvest().held == 1
    with house.database.writer.begin() as session:
        document = session.scalars(select(Document).join(Harvested, Harvested.document_id == Document.id)).one()
        number = document.id
        county.settle_all(session, document, Decision.keep, "本人同意公开")
    page = browser("zhoumin").get(f"/desk/document/{number}")
    shown = page.html.find(attrs={"name": "transition", "value": button})
    form = page.forms[page.html.find_all("form").index(shown.find_parent("form"))]
    for name, value in fields.items():
        form[name] = value
    answered = form.submit("transition", value=button) if shown.name == "button" else form.submit()
    with house.database.reader() as session:
        assert session.get_one(Document, number).state == state, answered.text[:3000]
        assert (session.get(Live, number) is not None) == (state == "published")
    again = harvest()
    assert (again.new, again.held) == (0, 0)
    with house.database.reader() as session:
        assert session.get_one(Document, number).state == state
