"""Delivering: takes what is due from the outbox to its channel, and writes down what came of it.

Taking is committed before anything is sent, and the outcome after it, each delivery by itself: a process that is
killed in between sends at most that one again, under the same idempotency key, which the channel passes on.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Protocol

from content import outbox
from content.base import Database
from content.collect import modules
from content.house import House
from content.outbox import Delivery, Parcel
from portal import channels
from portal.settings import Settings

BATCH = 10
log = logging.getLogger(__name__)


class NotDeliverable(Exception):
    """The channel will never take this delivery; trying again is of no use."""


class NotYet(Exception):
    """The channel takes nothing before `until`: a quota is used up."""

    def __init__(self, until: dt.datetime, words: str) -> None:
        super().__init__(words)
        self.until = until


class Sender(Protocol):
    """How a channel sends; it returns what the other side said, where that is worth keeping.

    Raises `NotDeliverable`, `NotYet`, or anything else to be tried again later.
    """

    def send(self, parcel: Parcel) -> str | None: ...


def senders(house: House, settings: Settings) -> dict[str, Sender]:
    """`{channel: sender}` for each file of `portal/channels/` that gives `sender_for` and is set up."""
    found = {}
    for module in modules(channels):
        make = getattr(module, "sender_for", None)
        sender = make(house, settings) if make else None
        if sender is not None:
            found[module.__name__.rpartition(".")[2]] = sender
    return found


def deliver(house: House, channel: str, sender: Sender, owner: str) -> int:
    """One batch of what is due for `channel`; returns how many deliveries were tried."""
    database = house.database
    with database.reader() as session:
        if not outbox.is_due(session, channel):
            return 0
    with database.writer.begin() as session:
        taken = outbox.lease(session, owner, BATCH, channel=channel)
    for delivery in taken:
        if _is_wanted(database, delivery):
            _report(database, delivery, owner, *_send(house, sender, delivery))
    return len(taken)


def _is_wanted(database: Database, delivery: Delivery) -> bool:
    """What was recalled since it was taken does not go out."""
    with database.reader() as session:
        return outbox.is_wanted(session, delivery)


def _send(house: House, sender: Sender, delivery: Delivery) -> tuple[str, Exception | None]:
    """Open it and send it: the receipt, or what went wrong, which is kept and logged without the receiver."""
    receiver = ""
    try:
        with house.database.reader() as session:
            parcel = outbox.opened(session, house, delivery)
        receiver = parcel.receiver
        return sender.send(parcel) or "", None
    except Exception as problem:  # whatever a channel raises is that delivery's problem, not the worker's
        kept = _without(receiver, problem)
        log.warning("delivery %s by %s failed: %s", delivery.id, delivery.channel, kept)
        return "", kept


def _without(receiver: str, problem: Exception) -> Exception:
    if not receiver or receiver not in str(problem):
        return problem
    if isinstance(problem, NotYet):
        return NotYet(problem.until, str(problem).replace(receiver, "…"))
    kind = NotDeliverable if isinstance(problem, NotDeliverable) else ConnectionError
    return kind(str(problem).replace(receiver, "…"))


def _report(database: Database, delivery: Delivery, owner: str, receipt: str, problem: Exception | None) -> None:
    with database.writer.begin() as session:
        row = session.get_one(Delivery, delivery.id, with_for_update=True)
        if row.lease_owner != owner:
            return  # the lease ran out while the channel was slow: another process answers for it now
        if problem is None:
            outbox.sent(row, receipt=receipt)
        elif isinstance(problem, NotYet):
            outbox.postpone(row, problem.until, str(problem))
        else:
            outbox.failed(row, str(problem) or type(problem).__name__, final=isinstance(problem, NotDeliverable))
