"""Findings for whom they concern: who may see which, lists with their counts, and what waits for a person.

Whoever answers for a column or a department sees what was found there, an auditor what lies below his office. Each
question is a fixed number of queries, whatever the size of the site, and each list has an end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from content.base import local_date
from content.calendar import Calendar
from content.findings import RED, Finding
from content.people import Role
from content.tree import Tree
from workflows.access import PERMISSIONS, Identity, Permission, columns_for, reaches_department
from workflows.definition import State, Transition
from workflows.engine import workflow_of, workflows_for
from workflows.finding_effects import REPAIR
from workflows.subjects import kind_of

OPEN, ENDED = "open", "ended"
ORDERED, UNORDERED, ANSWERED = "ordered", ("found", "confirmed"), ("rectified", "appealed")  # states: who is to act
READERS = PERMISSIONS[Permission.READ_FINDINGS]
MOST_TASKS = 200
MOST = 5000  # lines of an export


@dataclass(frozen=True)
class Asked:
    """What narrows a list; empty narrows nothing. `state` is one of the workflow, or `open` or `ended`; a department
    and a column count with what is below them; `mine`: ordered to this person."""

    state: str = ""
    severity: str = ""
    rule: str = ""
    department: int | None = None
    column: int | None = None
    mine: bool = False


# -- who may see ------------------------------------------------------------------------------------------------

def seen_by(identity: Identity, tree: Tree, roles: frozenset[Role] = READERS) -> ColumnElement[bool]:
    """The condition that a finding lies where `identity` holds one of `roles`: in its column, or its department."""
    held = [each for each in identity.held if each.role in roles]
    units = [unit for unit in tree.departments.by_id if any(reaches_department(each, unit, tree) for each in held)]
    if units and len(units) == len(tree.departments.by_id):
        return true()
    columns = [node.id for node in columns_for(identity, roles, tree)]
    places = [Finding.department_id.in_(units)] if units else []
    places += [Finding.column_id.in_(columns)] if columns else []
    return or_(false(), *places)


def sees(identity: Identity, finding: Finding, tree: Tree, roles: frozenset[Role] = READERS) -> bool:
    """The same of one finding."""
    return kind_of(finding).place(finding, tree).holder(identity, roles, tree) is not None


# -- lists ------------------------------------------------------------------------------------------------------

def open_states() -> frozenset[str]:
    """The states in which somebody still has to do something."""
    return frozenset(state.name for workflow in workflows_for("finding").values()
                     for state in workflow.states.values() if not state.final)


def conditions(identity: Identity, tree: Tree, asked: Asked) -> ColumnElement[bool]:
    """Findings that `identity` may see, narrowed by what was asked for."""
    found = [seen_by(identity, tree)]
    if asked.state in (OPEN, ENDED):
        is_open = Finding.state.in_(open_states())
        found.append(is_open if asked.state == OPEN else ~is_open)
    elif asked.state:
        found.append(Finding.state == asked.state)
    if asked.severity:
        found.append(Finding.severity == asked.severity)
    if asked.rule:
        found.append(Finding.rule == asked.rule)
    if asked.department is not None:
        found.append(Finding.department_id.in_(tree.departments.below(asked.department)))
    if asked.column is not None:
        node = tree.by_id.get(asked.column)
        found.append(Finding.column_id.in_([each.id for each in node.walk()]) if node else false())
    if asked.mine:
        found.append(_ordered_to(identity, tree))
    return and_(*found)


def count(session: Session, where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Finding).where(where)) or 0


def listed(session: Session, where: ColumnElement[bool], offset: int, limit: int) -> list[Finding]:
    """What is open before what has ended, red before yellow, by the day since when."""
    ended = case((Finding.state.in_(open_states()), 0), else_=1)
    red = case((Finding.severity == RED, 0), else_=1)
    query = select(Finding).where(where).order_by(ended, red, Finding.since, Finding.id)
    return list(session.scalars(query.offset(offset).limit(limit)))


def by_state(session: Session, where: ColumnElement[bool]) -> dict[tuple[str, str], int]:
    """`{(state, severity): count}`, one query."""
    query = select(Finding.state, Finding.severity, func.count()).where(where)
    return {(state, severity): number for state, severity, number in
            session.execute(query.group_by(Finding.state, Finding.severity))}


def of_columns(session: Session, columns: Iterable[int]) -> dict[int, list[Finding]]:
    """The open findings that lie in these columns themselves, red before yellow; one query."""
    wanted, found = list(columns), {}
    where = and_(Finding.column_id.in_(wanted), Finding.state.in_(open_states()))
    for each in listed(session, where, 0, MOST) if wanted else ():
        found.setdefault(each.column_id, []).append(each)
    return found


# -- what waits -------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Task:
    """A finding that waits for the step `transition` of a person, until the end of `due`, where there is a limit."""

    finding: Finding
    transition: Transition
    due: dt.date | None


def tasks(session: Session, identity: Identity, tree: Tree, calendar: Calendar) -> list[Task]:
    """Orders to `identity`, and for an auditor what was put right or appealed against; by date.

    What was only found waits for an auditor too, but may be much: it is counted (`waiting`) and not listed here.
    """
    where = or_(_ordered_to(identity, tree), and_(Finding.state.in_(ANSWERED), _supervised(identity, tree)))
    query = (select(Finding).where(where).order_by(Finding.order_due.is_(None), Finding.order_due, Finding.id)
             .limit(MOST_TASKS))
    found = (_task(each, identity, tree, calendar) for each in session.scalars(query))
    return sorted((each for each in found if each), key=lambda each: (each.due is None, each.due or dt.date.max))


def waiting(session: Session, identity: Identity, tree: Tree) -> int:
    """How many findings wait for a step of `identity`: orders to him; for an auditor what is red and unordered, too."""
    unordered = and_(Finding.state.in_(UNORDERED), Finding.severity == RED)
    return count(session, or_(_ordered_to(identity, tree), and_(
        or_(Finding.state.in_(ANSWERED), unordered), _supervised(identity, tree))))


def _supervised(identity: Identity, tree: Tree) -> ColumnElement[bool]:
    return seen_by(identity, tree, PERMISSIONS[Permission.SUPERVISE])


def _ordered_to(identity: Identity, tree: Tree) -> ColumnElement[bool]:
    """Ordered to him, or to somebody for whom he stands in; to nobody by name, wherever he repairs."""
    anybody = and_(Finding.person_id.is_(None), seen_by(identity, tree, REPAIR))
    return and_(Finding.state == ORDERED,
                or_(Finding.person_id.in_([identity.user_id, *identity.principals]), anybody))


def _task(finding: Finding, identity: Identity, tree: Tree, calendar: Calendar) -> Task | None:
    workflow, place = workflow_of(finding.workflow), kind_of(finding).place(finding, tree)
    mine = [step for step in workflow.leaving(finding.state) if place.holder(identity, step.roles, tree) is not None]
    if not mine:
        return None  # it was ordered to somebody who has lost his role there
    step = next((each for each in mine if each.tone == "primary"), mine[0])
    return Task(finding, step, due_of(finding, workflow.states[finding.state], calendar))


def due_of(finding: Finding, state: State, calendar: Calendar) -> dt.date | None:
    """The last day for moving on: that of the order, else so many working days after the state was entered."""
    if finding.state == ORDERED:
        return finding.order_due
    return None if state.days is None else calendar.add_workdays(local_date(finding.state_since), state.days).date
