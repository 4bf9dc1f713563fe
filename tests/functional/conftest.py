"""Fixtures of the tests of whole pages: the sample county behind the application, and people who are logged in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pages
import pytest
import sample_county
from pyramid.events import BeforeRender
from webtest import TestApp, TestResponse

from portal.instance import Instance
from portal.sample import demo_passwords
from portal.wiring import make_app

LANGUAGES = ("zh", "en")


@dataclass
class Site:
    """The application over the sample county; `rendered` gathers the names of the templates it used."""

    home: Path
    instance: Instance
    app: object
    rendered: set[str]

    def client(self, login: str = "", language: str = "zh") -> TestApp:
        """A browser without scripts, logged in when `login` says as whom."""
        client = TestApp(self.app, extra_environ={"REMOTE_ADDR": "127.0.0.1"})
        client.set_cookie("lang", language)
        if login:
            form = client.get("/login").forms["login-form"]
            form["login"], form["password"] = login, demo_passwords(self.home / "demo-accounts.txt")[login]
            assert form.submit().status_int == 303
        return client


@pytest.fixture(scope="session")
def site(tmp_path_factory, database_server):
    """The sample county, on the database of this run."""
    if database_server is None:
        yield from _served(sample_county.copied(tmp_path_factory))
        return
    with database_server.database() as url:
        yield from _served(sample_county.plant(tmp_path_factory.mktemp("county") / "var", url))


def _served(home: Path):
    instance = Instance.open(home)
    app = make_app(instance.house, instance.settings)
    rendered: set[str] = set()
    app.registry.registerHandler(lambda event: rendered.add(event["renderer_name"]), [BeforeRender])
    yield Site(home, instance, app, rendered)
    instance.close()


@pytest.fixture(scope="session")
def answers(site) -> dict[str, tuple[pages.Page, TestResponse]]:
    """What every kind of page answers, by its name and language."""
    found = {}
    kinds = pages.all_pages(site.instance.house)
    for login in dict.fromkeys(page.login for page in kinds):
        for language in LANGUAGES:
            client = site.client(login, language)
            for page in kinds:
                if page.login == login:
                    found[f"{page.name} {language}"] = page, client.get(page.path, expect_errors=True)
    return found
