"""Followers: what can be derived is derived, by reading the journal from a cursor of one's own.

A follower may be killed at any moment: it does its work first and moves its cursor after, so that it does the last
rows again, and doing them again changes nothing. It asks the `live` row before and after it writes, so that a late
follower never brings back what was withdrawn. One process follows at a time, under a lease.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from sqlalchemy.orm import Session

from content import cursors, journal
from content.base import Database

BATCH = 200
LEASE = dt.timedelta(minutes=2)


class Follower(Protocol):
    """What a follower gives. `position` may say better than the database how far it is, or return None.

    One whose thing lies in this host's own folder also gives `cursor`, the name of a row of its own
    (`content.hosts.own`): each host follows for itself.
    """

    name: str

    def position(self) -> int | None: ...

    def follow(self, session: Session, rows: list[journal.Row]) -> None: ...

    def reset(self) -> None: ...


def cursor_of(follower: Follower) -> str:
    """The name of its row among the cursors: its own name, where it derives one thing for all hosts."""
    return getattr(follower, "cursor", follower.name)


def documents_in(rows: Iterable[journal.Row]) -> list[int]:
    """Ids of the documents that `rows` are about, each once, in order."""
    return list(dict.fromkeys(row.subject_id for row in rows if row.subject_kind == "document"))


def step(database: Database, follower: Follower, owner: str) -> int:
    """Bring `follower` one batch further; returns how many rows it read, 0 when it is up to date or led elsewhere."""
    with database.reader() as session:
        if journal.latest(session) <= _position(session, follower):
            return 0
    with database.writer.begin() as session:
        if not cursors.lease(session, cursor_of(follower), owner, LEASE):
            return 0
    with database.reader() as session:
        rows = journal.after(session, _position(session, follower), BATCH)
        if rows:
            follower.follow(session, rows)
    with database.writer.begin() as session:
        if rows:
            cursors.advance(session, cursor_of(follower), owner, rows[-1].seq)
        cursors.release(session, cursor_of(follower), owner)
    return len(rows)


def _position(session: Session, follower: Follower) -> int:
    """A follower's own word counts: what it derived may be older, or newer, than the row in the database."""
    own = follower.position()
    return cursors.position(session, cursor_of(follower)) if own is None else own


def catch_up(database: Database, followers: Iterable[Follower], owner: str) -> int:
    """Run every follower until none has anything left to read; returns the number of rows read."""
    total, waiting = 0, list(followers)
    while waiting:
        counts = {follower.name: step(database, follower, owner) for follower in waiting}
        total += sum(counts.values())
        waiting = [follower for follower in waiting if counts[follower.name]]
    return total


class Led(Exception):
    """Another process is following just now."""


def rebuild(database: Database, follower: Follower, owner: str) -> int:
    """Throw away what was derived and derive it again. Raises `Led`: nobody else may write in between."""
    with database.writer.begin() as session:
        if not cursors.lease(session, cursor_of(follower), owner, LEASE):
            raise Led(f"follower {follower.name} is led by another process")
        cursors.reset(session, cursor_of(follower))
    follower.reset()
    return catch_up(database, [follower], owner)
