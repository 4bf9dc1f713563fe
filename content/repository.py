"""The questions that the portal asks of what is public, by name; each is one query, whatever the size of the site.

Every one of them goes through the gate (`documents.readable`). Pages of a list are numbered from the oldest, so
that a page keeps its address when something new comes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, extract, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from content import journal
from content.base import local_date
from content.documents import Document, Listing, Live, Relation, readable
from content.tree import TREE_KINDS, Node


@dataclass(frozen=True)
class Page:
    """One page of a list: `number` counts from the oldest page, 1; `items` are newest first."""

    items: tuple[Live, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class Filter:
    """What narrows a list; None and empty narrow nothing. `departments` are ids, a subtree already unfolded."""

    departments: Collection[int] = ()
    year: int | None = None
    type: str | None = None
    words: str = ""


def live_at(session: Session, year: int, serial: int) -> tuple[Live | None, int]:
    """The document with the address `/doc/<year>/<serial>.html`, withdrawn or not, and the tree's version.

    One query for both; whether the document may be read is for `may_read` to say.
    """
    version = select(func.max(journal.Row.seq)).where(journal.Row.subject_kind.in_(TREE_KINDS)).scalar_subquery()
    query = (select(version, Live).select_from(select(literal(1).label("one")).subquery())
             .outerjoin(Live, (Live.year == year) & (Live.serial == serial))
             .options(joinedload(Live.rendition), joinedload(Live.document)))
    found = session.execute(query).unique().one()
    return found[1], found[0] or 0


def may_read(live: Live, now: dt.datetime, audience: str = "public") -> bool:
    """The gate, asked of a row at hand; the same rule as `documents.readable`."""
    today = local_date(now)
    audiences = ("public",) if audience == "public" else ("public", "internal")
    return not live.is_withdrawn and live.audience in audiences and (live.ends is None or live.ends >= today)


def latest(session: Session, now: dt.datetime, limit: int, *, columns: Collection[int] = (),
           departments: Collection[int] = (), types: Collection[str] = (), audience: str = "public") -> list[Live]:
    """The newest readable documents, of the whole site or of some columns, departments or types."""
    query = _readable(now, audience).order_by(Live.published.desc(), Live.document_id.desc()).limit(limit)
    if columns:
        listed = select(Listing.document_id).where(Listing.column_id.in_(columns))
        query = query.where(Live.document_id.in_(listed))
    if departments:
        query = query.where(Live.department_id.in_(departments))
    if types:
        query = query.where(Live.type.in_(types))
    return list(session.scalars(query))


def column_page(session: Session, node: Node, now: dt.datetime, page: int | None, size: int = 10,
                narrowed: Filter | None = None, audience: str = "public") -> Page:
    """A page of a column and everything below it; `page` None is the newest. Two queries."""
    ids = [each.id for each in node.walk()]
    query = _narrow(_readable(now, audience), narrowed or Filter())
    query = query.where(Live.document_id.in_(select(Listing.document_id).where(Listing.column_id.in_(ids))))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // size))
    number = min(max(page or pages, 1), pages)
    oldest_first = query.order_by(Live.published, Live.document_id).offset((number - 1) * size).limit(size)
    return Page(tuple(reversed(list(session.scalars(oldest_first)))), number, pages, total)


def pinned(session: Session, node: Node, now: dt.datetime, audience: str = "public") -> list[Live]:
    """What is pinned to the top of this column today."""
    listed = select(Listing.document_id).where(Listing.column_id == node.id)
    query = _readable(now, audience).where(Live.pinned_until >= local_date(now), Live.document_id.in_(listed))
    return list(session.scalars(query.order_by(Live.published.desc())))


def _readable(now: dt.datetime, audience: str) -> Select[tuple[Live]]:
    return select(Live).where(readable(now, audience))


def _narrow(query: Select[tuple[Live]], narrowed: Filter) -> Select[tuple[Live]]:
    if narrowed.departments:
        query = query.where(Live.department_id.in_(narrowed.departments))
    if narrowed.year:
        query = query.where(extract("year", Live.published) == narrowed.year)
    if narrowed.type:
        query = query.where(Live.type == narrowed.type)
    for word in narrowed.words.split():
        query = query.where(Live.title.contains(word, autoescape=True))
    return query


@dataclass(frozen=True)
class Tally:
    """How many readable documents a column lists itself, and when the newest of them was published."""

    count: int
    newest: dt.datetime | None


def tallies(session: Session, now: dt.datetime, audience: str = "public") -> dict[int, Tally]:
    """Of every column that lists anything: one query for the whole tree."""
    query = (select(Listing.column_id, func.count(), func.max(Listing.published))
             .join(Live, Live.document_id == Listing.document_id).where(readable(now, audience))
             .group_by(Listing.column_id))
    return {column_id: Tally(count, newest) for column_id, count, newest in session.execute(query)}


def tally_of(node: Node, found: dict[int, Tally]) -> Tally:
    """Of a column with everything below it."""
    own = [found[each.id] for each in node.walk() if each.id in found]
    newest = [each.newest for each in own if each.newest is not None]
    return Tally(sum(each.count for each in own), max(newest, default=None))


def by_ids(session: Session, ids: Sequence[int], now: dt.datetime, audience: str = "public") -> dict[int, Live]:
    """The readable ones among `ids`: what a search may show of what it found."""
    query = _readable(now, audience).where(Live.document_id.in_(ids))
    return {live.document_id: live for live in session.scalars(query)}


def by_number(session: Session, number: str, now: dt.datetime) -> Live | None:
    """The document with this 文号, in its standard spelling."""
    query = _readable(now, "public").where(Live.number == number).order_by(Live.published.desc())
    return session.scalars(query).first()


def relations(session: Session, document_id: int, now: dt.datetime,
              audience: str = "public") -> list[tuple[str, bool, Live]]:
    """`(kind, whether this document is the source, the other one)` for each readable relation."""
    query = (select(Relation, Live)
             .join(Live, or_((Relation.target_id == Live.document_id) & (Relation.source_id == document_id),
                             (Relation.source_id == Live.document_id) & (Relation.target_id == document_id)))
             .where(readable(now, audience), Live.document_id != document_id).order_by(Live.published))
    return [(relation.kind, relation.source_id == document_id, live) for relation, live in session.execute(query)]


def renditions(session: Session, ids: Collection[int], now: dt.datetime) -> list[Live]:
    """The readable ones among `ids` with their renditions: what feeds and the search index are made of."""
    query = _readable(now, "public").where(Live.document_id.in_(ids)).options(joinedload(Live.rendition),
                                                                                joinedload(Live.document))
    return list(session.scalars(query).unique())


def readable_ids(session: Session, now: dt.datetime) -> set[int]:
    """Every document that the public may read now."""
    return set(session.scalars(_readable(now, "public").with_only_columns(Live.document_id)))


def imported(session: Session, source_ids: Collection[str]) -> set[str]:
    """Those of `source_ids` that are here already."""
    return set(session.scalars(select(Document.source_id).where(Document.source_id.in_(source_ids))))
