"""What checks found in what is public (巡检): one row for each document and check, with the mark it was checked under.

A check reads one document, on its own and in the background: for personal data with today's detectors, for wrong
words, for links that lead nowhere. Its `mark` names what it was done with (detectors, lists, the rendition); what was
done under another mark is done again. Rules of supervision read the rows of what is bad, and nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, and_, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now
from content.documents import ARCHIVED, PUBLIC, Live


class Checked(Base):
    """What a check found in a document: `found` is a list of places and kinds, never the personal data itself.

    `again` is when it is to be done again although nothing changed: links die by themselves.
    """

    __tablename__ = "document_check"
    __table_args__ = (Index("ix_document_check_bad", "check_name", "bad"), Index("ix_document_check_again", "again"))

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    check_name: Mapped[str] = mapped_column(Text, primary_key=True)
    rendition_id: Mapped[int]
    mark: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]
    again: Mapped[dt.datetime | None]
    bad: Mapped[bool]
    since: Mapped[dt.date | None]  # the day on which it was first found bad without being well in between
    found: Mapped[list]


def waiting(session: Session, check: str, mark: str, at: dt.datetime, limit: int,
            documents: Collection[int] | None = None) -> list[Live]:
    """What is public and was never checked, or not in this text, not under this mark, or is due again."""
    done = and_(Checked.document_id == Live.document_id, Checked.check_name == check)
    query = (select(Live).outerjoin(Checked, done).where(
        Live.state.in_((PUBLIC, ARCHIVED)),
        or_(Checked.document_id.is_(None), Checked.rendition_id != Live.rendition_id, Checked.mark != mark,
            Checked.again <= at)).order_by(Live.document_id).limit(limit))
    if documents is not None:
        query = query.where(Live.document_id.in_(documents))
    return list(session.scalars(query))


def unchecked(session: Session, marks: Mapping[str, str], at: dt.datetime) -> int:
    """How many public documents wait for one of the checks `{name: mark}` at least; two queries."""
    done = (select(Checked.document_id).join(Live, Live.document_id == Checked.document_id).where(
        Live.state.in_((PUBLIC, ARCHIVED)), Checked.rendition_id == Live.rendition_id,
        or_(Checked.again.is_(None), Checked.again > at),
        or_(*(and_(Checked.check_name == name, Checked.mark == mark) for name, mark in marks.items())))
        .group_by(Checked.document_id).having(func.count() == len(marks)))
    every = select(func.count()).select_from(Live).where(Live.state.in_((PUBLIC, ARCHIVED)))
    checked = session.scalar(select(func.count()).select_from(done.subquery()))
    return (session.scalar(every) or 0) - (checked or 0)


def keep(session: Session, live: Live, check: str, mark: str, found: list[Any], *, day: dt.date,
         again: dt.datetime | None = None) -> Checked:
    """Write down what a check found in what is live of a document; an empty `found` is well."""
    row = session.get(Checked, (live.document_id, check))
    if row is None:
        row = Checked(document_id=live.document_id, check_name=check, bad=False, since=None, found=[])
        session.add(row)
    if found != row.found:  # so that supervision looks at it within the day
        journal.record(session, "check.turn", ("check", live.document_id), actor_id=None, check=check,
                       places=len(found))
    row.since = (row.since or day) if found else None
    row.rendition_id, row.mark, row.at, row.again = live.rendition_id, mark, now(), again
    row.bad, row.found = bool(found), found
    return row


def bad(session: Session, check: str, documents: Collection[int] | None = None) -> list[tuple[Checked, Live]]:
    """What the check found in what is still public, by document.

    What has another text by now counts as bad until it was looked at again: to correct something is not to cure it.
    """
    query = (select(Checked, Live).join(Live, Live.document_id == Checked.document_id)
             .where(Checked.check_name == check, Checked.bad, Live.state.in_((PUBLIC, ARCHIVED)))
             .order_by(Checked.document_id))
    if documents is not None:
        query = query.where(Checked.document_id.in_(documents))
    return [(row, live) for row, live in session.execute(query)]


def again(session: Session, check: str, documents: Collection[int], at: dt.datetime) -> None:
    """Do the check of these documents again: what it asked about is otherwise by now."""
    session.execute(update(Checked).where(Checked.check_name == check, Checked.document_id.in_(documents))
                    .values(again=at).execution_options(synchronize_session=False))


def is_due(session: Session, at: dt.datetime) -> bool:
    """Whether anything is to be done again although nothing changed."""
    query = select(Checked.document_id).join(Live, Live.document_id == Checked.document_id).where(
        Checked.again <= at, Live.state.in_((PUBLIC, ARCHIVED)))
    return session.scalar(query.limit(1)) is not None


def forget(session: Session, check: str) -> None:
    """Drop everything a check wrote: it is done anew."""
    session.execute(delete(Checked).where(Checked.check_name == check))
