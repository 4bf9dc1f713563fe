"""Fixtures that every floor's tests share: a house, a county in it, a session, the application."""

from __future__ import annotations

import os

import databases
import pytest
from argon2 import PasswordHasher
from factories import County, make_county, open_house

import content.base
import portal.passwords

REAL_HASHER = portal.passwords.HASHER


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """A test that asks for no database need not run again on another one."""
    for item in items:
        if "database_server" not in item.fixturenames:
            item.add_marker(pytest.mark.nodatabase)


@pytest.fixture(scope="session", autouse=True)
def quick():
    """Cheap password hashes, and no waiting for the disk, in this process; kill tests have processes of their own."""
    content.base.SQLITE_PRAGMAS = tuple(each for each in content.base.SQLITE_PRAGMAS if "synchronous" not in each)
    content.base.SQLITE_PRAGMAS += ("synchronous=OFF",)
    portal.passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


@pytest.fixture
def real_hasher(monkeypatch):
    """Password hashes as they are made outside tests."""
    monkeypatch.setattr(portal.passwords, "HASHER", REAL_HASHER)


@pytest.fixture(scope="session")
def database_server():
    """The PostgreSQL server of this run; None for SQLite."""
    if (reason := databases.lacking()) and not os.environ.get("CI"):
        pytest.skip(reason)
    with databases.server() as server:
        yield server


@pytest.fixture
def database_url(database_server):
    """URL of a fresh database; empty for SQLite, which lies in the instance's folder."""
    if database_server is None:
        yield ""
        return
    with database_server.database() as url:
        yield url


@pytest.fixture
def home(tmp_path, database_url):
    """The folder of an instance that is still to be made; its settings name this run's database."""
    folder = tmp_path / "var"
    folder.mkdir()
    if database_url:
        (folder / "settings.toml").write_text(f'database = "{database_url}"\n', encoding="utf-8")
    return folder


@pytest.fixture
def house(home, database_url):
    """A fresh instance: its own folder, keys and database."""
    made = open_house(home, database_url or None)
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
