"""紧急公开未补审: what was published urgently, past the usual people, waits for a second person to approve it.

Yellow from the moment on, red when the time for it is over. In a look back, what was confirmed since is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

from sqlalchemy import func, select

from content import journal
from content.base import local_date
from content.documents import Document, Live
from content.findings import RED, YELLOW
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold

STEP = "document.publish_urgently"


def find(look: Look) -> Iterator[Found]:
    query = look.in_scope(select(Live).join(Document, Document.id == Live.document_id).where(Document.emergency))
    lives = list(look.session.scalars(query.order_by(Live.document_id)))
    published = _published(look, [live.document_id for live in lives])
    for live in lives:
        day = published.get(live.document_id, local_date(live.changed))
        if day <= look.day:
            yield _judged(look, live, day)


def _published(look: Look, documents: Collection[int]) -> dict[int, dt.date]:
    """`{document: the day on which it was last published urgently}`; one query where there is one at all."""
    if not documents:
        return {}
    rows = look.session.execute(
        select(journal.Row.subject_id, func.max(journal.Row.at)).where(
            journal.Row.subject_kind == "document", journal.Row.subject_id.in_(documents), journal.Row.action == STEP)
        .group_by(journal.Row.subject_id))
    return {number: local_date(at) for number, at in rows}


def _judged(look: Look, live: Live, day: dt.date) -> Found:
    due = look.calendar.add_workdays(day, RULE.threshold(look, "days", day)).date
    late = look.day > due
    words = f"紧急公开以后没有在{due.isoformat()}前补审" if late else f"紧急公开，{due.isoformat()}前要补审"
    return Found("document", live.document_id, live.index_number, live.department_id, RED if late else YELLOW,
                 due + dt.timedelta(days=1) if late else day, day.isoformat(), words, due=due, column_id=live.column_id,
                 evidence={"url": live.url, "published": day.isoformat(), "due": due.isoformat()})


RULE = Rule(
    "emergency_unconfirmed", "紧急公开未补审", "Urgent publication not confirmed", "document",
    "《政府信息公开条例》第十七条（公开审查）", "请签发人或者保密审查人补审；不应当公开的马上撤下", find,
    frozenset({"document"}), {"days": Threshold(1, "紧急公开以后多少个工作日内补审", "工作日", "县级规定")},
    scoped=True)
