"""Workers on several hosts: who lives keeps what he holds, who is silent loses it, who was cut off enters nothing."""

from __future__ import annotations

import datetime as dt

import databases
import pytest
from sqlalchemy import select

from content import cursors, hosts, outbox
from content.cursors import Cursor
from content.outbox import Delivery
from portal.instance import Instance
from portal.presence import BEAT, SILENCE, Watch
from portal.worker import Worker

pytestmark = pytest.mark.skipif(databases.KIND != "postgresql", reason="on SQLite all workers are on one machine")
ROW, TURNS = "subscriptions", int(SILENCE / BEAT) + 2


class Clock:
    """Seconds that pass when told; nothing else of this test waits."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def worker(county, clock):
    instance = Instance.open(county.house.home)
    made = Worker(instance)
    made.watch = Watch(county.house, made.presence.owner, clock)
    yield made
    made.close()
    instance.close()


@pytest.fixture
def other(county, clock):
    """A worker elsewhere, that holds a follower and a delivery."""
    with county.house.database.writer.begin() as session:
        assert cursors.lease(session, ROW, "other", dt.timedelta(seconds=1))
        outbox.post(session, "mail", "a@example.com", "key-1", subject="x", text="y")
        assert outbox.lease(session, "other")
    return Watch(county.house, "other", clock)


def held(county) -> list[str | None]:
    with county.house.database.reader() as session:
        return [session.scalar(select(Cursor.lease_owner).where(Cursor.name == ROW)),
                session.scalar(select(Delivery.lease_owner))]


def test_who_lives_keeps_what_he_holds_however_long_it_takes(county, worker, other, clock):
    for _ in range(TURNS):
        clock.seconds += BEAT
        assert other.turn() == [] and worker.look_around() == 0
    assert held(county) == ["other", "other"]
    with county.house.database.reader() as session:
        cursor = session.get_one(Cursor, ROW)
        assert cursor.lease_until > cursor.lease_until.now(dt.UTC) + dt.timedelta(minutes=1)  # renewed


def test_who_is_silent_loses_it_and_enters_nothing_when_he_comes_back(county, worker, other, clock):
    other.turn()
    freed = 0
    for _ in range(TURNS):
        clock.seconds += BEAT
        freed += worker.look_around()
    assert freed == 1 and held(county) == [None, None]
    assert other.turn() == []  # he was only cut off
    with county.house.database.writer.begin() as session:
        assert not cursors.advance(session, ROW, "other", 1)
        assert {each.owner for each in hosts.beats(session)} == {"other", worker.presence.owner}
    worker.close()
    with county.house.database.reader() as session:
        assert [each.owner for each in hosts.beats(session)] == ["other"]
