"""Notifications of PostgreSQL: what one process commits, another one knows within a second, without asking."""

from __future__ import annotations

import time
from collections.abc import Callable

import databases
import pytest
from factories import open_house
from sqlalchemy import text

from content import journal, tree
from content.house import House
from content.listening import Listener

pytestmark = pytest.mark.skipif(databases.KIND != "postgresql", reason="SQLite sends no notifications")


@pytest.fixture
def other(county):
    """The same instance in another process, which asks for nothing."""
    house = open_house(county.house.home, county.house.database.url)
    yield house
    house.database.dispose()


@pytest.fixture
def listener(other):
    with Listener(other) as listener:
        assert listener.connected.wait(10)
        yield listener


def within(seconds: float, holds: Callable[[], bool]) -> float:
    """How long it took until it held, at most so long."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < seconds, "too late"
        time.sleep(0.01)
    return time.monotonic() - begun


def rename(county, name: str) -> None:
    with county.house.database.writer.begin() as session:
        tree.change(session, session.get_one(tree.Column, county.columns["tzgg"]), actor_id=None, name=name)


def knows(house: House, path: str, name: str) -> bool:
    return house._tree is not None and house._tree.by_path[path].name == name


def test_a_picture_is_renewed_everywhere_within_a_second_and_followers_are_woken(county, other, listener):
    heard = other.database.bell.rung
    rename(county, "公告通知")
    within(1.0, lambda: knows(other, "tzgg", "公告通知") and other.database.bell.rung > heard)
    heard, picture = other.database.bell.rung, other._tree
    with county.house.database.writer.begin() as session:
        county.publish(session, county.write(session))
    within(1.0, lambda: other.database.bell.rung > heard)
    assert other._tree is picture  # a document changes no picture


def test_what_was_rolled_back_is_not_told(county, other, listener):
    heard = other.database.bell.rung
    with county.house.database.writer() as session:
        journal.record(session, "column.change", ("column", 1), actor_id=None)
        session.flush()
        session.rollback()
    time.sleep(0.3)
    assert other.database.bell.rung == heard


def test_who_lost_the_connection_comes_back_and_missed_nothing(county, other, listener):
    with county.house.database.engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' "
                                "AND datname = current_database()"))
    within(5.0, lambda: not listener.connected.is_set())
    rename(county, "公告")  # while nobody listens, or just after
    within(5.0, lambda: knows(other, "tzgg", "公告"))
    assert listener.connected.wait(5)
