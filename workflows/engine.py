"""The engine: fires transitions along workflow definitions. Nothing else moves a document, a case or a finding.

Firing checks that the transition leaves the present state, that the person may, and that every guard agrees; then
it changes the state, brings about the effects and writes the journal, all in the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from content import journal
from content.base import now as present
from content.documents import REASONS
from content.house import House
from content.people import ROLE_TITLES, Role
from content.tree import Node, Tree
from workflows import access
from workflows.access import Identity
from workflows.asks import ASKS, unanswered
from workflows.case_effects import EFFECTS as CASE_EFFECTS
from workflows.case_guards import CONCERNS as CASE_CONCERNS
from workflows.case_guards import GUARDS as CASE_GUARDS
from workflows.definition import DefinitionError, Transition, Workflow, load
from workflows.effects import EFFECTS as DOCUMENT_EFFECTS
from workflows.finding_effects import EFFECTS as FINDING_EFFECTS
from workflows.finding_guards import GUARDS as FINDING_GUARDS
from workflows.guards import CONCERNS as DOCUMENT_CONCERNS
from workflows.guards import GUARDS as DOCUMENT_GUARDS
from workflows.moves import Move, NotAllowed, Refused
from workflows.pushing import EFFECTS as PUSH_EFFECTS
from workflows.pushing import GUARDS as PUSH_GUARDS
from workflows.subjects import Place, Subject, kind_of

GUARDS = DOCUMENT_GUARDS | CASE_GUARDS | FINDING_GUARDS | PUSH_GUARDS
EFFECTS = DOCUMENT_EFFECTS | CASE_EFFECTS | FINDING_EFFECTS | PUSH_EFFECTS
CONCERNS = DOCUMENT_CONCERNS | CASE_CONCERNS
DEFINITIONS = Path(__file__).parent / "definitions"


def fire(session: Session, house: House, subject: Subject, name: str, actor: Identity, *, why: str = "",
         now: dt.datetime | None = None, **facts: Any) -> journal.Entry:
    """Move `subject` by the transition `name`; the only way in which a state changes.

    Raises `NotAllowed` when the person may not, `Refused` when the state, a guard or an effect says no; then
    nothing has changed.
    """
    move = _prepare(session, house, subject, name, actor, why.strip(), now or present(), facts)
    reasons = objections(move)
    if reasons:
        raise Refused(*reasons)
    with session.begin_nested():  # an effect that refuses half-way leaves nothing behind
        return _carry_out(move)


def _prepare(session: Session, house: House, subject: Subject, name: str, actor: Identity, why: str,
             now: dt.datetime, facts: dict[str, Any]) -> Move:
    kind = kind_of(subject)
    kind.lock(session, subject)  # the state as of now, not as it was when a form was opened
    workflow = workflow_of(subject.workflow)
    transition = workflow.find(name, subject.state)
    if transition is None:
        raise Refused(f"现在是“{workflow.states[subject.state].title}”，不能做这一步；可能别人已经处理过，请刷新页面")
    tree = house.tree(session)
    place = kind.place(subject, tree)
    in_right_of = _right(transition, actor, place, tree, facts.get("reason_kind"))
    behalf = in_right_of if in_right_of != actor.user_id else None
    return Move(session, house, tree, subject, place.node, workflow, transition, actor, behalf, now, why, facts)


def _right(transition: Transition, actor: Identity, place: Place, tree: Tree, kind: str | None) -> int | None:
    """In whose right the actor may do it, for this kind of reason where there are kinds. Raises `NotAllowed`."""
    if (transition.system and actor.system) or (transition.requester and actor.requester):
        return actor.user_id
    found = place.holder(actor, transition.kinds.get(kind, transition.roles), tree)
    if found is None and kind in transition.kinds:
        who = "、".join(ROLE_TITLES[role][0] for role in Role if role in transition.kinds[kind])
        raise NotAllowed(f"以“{REASONS[kind]}”为由{transition.title}，由{who}办理")
    if found is None:
        raise NotAllowed(f"您没有在“{place.name}”做“{transition.title}”的权限")
    return found


def objections(move: Move) -> list[str]:
    """Why this move cannot be made now, one sentence each; empty when it can."""
    reasons = ["请写明理由"] if move.transition.reason and not move.why else []
    if not move.facts.get("asking"):
        reasons += unanswered(move.transition.asks, move.facts)
    for name in move.transition.guards:
        reasons.extend(GUARDS[name](move))
    return reasons


def _carry_out(move: Move) -> journal.Entry:
    before = move.before = move.subject.state
    move.subject.state, move.subject.state_since = move.transition.target, move.now
    for name in move.transition.effects:
        EFFECTS[name](move)
    move.session.flush()
    kind = kind_of(move.subject)
    payload = {"from": before, "to": move.subject.state, **kind.payload(move), **move.notes}
    if move.on_behalf_of is not None:
        payload["on_behalf_of"] = move.on_behalf_of
    return journal.record(move.session, f"{kind.name}.{move.transition.name}", (kind.name, move.subject.id),
                          actor_id=move.actor_id, at=move.now, **payload)


def kinds_open(move_by: Identity, transition: Transition, node: Node, tree: Tree) -> list[str]:
    """The kinds of reason that this person may name, in the order of the definition."""
    return [kind for kind, roles in transition.kinds.items() if access.holder(move_by, roles, node, tree) is not None]


@dataclass(frozen=True)
class Offer:
    """A transition that a person may take, with what still stands in its way."""

    transition: Transition
    objections: tuple[str, ...]


def offers(session: Session, house: House, subject: Subject, actor: Identity,
           now: dt.datetime | None = None) -> list[Offer]:
    """What `actor` may do with `subject` now, in the order of the definition; steps that do not concern it are
    left out, those that something stands in the way of are not."""
    workflow, tree = workflow_of(subject.workflow), house.tree(session)
    place, found = kind_of(subject).place(subject, tree), []
    for transition in workflow.leaving(subject.state):
        in_right_of = actor.user_id if transition.requester and actor.requester else \
            place.holder(actor, transition.roles, tree)
        if in_right_of is None:
            continue
        move = Move(session, house, tree, subject, place.node, workflow, transition, actor,
                    in_right_of if in_right_of != actor.user_id else None, now or present(), "…", {"asking": True})
        if not any(GUARDS[name](move) for name in CONCERNS.intersection(transition.guards)):
            found.append(Offer(transition, tuple(objections(move))))
    return found


@lru_cache(maxsize=1)
def workflows() -> dict[str, Workflow]:
    """Every definition, checked. Raises `DefinitionError` at start-up, not when somebody presses a button."""
    found: dict[str, Workflow] = {}
    for path in sorted(DEFINITIONS.glob("*.toml")):
        workflow = load(path, GUARDS, EFFECTS, ASKS)
        if workflow.name in found:
            raise DefinitionError(f"{path.name}: the workflow {workflow.name!r} is defined twice")
        found[workflow.name] = workflow
    return found


def workflows_for(subject: str) -> dict[str, Workflow]:
    """The definitions by which documents (`document`) or cases (`case`) move."""
    return {name: workflow for name, workflow in workflows().items() if workflow.subject == subject}


def workflow_of(name: str) -> Workflow:
    try:
        return workflows()[name]
    except KeyError:
        raise LookupError(f"no workflow {name!r}; there are {', '.join(sorted(workflows()))}") from None
