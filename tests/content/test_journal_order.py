"""The order of the journal while many write at once: no gap, no row that a reader with a cursor misses."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import pytest
import transaction
import zope.sqlalchemy
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from zope.sqlalchemy.datamanager import STATUS_CHANGED

from content import journal
from content.base import Database

WRITERS, EACH = 4, 12


def append(url: str, writer: int) -> None:
    """What one process writes: some transactions of two rows, some that are undone."""
    database = Database(url)
    for number in range(EACH):
        with database.writer() as session:
            for half in (1, 2):
                journal.record(session, "test.write", ("test", writer), actor_id=None, number=number, half=half)
            if number % 4 == 3:
                session.rollback()
            else:
                session.commit()
    database.dispose()


def read(database: Database, stop: threading.Event) -> list[int]:
    """What a follower sees from its cursor while the others write, and once more after they have ended."""
    seen: list[int] = []
    last_round = False
    while True:
        with database.reader() as session:
            rows = journal.after(session, seen[-1] if seen else 0, 7)
        seen.extend(row.seq for row in rows)
        if last_round and not rows:
            return seen
        last_round = stop.is_set()


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_many_writers_leave_no_gap_and_a_reader_misses_nothing(house, kind):
    url, stop = house.database.url, threading.Event()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        reading = pool.submit(read, house.database, stop)
        if kind == "threads":
            list(pool.map(append, [url] * WRITERS, range(WRITERS)))
        else:
            with get_context("spawn").Pool(2) as processes:
                processes.starmap(append, [(url, writer) for writer in range(2)])
        stop.set()
        seen = reading.result(timeout=60)
    count = (WRITERS if kind == "threads" else 2) * (EACH - EACH // 4) * 2
    assert seen == list(range(1, count + 1))
    with house.database.reader() as session:
        assert list(journal.verify(session)) == []
        rows = journal.after(session, 0, 999)
    halves = [(row.subject_id, row.payload["number"], row.payload["half"]) for row in rows]
    assert all(one == (*two[:2], 1) and two[2] == 2 for one, two in zip(halves[::2], halves[1::2], strict=True))


def test_a_flush_that_fails_in_a_savepoint_undoes_no_more_than_the_savepoint(house):
    with house.database.writer.begin() as session:
        journal.record(session, "test.write", ("test", 1), actor_id=None)
        for _ in range(2):
            try:
                with session.begin_nested():
                    journal.record(session, "test.write", ("test", 2), actor_id=None)
                    session.add(journal.Payload(seq=99, salt="", body=""))
                    session.flush()
            except IntegrityError:
                pass
        journal.record(session, "test.write", ("test", 3), actor_id=None)
    with house.database.reader() as session:
        assert [row.subject_id for row in journal.after(session, 0)] == [1, 3]


def test_a_session_that_was_closed_keeps_nothing(house):
    session = house.database.writer()
    journal.record(session, "test.write", ("test", 1), actor_id=None)
    session.close()
    journal.record(session, "test.write", ("test", 2), actor_id=None)
    session.commit()
    assert [row.subject_id for row in journal.after(session, 0)] == [2]
    session.close()


@pytest.mark.parametrize("end", ["commit", "abort"])
def test_a_request_s_transaction_writes_the_journal_with_the_change_or_not_at_all(house, end):
    manager = transaction.TransactionManager(explicit=True)
    manager.begin()
    session = house.database.writer()
    zope.sqlalchemy.register(session, initial_state=STATUS_CHANGED, transaction_manager=manager)
    session.execute(text("INSERT INTO counter (name, value) VALUES ('x', 1)"))
    with session.begin_nested():
        journal.record(session, "test.write", ("test", 1), actor_id=None)
    getattr(manager, end)()
    with house.database.reader() as session:
        assert journal.latest(session) == session.scalar(text("SELECT count(*) FROM counter")) == (end == "commit")
