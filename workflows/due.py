"""What falls due by itself: scheduled documents are released, notices whose period is over are taken down."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from content.base import local_date, now
from content.documents import WITHDRAWN, Document, Live
from content.house import House
from workflows.access import SYSTEM
from workflows.engine import fire
from workflows.moves import Refused


def run(house: House, at: dt.datetime | None = None) -> int:
    """Fire every transition that is due, each in a transaction of its own; returns how many were fired.

    What cannot be released on time (an unsettled finding, a closed column) goes back to its writer with the reason.
    One that fails stops none of the others. Raises `ExceptionGroup` of what failed, after all were tried.
    """
    at = at or now()
    with house.database.reader() as session:
        due = [(document_id, "release") for document_id in session.scalars(
            select(Document.id).where(Document.state == "scheduled", Document.publish_at <= at))]
        due += [(document_id, "end") for document_id in session.scalars(
            select(Document.id).join(Live).where(Document.state == "published", Live.ends < local_date(at),
                                                 Live.state != WITHDRAWN))]
    fired, problems = 0, []
    for document_id, name in due:
        try:
            fired += _fire(house, document_id, name, at)
        except Exception as problem:
            problem.add_note(f"document {document_id}, {name}")
            problems.append(problem)
    if problems:
        raise ExceptionGroup(f"{len(problems)} documents could not be moved on time", problems)
    return fired


def _fire(house: House, document_id: int, name: str, at: dt.datetime) -> int:
    try:
        with house.database.writer.begin() as session:
            fire(session, house, session.get_one(Document, document_id), name, SYSTEM, now=at)
    except Refused as refused:
        if name != "release" or _moved_on(house, document_id):
            return 0
        with house.database.writer.begin() as session:
            fire(session, house, session.get_one(Document, document_id), "hold", SYSTEM, now=at, why=str(refused))
    return 1


def _moved_on(house: House, document_id: int) -> bool:
    with house.database.reader() as session:
        return session.get_one(Document, document_id).state != "scheduled"
