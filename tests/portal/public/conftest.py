"""The whole application over a small county, with documents on its citizens' site and an index that follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import quote

import applications
import html5lib
import pytest
from factories import PASSWORD, County
from pyramid.registry import Registry
from sqlalchemy import event
from webtest import TestApp

from content import tree
from content.documents import Document
from content.people import User
from content.repository import live_at
from content.search import Engine
from portal import sample
from portal.followers.search import SearchFollower
from portal.passwords import hashed
from portal.settings import SETTINGS, Settings
from workflows.access import SYSTEM
from workflows.engine import fire
from workflows.followers import catch_up


def address(written: str) -> str:
    """As a browser sends it."""
    return quote(written, safe="/?&=%'*()-")


@dataclass
class Site:
    """A citizen's browser, and what the house does meanwhile."""

    app: TestApp
    county: County
    engine: Engine
    registry: Registry

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
        return session.get_one(Document, live_at(session, int(year), int(serial))[0].document_id)

    def column(self, path: str, name: str, parent: str | None = None, **values: object) -> None:
        """A further column of the small county."""
        with self.county.house.database.writer.begin() as session:
            made = tree.create(session, actor_id=None, name=name, slug=path, parent_id=self.county.columns.get(parent),
                               department_id=self.county.departments["QY-mzj"], **values)
            self.county.columns[f"{parent}/{path}" if parent else path] = made.id

    def log_in(self, login: str) -> None:
        """As a person of the staff, past the password: how one logs in is tested elsewhere."""
        with self.county.house.database.writer.begin() as session:
            session.get_one(User, self.county.users[login]).password_hash = hashed(PASSWORD)
        form = self.app.get("/login").forms["login-form"]
        form["login"], form["password"] = login, PASSWORD
        form.submit(status=303)

    def index(self) -> None:
        """Let the search index follow the journal to its end."""
        follower = SearchFollower(self.county.house, self.engine)
        catch_up(self.county.house.database, [follower], "test")

    def get(self, url: str, status: int = 200, **more: object) -> object:
        """A page, which must be well-formed."""
        page = self.app.get(address(url), status=status, **more)
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
            self.app.get(address(url))
        finally:
            event.remove(engine, "before_cursor_execute", count)
        return len(asked)


@pytest.fixture
def site(house, county):
    values = {setting.name: setting.default for setting in SETTINGS} | {"base_url": "https://www.qingyuan.example"}
    with applications.lent() as lend:
        application = lend(house, Settings(house.home, sample.site(), values))
        yield Site(TestApp(application), county, application.registry.settings["search"], application.registry)
