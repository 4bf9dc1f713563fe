"""The desk as its people use it: a browser of their own each, logged in."""

from __future__ import annotations

from functools import cache

import pytest
from sqlalchemy import update
from webtest import TestApp

from content.people import User
from factories import PASSWORD
from portal import make_app
from portal.passwords import hashed
from portal.settings import Settings

ID = "410399199001011233"  # a made-up number with the right check digit
MOBILE = "13912345678"


@cache
def password_hash() -> str:
    return hashed(PASSWORD)


@pytest.fixture
def wsgi(house, county):
    with house.database.writer.begin() as session:
        session.execute(update(User).values(password_hash=password_hash()))
    return make_app(house, Settings.load(house.home))


@pytest.fixture
def browser(wsgi):
    """`browser("zhangli")`: a browser in which that person is logged in; without a name a citizen's."""
    def opened(login: str = "") -> TestApp:
        client = TestApp(wsgi)
        if login:
            form = client.get("/login").form
            form["login"], form["password"] = login, PASSWORD
            assert form.submit().status_int == 303
        return client
    return opened
