"""The whole application over a small county, with documents on its citizens' site and an index that follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import html5lib
import pytest
from sqlalchemy import event
from webtest import TestApp

from content.documents import Document
from portal import make_app
from portal.followers.search import SearchFollower
from portal.settings import SETTINGS, Settings
from workflows.access import SYSTEM
from workflows.engine import fire
from workflows.followers import catch_up


@dataclass
class Site:
    """A citizen's browser, and what the house does meanwhile."""

    app: TestApp
    county: object
    engine: object

    def publish(self, title: str = "关于供水检修的通知", body: str = "<p>城关镇部分区域停水，请提前储水。</p>",
                at: dt.datetime | None = None, **values: object) -> str:
        """A document published at once; returns its address."""
        with self.county.house.database.writer.begin() as session:
            document = self.county.write(session, title=title, body=body, **values)
            session.flush()
            fire(session, self.county.house, document, "import", SYSTEM, published=at)
            return document.live.url

    def fire(self, url: str, name: str, by: str = "zhoumin", **facts: object) -> None:
        with self.county.house.database.writer.begin() as session:
            document = self.document(session, url)
            fire(session, self.county.house, document, name, self.county.identity(session, by), **facts)

    def document(self, session: object, url: str) -> Document:
        year, serial = url.removeprefix("/doc/").removesuffix(".html").split("/")
        from content.repository import live_at
        return session.get_one(Document, live_at(session, int(year), int(serial))[0].document_id)

    def index(self) -> None:
        """Let the search index follow the journal to its end."""
        follower = SearchFollower(self.county.house, self.engine)
        catch_up(self.county.house.database, [follower], "test")

    def get(self, url: str, status: int = 200, **more: object) -> object:
        """A page, which must be well-formed."""
        page = self.app.get(url, status=status, **more)
        if page.content_type == "text/html":
            html5lib.HTMLParser(strict=True).parse(page.text)
        return page

    def queries(self, url: str) -> int:
        """How many statements a page asks of the database."""
        asked: list[str] = []

        def count(connection, cursor, statement, *rest):
            if not statement.startswith(("BEGIN", "PRAGMA")):
                asked.append(statement)
        engine = self.county.house.database.engine
        event.listen(engine, "before_cursor_execute", count)
        try:
            self.app.get(url)
        finally:
            event.remove(engine, "before_cursor_execute", count)
        return len(asked)


@pytest.fixture
def site(house, county) -> Site:
    values = {setting.name: setting.default for setting in SETTINGS} | {"base_url": "https://www.qingyuan.example"}
    application = make_app(house, Settings(house.home, values=values))
    return Site(TestApp(application), county, application.registry.settings["search"])
