"""The questions that the portal asks of what is public, by name; each is one query, whatever the size of the site.
How many there are is in `counts`, what has changed since a row of the journal in `alterations`.

Every one of them goes through the gate (`documents.readable`). What a document's own page asks first is in `shown`;
what it may ask then is written once for the process, because writing a statement costs more than asking it. Which part
of a list is a page is for the caller to reckon. A year is the one in a document's address: that of its first
publication.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Row,
    Select,
    bindparam,
    exists,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, lazyload

from content import journal, marks
from content.base import aside, local_date
from content.documents import (
    WITHDRAWN,
    Document,
    Listing,
    Live,
    Relation,
    Rendition,
    audiences,
    in_state,
    readable,
    readable_on,
)
from content.places import Place
from content.shown import Shown
from content.tree import TREE_KINDS, Node
from content.validity import ENDED, OUT_OF_FORCE

_Order = tuple[InstrumentedAttribute[dt.datetime], InstrumentedAttribute[int]]  # by what a list stands in time
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


def _of_latest(*_args: object, node: Node | None = None, columns: Collection[int] = (),
               departments: Collection[int] = (), topic: str = "", **_more: object) -> list[str]:
    """What a list of the newest depends on: the lists of its columns, its departments or its topic, else everything."""
    if node is not None:
        return of_list(None, node)
    return ([f"list:{each}" for each in columns] or [f"department:{each}" for each in departments]
            or [f"topic:{topic}" if topic else marks.SITE])


def of_list(_session: Session | None, node: Node | None, *_rest: object, **_more: object) -> list[str]:
    """The list of a column and those below it, which may be opened, closed or moved; or everything."""
    return [f"list:{each.id}" for each in node.walk()] if node is not None else [marks.SITE]


@marks.about(lambda *_: ())
def live_at(session: Session, year: int, serial: int) -> tuple[Live | None, int]:
    """The document with the address `/doc/<year>/<serial>.html`, withdrawn or not, and the tree's version.

    One query for both; whether the document may be read is for `may_read` to say.
    """
    version, live = session.execute(_live_at(), {"year": year, "serial": serial}).one()
    return live, version or 0


@cache
def _live_at() -> Select:
    version = journal.newest_row(TREE_KINDS).scalar_subquery()
    return (select(version, Live).select_from(select(literal(1).label("one")).subquery())
            .outerjoin(Live, (Live.year == bindparam("year")) & (Live.serial == bindparam("serial")))
            .options(joinedload(Live.rendition), _DOCUMENT))


def may_read(live: Live | Shown, now: dt.datetime, audience: str = "public") -> bool:
    """The gate, asked of a row at hand; the same rule as `documents.readable`."""
    today = local_date(now)
    return (not live.is_withdrawn and live.audience in audiences(audience)
            and (live.ends is None or live.ends >= today))


@marks.about(_of_latest)
def latest(session: Session, now: dt.datetime, limit: int, *, node: Node | None = None, columns: Collection[int] = (),
           departments: Collection[int] = (), types: Collection[str] = (), topic: str = "",
           before: Live | None = None, audience: str = "public", texts: bool = False) -> list[Live]:
    """The newest readable documents, of the whole site or of some columns, departments, types or one topic.

    `node`: of a column with all below it, `columns`: of these columns themselves. With `before` those that come after
    it in this order, readable itself or not. With `texts` their renditions come in the same query.
    """
    query, order = list_query(node, now, Filter(), audience)
    if topic:
        query = query.where(Live.topic == topic)
    if before is not None:
        query = query.where(_behind(order, before))
    if columns:
        inside = select(Listing.document_id).where(Listing.column_id.in_(columns))
        query = query.where(Live.document_id.in_(inside))
    if types:
        query = query.where(Live.type.in_(types))
    if departments:
        query = query.where(Live.department_id.in_(departments) if len(departments) == 1
                            else Live.document_id.in_(_of_each(query, order, sorted(departments), limit)))
    if texts:
        query = query.options(joinedload(Live.rendition))
    return list(session.scalars(_newest_first(query, order).limit(limit)))


def _of_each(query: Select[tuple[Live]], order: _Order, departments: Sequence[int], limit: int) -> CompoundSelect:
    """The newest of each department by its index: among them are the newest of all of them, and nothing is sorted but
    these few."""
    some = (_newest_first(query.where(Live.department_id == each), order).with_only_columns(Live.document_id)
            .limit(limit).subquery() for each in departments)
    return union_all(*(select(each.c.document_id) for each in some))


@marks.about(of_list)
def listed(session: Session, node: Node | None, now: dt.datetime, offset: int, limit: int,
           narrowed: Filter | None = None, audience: str = "public") -> list[Live]:
    """Some of what a column lists with all below it, newest first; `offset` counts from the newest."""
    query, order = list_query(node, now, narrowed, audience)
    return list(session.scalars(_newest_first(query, order).offset(offset).limit(limit)))


@marks.about(lambda _session, node, *_rest: ())
def placed(session: Session, node: Node, now: dt.datetime, behind: int, upto: int,
           audience: str = "public") -> list[Live]:
    """What stands on the places behind `behind` up to `upto` of a column's list, newest first; gaps are left out."""
    query = _readable(now, audience).join(Place, Place.document_id == Live.document_id)
    query = query.where(Place.column_id == node.id, Place.ordinal > behind, Place.ordinal <= upto)
    return list(session.scalars(query.order_by(Live.published.desc(), Live.document_id.desc())))


