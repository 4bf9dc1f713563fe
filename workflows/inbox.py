"""What waits for whom: documents at a step that a person may take, drafts of his own, what he sent on.

Each question is a fixed number of queries, whatever the size of the site, and each list has an end (`LIMIT`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from content import journal
from content.base import local_date
from content.calendar import Day, add_workdays
from content.documents import Document, Live
from content.feedback import WAITING, ErrorReport
from content.manuscripts import LISTED
from content.people import Role
from content.tree import Tree
from workflows.access import PERMISSIONS, Identity, Permission, columns_for, holder
from workflows.definition import State, Transition, Workflow
from workflows.engine import workflow_of, workflows_for
from workflows.guards import people_of

LIMIT = 200


@dataclass(frozen=True)
class Task:
    """A document that waits for somebody: at `state`, for the step `transition`, until the end of `due`.

    `returned` is the journal row with which it came back to its writer, with the reason; None otherwise.
    """

    document: Document
    state: State
    transition: Transition | None = None
    due: Day | None = None
    returned: journal.Row | None = None


def due_of(document: Document, state: State) -> Day | None:
    """The last day for moving on from `state`: its working days are counted from the day after it was entered."""
    if state.days is None:
        return None
    return add_workdays(local_date(document.state_since), state.days)


def underway(workflow: Workflow) -> list[State]:
    """The states in which a text is in other hands than its writer's and not yet public."""
    def leads_out(state: State) -> bool:
        return any("publish" in each.effects for each in workflow.leaving(state.name))
    return [state for state in workflow.states.values() if not state.editable and leads_out(state)]


def editable(workflow: Workflow) -> list[State]:
    """The states in which the text may be changed."""
    return [state for state in workflow.states.values() if state.editable]


def in_states(states_of) -> ColumnElement[bool]:
    """The condition that a document is in one of the states that `states_of` names for its workflow."""
    return or_(false(), *(and_(Document.workflow == workflow.name,
                               Document.state.in_([state.name for state in states_of(workflow)]))
                          for workflow in workflows_for("document").values()))


def waiting(session: Session, identity: Identity, tree: Tree) -> list[Task]:
    """The documents for which `identity` could take the next step, those with the earliest limit first.

    The next step is a primary transition out of a state that is not the writer's, or the approval afterwards of
    what was published in an emergency. Left out is what he may not touch because he acted in the same chain.
    """
    query = _documents(_for_steps(identity, tree)).order_by(Document.state_since, Document.id)
    found = list(session.scalars(query).unique())
    acted = _acted(session, found)
    tasks = [task for document in found if (task := _task(document, identity, tree, acted[document.id]))]
    return sorted(tasks, key=lambda task: (task.due is None, task.due.date if task.due else dt.date.max))


def _documents(condition: ColumnElement[bool]) -> Select[tuple[Document]]:
    return select(Document).where(condition).options(LISTED).limit(LIMIT)


def _steps(workflow: Workflow) -> list[tuple[str, Transition]]:
    """`(state, transition)` for every step that waits for a person other than the writer."""
    return [(state, each) for each in workflow.transitions if each.roles for state in each.sources
            if (each.tone == "primary" and not workflow.states[state].editable) or "is_emergency" in each.guards]


def _for_steps(identity: Identity, tree: Tree) -> ColumnElement[bool]:
    places: dict[frozenset[Role], list[int]] = {}
    conditions = [false()]
    for workflow in workflows_for("document").values():
        for state, transition in _steps(workflow):
            roles = transition.roles
            if roles not in places:
                places[roles] = [node.id for node in columns_for(identity, roles, tree)]
            wanted = and_(Document.workflow == workflow.name, Document.state == state,
                          Document.column_id.in_(places[roles]))
            urgent = "is_emergency" in transition.guards
            conditions.append(and_(wanted, Document.emergency) if urgent else wanted)
    return or_(*conditions)


def _acted(session: Session, documents: Collection[Document]) -> dict[int, set[int]]:
    """Who has acted in the present chain of each of these documents."""
    rows: dict[int, list[journal.Row]] = {document.id: [] for document in documents}
    query = select(journal.Row).where(journal.Row.subject_kind == "document", journal.Row.subject_id.in_(rows))
    for row in session.scalars(query.order_by(journal.Row.seq)).unique():
        rows[row.subject_id].append(row)
    return {document.id: set(people_of(rows[document.id], document.head)) for document in documents}


def _task(document: Document, identity: Identity, tree: Tree, acted: set[int]) -> Task | None:
    workflow, node = workflow_of(document.workflow), tree.by_id[document.column_id]
    for state, transition in _steps(workflow):
        if state != document.state or ("is_emergency" in transition.guards and not document.emergency):
            continue
        person = holder(identity, transition.roles, node, tree)
        twice = "not_twice" in transition.guards and acted & {identity.user_id, person}
        if person is not None and not twice:
            return Task(document, workflow.states[state], transition, due_of(document, workflow.states[state]))
    return None


# -- of one's own -----------------------------------------------------------------------------------------------

def drafts(session: Session, identity: Identity) -> list[Task]:
    """The person's manuscripts that he may go on with, those that came back first, then the newest."""
    query = _documents(and_(Document.owner_id == identity.user_id, in_states(editable)))
    found = list(session.scalars(query.order_by(Document.state_since.desc(), Document.id.desc())).unique())
    back = returns(session, [document.id for document in found])
    tasks = [Task(document, workflow_of(document.workflow).states[document.state], returned=back.get(document.id))
             for document in found]
    return sorted(tasks, key=lambda task: task.returned is None)


def returns(session: Session, ids: Collection[int]) -> dict[int, journal.Row]:
    """Of the documents that came back to their writers: the row that says who sent them back and why."""
    if not ids:
        return {}
    steps = [step for workflow in workflows_for("document").values() for step in workflow.transitions]
    names = {f"document.{step.name}" for step in steps}
    newest = (select(func.max(journal.Row.seq)).where(journal.Row.subject_kind == "document",
                                                       journal.Row.subject_id.in_(ids), journal.Row.action.in_(names))
              .group_by(journal.Row.subject_id))
    rows = session.scalars(select(journal.Row).where(journal.Row.seq.in_(newest))).unique()
    return {row.subject_id: row for row in rows if row.action in ("document.return", "document.hold")}


def sent(session: Session, identity: Identity) -> list[Task]:
    """The person's manuscripts that others are handling now, the newest first."""
    query = _documents(and_(Document.owner_id == identity.user_id, in_states(underway)))
    found = session.scalars(query.order_by(Document.state_since.desc(), Document.id.desc())).unique()
    states = {document: workflow_of(document.workflow).states[document.state] for document in found}
    return [Task(document, state, due=due_of(document, state)) for document, state in states.items()]


def published_since(session: Session, identity: Identity, moment: dt.datetime) -> int:
    """How many of the person's manuscripts were published since `moment`."""
    query = select(func.count()).select_from(Live).join(Document, Document.id == Live.document_id)
    return session.scalar(query.where(Document.owner_id == identity.user_id, Live.published >= moment)) or 0


def reports(session: Session, identity: Identity, tree: Tree) -> list[ErrorReport]:
    """What citizens pointed out (我为政府网站找错) and the person's departments have not answered, oldest first."""
    roles = PERMISSIONS[Permission.ANSWER_REPORTS]
    units = {unit for held in identity.held if held.role in roles and held.department_id is not None
             for unit in tree.departments.below(held.department_id)}
    query = select(ErrorReport).where(ErrorReport.state == WAITING, ErrorReport.department_id.in_(units))
    return list(session.scalars(query.order_by(ErrorReport.received).limit(LIMIT)))
