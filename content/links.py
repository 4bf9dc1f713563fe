"""Links of what is published (链接): each address once, however many documents name it, and how it was found.

A link counts as broken when it was out of reach on two days. Which document names which is kept by the check of
links (`workflows.checks`); who asks the addresses is the portal (`portal.checks`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ForeignKey, Index, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content.base import Base

DAYS_WELL = 30  # after so many days what was well is asked again
BACK_OFF = (1, 1, 3, 7)  # days until what failed once, twice … is asked again; the last for all that follow
FAILURES = 2  # on so many days makes it broken
LONGEST = 2000  # characters of an address


class Link(Base):
    """An address outside the portal. `problem` is why it could not be reached last, "" when it could."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_due", "due"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text, unique=True)
    due: Mapped[dt.datetime]
    asked: Mapped[dt.datetime | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    failures: Mapped[int] = mapped_column(default=0)  # days in a row on which it was out of reach
    failed: Mapped[dt.date | None]  # the last of them
    broken: Mapped[bool] = mapped_column(default=False)


class LinkUse(Base):
    """A document that names a link in what is public of it."""

    __tablename__ = "link_use"
    __table_args__ = (Index("ix_link_use_link", "link_id"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    link_id: Mapped[int] = mapped_column(ForeignKey("link.id"), primary_key=True)


def use(session: Session, document_id: int, urls: Collection[str], at: dt.datetime) -> None:
    """A document names these addresses and no others; those that nobody knew are to be asked."""
    known = {link.url: link for link in session.scalars(select(Link).where(Link.url.in_(urls)))} if urls else {}
    for url in urls:
        if url not in known:
            known[url] = Link(url=url, due=at)
            session.add(known[url])
    session.flush()
    session.execute(delete(LinkUse).where(LinkUse.document_id == document_id))
    session.add_all(LinkUse(document_id=document_id, link_id=link_id) for link_id in sorted(
        {known[url].id for url in urls}))
    session.flush()


def broken(session: Session, urls: Collection[str]) -> dict[str, str]:
    """`{address: why}` of those that count as broken."""
    if not urls:
        return {}
    query = select(Link.url, Link.problem).where(Link.url.in_(urls), Link.broken)
    return {link.url: link.problem for link in session.execute(query)}


def due(session: Session, at: dt.datetime, limit: int) -> list[Link]:
    """What is to be asked and still named by something, the longest waiting first."""
    named = select(LinkUse.link_id).where(LinkUse.link_id == Link.id).exists()
    return list(session.scalars(select(Link).where(Link.due <= at, named).order_by(Link.due, Link.id).limit(limit)))


def keep(link: Link, problem: str, *, day: dt.date, at: dt.datetime) -> bool:
    """Write down how a link was found; returns whether it became broken, or well again. One failure a day counts."""
    before, link.asked, link.problem = link.broken, at, problem
    if not problem:
        link.failures, link.failed, link.broken = 0, None, False
        link.due = at + dt.timedelta(days=DAYS_WELL)
        return before
    if link.failed != day:
        link.failures, link.failed = link.failures + 1, day
    link.broken = link.failures >= FAILURES
    link.due = at + dt.timedelta(days=BACK_OFF[min(link.failures, len(BACK_OFF)) - 1])
    return link.broken != before


def named_by(session: Session, link_ids: Collection[int]) -> set[int]:
    """Ids of the documents that name some links."""
    return set(session.scalars(select(LinkUse.document_id).where(LinkUse.link_id.in_(link_ids)))) if link_ids else set()
