"""E-mail subscriptions: who is told by mail what is new in a column, of a department, on a topic or in a search.

- A `Subscriber` is a mailbox: a keyed hash by which it is found, the address sealed.
- A `Subscription` is what the mailbox wants. It counts once the link that was mailed has been used (double opt-in);
  one that was not goes when its time is over. Its token opens it, from the mail alone: only the hash is looked for,
  the token itself lies sealed, to be put into the next mail.
- A `Waiting` is a document that waits for the daily digest.

A delivery names the subscription by its `name`, which opens nothing and is never given again; the address is opened
when a mail goes, and whether the documents may still be read is asked then. The journal knows only numbers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Iterable

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, delete, exists, func, or_, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from content import journal, outbox
from content.applicants import normal_email
from content.base import SHANGHAI, Base, local_date
from content.documents import Listing, Live
from content.house import House
from content.tree import Tree

CHANNEL = "subscriptions"
COLUMN, DEPARTMENT, TOPIC, SEARCH = "column", "department", "topic", "search"
AT_ONCE, DAILY = "at_once", "daily"
GOOD_FOR = dt.timedelta(hours=48)  # for which a mailed link confirms
MOST_ASKED, ASKED_WITHIN = 3, dt.timedelta(hours=24)  # mails that strangers can have sent to one mailbox
MOST = 30  # subscriptions of one mailbox
REFUSALS = 3  # in a row and for good; then the mailbox sleeps until somebody confirms from it again
DIGEST_HOUR = 8  # of the Chinese day
NEWS = dt.timedelta(days=30)  # what was published longer ago is no news any more, whoever finds it late


class Subscriber(Base):
    """A mailbox. `asked`: when links were mailed to it lately; `refusals`: for good, by the mail server, in a row."""

    __tablename__ = "subscriber"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str] = mapped_column(Text, unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)  # the address
    asked: Mapped[list] = mapped_column(default=list)
    refusals: Mapped[int] = mapped_column(default=0)
    created: Mapped[dt.datetime]

    @property
    def asleep(self) -> bool:
        return self.refusals >= REFUSALS


class Subscription(Base):
    """What a mailbox wants: `what` is the id of a column or a department, a topic, or the query of a search."""

    __tablename__ = "subscription"
    __table_args__ = (UniqueConstraint("subscriber_id", "kind", "what"),
                      Index("ix_subscription_what", "kind", "what"))

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscriber.id"))
    name: Mapped[str] = mapped_column(Text, unique=True)  # by which deliveries call it
    kind: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    rhythm: Mapped[str] = mapped_column(Text)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)  # the token
    confirmed: Mapped[dt.datetime | None]
    expires: Mapped[dt.datetime | None] = mapped_column(index=True)  # of one that is not confirmed
    digested: Mapped[dt.date | None]  # the day of the last digest

    subscriber: Mapped[Subscriber] = relationship(lazy="joined", innerjoin=True)


class Waiting(Base):
    """A document that waits for the next digest of a subscription."""

    __tablename__ = "subscription_waiting"

    subscription_id: Mapped[int] = mapped_column(ForeignKey("subscription.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, index=True)


# -- asking, confirming, ending ---------------------------------------------------------------------------------

def ask(session: Session, house: House, email: str, kind: str, what: str, rhythm: str, *, at: dt.datetime) -> None:
    """Mail a link to confirm a subscription. The same for every address, known or not; too many mails are not sent.

    Nothing of a subscription that is confirmed already changes before its link is used.
    """
    prune(session, at)
    subscriber = _subscriber(session, house, email, at)
    lately = [each for each in subscriber.asked if dt.datetime.fromisoformat(each) > at - ASKED_WITHIN]
    if len(lately) >= MOST_ASKED:
        return
    found = _asked_for(session, house, subscriber, kind, what)
    if found is None:
        return
    subscriber.asked = [*lately, at.isoformat()]
    if found.confirmed is None:
        found.rhythm, found.expires = rhythm, at + GOOD_FOR
    session.flush()
    _post(session, found, f"confirm/{at.isoformat()}", confirm=True)


def _mark(session: Session, house: House, email: str) -> str:
    """The keyed hash by which a mailbox is found."""
    secret = house.keys.derive(session, "subscribers")
    return hmac.new(secret, normal_email(email).encode(), hashlib.sha256).hexdigest()


def _subscriber(session: Session, house: House, email: str, at: dt.datetime) -> Subscriber:
    mark = _mark(session, house, email)
    found = session.scalars(select(Subscriber).where(Subscriber.email_hash == mark).with_for_update()).first()
    sealed = house.keys.seal(session, normal_email(email).encode())  # the same work for every address
    if found is None:
        found = Subscriber(email_hash=mark, sealed=sealed, asked=[], refusals=0, created=at)
        session.add(found)
        session.flush()
    return found


def _asked_for(session: Session, house: House, subscriber: Subscriber, kind: str, what: str) -> Subscription | None:
    """The subscription, made if there is none; None when the mailbox has enough of them."""
    own = list(session.scalars(select(Subscription).where(Subscription.subscriber_id == subscriber.id)))
    found = next((each for each in own if (each.kind, each.what) == (kind, what)), None)
    if found is None and len(own) < MOST:
        token = secrets.token_urlsafe(24)
        found = Subscription(subscriber=subscriber, kind=kind, what=what, rhythm=AT_ONCE, name=secrets.token_hex(8),
                             token_hash=_token_hash(token), sealed=house.keys.seal(session, token.encode()))
        session.add(found)
    return found


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def by_token(session: Session, token: str, at: dt.datetime, *, lock: bool = False) -> Subscription | None:
    """The subscription that a token opens; None for one that was not confirmed in time."""
    good = or_(Subscription.confirmed.is_not(None), Subscription.expires > at)
    query = select(Subscription).where(Subscription.token_hash == _token_hash(token), good)
    return session.scalars(query.with_for_update(of=Subscription) if lock else query).first()


def by_name(session: Session, name: str) -> Subscription | None:
    return session.scalars(select(Subscription).where(Subscription.name == name)).first()


def of_mailbox(session: Session, subscription: Subscription) -> list[Subscription]:
    """The confirmed subscriptions of the same mailbox, the oldest first."""
    query = select(Subscription).where(Subscription.subscriber_id == subscription.subscriber_id,
                                       Subscription.confirmed.is_not(None)).order_by(Subscription.id)
    return list(session.scalars(query))


def email_of(session: Session, house: House, subscription: Subscription) -> str:
    return house.keys.open(session, subscription.subscriber.sealed).decode()


def token_of(session: Session, house: House, subscription: Subscription) -> str:
    return house.keys.open(session, subscription.sealed).decode()


def confirm(session: Session, subscription: Subscription, *, at: dt.datetime) -> None:
    """Its link was used: from now on it gets what is published, and a mailbox that slept is awake."""
    subscription.subscriber.refusals = 0
    if subscription.confirmed is None:
        subscription.confirmed, subscription.expires = at, None
        _record(session, subscription, "confirm", at)


def set_rhythm(session: Session, subscription: Subscription, rhythm: str) -> None:
    """What waits for the digest goes with the next one, whatever the rhythm is then; a mailbox that slept is awake."""
    subscription.rhythm, subscription.subscriber.refusals = rhythm, 0


def end(session: Session, subscription: Subscription, *, at: dt.datetime) -> None:
    """Unsubscribe: nothing more goes out, and with the last subscription the address is gone."""
    outbox.forget(session, receiver(subscription))
    session.execute(delete(Waiting).where(Waiting.subscription_id == subscription.id))
    _record(session, subscription, "end", at)
    session.delete(subscription)
    session.flush()
    _drop_empty(session)


def _record(session: Session, subscription: Subscription, name: str, at: dt.datetime) -> None:
    journal.record(session, f"subscription.{name}", ("subscription", subscription.id), actor_id=None, at=at)


def _drop_empty(session: Session) -> None:
    session.execute(delete(Subscriber).where(~exists().where(Subscription.subscriber_id == Subscriber.id)))


def prune(session: Session, at: dt.datetime) -> None:
    """What nobody confirmed in time goes, and the address with it."""
    late = list(session.scalars(select(Subscription).where(Subscription.expires <= at)))
    for each in late:
        outbox.forget(session, receiver(each))
        session.delete(each)
    if late:
        session.flush()
        _drop_empty(session)


# -- what the mail server says ------------------------------------------------------------------------------------

def refused(session: Session, subscription: Subscription) -> None:
    """The mailbox was refused for good; after `REFUSALS` of these in a row it sleeps."""
    subscriber = session.get_one(Subscriber, subscription.subscriber_id, with_for_update=True)
    subscriber.refusals += 1
    if subscriber.refusals == REFUSALS:
        journal.record(session, "subscription.sleep", ("subscription", subscription.id), actor_id=None)


def taken(session: Session, subscription: Subscription) -> None:
    session.get_one(Subscriber, subscription.subscriber_id, with_for_update=True).refusals = 0


def bounced(session: Session, house: House, email: str, ours: Callable[[str], bool], why: str) -> bool:
    """A server reported that the mailbox is gone, of a mail whose key `ours` knows: it sleeps at once.

    False when it was asleep, when no such mail went to it, or when that mail was reported before: a report that is
    read again does not put to sleep who has confirmed since.
    """
    found = session.scalars(select(Subscriber).where(Subscriber.email_hash == _mark(session, house, email))
                            .with_for_update()).first()
    if found is None:
        return False
    names = {receiver(each): each for each in session.scalars(
        select(Subscription).where(Subscription.subscriber_id == found.id))}
    sent = session.scalars(select(outbox.Delivery).where(outbox.Delivery.about.in_(names),
                                                         outbox.Delivery.state == outbox.SENT))
    mail = next((each for each in sent if ours(each.key)), None)
    if mail is None or mail.problem or found.asleep:
        return False
    mail.problem, found.refusals = f"退信：{why[:20]}", REFUSALS
    journal.record(session, "subscription.sleep", ("subscription", names[mail.about].id), actor_id=None)
    return True


# -- what is published --------------------------------------------------------------------------------------------

def receiver(subscription: Subscription) -> str:
    """How a delivery calls a subscription; also what the delivery is about (`outbox.forget`)."""
    return f"subscription/{subscription.name}"


def _post(session: Session, subscription: Subscription, key: str, document_id: int | None = None,
          **message: object) -> None:
    called = receiver(subscription)
    posted = outbox.post(session, CHANNEL, called, f"{called}/{key}", document_id=document_id, **message)
    posted.about = called


def searches(session: Session, newest: dt.datetime) -> set[str]:
    """The queries of searches that were confirmed before `newest`."""
    query = select(Subscription.what).where(Subscription.kind == SEARCH, Subscription.confirmed <= newest)
    return set(session.scalars(query.distinct()))


def wanted(session: Session, tree: Tree, lives: Collection[Live],
           hits: dict[str, set[int]]) -> list[tuple[Subscription, Live]]:
    """Who gets which of `lives`: published after the confirming, a mailbox each document once. Two queries.

    `hits`: {query of a search: ids of the documents that it finds}.
    """
    marks = {live.document_id: _marks(tree, live, columns, hits) for live, columns in _listed(session, lives)}
    kinds: dict[str, set[str]] = {}
    for kind, what in set().union(*marks.values()):
        kinds.setdefault(kind, set()).add(what)
    if not kinds:
        return []
    either = or_(*((Subscription.kind == kind) & Subscription.what.in_(whats) for kind, whats in kinds.items()))
    query = select(Subscription).where(Subscription.confirmed.is_not(None), either).order_by(Subscription.id)
    found: dict[tuple[int, int], tuple[Subscription, Live]] = {}
    for each in session.scalars(query):
        for live in lives:
            if (not each.subscriber.asleep and each.confirmed <= live.published
                    and (each.kind, each.what) in marks[live.document_id]):
                found.setdefault((each.subscriber_id, live.document_id), (each, live))
    return list(found.values())


def _listed(session: Session, lives: Iterable[Live]) -> list[tuple[Live, set[int]]]:
    ids = [live.document_id for live in lives]
    places: dict[int, set[int]] = {}
    query = select(Listing.document_id, Listing.column_id).where(Listing.document_id.in_(ids))
    for document_id, column_id in session.execute(query):
        places.setdefault(document_id, set()).add(column_id)
    return [(live, {live.column_id} | places.get(live.document_id, set())) for live in lives]


def _marks(tree: Tree, live: Live, columns: set[int], hits: dict[str, set[int]]) -> set[tuple[str, str]]:
    """`(kind, what)` of everything that a document belongs to."""
    found = {(COLUMN, str(above.id)) for column in columns if column in tree.by_id and tree.by_id[column].is_public()
             for above in tree.by_id[column].chain}
    found |= {(DEPARTMENT, str(unit)) for unit in tree.departments.chain(live.department_id)}
    found |= {(TOPIC, live.topic)} if live.topic else set()
    return found | {(SEARCH, query) for query, ids in hits.items() if live.document_id in ids}


def tell(session: Session, pairs: Iterable[tuple[Subscription, Live]]) -> None:
    """A mail for those who want it at once, a place in the next digest for the others; again changes nothing."""
    for subscription, live in pairs:
        if _had(session, subscription, live):
            continue
        if subscription.rhythm == AT_ONCE:
            _post(session, subscription, str(live.document_id), document_id=live.document_id,
                  documents=[live.document_id])
        else:
            session.merge(Waiting(subscription_id=subscription.id, document_id=live.document_id))


def _had(session: Session, subscription: Subscription, live: Live) -> bool:
    """Whether a mail was made of it already: a follower that was killed reads some rows again."""
    query = select(outbox.Delivery.message).where(outbox.Delivery.about == receiver(subscription),
                                                  outbox.Delivery.created >= live.published)
    return any(live.document_id in message.get("documents", ()) for message in session.scalars(query))


def digests_due(session: Session, at: dt.datetime) -> bool:
    """Whether there is a digest to make or something to prune: asked by readers."""
    late = select(Subscription.id).where(Subscription.expires <= at).limit(1)
    return _digests(session, at, 1) != [] or session.scalar(late) is not None


def _digests(session: Session, at: dt.datetime, limit: int) -> list[Subscription]:
    if at.astimezone(SHANGHAI).hour < DIGEST_HOUR:
        return []
    today = local_date(at)
    waits = exists().where(Waiting.subscription_id == Subscription.id)
    query = (select(Subscription).where(waits, or_(Subscription.digested.is_(None), Subscription.digested < today))
             .order_by(Subscription.id).limit(limit).options(joinedload(Subscription.subscriber)))
    return list(session.scalars(query))


def make_digests(session: Session, at: dt.datetime, limit: int = 100) -> int:
    """The day's digests of some subscriptions, one mail each, and what was not confirmed goes; how many were made."""
    prune(session, at)
    found = _digests(session, at, limit)
    for each in found:
        ids = list(session.scalars(select(Waiting.document_id).where(Waiting.subscription_id == each.id)
                                   .order_by(Waiting.document_id)))
        _post(session, each, f"digest/{local_date(at).isoformat()}", documents=ids)
        session.execute(delete(Waiting).where(Waiting.subscription_id == each.id))
        each.digested = local_date(at)
    return len(found)


def count(session: Session) -> int:
    """How many subscriptions are confirmed."""
    return session.scalar(select(func.count()).select_from(Subscription)
                          .where(Subscription.confirmed.is_not(None))) or 0
