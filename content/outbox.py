"""The outbox: what leaves the house, one row a delivery, sent once, retried with back-off, never lost.

A delivery is written in the transaction of the change that causes it, under an idempotency key. A worker leases
due rows, hands them to the channel, and writes down what came of it; a worker that dies loses its lease. Who looks
after the channels may have one tried again at once, or call it off; both are in the journal.

A private delivery names a citizen: to whom it goes and what it says lie sealed until the moment in which it is sent,
and are forgotten after it, or when what it is about is erased.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Index, LargeBinary, Text, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now
from content.documents import Live
from content.house import House

WAITING, SENT, FAILED, CANCELLED = "waiting", "sent", "failed", "cancelled"
LEASE = dt.timedelta(minutes=5)
BACK_OFF = (60, 300, 1800, 7200, 21600, 86400)  # seconds to the next attempt; after the last one it has failed
JITTER = 0.1  # the share by which that is shortened or lengthened, so that not everything comes back at once
STATES = (WAITING, SENT, FAILED, CANCELLED)


class Delivery(Base):
    """One message to one receiver by one channel."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_due", "state", "next_at"), Index("ix_delivery_document", "document_id"),
                      Index("ix_delivery_created", "created", "channel"))

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
    receipt: Mapped[str] = mapped_column(Text, default="", server_default="")  # what the channel said when it took it
    created: Mapped[dt.datetime]
    document_id: Mapped[int | None]  # the document that it carries outside; what is withdrawn is recalled by it
    recalls: Mapped[int | None]  # the delivery that this one calls back
    about: Mapped[str | None] = mapped_column(Text, index=True)  # whom a private one names: `case/12`, `address/…`
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # receiver and message of a private one

    @property
    def private(self) -> bool:
        return bool(self.message.get("private"))


@dataclass(frozen=True)
class Parcel:
    """A delivery as its channel gets it, opened."""

    id: int
    key: str
    receiver: str
    message: dict[str, Any]


def post(session: Session, channel: str, receiver: str, key: str, *, document_id: int | None = None,
         recalls: int | None = None, **message: Any) -> Delivery:
    """Write a delivery; one that already has this `key` is returned as it is.

    What carries the words of a published document outside names it by `document_id`, so that it can be recalled.
    """
    return _post(session, key, channel=channel, receiver=receiver, message=message, document_id=document_id,
                 recalls=recalls)


def post_private(session: Session, house: House, channel: str, receiver: str, key: str, about: str,
                 **message: Any) -> Delivery:
    """The same for what names a citizen: nobody reads in the outbox whom it goes to, nor what it says.

    `about` is the case or the account with which it is forgotten (`forget`).
    """
    sealed = house.keys.seal(session, json.dumps({"receiver": receiver, "message": message}).encode())
    return _post(session, key, channel=channel, receiver="", message={"private": True}, about=about, sealed=sealed)


