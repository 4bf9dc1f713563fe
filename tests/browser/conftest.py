"""Fixtures of the tests in a real Chromium: the sample county served by `gongkai serve`, and people who look at it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import sample_county
from factories import PASSWORD, PEOPLE
from sqlalchemy import update

from content.people import User
from portal.passwords import hashed
from portal.sample import demo_passwords

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")
# What a page's own policy stopped is told to the console, from every frame.
TELL = """document.addEventListener('securitypolicyviolation',
  event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""
SECONDS = 30


@dataclass(frozen=True)
class Site:
    """A served instance: its address, its folder, and the passwords of its people."""

    url: str
    home: Path
    passwords: dict[str, str]


@contextmanager
def served(home: Path, **settings: str) -> Iterator[str]:
    """An instance with its worker, in a process of its own, on a free port; its address."""
    port = _free_port()
    url = f"http://localhost:{port}"
    command = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())", "--home", str(home)]
    with (home / "serve.log").open("w") as log:
        server = subprocess.Popen([*command, "serve", "--port", str(port)], stderr=log,
                                  env=os.environ | {"GONGKAI_BASE_URL": url} | settings)
        try:
            _wait_for(f"{url}/healthz", server, home / "serve.log")
            yield url
        finally:
            server.terminate()
            assert server.wait(SECONDS) == 0
    assert '"level": "error"' not in (home / "serve.log").read_text()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The sample county."""
    home = sample_county.copied(tmp_path_factory)
    with served(home) as url:
        yield Site(url, home, demo_passwords(home / "demo-accounts.txt"))


@pytest.fixture
def small_site(county):
    """The small county, its pages as files."""
    home = county.house.home
    with county.house.database.writer.begin() as session:
        session.execute(update(User).values(password_hash=hashed(PASSWORD)))
    with served(home, GONGKAI_PUBLISHED_PAGES="true", GONGKAI_WORKER_SECONDS="0.1") as url:
        yield Site(url, home, dict.fromkeys(PEOPLE, PASSWORD))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def _wait_for(url: str, server: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text()
        try:
            urlopen(url, timeout=SECONDS).close()
            return
        except URLError:
            time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer: {log.read_text()}")


@pytest.fixture(scope="module")
def chromium():
    """The browser. Only for this module: a second Playwright in one process is refused."""
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed")
    from playwright.sync_api import Locator, sync_playwright

    click = Locator.click

    def arrive(self, **options):
        """A click that leads to another page ends when all of that page is there, not when its first octets are."""
        click(self, **options)
        self.page.wait_for_load_state("domcontentloaded")

    with sync_playwright() as play, pytest.MonkeyPatch.context() as patched:
        patched.setattr(Locator, "click", arrive)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@dataclass
class People:
    """Opens browsers for persons, each with cookies of his own; `complaints` is what their pages complained of."""

    site: Site
    chromium: object
    contexts: list = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def citizen(self, **options):
        """A new window of somebody who is not logged in; options are those of a browser context."""
        context = self.chromium.new_context(base_url=self.site.url, locale="zh-CN", timezone_id="Asia/Shanghai",
                                            **({"viewport": {"width": 1280, "height": 900}} | options))
        context.add_init_script(TELL)
        context.set_default_timeout(SECONDS * 1000)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"{error.page.url}: {error.error}"))
        self.contexts.append(context)
        return context.new_page()

    def officer(self, login: str, **options):
        """A new window in which somebody of the staff has logged in."""
        page = self.citizen(**options)
        page.goto("/login")
        page.locator("input[name=login]").fill(login)
        page.locator("input[name=password]").fill(self.site.passwords[login])
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/desk")
        return page

    def _console(self, message) -> None:
        """Errors and warnings of scripts and of the policy; a page's own status (404, 410) is no complaint."""
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.complaints.append(f"{message.location.get('url')}: {message.text}")


@pytest.fixture
def people(site, chromium):
    """The persons of a test; it fails when one of their pages broke the policy or a script failed."""
    people = People(site, chromium)
    yield people
    for context in people.contexts:
        context.close()
    assert people.complaints == []
