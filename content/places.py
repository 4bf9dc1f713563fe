"""Places: the number that a document has in the list of a column, given once and kept, so that pages do not shift.

A column lists what is listed below it as well; a document has a place in each of these lists. Page 3 of a list with
ten to a page are places 21 to 30, whoever is there: what was withdrawn leaves a gap, what is published comes behind
all others, and so does what was moved here. Lists are put in order of time again only by `renumber`: when columns are
put below others, and after an import of what is older than what was here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import ForeignKey, Index, UniqueConstraint, column, delete, func, insert, select, table, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, dialect_of
from content.documents import Listing, Live
from content.marks import about

_LOCK = 0x706C6163  # "plac": the advisory lock of those who give places
_COLUMNS = table("site_column", column("id"), column("parent_id"))
_FOLD = 500  # documents whose places are asked for at a time


class Place(Base):
    """`ordinal` counts from 1, the oldest; `published` is that of the document, for who asks for the newest."""

    __tablename__ = "list_place"
    __table_args__ = (UniqueConstraint("document_id", "column_id"),
                      Index("ix_list_place_newest", "column_id", "published", "document_id"))

    column_id: Mapped[int] = mapped_column(ForeignKey("site_column.id"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("live.document_id"))
    published: Mapped[dt.datetime]


def settle(session: Session, document_id: int, columns: Iterable[int], anew: bool = False) -> None:
    """Give a document its places: it keeps those it has, unless it comes `anew`, and leaves other lists."""
    wanted = _above(session, columns)
    hold(session)
    session.flush()
    mine = Place.document_id == document_id
    session.execute(delete(Place).where(mine, *(() if anew else (Place.column_id.not_in(wanted),))))
    kept = set(session.scalars(select(Place.column_id).where(mine)))
    moment = select(Live.published).where(Live.document_id == document_id).scalar_subquery()
    for each in sorted(wanted - kept):
        session.execute(insert(Place).values(column_id=each, ordinal=last(session, each) + 1, document_id=document_id,
                                             published=moment))


@about(lambda *_: ())
def last(session: Session, column_id: int) -> int:
    """The highest place of a list, 0 of an empty one."""
    return session.scalar(select(func.max(Place.ordinal)).where(Place.column_id == column_id)) or 0


def places_of(session: Session, ids: Collection[int]) -> list[tuple[int, int]]:
    """`(column, place)` of documents, those of each in the lists that it is in."""
    found, wanted = [], sorted(ids)
    for at in range(0, len(wanted), _FOLD):
        query = select(Place.column_id, Place.ordinal).where(Place.document_id.in_(wanted[at:at + _FOLD]))
        found += [tuple(row) for row in session.execute(query)]
    return found


def disordered(session: Session) -> list[int]:
    """Columns in whose lists something stands behind what was published after it."""
    before = func.lag(Live.published).over(partition_by=Place.column_id, order_by=Place.ordinal)
    rows = select(Place.column_id, Live.published, before.label("before")).join(
        Live, Live.document_id == Place.document_id).subquery()
    return sorted(session.scalars(select(rows.c.column_id).where(rows.c.published < rows.c.before).distinct()))


def renumber(session: Session, columns: Collection[int] | None = None) -> None:
    """Give all places of some lists, or of all, anew in the order of time; the caller tells the journal."""
    hold(session)
    session.flush()
    below = _below(session)
    for each in below if columns is None else columns:
        session.execute(delete(Place).where(Place.column_id == each))
        inside = select(Listing.document_id).where(Listing.column_id.in_(below[each]))
        order = func.row_number().over(order_by=(Live.published, Live.document_id))
        rows = select(text(str(int(each))), order, Live.document_id, Live.published).where(
            Live.document_id.in_(inside))
        session.execute(insert(Place).from_select(["column_id", "ordinal", "document_id", "published"], rows))


def put_in_order(session: Session) -> list[int]:
    """Renumber the lists that are out of order, and tell the journal; returns their columns."""
    found = disordered(session)
    if found:
        renumber(session, found)
        journal.record(session, "list.renumber", ("list", found[0]), actor_id=None, columns=found)
    return found


def hold(session: Session) -> None:
    """One at a time gives places; SQLite's writers are one at a time anyway."""
    if dialect_of(session) == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _above(session: Session, columns: Iterable[int]) -> set[int]:
    parents, found = _parents(session), set()
    for each in columns:
        while each is not None and each not in found:
            found.add(each)
            each = parents.get(each)
    return found


def _below(session: Session) -> dict[int, set[int]]:
    parents = _parents(session)
    found: dict[int, set[int]] = {each: set() for each in parents}
    for each in parents:
        above: int | None = each
        while above is not None:
            found[above].add(each)
            above = parents[above]
    return found


def chain(session: Session, column_id: int) -> set[int]:
    """A column and all above it."""
    return _above(session, [column_id])


def _parents(session: Session) -> dict[int, int | None]:
    return {row.id: row.parent_id for row in session.execute(select(_COLUMNS.c.id, _COLUMNS.c.parent_id))}
