"""Lists of cases for whom they concern: what was asked for, by limit; and which wait for a step of a person.

Each question is one query with an end, and nothing sealed is opened for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, exists, func, not_, or_, select
from sqlalchemy.orm import Session, aliased, defer

from content import cases
from content.calendar import Calendar
from content.cases import Case, CaseKey, Message
from content.house import House
from content.people import Role
from content.tree import Tree
from workflows.access import Identity, reaches_department
from workflows.applications import REPLY
from workflows.definition import Transition
from workflows.engine import workflows_for

OPEN, ENDED = "open", "ended"
LATE, SOON, REST = "late", "soon", "rest"  # by limit: over, near, and whatever else is open
NEAR = 3  # working days before a limit from which it is near
LIMIT = 50  # cases that a search shows
MOST_TASKS = 200
# Guards that keep one from what he wrote himself: the kind of message that he wrote.
OWN = {"not_own_reply": REPLY, "not_own_finding": "report", "not_own_answer": "draft_answer"}


@dataclass(frozen=True)
class Asked:
    """What narrows a list; empty narrows nothing. `state` is one of a workflow, or `open` or `ended`; `limit` is
    `late`, `soon` or `rest`, of what is open."""

    state: str = ""
    type: str = ""
    limit: str = ""
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
    if asked.type:
        found.append(Case.type == asked.type)
    if asked.department is not None:
        found.append(Case.department_id == asked.department)
    if asked.outcome:
        found.append(Case.outcome == asked.outcome)
    if asked.year is not None:
        found.append(Case.submitted.between(dt.date(asked.year, 1, 1), dt.date(asked.year, 12, 31)))
    return and_(*found)


@dataclass(frozen=True)
class Days:
    """What is over and what is near on a day: limits before `today`, and those before `far`."""

    today: dt.date
    far: dt.date

    @classmethod
    def of(cls, today: dt.date, calendar: Calendar) -> Days:
        return cls(today, calendar.add_workdays(today, NEAR + 1).date)

    def by_limit(self, limit: str) -> ColumnElement[bool]:
        """The open cases whose limit is over, near, or neither (where no clock runs, too)."""
        return and_(Case.finished.is_(None), {
            LATE: Case.due < self.today, SOON: and_(Case.due >= self.today, Case.due < self.far),
            REST: or_(Case.due.is_(None), Case.due >= self.far)}[limit])


def by_limit(session: Session, where: ColumnElement[bool], days: Days) -> dict[str, int]:
    """How many open cases there are of each limit, one query."""
    sums = [func.coalesce(func.sum(case((days.by_limit(limit), 1), else_=0)), 0) for limit in (LATE, SOON, REST)]
    found = session.execute(select(*sums).select_from(Case).where(where, Case.finished.is_(None))).one()
    return dict(zip((LATE, SOON, REST), map(int, found), strict=True))


def count(session: Session, where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Case).where(where)) or 0


def listed(session: Session, where: ColumnElement[bool], offset: int, limit: int) -> list[Case]:
    """What is open before what has ended, by due date; where nothing runs, the newest first.

    The order is made of narrow rows; what lies sealed in the wide ones is not even loaded.
    """
    ended, undated = (case((column.is_(None), at), else_=1 - at) for column, at in ((Case.finished, 0), (Case.due, 1)))
    order = (ended, undated, case((Case.finished.is_(None), Case.due)), Case.finished.desc(), Case.id.desc())
    ids = list(session.scalars(select(Case.id).where(where).order_by(*order).offset(offset).limit(limit)))
    found = session.scalars(select(Case).where(Case.id.in_(ids)).options(defer(Case.sealed)))
    return sorted(found, key=lambda each: ids.index(each.id))


# -- what waits -------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Task:
    """A case that waits for the step forward `transition`; nothing of it is opened."""

    case: Case
    transition: Transition


def waiting(session: Session, identity: Identity, tree: Tree) -> int:
    """How many cases wait for a step forward that `identity` may take."""
    wanted = [where for _step, where in _wanted(identity, tree)]
    return count(session, or_(*wanted)) if wanted else 0  # who may take no step asks nothing of the database


def tasks(session: Session, identity: Identity, tree: Tree) -> list[Task]:
    """The cases that wait for a step forward of `identity`, by limit; one query with an end."""
    wanted = _wanted(identity, tree)
    if not wanted:
        return []
    query = (select(Case).where(or_(*(where for _step, where in wanted))).options(defer(Case.sealed))
             .order_by(case((Case.due.is_(None) | Case.finished.is_not(None), 1), else_=0), Case.due, Case.id)
             .limit(MOST_TASKS))
    steps = {(name, state): step for (name, step), _where in wanted for state in step.sources}
    return [Task(each, steps[each.workflow, each.state]) for each in session.scalars(query)]


def _wanted(identity: Identity, tree: Tree) -> list[tuple[tuple[str, Transition], ColumnElement[bool]]]:
    """`((workflow, step), condition)` of each step forward that the person may take in some department."""
    found = []
    for workflow in workflows_for("case").values():
        for step in workflow.transitions:
            units = [unit for unit in tree.departments.by_id if any(
                each.role in step.roles and reaches_department(each, unit, tree) for each in identity.held)]
            if step.tone == "primary" and units:
                found.append(((workflow.name, step), and_(
                    Case.workflow == workflow.name, Case.state.in_(step.sources), Case.department_id.in_(units),
                    *_his(identity, step))))
    return found


def _his(identity: Identity, step: Transition) -> Iterator[ColumnElement[bool]]:
    """What one handles waits for no other; and nobody is asked to confirm what he wrote himself."""
    if step.roles == frozenset({Role.CASE_OFFICER}):
        yield or_(Case.handler_id.is_(None), Case.handler_id.in_([identity.user_id, *identity.principals]))
    for guard in OWN.keys() & set(step.guards):
        each = aliased(Message)
        newest = select(func.max(each.id)).where(each.case_id == Case.id, each.kind == OWN[guard]).correlate(Case)
        yield not_(exists().where(Message.id == newest.scalar_subquery(), Message.author_id == identity.user_id))


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