@marks.about(of_list)
def newest(session: Session, node: Node, now: dt.datetime, audience: str = "public") -> dt.datetime | None:
    """When the newest of what a column lists with all below it was published."""
    query, order = list_query(node, now, None, audience)
    return session.scalar(_newest_first(query, order).with_only_columns(Live.published).limit(1))


@marks.about(of_list)
def rows(session: Session, node: Node | None, now: dt.datetime, narrowed: Filter | None = None,
         audience: str = "public") -> Iterator[Row[tuple]]:
    """Everything that a column lists with all below it, or everything there is, newest first, as a catalogue has it
    (Art. 12): streamed, for downloads."""
    query, order = list_query(node, now, narrowed, audience)
    query = _newest_first(query.join(Rendition, Rendition.id == Live.rendition_id), order)
    yield from session.execute(query.with_only_columns(*_CATALOGUE).execution_options(yield_per=500))


@marks.about(of_list)
def catalogue(session: Session, node: Node | None, now: dt.datetime, offset: int, limit: int,
              narrowed: Filter | None = None) -> list[Row[tuple]]:
    """One page of `rows`."""
    query, order = list_query(node, now, narrowed, "public")
    query = _newest_first(query.join(Rendition, Rendition.id == Live.rendition_id), order)
    found = list(session.execute(
        query.with_only_columns(*_CATALOGUE, Live.document_id, Live.ends).offset(offset).limit(limit)))
    for row in found:  # which are no documents that would mark themselves
        marks.note(f"document:{row.document_id}")
        marks.last_day(row.ends)
    return found


@marks.about(lambda _session, node, *_rest, **_more: [f"list:{node.id}"])
def pinned(session: Session, node: Node, now: dt.datetime, audience: str = "public") -> list[Live]:
    """What is pinned to the top of this column today."""
    inside = exists().where(Listing.document_id == Live.document_id, Listing.column_id == node.id)
    query = _readable(now, audience).where(Live.pinned_until >= local_date(now), inside)
    return sorted(session.scalars(query), key=lambda live: live.published, reverse=True)  # few: no index for the order


def _readable(now: dt.datetime, audience: str) -> Select[tuple[Live]]:
    return select(Live).where(readable(now, audience))


def list_query(node: Node | None, now: dt.datetime, narrowed: Filter | None,
               audience: str) -> tuple[Select[tuple[Live]], _Order]:
    """What a column lists with all below it, or everything; and by what it is put in order of time."""
    query, order = _readable(now, audience), (Live.published, Live.document_id)
    if node is not None:
        query = query.join(Place, Place.document_id == Live.document_id).where(Place.column_id == node.id)
        order = Place.published, Place.document_id
    return _narrow(query, narrowed or Filter()), order


def _newest_first(query: Select, order: _Order) -> Select:
    return query.order_by(*(each.desc() for each in order))


def _behind(order: _Order, before: Live) -> ColumnElement[bool]:
    """What comes after `before`, newest first."""
    published, number = order
    return or_(published < before.published, (published == before.published) & (number < before.document_id))


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


