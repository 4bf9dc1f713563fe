"""Hosts: by what name one machine's folder is told from the others', and which cursors are that host's own.

An instance may live on several hosts that share the database and the blobs. What a host keeps in its own folder (a
search index, published pages) is brought up to date by each host for itself, from a cursor of its own; what all share
(the outbox, marks in the database) is followed once, by whichever worker has the lease:

    cursor = hosts.own("published", house.host)  # "published@web-1": a follower gives it as `cursor`
    cursor = "subscriptions"                     # nothing to give: a follower's name is its cursor

A worker that lives says so by a beat, a number that grows; whose number stands still has died, with its host perhaps.
Whoever watches compares it by his own clock alone, so that it does not matter how far the clocks of hosts are apart.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import socket
from pathlib import Path

from sqlalchemy import Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content.base import Base, now


class Beat(Base):
    """A worker that lives, or did. `seen`: when it last said so, by the clock of its host; for people to read."""

    __tablename__ = "presence"

    owner: Mapped[str] = mapped_column(Text, primary_key=True)
    host: Mapped[str] = mapped_column(Text)
    beat: Mapped[int]
    seen: Mapped[dt.datetime]


def default_name(home: Path) -> str:
    """The machine's name, and a mark of the folder: two instances of one portal may lie on one machine."""
    return f"{socket.gethostname()}-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:6]}"


def own(name: str, host: str) -> str:
    """The cursor of `host` for what it derives in its own folder."""
    return f"{name}@{host}"


def say(session: Session, owner: str, host: str, beat: int) -> None:
    """That `owner`, a worker on `host`, lives; also when somebody thought that it had died."""
    session.merge(Beat(owner=owner, host=host, beat=beat, seen=now()))


def beats(session: Session) -> list[Beat]:
    """Every worker that lives, or did and was not yet found to have died."""
    return list(session.scalars(select(Beat).order_by(Beat.host, Beat.owner)))


def forget(session: Session, owner: str) -> None:
    """It has died, or has left."""
    session.execute(delete(Beat).where(Beat.owner == owner))
