"""The desk as its people use it: a browser of their own each, logged in."""

from __future__ import annotations

from functools import cache

import pytest
from factories import PASSWORD
from sqlalchemy import update
from webtest import TestApp

from content.people import User
from portal import make_app
from portal.passwords import hashed
from portal.settings import Settings


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


@pytest.fixture
def written(house, county):
    """`written(title=…, body=…)`: the number of a new draft of 张丽 in 通知公告."""
    def write(**values) -> int:
        with house.database.writer.begin() as session:
            return county.write(session, **values).id
    return write


@pytest.fixture
def press(browser):
    """`press(login, number, transition, …)`: press a button of the decision form; the page that answers."""
    def pressed(login: str, number: int, transition: str, **fields):
        page = browser(login).get(f"/desk/document/{number}")
        button = page.html.find(attrs={"name": "transition", "value": transition})
        place = page.html.find_all("form").index(button.find_parent("form"))
        form = page.forms[place]
        for name, value in fields.items():
            form[name] = value
        if button.name == "button":
            return form.submit("transition", value=transition, expect_errors=True)
        return form.submit(expect_errors=True)
    return pressed
