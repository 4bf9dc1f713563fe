"""The bell: what is published in a process is followed in it at once, however long its worker rests."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest

from content import journal
from portal.instance import Instance
from portal.settings import Settings
from portal.worker import Worker


def test_a_resting_worker_hears_of_a_publication_at_once(county):
    settings = Settings.load(county.house.home)
    settings.values["worker_seconds"] = 60.0
    instance, stop = Instance(settings, county.house), Event()
    worker = Worker(instance)
    thread = Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        while (instance.engine.cursor() or 0) < _latest(county):
            time.sleep(0.02)
        time.sleep(0.3)  # it rests now
        with county.house.database.writer.begin() as session:
            county.publish(session, county.write(session))
        until = time.monotonic() + 20
        while instance.engine.count() < 1 and time.monotonic() < until:
            time.sleep(0.02)
        assert instance.engine.count() == 1
    finally:
        stop.set()
        thread.join()
        worker.close()


def _latest(county) -> int:
    with county.house.database.reader() as session:
        return journal.latest(session)


@pytest.mark.parametrize("kept", [True, False])
def test_it_rings_for_what_the_journal_kept_alone(house, kept):
    bell, before = house.database.bell, house.database.bell.rung
    with house.database.writer() as session:
        journal.record(session, "column.change", ("column", 1), actor_id=None)
        if kept:
            session.commit()
    assert bell.wait(before, 0.0) is kept
    with house.database.writer.begin() as session:
        session.connection()  # a commit of nothing that the journal speaks of
    assert bell.rung == before + kept
