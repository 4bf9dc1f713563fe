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

WAITING, SENT, FAILED, CANCELLED = "waiting", "sent", "failed", "cancelled"
LEASE = dt.timedelta(minutes=5)
BACK_OFF = (60, 300, 1800, 7200, 21600, 86400)  # seconds to the next attempt; after the last one it has failed


class Delivery(Base):
    """One message to one receiver by one channel."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_due", "state", "next_at"), Index("ix_delivery_document", "document_id"))

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
    document_id: Mapped[int | None]  # the document that it carries outside; what is withdrawn is recalled by it
    recalls: Mapped[int | None]  # the delivery that this one calls back


def post(session: Session, channel: str, receiver: str, key: str, *, document_id: int | None = None,
         recalls: int | None = None, **message: Any) -> Delivery:
    """Write a delivery; one that already has this `key` is returned as it is.

    What carries the words of a published document outside names it by `document_id`, so that it can be recalled.
    With `private=True` receiver and message are forgotten once it was sent or given up: they name a requester.
    """
    found = session.scalars(select(Delivery).where(Delivery.key == key)).first()
    if found is None:
        found = Delivery(channel=channel, receiver=receiver, key=key, message=message, next_at=now(),
                         document_id=document_id, recalls=recalls)
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


def is_wanted(session: Session, delivery: Delivery) -> bool:
    """Whether a delivery that was taken is still to be sent: asked at the last moment before it goes."""
    state = select(Delivery.state).where(Delivery.id == delivery.id)
    return session.scalar(state) == WAITING


def of_document(session: Session, document_id: int) -> list[Delivery]:
    """What carries a document outside, and what calls it back, in order."""
    query = select(Delivery).where(Delivery.document_id == document_id).order_by(Delivery.id)
    return list(session.scalars(query))


def recall(session: Session, document_id: int, **message: Any) -> list[Delivery]:
    """Call back what was pushed of a document: what waits is cancelled; after what was sent, or is just being
    sent, a delivery with `message` goes by the same channel to the same receiver. Returns these.

    A delivery that is on its way is both: whether it arrived, its channel alone knows.
    """
    posted = []
    query = select(Delivery).where(Delivery.document_id == document_id, Delivery.recalls.is_(None),
                                   Delivery.state.in_((WAITING, SENT))).order_by(Delivery.id).with_for_update()
    for delivery in session.scalars(query).all():
        on_its_way = delivery.lease_owner is not None
        if delivery.state == WAITING:
            delivery.state = CANCELLED
        if on_its_way or delivery.state == SENT:
            posted.append(post(session, delivery.channel, delivery.receiver, f"recall/{delivery.key}",
                               document_id=document_id, recalls=delivery.id, **message))
    return posted


def sent(delivery: Delivery, at: dt.datetime | None = None) -> None:
    """The channel took it."""
    delivery.state, delivery.sent_at, delivery.problem = SENT, at or now(), ""
    delivery.attempts += 1
    delivery.lease_owner = delivery.lease_until = None
    _forget(delivery)


def _forget(delivery: Delivery) -> None:
    if delivery.message.get("private"):
        delivery.receiver, delivery.message = "", {"private": True}


def failed(delivery: Delivery, problem: str, *, final: bool = False, at: dt.datetime | None = None) -> None:
    """It did not go; try again later, or give up when `final` or after the last attempt."""
    delivery.problem = problem[:500]
    delivery.lease_owner = delivery.lease_until = None
    if delivery.state == CANCELLED:
        return  # it was recalled while it was being tried
    if final or delivery.attempts >= len(BACK_OFF):
        delivery.state = FAILED
        _forget(delivery)
    else:
        delivery.next_at = (at or now()) + dt.timedelta(seconds=BACK_OFF[delivery.attempts])
    delivery.attempts += 1
