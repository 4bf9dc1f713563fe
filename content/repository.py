"""The questions that the portal asks of what is public, by name; each is one query, whatever the size of the site.

Every one of them goes through the gate (`documents.readable`). Which part of a list is a page is for the caller to
reckon, from `count`. A year is the one in a document's address: that of its first publication.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, not_, or_, select, union
from sqlalchemy.orm import Session, joinedload, lazyload

from content import journal
from content.base import SHANGHAI, local_date
from content.documents import PUBLIC, WITHDRAWN, Document, Listing, Live, Relation, Rendition, readable
from content.tree import TREE_KINDS, Node
from content.validity import OUT_OF_FORCE

WORDS = 8  # so many words of a title are looked for; the rest is ignored
# The document itself, without the editors' side of it, which no public page needs.
_DOCUMENT = joinedload(Live.document).options(lazyload("*"))
# Of another document's rendition, what a link to it says.
_DATA = joinedload(Live.rendition).load_only(Rendition.data)
# The catalogue's columns: index, name, number, summary, date formed, date published, organ, column, address.
_CATALOGUE = (Live.index_number, Live.title, Live.number, Rendition.summary, Live.formed, Live.published,
              Live.department_id, Live.column_id, Live.year, Live.serial)


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
             .options(joinedload(Live.rendition), _DOCUMENT))
    found = session.execute(query).unique().one()
    return found[1], found[0] or 0


def may_read(live: Live, now: dt.datetime, audience: str = "public") -> bool:
    """The gate, asked of a row at hand; the same rule as `documents.readable`."""
    today = local_date(now)
    audiences = ("public",) if audience == "public" else ("public", "internal")
    return not live.is_withdrawn and live.audience in audiences and (live.ends is None or live.ends >= today)


def latest(session: Session, now: dt.datetime, limit: int, *, columns: Collection[int] = (),
           departments: Collection[int] = (), types: Collection[str] = (), audience: str = "public",
           texts: bool = False) -> list[Live]:
    """The newest readable documents, of the whole site or of some columns, departments or types.

    With `texts` their renditions come in the same query.
    """
    query = _readable(now, audience).order_by(Live.published.desc(), Live.document_id.desc()).limit(limit)
    if columns:
        inside = select(Listing.document_id).where(Listing.column_id.in_(columns))
        query = query.where(Live.document_id.in_(inside))
    if departments:
        query = query.where(Live.department_id.in_(departments))
    if types:
        query = query.where(Live.type.in_(types))
    if texts:
        query = query.options(joinedload(Live.rendition))
    return list(session.scalars(query))


def count(session: Session, nodes: Collection[Node], now: dt.datetime, narrowed: Filter | None = None,
          audience: str = "public") -> int:
    """How many readable documents some columns list, each document once."""
    query = _listed(nodes, now, narrowed, audience).with_only_columns(func.count())
    return session.scalar(query) or 0


def listed(session: Session, nodes: Collection[Node], now: dt.datetime, offset: int, limit: int,
           narrowed: Filter | None = None, audience: str = "public") -> list[Live]:
    """Some of what columns list, newest first; `offset` counts from the newest."""
    query = _listed(nodes, now, narrowed, audience).offset(offset).limit(limit)
    return list(session.scalars(query.order_by(Live.published.desc(), Live.document_id.desc())))


def choices(session: Session, nodes: Collection[Node], now: dt.datetime,
            audience: str = "public") -> list[tuple[int, int, int]]:
    """`(department id, year, count)` of what columns list: what a list can be narrowed to. One query."""
    query = _listed(nodes, now, None, audience)
    query = query.with_only_columns(Live.department_id, Live.year, func.count())
    return [tuple(row) for row in session.execute(query.group_by(Live.department_id, Live.year))]


def rows(session: Session, nodes: Collection[Node], now: dt.datetime, narrowed: Filter | None = None,
         audience: str = "public") -> Iterator[Row[tuple]]:
    """Everything that columns list, newest first, as a catalogue has it (Art. 12): streamed, for downloads."""
    query = (_listed(nodes, now, narrowed, audience).join(Rendition, Rendition.id == Live.rendition_id)
             .with_only_columns(*_CATALOGUE).order_by(Live.published.desc(), Live.document_id.desc()))
    yield from session.execute(query.execution_options(yield_per=500))


def catalogue(session: Session, nodes: Collection[Node], now: dt.datetime, offset: int, limit: int,
              narrowed: Filter | None = None) -> list[Row[tuple]]:
    """One page of `rows`."""
    query = (_listed(nodes, now, narrowed, "public").join(Rendition, Rendition.id == Live.rendition_id)
             .with_only_columns(*_CATALOGUE).order_by(Live.published.desc(), Live.document_id.desc()))
    return list(session.execute(query.offset(offset).limit(limit)))


def pinned(session: Session, node: Node, now: dt.datetime, audience: str = "public") -> list[Live]:
    """What is pinned to the top of this column today."""
    listed = select(Listing.document_id).where(Listing.column_id == node.id)
    query = _readable(now, audience).where(Live.pinned_until >= local_date(now), Live.document_id.in_(listed))
    return list(session.scalars(query.order_by(Live.published.desc())))


def _readable(now: dt.datetime, audience: str) -> Select[tuple[Live]]:
    return select(Live).where(readable(now, audience))


def _listed(nodes: Collection[Node], now: dt.datetime, narrowed: Filter | None,
            audience: str) -> Select[tuple[Live]]:
    ids = [node.id for node in nodes]
    inside = Live.document_id.in_(select(Listing.document_id).where(Listing.column_id.in_(ids)))
    return _narrow(_readable(now, audience).where(inside), narrowed or Filter())


def _narrow(query: Select[tuple[Live]], narrowed: Filter) -> Select[tuple[Live]]:
    if narrowed.departments:
        query = query.where(Live.department_id.in_(narrowed.departments))
    if narrowed.year:
        query = query.where(Live.year == narrowed.year)
    if narrowed.type:
        query = query.where(Live.type == narrowed.type)
    for word in narrowed.words.split()[:WORDS]:
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


def by_ids(session: Session, ids: Sequence[int], now: dt.datetime, audience: str = "public",
           texts: bool = False) -> dict[int, Live]:
    """The readable ones among `ids`: what a search may show of what it found; with `texts`, renditions as well."""
    query = _readable(now, audience).where(Live.document_id.in_(ids))
    if texts:
        query = query.options(joinedload(Live.rendition))
    return {live.document_id: live for live in session.scalars(query)}


def changed_since(session: Session, ids: Collection[int], seq: int) -> set[int]:
    """Those of `ids` to which something happened after journal row `seq`: what a late index knows wrongly."""
    query = select(journal.Row.subject_id).where(journal.Row.seq > seq, journal.Row.subject_kind == "document",
                                                 journal.Row.subject_id.in_(ids))
    return set(session.scalars(query.distinct()))


def gone_since(session: Session, seq: int, now: dt.datetime, tree_version: int) -> frozenset[int]:
    """What an index as of journal row `seq` may still hold although the public may not read it now. One query.

    Withdrawn or closed in since; past its last day; below a column that has changed since.
    """
    told = select(journal.Row.subject_id).where(journal.Row.seq > seq, journal.Row.subject_kind == "document")
    gone = select(Live.document_id).where(not_(readable(now)))
    asked = [gone.where(Live.document_id.in_(told)), gone.where(Live.ends < local_date(now), Live.state == PUBLIC)]
    if tree_version > seq:
        asked.append(gone.where(Live.state != WITHDRAWN))
    return frozenset(session.scalars(union(*asked)))


def tombstones(session: Session, since: dt.datetime, limit: int, *, columns: Collection[int] = (),
               departments: Collection[int] = ()) -> list[Live]:
    """What was withdrawn from the public after `since`, the last first: whoever took a copy is told to drop it."""
    query = select(Live).where(Live.state == WITHDRAWN, Live.audience == "public", Live.changed > since)
    if columns:
        query = query.where(Live.column_id.in_(columns))
    if departments:
        query = query.where(Live.department_id.in_(departments))
    return list(session.scalars(query.order_by(Live.changed.desc()).limit(limit)))


def relations(session: Session, document_id: int, now: dt.datetime,
              audience: str = "public") -> list[tuple[str, bool, Live]]:
    """`(kind, whether this document is the source, the other one)` for each readable relation. One query."""
    query = (select(Relation, Live)
             .join(Live, or_((Relation.target_id == Live.document_id) & (Relation.source_id == document_id),
                             (Relation.source_id == Live.document_id) & (Relation.target_id == document_id)))
             .where(readable(now, audience), Live.document_id != document_id)
             .order_by(Live.published).options(_DATA))
    return [(relation.kind, relation.source_id == document_id, live) for relation, live in session.execute(query)]


def interpretations(session: Session, ids: Collection[int], now: dt.datetime) -> dict[int, list[Live]]:
    """`{policy id: its readable interpretations}`, the oldest first, with their metadata. One query."""
    query = (select(Relation.target_id, Live).join(Live, Live.document_id == Relation.source_id)
             .where(Relation.kind == "interprets", Relation.target_id.in_(ids), readable(now))
             .order_by(Live.published).options(_DATA))
    found: dict[int, list[Live]] = {}
    for policy, live in session.execute(query):
        found.setdefault(policy, []).append(live)
    return found


def policies(session: Session, now: dt.datetime, limit: int) -> list[tuple[Live, bool]]:
    """The newest policy documents that are in force, each with whether it was imported."""
    query = (select(Live, Document.imported).join(Document, Document.id == Live.document_id)
             .where(readable(now), Live.type == "policy", Live.validity.not_in(OUT_OF_FORCE))
             .order_by(Live.published.desc(), Live.document_id.desc()).limit(limit))
    return [(live, imported) for live, imported in session.execute(query)]


@dataclass(frozen=True)
class Figures:
    """Counts over everything that the public may read; `month` are the last thirty days."""

    total: int
    year: int
    month: int
    policies: int


def figures(session: Session, now: dt.datetime) -> Figures:
    """The figures of the home page. One query."""
    today = local_date(now)
    new_year = dt.datetime(today.year, 1, 1, tzinfo=SHANGHAI)
    in_force = (Live.type == "policy") & Live.validity.not_in(OUT_OF_FORCE)
    query = select(func.count(), _sum(Live.published >= new_year),
                   _sum(Live.published >= now - dt.timedelta(days=30)), _sum(in_force)).where(readable(now))
    return Figures(*session.execute(query).one())


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def years(session: Session, now: dt.datetime) -> list[int]:
    """The years in the addresses of what the public may read, the newest first."""
    query = _readable(now, "public").with_only_columns(Live.year).distinct().order_by(Live.year.desc())
    return list(session.scalars(query))


def addresses(session: Session, year: int, now: dt.datetime) -> list[Row[tuple]]:
    """`(year, serial, changed)` of everything readable of a year: what a site map is made of."""
    query = _readable(now, "public").with_only_columns(Live.year, Live.serial, Live.changed)
    return list(session.execute(query.where(Live.year == year).order_by(Live.serial)))


def renditions(session: Session, ids: Collection[int], now: dt.datetime) -> list[Live]:
    """The readable ones among `ids` with their renditions: what feeds and the search index are made of."""
    query = _readable(now, "public").where(Live.document_id.in_(ids)).options(joinedload(Live.rendition), _DOCUMENT)
    return list(session.scalars(query).unique())


def readable_ids(session: Session, now: dt.datetime) -> set[int]:
    """Every document that the public may read now."""
    return set(session.scalars(_readable(now, "public").with_only_columns(Live.document_id)))


def imported(session: Session, source_ids: Collection[str]) -> set[str]:
    """Those of `source_ids` that are here already."""
    return set(session.scalars(select(Document.source_id).where(Document.source_id.in_(source_ids))))
