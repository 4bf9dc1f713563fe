"""Followers: from a cursor, again after a kill, one process at a time."""

from __future__ import annotations

import contextlib
import datetime as dt

from content import cursors, journal
from workflows import followers


class Notes:
    """A follower that writes down what it was told; it may be told to die before its cursor moves."""

    name = "notes"

    def __init__(self):
        self.seen: list[int] = []
        self.dies = False

    def position(self):
        return None

    def follow(self, session, rows):
        self.seen.extend(row.seq for row in rows)
        if self.dies:
            raise KeyboardInterrupt

    def reset(self):
        self.seen.clear()


def write(house, count):
    for number in range(count):
        with house.database.writer.begin() as session:
            journal.record(session, "test.write", ("document", number % 3), actor_id=None)


def test_it_reads_everything_once_and_then_nothing(house, monkeypatch):
    monkeypatch.setattr(followers, "BATCH", 2)
    write(house, 5)
    notes = Notes()
    assert followers.catch_up(house.database, [notes], "one") == 5
    assert notes.seen == [1, 2, 3, 4, 5]
    assert followers.catch_up(house.database, [notes], "one") == 0


def test_one_that_died_does_the_last_rows_again(house):
    write(house, 2)
    notes = Notes()
    notes.dies = True
    with contextlib.suppress(KeyboardInterrupt):
        followers.step(house.database, notes, "one")
    notes.dies = False
    assert followers.step(house.database, notes, "one") == 2
    assert notes.seen == [1, 2, 1, 2]


def test_the_dead_ones_lease_ends_and_another_goes_on(house):
    write(house, 1)
    notes = Notes()
    with house.database.writer.begin() as session:
        assert cursors.lease(session, "notes", "dead", followers.LEASE)
    assert followers.step(house.database, notes, "alive") == 0
    with house.database.writer.begin() as session:
        session.get(cursors.Cursor, "notes").lease_until -= dt.timedelta(minutes=5)
    assert followers.step(house.database, notes, "alive") == 1


def test_its_own_word_about_its_position_counts(house):
    write(house, 3)
    notes = Notes()
    notes.position = lambda: 2 if not notes.seen else 3
    assert followers.catch_up(house.database, [notes], "one") == 1
    assert notes.seen == [3]


def test_a_rebuild_begins_again(house):
    write(house, 3)
    notes = Notes()
    followers.catch_up(house.database, [notes], "one")
    assert followers.rebuild(house.database, notes, "one") == 3
    assert notes.seen == [1, 2, 3]


def test_documents_in_rows_are_named_once(house):
    write(house, 5)
    with house.database.reader() as session:
        assert followers.documents_in(journal.after(session, 0)) == [0, 1, 2]
