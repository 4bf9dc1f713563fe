"""WebSub: feeds name the hub, and the hub is told once which of them changed."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import feedparser
import pytest
from sqlalchemy import select
from webtest import TestApp

from content.outbox import Delivery
from portal.channels.websub import Sender, sender_for
from portal.delivering import deliver
from portal.followers.hub import HubFollower
from portal.settings import Settings
from workflows.followers import catch_up, rebuild


@pytest.fixture
def hub():
    """A hub that answers as told (`answers`), and then accepts; `told` is what it was told."""
    class Hub(BaseHTTPRequestHandler):
        answers, told = [], []

        def do_POST(self):
            self.told.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(self.answers.pop(0) if self.answers else 202)
            self.end_headers()

        def log_message(self, *words):
            """Nothing."""
    server = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Hub.url = f"http://127.0.0.1:{server.server_port}/"
    yield Hub
    server.shutdown()
    server.server_close()


def state(house):
    with house.database.reader() as session:
        return [each.state for each in session.scalars(select(Delivery).where(Delivery.channel == "websub"))]


def test_a_hub_is_told_once_which_feeds_changed(county, hub):
    house = county.house
    with house.database.writer.begin() as session:
        county.publish(session, county.write(session))
    for _twice in range(2):
        catch_up(house.database, [HubFollower(house, hub.url)], "test")
    hub.answers.append(503)
    sender = Sender("https://www.qingyuan.example")
    deliver(house, "websub", sender, "me")
    assert set(state(house)) <= {"waiting", "sent"} and "waiting" in state(house)
    with house.database.writer.begin() as session:
        for each in session.scalars(select(Delivery)):
            each.next_at = each.created
    while "waiting" in state(house):
        deliver(house, "websub", sender, "me")
    told = {url for each in hub.told for url in each["hub.url"]}
    assert {each["hub.mode"][0] for each in hub.told} == {"publish"}
    assert {f"https://www.qingyuan.example/feeds/{path}" for path in (
        "latest.rss", "latest.atom", "latest.json", "column/tzgg.rss", "department/QY-mzj.atom")} <= told
    count = len(state(house))
    rebuild(house.database, HubFollower(house, hub.url), "test")
    assert len(state(house)) == count


def test_feeds_name_the_hub_and_without_one_nobody_is_told(county, made):
    house = county.house
    hub = "https://hub.example/"
    app = TestApp(made(websub_hub=hub))
    for form in ("rss", "atom"):
        links = feedparser.parse(app.get(f"/feeds/latest.{form}").body).feed.links
        assert [link.href for link in links if link.rel == "hub"] == [hub]
    assert app.get("/feeds/latest.json").json["hubs"] == [{"type": "WebSub", "url": hub}]
    assert sender_for(house, Settings.load(house.home)) is None
    with house.database.writer.begin() as session:
        county.publish(session, county.write(session))
    catch_up(house.database, [HubFollower(house, "")], "test")
    assert state(house) == []