@marks.about(lambda *_args, **_more: ())
def by_ids(session: Session, ids: Sequence[int], now: dt.datetime, audience: str = "public",
           texts: bool = False) -> dict[int, Live]:
    """The readable ones among `ids`: what a search may show of what it found; with `texts`, renditions as well."""
    given = {"ids": list(ids), "today": local_date(now)}
    return {live.document_id: live for live in session.scalars(_among(audience, texts), given)}


@cache
def _among(audience: str, texts: bool) -> Select[tuple[Live]]:
    query = select(Live).where(readable_on(bindparam("today", type_=Date), audience),
                               Live.document_id.in_(bindparam("ids", expanding=True, type_=Integer)))
    return query.options(joinedload(Live.rendition)) if texts else query


@marks.about(marks.whole_site)
def no_longer_valid(session: Session, now: dt.datetime, limit: int, before: Live | None = None) -> list[Live]:
    """What is readable and was abolished, has expired or was amended, what changed last first, with renditions.

    With `before` those that come after it in this order, readable itself or not.
    """
    query = _readable(now, "public").where(Live.validity.in_(ENDED)).options(joinedload(Live.rendition))
    if before is not None:
        query = query.where(or_(Live.changed < before.changed, (Live.changed == before.changed)
                                & (Live.document_id < before.document_id)))
    return list(session.scalars(query.order_by(Live.changed.desc(), Live.document_id.desc()).limit(limit)))


@marks.about(_of_latest)
def tombstones(session: Session, since: dt.datetime, limit: int, *, node: Node | None = None,
               departments: Collection[int] = (), topic: str = "", validities: Collection[str] = ()) -> list[Live]:
    """What was withdrawn from the public after `since`, the last first: whoever took a copy is told to drop it."""
    query = select(Live).where(in_state(WITHDRAWN), Live.audience == "public", Live.changed > since)
    if node is not None:
        query = query.where(aside(Live.column_id).in_([each.id for each in node.walk()]))
    if departments:
        query = query.where(aside(Live.department_id).in_(departments))
    if topic:
        query = query.where(Live.topic.concat("") == topic)
    if validities:
        query = query.where(Live.validity.in_(validities))
    return list(session.scalars(query.order_by(Live.changed.desc()).limit(limit)))


@marks.about(lambda _session, live, *_rest, **_more: [f"relations:{live.document_id}"])
def relations(session: Session, live: Live | Shown, now: dt.datetime,
              audience: str = "public") -> list[tuple[str, bool, Live]]:
    """`(kind, whether this document is the source, the other one)` for each readable relation. At most one query."""
    if not live.related:
        return []
    found = session.execute(_relations(audience), {"document": live.document_id, "today": local_date(now)})
    return [(kind, source == live.document_id, other) for kind, source, other in found]


@cache
def _relations(audience: str) -> Select:
    document = bindparam("document", type_=Integer)
    return (select(Relation.kind, Relation.source_id, Live)
            .join(Live, or_((Relation.target_id == Live.document_id) & (Relation.source_id == document),
                            (Relation.source_id == Live.document_id) & (Relation.target_id == document)))
            .where(readable_on(bindparam("today", type_=Date), audience), Live.document_id != document)
            .order_by(Live.published).options(_DATA))


@marks.about(lambda _session, ids, *_rest: [f"relations:{each}" for each in ids])
def interpretations(session: Session, ids: Collection[int], now: dt.datetime) -> dict[int, list[Live]]:
    """`{policy id: its readable interpretations}`, the oldest first, with their metadata. One query."""
    query = (select(Relation.target_id, Live).join(Live, Live.document_id == Relation.source_id)
             .where(Relation.kind == "interprets", Relation.target_id.in_(ids), readable(now))
             .order_by(Live.published).options(_DATA))
    found: dict[int, list[Live]] = {}
    for policy, live in session.execute(query):
        found.setdefault(policy, []).append(live)
    return found


@marks.about(marks.whole_site)
def policies(session: Session, now: dt.datetime, limit: int) -> list[tuple[Live, bool]]:
    """The newest policy documents that are in force, each with whether it was imported."""
    query = (select(Live, Document.imported).join(Document, Document.id == Live.document_id)
             .where(readable(now), Live.type == "policy", Live.validity.not_in(OUT_OF_FORCE))
             .order_by(Live.published.desc(), Live.document_id.desc()).limit(limit))
    return [(live, imported) for live, imported in session.execute(query)]


@marks.about(lambda _session, year, *_rest: [f"year:{year}"])
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
