"""How far each follower has read the journal, and which process is following now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import BigInteger, Text, delete, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from content.base import Base, Database, now


class Cursor(Base):
    """`position` is the last journal row that the follower has brought about; `lease_*` keep others away."""

    __tablename__ = "follower"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_owner: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[dt.datetime | None]


def position(session: Session, name: str) -> int:
    return session.scalar(select(Cursor.position).where(Cursor.name == name)) or 0


def furthest(session: Session, name: str) -> int:
    """How far a follower is on the host that is furthest, where each has a cursor of its own (`content.hosts`)."""
    whose = or_(Cursor.name == name, Cursor.name.startswith(f"{name}@", autoescape=True))
    return session.scalar(select(func.max(Cursor.position)).where(whose)) or 0


def lease(session: Session, name: str, owner: str, length: dt.timedelta, at: dt.datetime | None = None) -> bool:
    """Take or renew the lease; False while another process holds it."""
    at = at or now()
    session.execute(text("INSERT INTO follower (name, position) VALUES (:name, 0) ON CONFLICT (name) DO NOTHING"),
                    {"name": name})
    cursor = session.get_one(Cursor, name, with_for_update=True)
    if cursor.lease_owner not in (None, owner) and cursor.lease_until and cursor.lease_until > at:
        return False
    cursor.lease_owner, cursor.lease_until = owner, at + length
    return True


def advance(session: Session, name: str, owner: str, to: int) -> bool:
    """Note that everything up to row `to` is brought about; False when the lease was lost meanwhile."""
    cursor = session.get(Cursor, name, with_for_update=True)
    if cursor is None or cursor.lease_owner != owner:
        return False
    cursor.position = to
    return True


def renew(session: Session, owner: str, length: dt.timedelta, at: dt.datetime | None = None) -> None:
    """What `owner` holds it goes on holding for at least `length`: it lives, and is still at it."""
    until = (at or now()) + length
    session.execute(update(Cursor).where(Cursor.lease_owner == owner, Cursor.lease_until < until)
                    .values(lease_until=until))


def release(session: Session, name: str, owner: str) -> None:
    cursor = session.get(Cursor, name, with_for_update=True)
    if cursor is not None and cursor.lease_owner == owner:
        cursor.lease_owner = cursor.lease_until = None


@contextmanager
def held(database: Database, names: Collection[str], owner: str, length: dt.timedelta) -> Iterator[bool]:
    """Hold these leases for what is done inside, and give them back whatever comes of it.

    False, and none of them is held, while another process holds one: nothing is to be done then.
    """
    with database.writer.begin() as session:
        mine = all(lease(session, name, owner, length) for name in names)
        if not mine:
            _release(session, names, owner)
    try:
        yield mine
    finally:
        if mine:
            with database.writer.begin() as session:
                _release(session, names, owner)


def _release(session: Session, names: Collection[str], owner: str) -> None:
    for name in names:
        release(session, name, owner)


def reset(session: Session, name: str) -> None:
    """Begin again at the first row: the follower rebuilds its thing."""
    cursor = session.get(Cursor, name, with_for_update=True)
    if cursor is not None:
        cursor.position = 0


def retire(session: Session, names: Collection[str]) -> None:
    """Forget followers that there are no more: nobody moves their cursors, which would look late for ever."""
    session.execute(delete(Cursor).where(Cursor.name.in_(names)))
