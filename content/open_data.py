"""The questions of other programs: lists that are paged by a cursor, figures, and what changed, in the journal's order.

Every one goes through the gate (`documents.readable`). A cursor names a place and not a page, so that it stays right
while things are published; it holds nothing but digits and is not for its reader to understand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload, lazyload

from content import journal
from content.base import SHANGHAI, local_date
from content.documents import Listing, Live, Rendition, readable
from content.journal import GENESIS, Row
from content.tree import TREE_KINDS, Tree

PUBLISHED = ("document", *TREE_KINDS)  # kinds of rows that change what is public
MOVING = frozenset({"audience", "parent_id", "slug", "name"})  # of a column: what its documents are told by
WHOLE = (joinedload(Live.rendition), lazyload(Live.document))  # of one document, everything public
_FIRST_DAY = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


# -- lists --------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Wanted:
    """What narrows a list; None narrows nothing. `columns`, `departments`: ids, subtrees already unfolded.

    `ids` are those that a search found; `updated_since` takes what was published or changed then or later.
    """

    columns: Collection[int] | None = None
    departments: Collection[int] | None = None
    ids: Collection[int] | None = None
    type: str | None = None
    topic: str | None = None
    year: int | None = None
    updated_since: dt.datetime | None = None


@dataclass(frozen=True)
class Spot:
    """A place in a list, newest first: behind the document `number`, published at `moment`."""

    moment: dt.datetime
    number: int

    @classmethod
    def of(cls, live: Live) -> Spot:
        return cls(live.published, live.document_id)

    @classmethod
    def read(cls, written: str) -> Spot:
        """21 hexadecimal digits; each such word is some place."""
        return cls(_FIRST_DAY + int(written[:14], 16) * _MICROSECOND, int(written[14:], 16))

    def __str__(self) -> str:
        return f"{(self.moment - _FIRST_DAY) // _MICROSECOND:014x}{self.number:07x}"


def page(session: Session, now: dt.datetime, wanted: Wanted, after: Spot | None, limit: int) -> list[Live]:
    """The next readable documents behind `after`, newest first, each with its rendition's summary. One query."""
    query = _behind_spot(_listed(now, wanted), after).limit(limit)
    query = query.order_by(Live.published.desc(), Live.document_id.desc())
    shown = joinedload(Live.rendition).load_only(Rendition.summary, Rendition.data)
    return list(session.scalars(query.options(shown)))


def last(session: Session, now: dt.datetime, wanted: Wanted, after: Spot | None, size: int) -> Spot | None:
    """Where a list that is cut off after `size` documents goes on; None where it is not that long."""
    query = (_behind_spot(_listed(now, wanted), after).with_only_columns(Live.published, Live.document_id)
             .order_by(Live.published.desc(), Live.document_id.desc()).offset(size - 1).limit(2))
    found = session.execute(query).all()
    return Spot(*found[0]) if len(found) == 2 else None


def _behind_spot(query: Select, after: Spot | None) -> Select:
    if after is None:
        return query
    return query.where(or_(Live.published < after.moment,
                           (Live.published == after.moment) & (Live.document_id < after.number)))


def count(session: Session, now: dt.datetime, wanted: Wanted) -> int:
    """How many readable documents there are of it."""
    return session.scalar(_listed(now, wanted).with_only_columns(func.count())) or 0


def _listed(now: dt.datetime, wanted: Wanted) -> Select[tuple[Live]]:
    query = select(Live).where(readable(now))
    if wanted.columns is not None:
        query = query.where(Live.document_id.in_(
            select(Listing.document_id).where(Listing.column_id.in_(wanted.columns))))
    for column, values in ((Live.department_id, wanted.departments), (Live.document_id, wanted.ids)):
        if values is not None:
            query = query.where(column.in_(values))
    for column, value in ((Live.type, wanted.type), (Live.topic, wanted.topic), (Live.year, wanted.year)):
        if value is not None:
            query = query.where(column == value)
    return query if wanted.updated_since is None else query.where(Live.changed >= wanted.updated_since)


def tally(session: Session, now: dt.datetime) -> list[tuple[int, str, int, int]]:
    """`(year, type, department id, count)` of everything readable. One query."""
    query = (select(Live.year, Live.type, Live.department_id, func.count()).where(readable(now))
             .group_by(Live.year, Live.type, Live.department_id))
    return [tuple(row) for row in session.execute(query)]


def places(session: Session, document_id: int) -> list[int]:
    """Ids of the columns that list a document."""
    query = select(Listing.column_id).where(Listing.document_id == document_id).order_by(Listing.column_id)
    return list(session.scalars(query))


