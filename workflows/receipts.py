"""The receipt (登记回执) of a case: the letter that says it was received, its number, and the day of the reply."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from content import cases
from content.base import local_date, now
from content.cases import Case, Message
from content.house import House
from workflows import letters

RECEIPT = "receipt"


def has_receipt(case: Case) -> bool:
    """Whether there are words of a receipt for this type of case."""
    return f"{RECEIPT}.{case.type}" in letters.shipped()


def issue_receipt(session: Session, house: House, case: Case, *, actor_id: int | None,
                  at: dt.datetime | None = None) -> Message:
    """Compose and freeze the receipt; a case that has one keeps it."""
    for message in case.messages:
        if message.kind == RECEIPT and message.issued is not None:
            return message
    at = at or now()
    day = local_date(at)
    number = letters.next_number(session, house, case, RECEIPT, day)
    body = letters.compose(session, house, case, RECEIPT, {}, number=number, day=day)
    made = cases.add_message(session, house, case, "out", RECEIPT, body, author_id=actor_id, at=at)
    cases.issue(session, house, made, number, body, actor_id=actor_id, at=at)
    return made
