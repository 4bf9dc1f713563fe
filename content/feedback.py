"""What citizens point out: 我为政府网站找错 and opinions on columns and documents, each with its department."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now
from content.keys import KeyStore

WAITING, ANSWERED = "waiting", "answered"
ANSWER_WORKDAYS = 5


class ErrorReport(Base):
    """One report about one page. The reporter's contact is sealed; only who answers opens it."""

    __tablename__ = "error_report"
    __table_args__ = (Index("ix_error_report_department", "department_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    page: Mapped[str] = mapped_column(Text)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    column_id: Mapped[int | None] = mapped_column(ForeignKey("site_column.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    message: Mapped[str] = mapped_column(Text)
    contact: Mapped[bytes | None] = mapped_column(LargeBinary)
    received: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(Text, default=WAITING)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered: Mapped[dt.datetime | None]


def report(session: Session, keys: KeyStore, *, page: str, department_id: int, message: str, contact: str = "",
           document_id: int | None = None, column_id: int | None = None) -> ErrorReport:
    """Take a report; the journal says that it came, not what it says."""
    sealed = keys.seal(session, contact.encode()) if contact else None
    made = ErrorReport(page=page, department_id=department_id, message=message, contact=sealed, received=now(),
                       document_id=document_id, column_id=column_id)
    session.add(made)
    session.flush()
    journal.record(session, "report.receive", ("report", made.id), actor_id=None, page=page,
                   department_id=department_id)
    return made


def answer(session: Session, found: ErrorReport, text: str, *, actor_id: int) -> None:
    """Answer a report, or answer it anew."""
    found.answer, found.answered, found.state = text, now(), ANSWERED
    journal.record(session, "report.answer", ("report", found.id), actor_id=actor_id, answer=text)


def open_contact(session: Session, keys: KeyStore, found: ErrorReport, *, actor_id: int) -> str:
    """How the reporter can be reached, "" when he left nothing; that somebody looked is in the journal."""
    if found.contact is None:
        return ""
    journal.record(session, "report.open_contact", ("report", found.id), actor_id=actor_id)
    return keys.open(session, found.contact).decode()
