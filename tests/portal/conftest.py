"""The whole application over a small county, and browsers to use it with."""

from __future__ import annotations

from functools import cache

import pytest
from factories import PASSWORD
from sqlalchemy import update
from webtest import TestApp

from content.people import User
from portal.passwords import hashed
from portal.settings import Settings
from portal.wiring import make_app


@cache
def password_hash() -> str:
    return hashed(PASSWORD)


@pytest.fixture
def made(house, county):
    """`made(login_rate="3/minute")`: the application, with settings other than the usual."""
    with house.database.writer.begin() as session:
        session.execute(update(User).values(password_hash=password_hash(), former_hashes=[password_hash()]))

    def make(**other):
        settings = Settings.load(house.home)
        settings.values.update(other)
        return make_app(house, settings)
    return make


@pytest.fixture
def wsgi(made):
    return made()


@pytest.fixture
def enter():
    """`enter(client, login, password)`: send the login form; the answer."""
    def send(client: TestApp, login: str, password: str = PASSWORD, path: str = "/login"):
        form = client.get(path).forms["login-form"]
        form["login"], form["password"] = login, password
        return form.submit(expect_errors=True)
    return send


class Browser(TestApp):
    """A browser whose reader notices sentences with a blank that nobody filled; templates of letters have blanks."""

    def do_request(self, *args, **kwargs):
        answer = super().do_request(*args, **kwargs)
        if answer.content_type == "text/html":
            assert "${" not in answer.text or answer.request.path.startswith("/desk/letters/")
        return answer


@pytest.fixture
def browser(wsgi, enter):
    """`browser("zhangli")`: a browser in which that person is logged in; without a name a citizen's."""
    def opened(login: str = "") -> TestApp:
        client = Browser(wsgi)
        if login:
            assert enter(client, login).status_int == 303
        return client
    return opened
