"""How many documents lists hold: counted by the database with each change, so that nobody counts a list again.

Triggers keep these rows (`content.migrations.counting`); no code writes them, but `recount` for whose database was
changed with its triggers away. They count what is public, and what is archived and has no last day. Whoever asks for
a day (`content.counts`) takes off what ended and is not archived yet, and adds what was archived before its last day:
few, and found by an index.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import places
from content.base import Base, dialect_of
from content.documents import Live
from content.migrations import counting
from content.places import Place

SITE = 0  # the list of everything, beside those of columns


class ListTally(Base):
    """Of one list (`column_id`, or `SITE`): `documents` that it holds with all below it, `own` those in it itself."""

    __tablename__ = "list_tally"

    column_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    audience: Mapped[str] = mapped_column(Text, primary_key=True)
    department_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    documents: Mapped[int]
    own: Mapped[int]


class DayTally(Base):
    """Of one day (发布日期): `documents` that were published on it, and of them `policies` in force."""

    __tablename__ = "day_tally"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    audience: Mapped[str] = mapped_column(Text, primary_key=True)
    documents: Mapped[int]
    policies: Mapped[int]


@dataclass(frozen=True)
class Wrong:
    """A count that is not what the documents say: of which row of `table`, what is kept there, what was counted."""

    table: str
    about: dict[str, Any]
    kept: dict[str, int]
    counted: dict[str, int]


def wrong(session: Session) -> Iterator[Wrong]:
    """Every count that differs from one made anew. One query for each table; it reads all that is live."""
    dialect = dialect_of(session)
    for table, keys in counting.KEYS.items():
        for row in session.execute(text(counting.differing(dialect, table))).mappings():
            yield Wrong(table, {key: row[key] for key in keys}, *(
                {name: int(row[f"{name}_{which}"]) for name in counting.SUMS[table]} for which in ("kept", "made")))


def misdated(session: Session) -> Iterator[tuple[int, int]]:
    """`(column, document)` of each place that has another moment of publication than its document."""
    query = select(Place.column_id, Place.document_id).join(Live, Live.document_id == Place.document_id)
    for row in session.execute(query.where(Place.published != Live.published).order_by(*query.selected_columns)):
        yield row.column_id, row.document_id


def recount(session: Session) -> int:
    """Count everything anew, while nobody else changes what is counted; returns how much was wrong."""
    places.hold(session)
    found = sum(1 for _each in (*wrong(session), *misdated(session)))
    if found:
        moment = select(Live.published).where(Live.document_id == Place.document_id).scalar_subquery()
        session.execute(update(Place).where(Place.published != moment).values(published=moment))
        for statement in counting.recount(dialect_of(session)):
            session.execute(text(statement))
    return found
