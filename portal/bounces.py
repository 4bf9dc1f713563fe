"""Bounces (退信): what mail servers report of mail that they took and could not deliver (RFC 3464), and what follows.

A report counts only when it gives back the Message-ID of a mail that went to one of our subscriptions: nobody who does
not have the mail knows it, so that nobody can end the subscriptions of others by writing to the mailbox of bounces.
A mailbox that does not exist, or is closed for good, sleeps at once; what passes, or is the mail's fault, changes
nothing.
"""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

from sqlalchemy.orm import Session

from content import subscriptions
from content.house import House
from portal.channels.mail import message_id

GONE = ("5.0.", "5.1.", "5.2.0", "5.2.1", "5.4.4")  # no such mailbox or host; full (5.2.2) or refused words (5.7) pass
LARGEST = 10 * 1024 * 1024  # octets of a message


@dataclass
class Outcome:
    """How many messages were read: reports of failure for good, of what passes, others; and mailboxes now asleep."""

    read: int = 0
    gone: int = 0
    passing: int = 0
    other: int = 0
    asleep: int = 0


@dataclass(frozen=True)
class Report:
    """A mail that did not arrive: to whom it went, what it was called, and why."""

    receivers: tuple[str, ...]
    message_id: str
    status: str

    @property
    def for_good(self) -> bool:
        return self.status.startswith(GONE)


def messages(octets: bytes) -> Iterator[bytes]:
    """The messages of what a mail pipe hands over, or of an mbox."""
    if not octets.startswith(b"From "):
        yield octets
        return
    for each in b"\n".join([b"", *octets.splitlines()]).split(b"\nFrom ")[1:]:
        yield each.partition(b"\n")[2]


def of_folder(path: Path) -> Iterator[bytes]:
    """The messages of a Maildir."""
    for each in mailbox.Maildir(path, create=False):
        yield each.as_bytes()


def reports(octets: bytes) -> list[Report]:
    """What a message reports to have failed; nothing when it is no report."""
    message = message_from_bytes(octets[:LARGEST], policy=default)
    if message.get_content_type() != "multipart/report":
        return []
    parts = list(message.walk())
    status = next((each for each in parts if each.get_content_type() == "message/delivery-status"), None)
    given_back = _given_back(parts)
    if status is None or given_back is None:
        return []
    also, blocks = parseaddr(str(given_back["To"] or ""))[1], status.get_payload()
    failed = [each for each in blocks if isinstance(each, Message) and _field(each, "Action").lower() == "failed"]
    return [Report(tuple(dict.fromkeys(filter(None, [*_receivers(each), also]))), _field(given_back, "Message-ID"),
                   _field(each, "Status")) for each in failed]


def _field(block: Message, name: str) -> str:
    return str(block[name] or "").strip()


def _given_back(parts: list[Message]) -> Message | None:
    """The mail that did not arrive, or its headers."""
    for each in parts:
        if each.get_content_type() == "message/rfc822" and isinstance(each.get_payload(), list):
            return each.get_payload(0)
        if each.get_content_type() == "text/rfc822-headers" and isinstance(each, EmailMessage):
            return message_from_bytes(each.get_content().encode() if isinstance(each.get_content(), str)
                                      else each.get_content(), policy=default)
    return None


def _receivers(block: Message) -> Iterator[str]:
    for name in ("Original-Recipient", "Final-Recipient"):
        kind, _semicolon, address = str(block[name] or "").partition(";")
        if kind.strip().lower() == "rfc822":
            yield address.strip()


def take(house: House, sender: str, octets: bytes, outcome: Outcome) -> None:
    """Read a message and do what follows of it. `sender` is the From address of our mail."""
    outcome.read += 1
    found = reports(octets)
    outcome.other += not found
    for report in found:
        if not report.for_good:
            outcome.passing += 1
            continue
        outcome.gone += 1
        with house.database.writer.begin() as session:
            outcome.asleep += any(_put_to_sleep(session, house, sender, report, each) for each in report.receivers)


def _put_to_sleep(session: Session, house: House, sender: str, report: Report, address: str) -> bool:
    def ours(key: str) -> bool:
        return message_id(key, sender) == report.message_id
    return subscriptions.bounced(session, house, address, ours, report.status)
