"""What the public is told anew since a row of the journal: what an index, a list or a copy of pages knows wrongly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Date, Integer, Row, Select, bindparam, not_, select, union
from sqlalchemy.orm import Session

from content import journal
from content.base import local_date
from content.documents import PUBLIC, WITHDRAWN, Live, in_state, readable, readable_on

# Changes for the public that leave `Live.changed` as it is, or put it back to the day on which they began.
_ALTERING = frozenset({"document.relocate", "document.turn"})


def changed_since(session: Session, ids: Collection[int], seq: int) -> set[int]:
    """Those of `ids` to which something happened after journal row `seq`: what a late index knows wrongly."""
    return set(session.scalars(_changed(), {"seq": seq, "ids": list(ids)}))


@cache
def _changed() -> Select[tuple[int]]:
    told = _told_since(bindparam("seq", type_=Integer))
    return told.where(journal.Row.subject_id.in_(bindparam("ids", expanding=True, type_=Integer))).distinct()


def _told_since(seq: Any) -> Select[tuple[int]]:
    """The documents of all rows behind `seq`, or behind a parameter for one."""
    return select(journal.Row.subject_id).where(journal.Row.seq > seq, journal.Row.subject_kind == "document")


def closed_since(session: Session, seq: int, now: dt.datetime) -> list[Live]:
    """Documents to which something happened after journal row `seq` and which the public may not read now."""
    return list(session.scalars(select(Live).where(Live.document_id.in_(_told_since(seq)), not_(readable(now)))))


def altered_since(session: Session, seq: int) -> set[int]:
    """Documents of which the public was told something else behind journal row `seq`."""
    rows = _told_since(seq).with_only_columns(journal.Row.action, journal.Row.subject_id, journal.Row.at)
    return altered(session, session.execute(rows).all())


def altered(session: Session, told: Collection[journal.Entry | Row[tuple]]) -> set[int]:
    """Documents of which the public is told something else by what was journalled, for the first time or not."""
    when = {each.subject_id: each.at for each in told if each.at is not None}
    found = {each.subject_id for each in told if each.action in _ALTERING}
    if when:
        changed = select(Live.document_id, Live.changed).where(Live.document_id.in_(when))
        found.update(row.document_id for row in session.execute(changed) if row.changed >= when[row.document_id])
    return found


def gone_since(session: Session, seq: int, now: dt.datetime, tree_version: int) -> frozenset[int]:
    """What an index as of journal row `seq` may still hold although the public may not read it now. One query.

    Withdrawn or closed in since; past its last day; below a column that has changed since.
    """
    return frozenset(session.scalars(_gone(tree_version > seq), {"seq": seq, "today": local_date(now)}))


@cache
def _gone(columns_changed: bool) -> CompoundSelect[tuple[int]]:
    """Asked with every search, and to put it together takes as long as to ask it."""
    today, told = bindparam("today", type_=Date), _told_since(bindparam("seq", type_=Integer))
    gone = select(Live.document_id).where(not_(readable_on(today)))
    asked = [gone.where(Live.document_id.in_(told)), gone.where(Live.ends < today, in_state(PUBLIC))]
    if columns_changed:
        asked.append(gone.where(Live.state != WITHDRAWN))
    return union(*asked)
