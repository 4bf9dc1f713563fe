"""Replicas answer the public so long as they know what the primary knows; a withdrawal holds at once all the same."""

from __future__ import annotations

import time

import databases
import pytest
from applications import lent
from sqlalchemy import create_engine, make_url, text
from webtest import TestApp

from content.documents import Document
from content.replicas import Replica
from portal.settings import Settings

pytestmark = pytest.mark.skipif(databases.KIND != "postgresql", reason="SQLite has no replicas")


@pytest.fixture
def live(county):
    """A document that is out; its address."""
    with county.house.database.writer.begin() as session:
        document = county.publish(session, county.write(session))
        session.flush()
        return document.id, document.live.url


@pytest.fixture
def copy(county, live, database_server):
    """A copy of the database that replays nothing more, and says other words, so that one sees who answers."""
    county.house.database.engine.dispose()  # nobody may be connected to what is copied
    name = make_url(county.house.database.url).database
    url = database_server.create(f"{name}_copy", name)
    do(url, "UPDATE live SET title = '副本' WHERE state = 'public'")
    county.house.replica_urls = (url,)
    yield county.house.replicas.replicas[0]
    county.house.replicas.dispose()
    do(county.house.database.url, f"DROP DATABASE {name}_copy WITH (FORCE)")


def do(url: str, *statements: str) -> list:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = [row for statement in statements if (done := connection.execute(text(statement))).returns_rows
                 for row in done]
    engine.dispose()
    return found


@pytest.fixture
def visitor(county):
    county.house.tree(county.house.database.reader())
    with lent() as lend:
        yield TestApp(lend(county.house, Settings.load(county.house.home)))


def withdraw(county, number: int) -> None:
    with county.house.database.writer.begin() as session:
        county.move(session, session.get_one(Document, number), "withdraw", "zhoumin", why="有误",
                    reason_kind="error")


def test_the_public_is_answered_by_a_copy_that_is_up_to_date_and_by_no_other(county, live, copy, visitor):
    number, url = live
    for path in (url, "/tzgg/"):
        assert "副本" in visitor.get(path).text
    for path in ("/healthz", "/desk", "/apply"):
        visitor.get(path, expect_errors=True)
    withdraw(county, number)  # the copy does not hear of it
    assert visitor.get(url, expect_errors=True).status_int == 410
    assert "副本" not in visitor.get("/tzgg/").text


def test_who_has_a_session_reads_where_he_wrote(live, copy, visitor):
    visitor.set_cookie("gongkai", "anything")
    assert "副本" not in visitor.get(live[1]).text


def test_a_copy_that_fails_in_the_middle_or_is_away_is_passed_over(county, live, copy, visitor, caplog):
    do(copy.engine.url.render_as_string(hide_password=False), "ALTER TABLE rendition RENAME TO gone")
    assert "关于供水检修的通知" in visitor.get(live[1]).text and copy.rests  # it was asked, and failed
    copy.engine.dispose()
    clock = [0.0]
    away = Replica("postgresql+psycopg://nobody@127.0.0.1:9/none", lambda: clock[0])
    county.house.replicas.replicas[:] = [away]
    assert "关于供水检修的通知" in visitor.get(live[1]).text and away.rests
    clock[0] += 60
    assert not away.rests and "passed over" in caplog.text


# -- a real one -------------------------------------------------------------------------------------------------

def replayed(url: str, county) -> bool:
    newest = "SELECT max(seq) FROM journal"
    return do(url, newest) == do(county.house.database.url, newest)


@pytest.mark.full
@pytest.mark.skipif(bool(databases.SERVER), reason="a replica is made of a server of our own alone")
def test_a_streaming_replica(county, live, visitor):
    number, url = live
    with databases.standby(county.house.database.url) as replica:
        county.house.replica_urls = (replica,)
        copy = county.house.replicas.replicas[0]
        until = time.monotonic() + 30
        while not replayed(replica, county):
            assert time.monotonic() < until
            time.sleep(0.05)
        asked = []
        made = copy.fresh
        copy.fresh = lambda newest: asked.append(found := made(newest)) or found
        assert visitor.get(url).status_int == 200 and asked[-1] is not None  # it answered
        do(replica, "SELECT pg_wal_replay_pause()")
        withdraw(county, number)
        assert visitor.get(url, expect_errors=True).status_int == 410 and asked[-1] is None
        do(replica, "SELECT pg_wal_replay_resume()")
        until = time.monotonic() + 30
        while visitor.get(url, expect_errors=True).status_int == 410 and asked[-1] is None:
            assert time.monotonic() < until, "it does not catch up"
            time.sleep(0.05)
        assert visitor.get(url, expect_errors=True).status_int == 410
    assert visitor.get(url, expect_errors=True).status_int == 410 and copy.rests  # it is gone
