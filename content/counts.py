"""How many documents the public may read, in lists, in years, on the home page: asked of what is counted already.

The database keeps the counts (`content.tallies`); here they become those of a day, in one query each, whatever the
size of the site.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select, union_all
from sqlalchemy.orm import Session

from content import marks
from content.base import begins, local_date
from content.documents import ARCHIVED, PUBLIC, Listing, Live, audiences, in_state
from content.places import Place
from content.repository import Filter, list_query, of_list
from content.tallies import SITE, DayTally, ListTally
from content.tree import Node
from content.validity import OUT_OF_FORCE


@dataclass(frozen=True)
class Tally:
    """How many readable documents a column lists with all below it, each once, and how many of them itself."""

    documents: int
    own: int


@dataclass(frozen=True)
class Figures:
    """Counts over everything that the public may read; `month` are the last thirty days before today, with it."""

    total: int
    year: int
    month: int
    policies: int


@marks.about(of_list)
def count(session: Session, node: Node | None, now: dt.datetime, narrowed: Filter | None = None,
          audience: str = "public") -> int:
    """How many readable documents a column lists with all below it, or there are altogether, each once.

    They are counted already, but for those with certain words or of one type.
    """
    narrowed = narrowed or Filter()
    if narrowed.words or narrowed.type:
        query, _order = list_query(node, now, narrowed, audience)
        return session.scalar(query.with_only_columns(func.count())) or 0
    kept = _tallied(node, now, audience).subquery()
    query = select(func.sum(kept.c.documents))
    if narrowed.departments:
        query = query.where(kept.c.department_id.in_(narrowed.departments))
    if narrowed.year:
        query = query.where(kept.c.year == narrowed.year)
    return int(session.scalar(query) or 0)  # PostgreSQL's sum of sums is a Decimal


@marks.about(of_list)
def choices(session: Session, node: Node, now: dt.datetime, audience: str = "public") -> list[tuple[int, int, int]]:
    """`(department id, year, count)` of what a column lists with all below it: what a list can be narrowed to."""
    return [tuple(row) for row in session.execute(_tallied(node, now, audience))]


@marks.about(marks.whole_site)
def tallies(session: Session, now: dt.datetime, audience: str = "public") -> dict[int, Tally]:
    """Of every column that lists anything: one query for the whole tree."""
    kept = select(ListTally.column_id, ListTally.documents, ListTally.own).where(
        ListTally.column_id != SITE, ListTally.audience.in_(audiences(audience)))
    parts = [part for sign, condition in _amends(now, audience) for part in (
        select(Place.column_id, literal(sign), literal(0)).join(Live, Live.document_id == Place.document_id)
        .where(condition),
        select(Listing.column_id, literal(0), literal(sign)).join(Live, Live.document_id == Listing.document_id)
        .where(condition))]
    both = union_all(kept, *parts).subquery()
    documents = func.sum(both.c.documents)
    query = select(both.c.column_id, documents, func.sum(both.c.own)).group_by(both.c.column_id).having(documents > 0)
    return {column_id: Tally(documents, own) for column_id, documents, own in session.execute(query)}


@marks.about(marks.whole_site)
def figures(session: Session, now: dt.datetime) -> Figures:
    """The figures of the home page. One query."""
    today = local_date(now)
    since = today.replace(month=1, day=1), today - dt.timedelta(days=30)
    kept = select(*_sums(DayTally.documents, *(case((DayTally.day >= day, DayTally.documents), else_=0)
                                               for day in since), DayTally.policies))
    in_force = (Live.type == "policy") & Live.validity.not_in(OUT_OF_FORCE)
    parts = [select(*_sums(literal(sign), *(case((which, sign), else_=0) for which in (
        *(Live.published >= begins(day) for day in since), in_force)))).where(condition)
        for sign, condition in _amends(now, "public")]
    both = union_all(kept.where(DayTally.audience == "public"), *parts).subquery()
    return Figures(*map(int, session.execute(select(*_sums(*both.c))).one()))


@marks.about(marks.whole_site)
def years(session: Session, now: dt.datetime) -> list[int]:
    """The years in the addresses of what the public may read, the newest first."""
    kept = _tallied(None, now, "public").subquery()
    return list(session.scalars(select(kept.c.year).distinct().order_by(kept.c.year.desc())))


def _tallied(node: Node | None, now: dt.datetime, audience: str) -> Select[tuple[int, int, int]]:
    """`(department id, year, documents)` of a column's list with all below it, or of everything."""
    number = SITE if node is None else node.id
    kept = select(ListTally.department_id, ListTally.year, ListTally.documents).where(
        ListTally.column_id == number, ListTally.audience.in_(audiences(audience)))
    parts = [select(Live.department_id, Live.year, literal(sign)).where(condition)
             for sign, condition in _amends(now, audience)]
    if node is not None:
        inside = exists().where(Place.document_id == Live.document_id, Place.column_id == number)
        parts = [each.where(inside) for each in parts]
    both = union_all(kept, *parts).subquery()
    documents = func.sum(both.c.documents)
    return (select(both.c.department_id, both.c.year, documents.label("documents"))
            .group_by(both.c.department_id, both.c.year).having(documents > 0))


def _amends(now: dt.datetime, audience: str) -> list[tuple[int, ColumnElement[bool]]]:
    """What the counts kept have too many or too few on a day (`content.tallies`), as `(-1 or 1, condition)`: what
    ended and is not archived yet, and what was archived before its end."""
    today, whose = local_date(now), Live.audience.in_(audiences(audience))
    return [(-1, and_(in_state(PUBLIC), Live.ends < today, whose)),
            (1, and_(in_state(ARCHIVED), Live.ends >= today, whose))]


def _sums(*values: ColumnElement[int]) -> list[ColumnElement[int]]:
    return [func.coalesce(func.sum(each), 0).label(f"sum{number}") for number, each in enumerate(values)]
