"""What moves along workflows: documents, which lie in a column, cases, which lie with an organ, and findings of
supervision, which lie in a column where they are about one, else with an organ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import cases, documents
from content.cases import Case
from content.documents import Document
from content.findings import Finding
from content.people import Role
from content.pushes import Push
from content.tree import Node, Tree
from workflows import access, cards
from workflows.access import Identity
from workflows.asks import FREE
from workflows.moves import Move

Subject = Document | Case | Finding | Push


@dataclass(frozen=True)
class Place:
    """Where a subject lies: in a column, or with a department; roles are held there. With `both`, whoever holds one
    for the column or for the department may: a finding in a column of others is answered for by its department."""

    name: str
    node: Node | None
    department_id: int
    both: bool = False

    def holder(self, identity: Identity, roles: frozenset[Role], tree: Tree) -> int | None:
        found = access.holder(identity, roles, self.node, tree) if self.node is not None else None
        if found is None and (self.node is None or self.both):
            found = access.holder_in(identity, roles, self.department_id, tree)
        return found


@dataclass(frozen=True)
class Kind:
    """`payload` is what the journal keeps of a step beside its states."""

    name: str
    lock: Callable[[Session, Any], None]
    place: Callable[[Any, Tree], Place]
    payload: Callable[[Move], dict[str, Any]]


def _column(document: Document, tree: Tree) -> Place:
    node = tree.by_id[document.column_id]
    return Place(node.name, node, document.department_id)


def _told(move: Move) -> dict[str, Any]:
    """With the names of today: the archive card (政务公开档案卡) is made from the journal alone."""
    signed = cards.signature(move.actor.name, move.actor.unit, move.transition.title, move.why)
    return {"why": move.why, "revision": move.subject.head_id, "signed": signed}


def _lock_case(session: Session, case: Case) -> None:
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    session.refresh(case)


def _organ(case: Case, tree: Tree) -> Place:
    return Place(tree.departments.by_id[case.department_id].short_name, None, case.department_id)


def _sealed(move: Move) -> dict[str, Any]:
    """Words about a case may name people: they are sealed as a note, and the journal gets the note's number."""
    words = {name: value for name, value in move.facts.items() if name in FREE and value}
    if move.why:
        words["why"] = move.why
    if not words:
        return {}
    note = cases.add_message(move.session, move.house, move.subject, "inside", move.transition.name, words,
                             author_id=move.actor_id, at=move.now)
    return {"note": note.id}


def _lock_finding(session: Session, finding: Finding) -> None:
    session.execute(select(Finding.id).where(Finding.id == finding.id).with_for_update())
    session.refresh(finding)


def _lies(finding: Finding, tree: Tree) -> Place:
    node = tree.by_id.get(finding.column_id or 0)
    unit = tree.departments.by_id[finding.department_id]
    return Place(node.name if node else unit.short_name, node, finding.department_id, both=True)


def _lock_push(session: Session, push: Push) -> None:
    session.execute(select(Push.id).where(Push.id == push.id).with_for_update())
    session.refresh(push)


def _account(push: Push, tree: Tree) -> Place:
    return Place(push.account.name, None, push.department_id)


def _why(move: Move) -> dict[str, Any]:
    return {"why": move.why} if move.why else {}


_KINDS = {
    Document: Kind("document", documents.lock, _column, _told),
    Case: Kind("case", _lock_case, _organ, _sealed),
    Finding: Kind("finding", _lock_finding, _lies, _why),
    Push: Kind("push", _lock_push, _account, _why),
}


def kind_of(subject: Subject) -> Kind:
    return _KINDS[type(subject)]