def changed(session: Session, now: dt.datetime) -> dt.datetime:
    """When anything public last changed: by a row of the journal, or because the day turned (公示 periods end)."""
    query = select(Row.at).where(Row.subject_kind.in_(PUBLISHED)).order_by(Row.seq.desc()).limit(1)
    morning = dt.datetime.combine(local_date(now), dt.time(), SHANGHAI)
    return max(filter(None, (session.scalar(query), morning)))


# -- what changed -------------------------------------------------------------------------------------------------

class OtherHistory(LookupError):
    """The cursor is of another journal than this one: this portal was put back from a copy, or is not that portal."""


@dataclass(frozen=True)
class Place:
    """A place in the journal: behind row `seq`, whose hash begins with `mark`.

    `told`: of the next row, a change of a column, the documents up to this number were told.
    """

    seq: int = 0
    told: int = 0
    mark: str = GENESIS[:8]

    @classmethod
    def read(cls, written: str) -> Place:
        """27 hexadecimal digits."""
        return cls(int(written[:12], 16), int(written[12:19], 16), written[19:])

    def __str__(self) -> str:
        return f"{self.seq:012x}{self.told:07x}{self.mark}"


@dataclass(frozen=True)
class Change:
    """What happened to a document, by the last of the rows about it; `actions` are those of all of them."""

    document_id: int
    at: dt.datetime
    actions: tuple[str, ...]
    first: bool = False  # published for the first time among them


@dataclass(frozen=True)
class Changes:
    """Some of what changed, in the journal's order, each document once; where to go on; whether that was all."""

    found: tuple[Change, ...]
    place: Place
    end: bool


def changes(session: Session, tree: Tree, place: Place, actions: Collection[str], limit: int) -> Changes:
    """What the rows behind `place` changed, at most `limit` documents. `actions`: those that the public can see.

    The head is read first: what is committed meanwhile is for the next time. Raises `OtherHistory`.
    """
    _check(session, place)
    seq, digest = journal.head(session)
    query = (select(Row).where(Row.seq > place.seq, Row.seq <= seq, or_(
        (Row.subject_kind == "document") & Row.action.in_(actions), Row.action == "column.change"))
        .order_by(Row.seq).limit(limit + 1))
    rows = list(session.scalars(query).unique())
    told: dict[int, Change] = {}
    for number, row in enumerate(rows):
        if row.subject_kind == "document" and len(told) < limit:
            _tell(told, row)
        elif row.subject_kind == "column" and not _moves(row):
            pass
        elif told:
            return Changes(tuple(told.values()), _behind(rows[number - 1]), end=False)
        else:
            return _moved(session, tree, row, _behind(rows[number - 1]) if number else place, place.told, limit)
    if len(rows) > limit:
        return Changes(tuple(told.values()), _behind(rows[-1]), end=False)
    return Changes(tuple(told.values()), Place(seq, mark=digest[:8]), end=True)


def _check(session: Session, place: Place) -> None:
    """What was restored from an older copy has other rows from there on; who read the lost ones begins anew."""
    known = session.scalar(select(Row.hash).where(Row.seq == place.seq)) if place.seq else GENESIS
    if known is None or known[:8] != place.mark:
        raise OtherHistory(str(place))


def _behind(row: Row, told: int = 0) -> Place:
    return Place(row.seq, told, row.hash[:8])


def _tell(told: dict[int, Change], row: Row) -> None:
    """A document that several rows are about is told once, at the place of the last of them."""
    before = told.pop(row.subject_id, None)
    actions, first = (before.actions, before.first) if before else ((), False)
    first = first or bool(row.payload.get("first"))
    told[row.subject_id] = Change(row.subject_id, row.at, (*actions, row.action), first)


def _moves(row: Row) -> bool:
    return not MOVING.isdisjoint(row.payload.get("after", ()))


def _moved(session: Session, tree: Tree, row: Row, before: Place, told: int, limit: int) -> Changes:
    """The documents at home in a column that changed, and below it; in parts where they are many."""
    below = [node.id for node in tree.by_id[row.subject_id].walk()]
    query = select(Live.document_id).where(Live.column_id.in_(below), Live.document_id > told)
    ids = list(session.scalars(query.order_by(Live.document_id).limit(limit)))
    found = tuple(Change(each, row.at, (row.action,)) for each in ids)
    if len(ids) == limit:
        return Changes(found, Place(before.seq, ids[-1], before.mark), end=False)
    return Changes(found, _behind(row), end=False)


def cleared(session: Session, ids: Collection[int]) -> dict[int, Live]:
    """Those of `ids` that were cleared for the public, still readable or not, with what lists say of them."""
    shown = joinedload(Live.rendition).load_only(Rendition.summary, Rendition.data)
    query = select(Live).where(Live.document_id.in_(ids), Live.cleared_for == "public").options(shown)
    return {live.document_id: live for live in session.scalars(query)}
