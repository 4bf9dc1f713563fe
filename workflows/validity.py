"""The 有效性 of live documents: what their own dates say, and what other live documents do to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal
from content.base import begins, local_date
from content.documents import WITHDRAWN, Live, Relation, Rendition
from content.validity import ABOLISHED, next_turn, validity_on

ENDING = ("abolishes", "supersedes")  # relations that end the validity of what they point at


def settle(session: Session, live: Live, day: dt.date) -> bool:
    """Say of a live document how its validity is on `day` and when it turns next; returns whether it changed."""
    data, endings = session.get_one(Rendition, live.rendition_id).data, _endings(session, live.document_id)
    validity = ABOLISHED if any(each <= day for each in endings) else validity_on(data, day)
    turns = [each for each in (next_turn(data, day), *endings) if each is not None and each > day]
    changed, live.validity, live.turns = live.validity != validity, validity, min(turns, default=None)
    return changed


def _endings(session: Session, document_id: int) -> list[dt.date]:
    """The days from which live documents abolish or replace this one: those on which they take effect themselves."""
    query = (select(Rendition.data).join(Live, Live.rendition_id == Rendition.id)
             .join(Relation, Relation.source_id == Live.document_id)
             .where(Relation.target_id == document_id, Relation.kind.in_(ENDING), Live.state != WITHDRAWN))
    return [dt.date.fromisoformat(data.get("effective") or "0001-01-01") for data in session.scalars(query)]


def ended_by(session: Session, document_id: int) -> set[int]:
    """Ids of the documents that this one abolishes or replaces, by the relations as they are."""
    return set(session.scalars(select(Relation.target_id).where(Relation.source_id == document_id,
                                                                Relation.kind.in_(ENDING))))


def renew(session: Session, ids: Iterable[int], now: dt.datetime, *, actor_id: int | None, by: int) -> None:
    """After document `by`, which ends others, was published, corrected or withdrawn: say anew how these stand."""
    for live in session.scalars(select(Live).where(Live.document_id.in_(ids), Live.state != WITHDRAWN)):
        if settle(session, live, local_date(now)):
            live.changed = now
            verb = "abolished" if live.validity == ABOLISHED else "reinstated"
            journal.record(session, f"document.{verb}", ("document", live.document_id), at=now, actor_id=actor_id,
                           by=by)


def is_due(session: Session, day: dt.date) -> bool:
    """Whether the validity of anything may turn: asked by readers, so that idle workers take no lock."""
    query = select(Live.document_id).where(Live.turns <= day, Live.state != WITHDRAWN)
    return session.scalar(query.limit(1)) is not None


def turn(session: Session, now: dt.datetime, limit: int = 200) -> int:
    """Those whose day has come: expired (失效), in force at last, abolished; returns how many were looked at."""
    today = local_date(now)
    due = list(session.scalars(select(Live).where(Live.turns <= today, Live.state != WITHDRAWN).limit(limit)))
    for live in due:
        before, began = live.validity, begins(live.turns)
        if settle(session, live, today):
            live.changed = max(live.changed, began)  # for the public it changed that day, however late this look is
            journal.record(session, "document.turn", ("document", live.document_id), at=now, actor_id=None,
                           before=before, after=live.validity)
    return len(due)
