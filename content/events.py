"""The register of events (事件登记): what happened that a column must tell of, when, and by what one knows it.

Columns whose promise is "within so many days after an event" are judged by it (人大批准预算, 领导任免, 行政处罚
决定…). An entry is never changed; a wrong one is annulled, with the reason, by somebody who stays on record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, and_, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now

UNTOLD, TOLD, ANNULLED = "untold", "told", "annulled"


class Event(Base):
    """Something that happened on `day`, of which `column_id` must tell; `document_id` is what does, where named."""

    __tablename__ = "column_event"
    __table_args__ = (Index("ix_column_event_column", "column_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    column_id: Mapped[int] = mapped_column(ForeignKey("site_column.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    day: Mapped[dt.date]
    what: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, default="")  # a number of a paper, an address
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    entered: Mapped[dt.datetime]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    annulled: Mapped[dt.datetime | None]
    annulled_why: Mapped[str] = mapped_column(Text, default="")


def enter(session: Session, *, column_id: int, department_id: int, day: dt.date, what: str, evidence: str,
          actor_id: int | None, document_id: int | None = None) -> Event:
    """Enter an event."""
    event = Event(column_id=column_id, department_id=department_id, day=day, what=what, evidence=evidence,
                  document_id=document_id, entered=now(), entered_by=actor_id)
    session.add(event)
    session.flush()
    journal.record(session, "event.enter", ("event", event.id), actor_id=actor_id, column=column_id,
                   day=day.isoformat(), what=what, evidence=evidence, document=document_id)
    return event


def tell(session: Session, event: Event, document_id: int, *, actor_id: int | None) -> None:
    """Name the document that tells of the event."""
    event.document_id = document_id
    journal.record(session, "event.tell", ("event", event.id), actor_id=actor_id, column=event.column_id,
                   document=document_id)


def annul(session: Session, event: Event, why: str, *, actor_id: int | None) -> None:
    """Take an entry back, with the reason."""
    event.annulled, event.annulled_why = now(), why
    journal.record(session, "event.annul", ("event", event.id), actor_id=actor_id, column=event.column_id, why=why)


def of_columns(session: Session, columns: Collection[int] | None, until: dt.date) -> list[Event]:
    """What happened up to `until` that these columns (None for all) must tell of, oldest first."""
    query = select(Event).where(Event.day <= until, Event.annulled.is_(None))
    if columns is not None:
        query = query.where(Event.column_id.in_(columns))
    return list(session.scalars(query.order_by(Event.day, Event.id)))


# -- the register as a list -----------------------------------------------------------------------------------------

def among(columns: Collection[int], state: str = "") -> ColumnElement[bool]:
    """Entries of these columns that are `UNTOLD` (no document is named), `TOLD` or `ANNULLED`, or all of them."""
    found = [Event.column_id.in_(columns)]
    if state == ANNULLED:
        found.append(Event.annulled.is_not(None))
    elif state in (UNTOLD, TOLD):
        named = Event.document_id.is_(None) if state == UNTOLD else Event.document_id.is_not(None)
        found += [Event.annulled.is_(None), named]
    return and_(*found)


def count(session: Session, where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Event).where(where)) or 0


def listed(session: Session, where: ColumnElement[bool], offset: int, limit: int) -> list[Event]:
    """The latest first."""
    query = select(Event).where(where).order_by(Event.day.desc(), Event.id.desc())
    return list(session.scalars(query.offset(offset).limit(limit)))
