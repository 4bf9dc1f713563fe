"""逾期公开: disclosed later than 20 working days after it was formed or changed (《条例》第二十六条)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select

from content.base import local_date
from content.documents import Document, Live
from content.findings import RED
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold

BATCH = 500  # documents that are read at once
LEAST = 1.4  # calendar days that a number of working days takes at the least: five of them fill a week


def find(look: Look) -> Iterator[Found]:
    """What was brought along from an older site is exempt: when it was published there is not known.

    The limit is that of the day of publication: setting it otherwise afterwards does not make what was late timely.
    A document may have one of its own, by another law. Only what was late is read whole: most is not.
    """
    late = dict(_dues(look))
    numbers = list(late)
    for first in range(0, len(numbers), BATCH):
        query = select(Live).where(Live.document_id.in_(numbers[first:first + BATCH])).order_by(Live.document_id)
        for live in look.session.scalars(query):
            yield _late(look, live, local_date(live.published), late[live.document_id])


def _dues(look: Look) -> Iterator[tuple[int, dt.date]]:
    """Of what was late: the document and its last day."""
    limits: dict[dt.date, int] = {}
    query = look.in_scope(select(Live.document_id, Live.formed, Live.published, Live.limit_days)
                          .join(Document, Document.id == Live.document_id)
                          .where(Live.formed.is_not(None), Document.imported.is_(False)))
    for number, formed, at, own in look.session.execute(query):
        published = local_date(at)
        if published not in limits:
            limits[published] = RULE.threshold(look, "days", published)
        limit = own or limits[published]
        if (published - formed).days > limit * LEAST:
            due = look.calendar.add_workdays(formed, limit).date
            if published > due:
                yield number, due


def _late(look: Look, live: Live, published: dt.date, due: dt.date) -> Found:
    days = look.calendar.workdays_between(due, published)
    return Found("document", live.document_id, live.index_number, live.department_id, RED, published,
                 published.isoformat(), f"形成后第{days}个超期工作日才公开，期限是{due.isoformat()}", due=due,
                 column_id=live.column_id,
                 evidence={"url": live.url, "formed": live.formed.isoformat(), "published": published.isoformat(),
                           "working_days_late": days})


RULE = Rule(
    "late_disclosure", "逾期公开", "Disclosed late", "document", "《政府信息公开条例》第二十六条",
    "说明逾期的原因；今后在形成之日起20个工作日内公开", find, frozenset({"document"}),
    {"days": Threshold(20, "形成后多少个工作日内公开", "工作日", "《条例》第二十六条")}, scoped=True, lasting=True)
