"""The whole application over a small county, and browsers to use it with."""

from __future__ import annotations

from functools import cache

import applications
import pytest
from factories import PASSWORD
from sqlalchemy import select, update
from webtest import TestApp

from content.documents import Live
from content.people import User
from portal.cli import main
from portal.passwords import hashed
from portal.settings import Settings


@cache
def password_hash() -> str:
    return hashed(PASSWORD)


@pytest.fixture
def made(house, county):
    """`made(login_rate="3/minute")`: the application, with settings other than the usual."""
    with house.database.writer.begin() as session:
        session.execute(update(User).values(password_hash=password_hash(), former_hashes=[password_hash()]))
    with applications.lent() as lend:
        def make(**other):
            settings = Settings.load(house.home)
            settings.values.update(other)
            return lend(house, settings)
        yield make


@pytest.fixture
def gongkai(county, capsys):
    """Runs a command on the small county; gives its status, standard output and the lines of standard error."""
    def run(*words: str) -> tuple[int, str, list[str]]:
        try:
            status = main(["--home", str(county.house.home), *words])
        except SystemExit as stopped:
            status = stopped.code
        out, err = capsys.readouterr()
        return status, out, err.splitlines()
    return run


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


@pytest.fixture
def lives(county):
    """Three published notices."""
    with county.house.database.writer.begin() as session:
        for number in range(3):
            county.publish(session, county.write(session, title=f"停水通知（第{number + 1}号）"))
        return list(session.scalars(select(Live.document_id).order_by(Live.document_id)))
