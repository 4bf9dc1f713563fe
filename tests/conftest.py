"""Fixtures that every floor's tests share: a house, a county in it, a session, the application."""

from __future__ import annotations

import pytest

from factories import County, make_county, open_house


@pytest.fixture
def house(tmp_path):
    """A fresh instance: its own folder, keys and database."""
    made = open_house(tmp_path / "var")
    yield made
    made.database.dispose()


@pytest.fixture
def county(house) -> County:
    """A small county in a fresh instance."""
    return make_county(house)


@pytest.fixture
def session(house):
    """A writer; what a test does not commit is undone."""
    with house.database.writer() as session:
        yield session
