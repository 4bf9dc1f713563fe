"""Lists of cases for whom they concern: what was asked for, by limit; and how many wait for a step of a person.

Each question is one query with an end, and nothing sealed is opened for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from content import cases
from content.cases import Case, CaseKey
from content.house import House
from content.tree import Tree
from workflows.access import Identity, reaches_department
from workflows.engine import workflows_for

OPEN, ENDED = "open", "ended"
LIMIT = 50  # cases that a search shows


@dataclass(frozen=True)
class Asked:
    """What narrows a list; empty narrows nothing. `state` is one of a workflow, or `open` or `ended`."""

    state: str = ""
    department: int | None = None
    outcome: str = ""
    year: int | None = None


def conditions(units: Collection[int], asked: Asked) -> ColumnElement[bool]:
    """Cases that these departments handle, or were asked and passed on."""
    found = [or_(Case.department_id.in_(units), Case.office_id.in_(units))]
    if asked.state in (OPEN, ENDED):
        found.append(Case.finished.is_(None) if asked.state == OPEN else Case.finished.is_not(None))
    elif asked.state:
        found.append(Case.state == asked.state)
    if asked.department is not None:
        found.append(Case.department_id == asked.department)
    if asked.outcome:
        found.append(Case.outcome == asked.outcome)
    if asked.year is not None:
        found.append(Case.submitted.between(dt.date(asked.year, 1, 1), dt.date(asked.year, 12, 31)))
    return and_(*found)


def count(session: Session, where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(where)) or 0


def listed(session: Session, where: ColumnElement[bool], offset: int, limit: int) -> list[Case]:
    """What is open before what has ended, by due date; where nothing runs, the newest first."""
    ended, undated = (case((column.is_(None), at), else_=1 - at) for column, at in ((Case.finished, 0), (Case.due, 1)))
    order = (ended, undated, case((Case.finished.is_(None), Case.due)), Case.finished.desc(), Case.id.desc())
    return list(session.scalars(select(Case).where(where).order_by(*order).offset(offset).limit(limit)))


# -- what waits -------------------------------------------------------------------------------------------------

def waiting(session: Session, identity: Identity, tree: Tree) -> int:
    """How many cases wait for a step forward that `identity` may take."""
    wanted = [false()]
    for workflow in workflows_for("case").values():
        for step in workflow.transitions:
            units = [unit for unit in tree.departments.by_id if any(
                each.role in step.roles and reaches_department(each, unit, tree) for each in identity.held)]
            if step.tone == "primary" and units:
                wanted.append(and_(Case.workflow == workflow.name, Case.state.in_(step.sources),
                                   Case.department_id.in_(units)))
    return count(session, or_(*wanted)) if len(wanted) > 1 else 0  # who may take no step asks nothing of the database


# -- searching --------------------------------------------------------------------------------------------------

def by_number(session: Session, units: Collection[int], number: str) -> Case | None:
    where = and_(Case.number == number.strip(), conditions(units, Asked()))
    return session.scalars(select(Case).where(where)).first()


def by_person(session: Session, house: House, units: Collection[int], written: str) -> list[Case]:
    """The cases of whoever has this name, identity number, phone or address; newest first, within these departments."""
    if not cases.normal_key(written):
        return []
    same = [and_(CaseKey.field == field, CaseKey.hash == cases.keyed_hash(house, session, field, written))
            for field in ("name", "id_number", "phone", "email")]
    query = (select(Case).where(Case.id.in_(select(CaseKey.case_id).where(or_(*same))), conditions(units, Asked()))
             .order_by(Case.id.desc()).limit(LIMIT))
    return list(session.scalars(query))


def of_same_person(session: Session, subject: Case, units: Collection[int]) -> list[Case]:
    """Other cases of whoever filed `subject`, told by identity number or phone, else by name; newest first."""
    mine = {each.field: each.hash for each in session.scalars(select(CaseKey).where(CaseKey.case_id == subject.id))}
    sure = {field: mine[field] for field in ("id_number", "phone") if field in mine}
    same = [and_(CaseKey.field == field, CaseKey.hash == value)
            for field, value in (sure or {"name": mine.get("name", "")}).items()]
    query = (select(Case).where(Case.id.in_(select(CaseKey.case_id).where(or_(*same))), Case.id != subject.id,
                                conditions(units, Asked())).order_by(Case.id.desc()).limit(LIMIT))
    return list(session.scalars(query))
