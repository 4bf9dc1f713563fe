"""日志: everything that happened, newest first, narrowed as asked; a part of its chain verified on demand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import or_, select

from content import journal
from content.base import SHANGHAI
from content.journal import Query, Row
from content.people import User
from portal.desk.navigation import RECORDS, Entry
from portal.desk.words import names
from portal.forms import whole
from portal.i18n import _
from portal.tables import csv_file
from portal.traversal import Desk
from portal.wording import SUBJECTS, action_choices, sentence
from workflows.access import Permission, permits

URL = "/desk/journal"
SIZE = 50
MOST = 10_000  # rows in one download, and rows verified at once
SHOWN = 3  # breaks of the chain that are told: the first is what matters
FILTERS = ("actor", "action", "kind", "subject", "since", "until")
PAGES = {"document": ("/desk/document/{}", Permission.READ_WORK),
         "column": ("/desk/columns/{}", Permission.MANAGE_COLUMNS),
         "user": ("/desk/people/{}", Permission.MANAGE_PEOPLE),
         "report": ("/desk/reports/{}", Permission.ANSWER_REPORTS)}


@dataclass(frozen=True)
class Line:
    """A row in words; `url` leads to its subject where there is a page of it."""

    seq: int
    at: dt.datetime
    who: str
    subject: str
    url: str
    words: str


def _midnight(text: str, later: int = 0) -> dt.datetime | None:
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=later)
    except (ValueError, OverflowError):
        return None
    return dt.datetime.combine(day, dt.time(), SHANGHAI) if day.year > 1 else None  # in UTC it must be a year too


def _query(request: Request) -> Query:
    """What was asked for; what makes no sense narrows nothing, a person who is not there finds nothing."""
    asked = request.GET
    return Query(actor_id=_actor(request), action=asked.get("action", ""), kind=asked.get("kind", ""),
                 subject_id=whole(asked.get("subject", "")), since=_midnight(asked.get("since", "")),
                 until=_midnight(asked.get("until", ""), later=1))


def _actor(request: Request) -> int | None:
    words = request.GET.get("actor", "").strip()
    if not words:
        return None
    query = select(User.id).where(or_(User.name == words, User.login == words.lower())).limit(1)
    return request.db.scalar(query) or -1


def _lines(request: Request, rows: list[Row]) -> list[Line]:
    people = names(request.db, [row.actor_id for row in rows])
    return [_line(request, row, people) for row in rows]


def _line(request: Request, row: Row, people: dict[int, str]) -> Line:
    say = request.localizer.translate
    who = people.get(row.actor_id, f"#{row.actor_id}") if row.actor_id else say(_("系统"))
    subject = f"{say(SUBJECTS.get(row.subject_kind, row.subject_kind))} {row.subject_id}"
    return Line(row.seq, row.at, who, subject, _page_of(request, row), sentence(request, row))


def _page_of(request: Request, row: Row) -> str:
    """Where its subject is, for who may go there."""
    url, permission = PAGES.get(row.subject_kind, ("", Permission.DESK))
    return url.format(row.subject_id) if url and permits(request.identity, permission, None, request.tree) else ""


def listing(request: Request) -> dict[str, Any]:
    """`/desk/journal?actor=&action=&kind=&subject=&since=&until=&before=`: three queries, however long it is."""
    rows = journal.newest(request.db, _query(request), whole(request.GET.get("before", "")), SIZE + 1)
    asked = {name: request.GET[name] for name in FILTERS if request.GET.get(name)}
    older = f"{URL}?{urlencode(asked | {'before': rows[SIZE - 1].seq})}" if len(rows) > SIZE else ""
    return {"title": _("日志"), "lines": _lines(request, rows[:SIZE]), "older": older, "asked": asked,
            "newest_url": f"{URL}?{urlencode(asked)}" if request.GET.get("before") else "",
            "actions": action_choices(request), "kinds": list(SUBJECTS.items()),
            "csv": f"{URL}.csv?{urlencode(asked)}", "head": journal.head(request.db)[0], "most": MOST}


def download(request: Request) -> Response:
    """`/desk/journal.csv`: what the filters leave, at most `MOST` rows, the newest."""
    return csv_file("日志", _csv_rows(request, _query(request)))


def _csv_rows(request: Request, asked: Query) -> Iterator[tuple]:
    """In a session of its own: the request's is gone when the lines are sent."""
    yield ("序号", "时间", "人员", "对象", "内容", "校验值")
    before, left = None, MOST
    with request.house.database.reader() as session:
        while left and (rows := journal.newest(session, asked, before, min(left, 500))):
            people = names(session, [row.actor_id for row in rows])
            for row in rows:
                line = _line(request, row, people)
                yield (line.seq, line.at.astimezone(SHANGHAI).isoformat(" ", "seconds"), line.who, line.subject,
                       line.words, row.hash)
            before, left = rows[-1].seq, left - len(rows)


def verify(request: Request) -> Response:
    """Recompute the chain of the rows asked for, at most `MOST`; says what was really verified."""
    say = request.localizer.translate
    with request.house.database.reader() as session:
        last = min(whole(request.POST.get("last", "")) or journal.head(session)[0], journal.head(session)[0])
        first = max(1, whole(request.POST.get("first", "")) or 1, last - MOST + 1)
        breaks = list(islice(journal.verify(session, first=first, last=last), SHOWN))
    span = {"first": first, "last": last}
    if breaks:
        words = say(_("第${first}条到第${last}条里有改动的痕迹，请立即报告：", mapping=span)) + "；".join(breaks)
    else:
        words = say(_("已校验第${first}条到第${last}条，没有发现改动", mapping=span))
    request.session.flash(("late" if breaks else "ok", words))
    return HTTPSeeOther(URL)


def includeme(config: Configurator) -> None:
    read = Permission.READ_JOURNAL
    config.add_desk_entry(Entry(RECORDS, _("日志"), URL, "book", read, 70))
    config.add_route("desk.journal", URL, factory=Desk)
    config.add_route("desk.journal.csv", f"{URL}.csv", factory=Desk)
    config.add_route("desk.journal.verify", f"{URL}/verify", factory=Desk)
    config.add_view(listing, route_name="desk.journal", request_method="GET", renderer="desk/admin/journal.pt",
                    permission=read)
    config.add_view(download, route_name="desk.journal.csv", request_method="GET", permission=read)
    config.add_view(verify, route_name="desk.journal.verify", request_method="POST", permission=read)
