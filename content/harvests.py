"""Harvests (数据交换): which other portals are read into which columns, how far, and where each item came from.

The cursor is kept in the transaction of the last item before it, so that a harvest that is killed goes on where it
was. What is done again changes nothing: `etag` and `digest` say which state of an item was taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content.base import Base
from content.documents import Document
from content.marks import about

SOURCE = "harvest:"  # how the `source_id` of a harvested document begins


class Harvest(Base):
    """A portal that is read into a column. `cursor` is how far, in its words; `url` its address, without a path."""

    __tablename__ = "harvest"
    __table_args__ = (UniqueConstraint("url", "column_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    column_id: Mapped[int] = mapped_column(ForeignKey("site_column.id"))
    cursor: Mapped[str] = mapped_column(Text, default="")
    ended: Mapped[dt.datetime | None]  # when it last came to the end of what changed


class Harvested(Base):
    """Where a document came from. `chain`: the portals that it came through, the first one first, without this one."""

    __tablename__ = "harvested"
    __table_args__ = (UniqueConstraint("harvest_id", "number"), UniqueConstraint("address"))

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    harvest_id: Mapped[int] = mapped_column(ForeignKey("harvest.id"))
    number: Mapped[int]  # its id there
    etag: Mapped[str] = mapped_column(Text)  # of the answer that was taken
    digest: Mapped[str] = mapped_column(Text)  # of what the public reads in it
    published: Mapped[dt.datetime]  # … there, for the first time
    archived: Mapped[bool] = mapped_column(default=False)
    portal: Mapped[str] = mapped_column(Text)  # … that disclosed it first, as it calls itself
    organ: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)  # of the original, for people
    index_number: Mapped[str] = mapped_column(Text)
    chain: Mapped[list] = mapped_column(default=list)


def opened(session: Session, url: str, column_id: int) -> Harvest:
    """The harvest of this portal into this column, which begins with this question."""
    found = session.scalar(select(Harvest).where(Harvest.url == url, Harvest.column_id == column_id))
    if found is None:
        found = Harvest(url=url, column_id=column_id, cursor="")
        session.add(found)
        session.flush()
    return found


def taken(session: Session, harvest_id: int, number: int) -> Harvested | None:
    """What was taken of the item that is called `number` there."""
    query = select(Harvested).where(Harvested.harvest_id == harvest_id, Harvested.number == number)
    return session.scalar(query)


def came_by_another(session: Session, address: str, harvest_id: int) -> bool:
    """Whether this original is here already, by another way."""
    query = select(Harvested.document_id).where(Harvested.address == address, Harvested.harvest_id != harvest_id)
    return session.scalar(query) is not None


def in_states(session: Session, harvest_id: int, states: Collection[str]) -> list[int]:
    """Ids of the documents of a harvest that stand in one of these states."""
    query = (select(Document.id).join(Harvested, Harvested.document_id == Document.id)
             .where(Harvested.harvest_id == harvest_id, Document.state.in_(states)).order_by(Document.id))
    return list(session.scalars(query))


def counterparts(session: Session, harvest_id: int, numbers: Collection[int]) -> dict[int, int]:
    """`{id there: id here}` of those that were taken."""
    query = select(Harvested.number, Harvested.document_id).where(Harvested.harvest_id == harvest_id,
                                                                  Harvested.number.in_(numbers))
    return dict(session.execute(query).all())


@about(lambda _session, document: [f"document:{document.id}"])
def origin(session: Session, document: Document) -> Harvested | None:
    """Where a document came from; no question is asked about what was written here."""
    if not (document.source_id or "").startswith(SOURCE):
        return None
    return session.get(Harvested, document.id)
