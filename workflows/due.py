"""What falls due by itself: scheduled documents are released, notices whose period is over are taken down, texts
come into force and expire, and what a column's rule says is archived (历史页面)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from content.base import local_date, now
from content.documents import PUBLIC, Document, Live, in_state
from content.house import House
from content.tree import Tree
from content.validity import OUT_OF_FORCE
from workflows import validity
from workflows.access import SYSTEM
from workflows.engine import fire
from workflows.moves import Refused

MOST = 200  # documents that one look archives; the next look takes the next


def run(house: House, at: dt.datetime | None = None) -> int:
    """Fire every transition that is due, each in a transaction of its own; returns how much was done.

    What cannot be released on time (an unsettled finding, a closed column) goes back to its writer with the reason.
    One that fails stops none of the others. Raises `ExceptionGroup` of what failed, after all were tried.
    """
    at = at or now()
    turned = _turn(house, at)
    with house.database.reader() as session:
        due = [(document_id, "release", "") for document_id in session.scalars(
            select(Document.id).where(Document.state == "scheduled", Document.publish_at <= at))]
        due += [(document_id, "end", "") for document_id in session.scalars(_over(at))]
        due += _to_archive(house, session, at)
    fired, problems = turned, []
    for document_id, name, why in due:
        try:
            fired += _fire(house, document_id, name, at, why)
        except Exception as problem:
            problem.add_note(f"document {document_id}, {name}")
            problems.append(problem)
    if problems:
        raise ExceptionGroup(f"{len(problems)} documents could not be moved on time", problems)
    return fired


def _turn(house: House, at: dt.datetime) -> int:
    with house.database.reader() as session:
        if not validity.is_due(session, local_date(at)):
            return 0
    with house.database.writer.begin() as session:
        return validity.turn(session, at)


# -- archiving by rule --------------------------------------------------------------------------------------------

def _to_archive(house: House, session: Session, at: dt.datetime) -> list[tuple[int, str, str]]:
    """What the rules of its column say, looked for once a day, and again when a column changes."""
    tree, today = house.tree(session), local_date(at)
    if house.archived_for == (today, tree.version):
        return []
    found = [(document_id, "archive", why) for condition, why in _rules(tree, at) for document_id in session.scalars(
        select(Document.id).join(Live).where(Document.state == "published", Live.state == PUBLIC, condition)
        .limit(MOST))]
    if not found:
        house.archived_for = today, tree.version
    return found


def _rules(tree: Tree, at: dt.datetime) -> Iterator[tuple]:
    """`(condition, reason)` for each rule, whatever number of columns has it."""
    years: dict[int, list[int]] = {}
    over: list[int] = []
    for node in tree.walk():
        rule = node.archive_rule
        if rule.get("years"):
            years.setdefault(rule["years"], []).append(node.id)
        if rule.get("out_of_force"):
            over.append(node.id)
    for number, ids in years.items():
        before = at - dt.timedelta(days=round(365.2425 * number))
        yield Live.column_id.in_(ids) & (Live.published < before), f"按栏目规则归档：公开满{number}年"
    if over:
        yield Live.column_id.in_(over) & Live.validity.in_(OUT_OF_FORCE), "按栏目规则归档：已废止或失效"


def _over(at: dt.datetime) -> Select:
    """Documents whose period has ended. Asked every second: by the index of ends, not through all that is published."""
    state = select(Document.state).where(Document.id == Live.document_id).scalar_subquery()
    return select(Live.document_id).where(in_state(PUBLIC), Live.ends < local_date(at), state == "published")


def _fire(house: House, document_id: int, name: str, at: dt.datetime, why: str) -> int:
    try:
        with house.database.writer.begin() as session:
            fire(session, house, session.get_one(Document, document_id), name, SYSTEM, now=at, why=why)
    except Refused as refused:
        if name != "release" or _moved_on(house, document_id):
            return 0
        with house.database.writer.begin() as session:
            fire(session, house, session.get_one(Document, document_id), "hold", SYSTEM, now=at, why=str(refused))
    return 1


def _moved_on(house: House, document_id: int) -> bool:
    with house.database.reader() as session:
        return session.get_one(Document, document_id).state != "scheduled"
