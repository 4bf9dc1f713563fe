"""Fixtures that every floor's tests share: a house, a county in it, a session, the application."""

from __future__ import annotations

import os

import cached_templates  # noqa: F401
import databases
import pytest
from argon2 import PasswordHasher
from factories import County, Planted, open_house, plant_county
from hypothesis import HealthCheck, settings

import content.base
import portal.passwords

os.environ.setdefault("GONGKAI_PUBLISHED_PAGES", "false")  # tests of published pages ask for them
COUNTY = f"gongkai_county_{os.getpid()}"  # the database that is copied, on PostgreSQL
REAL_HASHER = portal.passwords.HASHER

# A run asks the same of every commit, however slow the machine; `--hypothesis-profile=explore` looks for new examples.
settings.register_profile("gate", derandomize=True, database=None, deadline=None,
                          suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None)
settings.load_profile("gate")


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


@pytest.fixture(scope="session")
def first_county(database_server, tmp_path_factory) -> Planted:
    """The small county, to be copied for each test that wants it."""
    url = database_server.create(COUNTY) if database_server else None
    return plant_county(tmp_path_factory.mktemp("planted"), url)


@pytest.fixture
def database_url(database_server, request):
    """URL of a fresh database; empty for SQLite, which lies in the instance's folder."""
    if database_server is None:
        yield ""
        return
    if "county" in request.fixturenames:
        request.getfixturevalue("first_county")
        copied = database_server.database(COUNTY)
    else:
        copied = database_server.database()
    with copied as url:
        yield url


@pytest.fixture
def home(tmp_path, database_url):
    """The folder of an instance that is still to be made; its settings name this run's database."""
    folder = tmp_path / "var"
    folder.mkdir()
    chosen = {"database": database_url, "search": _search(folder)}
    lines = [f'{name} = "{value}"\n' for name, value in chosen.items() if value]
    if lines:
        (folder / "settings.toml").write_text("".join(lines), encoding="utf-8")
    return folder


def _search(folder) -> str:
    """The setting `search` of this run, by GONGKAI_TEST_SEARCH: nothing for Whoosh, `tantivy`, `postgresql`."""
    kind = os.environ.get("GONGKAI_TEST_SEARCH", "")
    return f"tantivy://{folder}/index" if kind == "tantivy" else kind


@pytest.fixture
def house(home, database_url, request):
    """A fresh instance: its own folder, keys and database."""
    begun = request.getfixturevalue("first_county").copy if "county" in request.fixturenames else open_house
    made = begun(home, database_url or None)
    yield made
    databases.give_back(made.database)


@pytest.fixture
def county(house, first_county) -> County:
    """A small county in a fresh instance."""
    return first_county.of(house)


@pytest.fixture
def session(house):
    """A writer; what a test does not commit is undone."""
    with house.database.writer() as session:
        yield session
