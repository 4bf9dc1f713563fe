"""Subscriptions by mail: the mail is made of the documents that may be read when it goes, and of the sealed address.

A mailbox that is refused for good several times in a row sleeps. What mail servers report later, by messages to the
sender's mailbox, `gongkai bounces` reads (`portal.bounces`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage

from content import subscriptions
from content.house import House
from content.outbox import Parcel
from content.subscriptions import Subscription
from portal.channels.mail import Mail, Refused
from portal.channels.mail import sender_for as mail_for
from portal.delivering import NotDeliverable
from portal.settings import Settings
from portal.subscribing import compose

_ADDRESS = re.compile(r"[^\s<>]+@[^\s<>]+")


@dataclass(frozen=True)
class Sender:
    """A `portal.delivering.Sender` of what `content.subscriptions` posts."""

    house: House
    mail: Mail
    settings: Settings

    def compose(self, parcel: Parcel) -> tuple[Subscription, EmailMessage | None]:
        """What goes to whom; no message when nothing of it may be read any more. Raises `NotDeliverable`."""
        with self.house.database.reader() as session:
            found = subscriptions.by_name(session, parcel.receiver.partition("/")[2])
            if found is None:
                raise NotDeliverable("已经退订")
            if found.subscriber.asleep and not parcel.message.get("confirm"):
                raise NotDeliverable("邮箱多次拒收，已经停发")
            return found, compose(session, self.house, self.settings, self.mail, found, parcel)

    def send(self, parcel: Parcel) -> str:
        found, message = self.compose(parcel)
        if message is None:
            return "信息都已撤下，没有发邮件"
        try:
            self.mail.transmit(message)
        except Exception as problem:
            if isinstance(problem, Refused):
                self._note(found, refused=True)
            raise _without_addresses(problem) from None
        if found.subscriber.refusals:
            self._note(found, refused=False)
        return ""

    def _note(self, found: Subscription, refused: bool) -> None:
        with self.house.database.writer.begin() as session:
            again = subscriptions.by_name(session, found.name)
            if again is not None:
                (subscriptions.refused if refused else subscriptions.taken)(session, again)


def _without_addresses(problem: Exception) -> Exception:
    """What went wrong, for the outbox and the log, without the mailbox that a server may have quoted."""
    kind = NotDeliverable if isinstance(problem, NotDeliverable) else ConnectionError
    return kind(_ADDRESS.sub("…", str(problem)) or type(problem).__name__)


def sender_for(house: House, settings: Settings) -> Sender | None:
    """None while no mail server is set: what was posted then waits in the outbox."""
    mail = mail_for(house, settings)
    return Sender(house, mail, settings) if mail is not None else None
