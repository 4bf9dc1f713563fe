"""The desk as its people use it: drafts to work on, buttons to press."""

from __future__ import annotations

import pytest


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
