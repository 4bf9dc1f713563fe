"""Published pages over the small county: a press, its follower, and what the files say."""

from __future__ import annotations

import pytest
from webtest import TestApp

from content.base import now
from portal.followers.published import PublishedFollower
from portal.published.making import Press
from portal.settings import Settings
from workflows.followers import step


class Published:
    """The files of one host."""

    def __init__(self, county, app, settings, host: str = "") -> None:
        self.county, self.house, self.app, self.settings = county, county.house, app, settings
        self.press = Press(county.house, settings, lambda: app, durable=False)
        self.follower = PublishedFollower(county.house, self.press)
        self.store = self.press.store

    def follow(self) -> list[str]:
        """Bring the files up to date; the addresses of those that were written."""
        written, bring = [], self.press.bring

        def noted(paths):
            outcome = bring(paths)
            written.extend(outcome.written)
            return outcome
        self.press.bring = noted
        while step(self.house.database, self.follower, "tests") or self.follower.turn():
            pass
        self.press.bring = bring
        return written

    def publish(self, **values) -> tuple[int, str]:
        """Id and address of a new public document."""
        moment = values.pop("at", now())
        with self.house.database.writer.begin() as session:
            document = self.county.publish(session, self.county.write(session, **values), moment)
            return document.id, document.live.url

    def says(self, words: str) -> list[str]:
        """Addresses of the files that hold these words."""
        return [path for path in self.store.paths() if words in self.store.read(path).decode("utf-8", "replace")]

    def read(self, path: str) -> str:
        return (self.store.read(path) or b"").decode()


@pytest.fixture
def pages(county, made):
    app = made(published_pages=True)
    settings = Settings.load(county.house.home)
    settings.values.update(published_pages=True, page_size=settings.page_size)
    found = Published(county, app, settings)
    found.client = TestApp(app)
    return found


@pytest.fixture
def opened(pages, enter):
    """`opened("zhoumin")`: a browser over published pages in which that person is logged in."""
    def begun(login: str) -> TestApp:
        client = TestApp(pages.app)
        assert enter(client, login).status_int == 303
        return client
    return begun
