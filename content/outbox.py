"""The outbox: what leaves the house, one row a delivery, sent once, retried with back-off, never lost.

A delivery is written in the transaction of the change that causes it, under an idempotency key. A worker leases
due rows, hands them to the channel, and writes down what came of it; a worker that dies loses its lease.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Index, Text, and_, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from content.base import Base, now

WAITING, SENT, FAILED = "waiting", "sent", "failed"
LEASE = dt.timedelta(minutes=5)
BACK_OFF = (60, 300, 1800, 7200, 21600, 86400)  # seconds to the next attempt; after the last one it has failed


class Delivery(Base):
    """One message to one receiver by one channel."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_due", "state", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text, unique=True)  # idempotency key: the same one is never sent twice
    receiver: Mapped[str] = mapped_column(Text)
    message: Mapped[dict]
    state: Mapped[str] = mapped_column(Text, default=WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[dt.datetime]
    lease_owner: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    problem: Mapped[str] = mapped_column(Text, default="")


def post(session: Session, channel: str, receiver: str, key: str, **message: Any) -> Delivery:
    """Write a delivery; one that already has this `key` is returned as it is."""
    found = session.scalars(select(Delivery).where(Delivery.key == key)).first()
    if found is None:
        found = Delivery(channel=channel, receiver=receiver, key=key, message=message, next_at=now())
        session.add(found)
        session.flush()
    return found


def is_due(session: Session, channel: str, at: dt.datetime | None = None) -> bool:
    """Whether anything waits for `channel`: asked by readers, so that idle workers take no lock."""
    return session.scalar(select(Delivery.id).where(_due(at or now(), channel)).limit(1)) is not None


def _due(at: dt.datetime, channel: str | None) -> ColumnElement[bool]:
    free = or_(Delivery.lease_until.is_(None), Delivery.lease_until < at)
    condition = and_(Delivery.state == WAITING, Delivery.next_at <= at, free)
    return condition if channel is None else and_(condition, Delivery.channel == channel)


def lease(session: Session, owner: str, limit: int = 20, at: dt.datetime | None = None,
          channel: str | None = None) -> list[Delivery]:
    """Take due deliveries for `owner`; the caller commits, sends, then says `sent` or `failed`.

    With `channel`, those of that channel alone.
    """
    at = at or now()
    query = (select(Delivery).where(_due(at, channel)).order_by(Delivery.next_at, Delivery.id).limit(limit)
             .with_for_update(skip_locked=True))
    taken = list(session.scalars(query))
    for delivery in taken:
        delivery.lease_owner, delivery.lease_until = owner, at + LEASE
    return taken


def release(session: Session, owner: str) -> None:
    """Give back what `owner`, who has died, had taken and not reported."""
    session.execute(update(Delivery).where(Delivery.lease_owner == owner)
                    .values(lease_owner=None, lease_until=None))


def sent(delivery: Delivery, at: dt.datetime | None = None) -> None:
    """The channel took it."""
    delivery.state, delivery.sent_at, delivery.problem = SENT, at or now(), ""
    delivery.attempts += 1
    delivery.lease_owner = delivery.lease_until = None


def failed(delivery: Delivery, problem: str, *, final: bool = False, at: dt.datetime | None = None) -> None:
    """It did not go; try again later, or give up when `final` or after the last attempt."""
    delivery.problem = problem[:500]
    delivery.lease_owner = delivery.lease_until = None
    if final or delivery.attempts >= len(BACK_OFF):
        delivery.state = FAILED
    else:
        delivery.next_at = (at or now()) + dt.timedelta(seconds=BACK_OFF[delivery.attempts])
    delivery.attempts += 1