def _post(session: Session, key: str, **values: Any) -> Delivery:
    """The database decides whether there is one: on PostgreSQL another host may write the same key at this moment."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    fresh = insert(Delivery).values(key=key, next_at=now(), created=now(), **values)
    made = session.scalars(fresh.on_conflict_do_nothing(index_elements=["key"]).returning(Delivery)).first()
    return made or session.scalars(select(Delivery).where(Delivery.key == key)).one()


def opened(session: Session, house: House, delivery: Delivery) -> Parcel:
    """What is sent, at the moment it is sent. Raises `content.keys.KeyProblem`."""
    held = {"receiver": delivery.receiver, "message": delivery.message}
    if delivery.sealed is not None:
        held = json.loads(house.keys.open(session, delivery.sealed))
    return Parcel(delivery.id, delivery.key, held["receiver"], held["message"])


def forget(session: Session, about: str) -> None:
    """Of a case or an account that is erased nothing goes out any more, and nothing of it stays here."""
    for delivery in session.scalars(select(Delivery).where(Delivery.about == about)):
        if delivery.state == WAITING:
            delivery.state = CANCELLED
        _forget(delivery)
    session.flush()


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


def sent(delivery: Delivery, at: dt.datetime | None = None, receipt: str = "") -> None:
    """The channel took it; `receipt` is what it said."""
    delivery.state, delivery.sent_at, delivery.problem, delivery.receipt = SENT, at or now(), "", receipt[:200]
    delivery.attempts += 1
    delivery.lease_owner = delivery.lease_until = None
    _forget(delivery)


def _forget(delivery: Delivery) -> None:
    if delivery.private:
        delivery.receiver, delivery.message, delivery.sealed = "", {"private": True}, None


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
        seconds = BACK_OFF[delivery.attempts] * random.uniform(1 - JITTER, 1 + JITTER)
        delivery.next_at = (at or now()) + dt.timedelta(seconds=seconds)
    delivery.attempts += 1


def postpone(delivery: Delivery, until: dt.datetime, problem: str) -> None:
    """The channel takes nothing before then (a quota is used up): no attempt is counted for that."""
    delivery.problem, delivery.next_at = problem[:500], until
    delivery.lease_owner = delivery.lease_until = None


# -- for who looks after the channels -----------------------------------------------------------------------------

class NotNow(Exception):
    """A delivery cannot be tried again or called off now; the message says why, Chinese."""


def retry(session: Session, delivery: Delivery, *, actor_id: int | None, at: dt.datetime | None = None) -> None:
    """Try it again at once, with all its attempts. Raises `NotNow`."""
    if delivery.state == SENT:
        raise NotNow("已经发出，不用重发")
    if delivery.private and delivery.sealed is None:
        raise NotNow("内容涉及个人信息，放弃发送时已经清除，不能重发")
    delivery.state, delivery.attempts, delivery.next_at = WAITING, 0, at or now()
    journal.record(session, "delivery.retry", ("delivery", delivery.id), actor_id=actor_id, channel=delivery.channel)


def cancel(session: Session, delivery: Delivery, *, actor_id: int | None) -> None:
    """Call it off; what names a citizen is forgotten at once. Raises `NotNow`."""
    if delivery.state not in (WAITING, FAILED):
        raise NotNow("已经发出或者已经取消")
    delivery.state = CANCELLED
    _forget(delivery)
    journal.record(session, "delivery.cancel", ("delivery", delivery.id), actor_id=actor_id, channel=delivery.channel)


@dataclass(frozen=True)
class Asked:
    """What narrows a list of deliveries; empty narrows nothing. `before` is the number of the last one shown."""

    channel: str = ""
    states: Collection[str] = ()
    before: int | None = None


def listed(session: Session, asked: Asked, limit: int) -> list[Delivery]:
    """Deliveries, the newest first; one query."""
    query = select(Delivery).order_by(Delivery.id.desc()).limit(limit)
    if asked.channel:
        query = query.where(Delivery.channel == asked.channel)
    if asked.states:
        query = query.where(Delivery.state.in_(asked.states))
    if asked.before is not None:
        query = query.where(Delivery.id < asked.before)
    return list(session.scalars(query))


def unsent(session: Session, channels: Collection[str], before: int | None, limit: int) -> list[Delivery]:
    """What waits in these channels or could not be sent, and has not been forgotten: the newest first; one query."""
    query = select(Delivery).where(Delivery.channel.in_(channels), Delivery.state.in_((WAITING, FAILED)),
                                   or_(Delivery.about.is_(None), Delivery.sealed.is_not(None),
                                       Delivery.receiver != ""))
    if before is not None:
        query = query.where(Delivery.id < before)
    return list(session.scalars(query.order_by(Delivery.id.desc()).limit(limit)))


def counts(session: Session, since: dt.datetime) -> list[tuple[str, int | None, str, int]]:
    """`(channel, department id, state, count)` of what was written since then; None: about no published document."""
    query = (select(Delivery.channel, Live.department_id, Delivery.state, func.count())
             .outerjoin(Live, Live.document_id == Delivery.document_id).where(Delivery.created >= since)
             .group_by(Delivery.channel, Live.department_id, Delivery.state)
             .order_by(Delivery.channel, Live.department_id, Delivery.state))
    return [tuple(row) for row in session.execute(query)]
