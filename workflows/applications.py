"""Cases at work: filing them, their facts and clocks, and the dates that lists show. The engine moves them."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import applicants, cases, journal, numbers
from content.base import local_date, now
from content.cases import Case, CaseKey, Fact, Message
from content.house import House
from content.people import Grant, Role, Unit, User
from content.tree import Tree
from workflows import limits
from workflows.clocks import Clock, reckon
from workflows.facts import Contradiction, Facts, facts_of
from workflows.outcomes import OUTCOMES

REPLY = "reply"  # the kind of message that a reply is
NUMBER = "{organ}-{year}-{serial:05d}"
KEYED = ("name", "id_number", "phone", "email")  # what a case can be found again by


def file(session: Session, house: House, type_name: str, workflow: str, state: str, *, office_id: int,
         applicant: Mapping[str, Any], request: Mapping[str, Any], applicant_class: str, channel: str,
         submitted: dt.date, actor_id: int | None = None, received: dt.date | None = None,
         at: dt.datetime | None = None, **days: Any) -> tuple[Case, str]:
    """A new case and its query code, which is told once and kept only as a keyed hash.

    `days`: `signed` and `confirmed`, where the channel has them.
    """
    at, code = at or now(), cases.new_code()
    unit = house.tree(session).departments.by_id[office_id]
    year = submitted.year
    serial = numbers.take(session, f"case/{unit.code}/{year}")  # one row of numbers for all types
    case = Case(type=type_name, number=NUMBER.format(organ=unit.code, year=year, serial=serial), workflow=workflow,
                state=state, state_since=at, office_id=office_id, department_id=office_id, channel=channel,
                applicant_class=applicant_class, submitted=submitted, received=received, created=at, sealed=b"",
                code_hash=cases.keyed_hash(house, session, "code", code), **days)
    session.add(case)
    session.flush()
    keyed = {name: str(applicant[name]) for name in KEYED if applicant.get(name)}
    cases.write(session, house, case, {"applicant": dict(applicant), "request": dict(request)}, keyed)
    journal.record(session, "case.file", ("case", case.id), actor_id=actor_id, at=at, type=type_name, channel=channel,
                   applicant_class=applicant_class)
    renew(session, house, [case], local_date(at))
    return case, code


def draft_reply(session: Session, house: House, case: Case, outcome: str, says: Mapping[str, str], *, actor_id: int,
                at: dt.datetime | None = None) -> Message:
    """Write or rewrite the draft of the reply: the outcome, and in its words what it must say."""
    if outcome not in OUTCOMES:
        raise LookupError(f"no outcome {outcome!r}")
    body = {"outcome": outcome, "says": {name: str(words).strip() for name, words in says.items() if words}}
    drafts = [each for each in case.messages if each.kind == REPLY and each.issued is None]
    if not drafts:
        return cases.add_message(session, house, case, "out", REPLY, body, author_id=actor_id, at=at)
    cases.change_message(session, house, drafts[-1], body)
    drafts[-1].author_id = actor_id
    return drafts[-1]


def organs(session: Session, tree: Tree) -> list[Unit]:
    """The organs that take applications: those for which somebody handles cases; in the order of departments.

    A village committee is no administrative organ (Art. 2): what it keeps is asked of the township.
    """
    query = select(Grant.department_id).join(User, User.id == Grant.user_id).where(
        Grant.role == Role.CASE_OFFICER.value, Grant.department_id.is_not(None), User.active)
    reached = {unit for held in set(session.scalars(query)) for unit in tree.departments.below(held)}
    return [unit for unit in tree.departments.by_id.values() if unit.id in reached and unit.level != "村"]


def has_keys(session: Session, house: House, case: Case, *, only_held: bool = False, **values: str) -> bool:
    """Whether the case is found by all of these, as `name`, `phone`; nothing is opened for it.

    With `only_held`, what was never given for the case need not fit.
    """
    held = {key.field: key.hash for key in session.scalars(select(CaseKey).where(CaseKey.case_id == case.id))}
    fits = [hmac.compare_digest(held.get(name, ""), cases.keyed_hash(house, session, name, value))
            or (only_held and name not in held) for name, value in values.items()]
    return all(fits)


def renew_code(session: Session, house: House, case: Case, *, at: dt.datetime | None = None) -> str:
    """A new query code for one that was lost; the old one opens nothing any more, nor does an account that was shown
    it by whoever found it. The journal tells that it was."""
    code = cases.new_code()
    case.code_hash = cases.keyed_hash(house, session, "code", code)
    applicants.let_go(session, case.id)
    session.flush()
    journal.record(session, "case.code", ("case", case.id), actor_id=None, at=at)
    return code


# -- facts and clocks -------------------------------------------------------------------------------------------

def note_fact(session: Session, house: House, case: Case, data: Mapping[str, Any], *, actor_id: int | None,
              at: dt.datetime | None = None) -> Fact:
    """Write down a dated event. Raises `Contradiction` when it cannot be true beside the others."""
    at = at or now()
    day = received_of(case).isoformat()
    facts_of({"received": day, "events": [*events(case), dict(data)]})
    made = Fact(case_id=case.id, data=dict(data), at=at, actor_id=actor_id)
    session.add(made)
    session.flush()
    session.expire(case, ["facts"])
    journal.record(session, "case.fact", ("case", case.id), actor_id=actor_id, at=at, **{"fact": dict(data)})
    renew(session, house, [case], local_date(at))
    return made


def annul(session: Session, house: House, case: Case, fact: Fact, *, actor_id: int | None, why: str,
          at: dt.datetime | None = None) -> None:
    """A fact that was noted wrongly counts no more; it stays on record, and why lies sealed beside it."""
    fact.annulled = True
    note = cases.add_message(session, house, case, "inside", "annul", {"why": why}, author_id=actor_id, at=at)
    journal.record(session, "case.annul", ("case", case.id), actor_id=actor_id, at=at, fact=fact.id, note=note.id)
    renew(session, house, [case], local_date(at or now()))


def amend(session: Session, house: House, case: Case, kind: str, changed: Mapping[str, Any], *, actor_id: int | None,
          at: dt.datetime | None = None) -> Fact:
    """The newest open fact of `kind` with `changed` in it: a consultation gets its end. Raises `Contradiction`."""
    found = [each for each in case.facts if not each.annulled and each.data["type"] == kind
             and each.data.get("end") is None]
    if not found:
        raise Contradiction("没有还在征求的意见")
    found[-1].annulled = True
    session.flush()
    return note_fact(session, house, case, {**found[-1].data, **changed}, actor_id=actor_id, at=at)


def events(case: Case) -> list[dict[str, Any]]:
    return [each.data for each in case.facts if not each.annulled]


def received_of(case: Case) -> dt.date:
    """The day of receipt; until it is certain, the day on which it was submitted stands in for it."""
    return case.received or case.submitted


def facts_of_case(case: Case) -> Facts:
    """What happened to a case, as its clock reads it."""
    return facts_of({"received": received_of(case).isoformat(), "events": events(case)})


def clock_of(session: Session, house: House, case: Case, as_of: dt.date) -> Clock:
    """The clock of a case; provisional while its day of receipt is not certain."""
    facts = facts_of_case(case)
    rule = limits.rule_of(case.workflow)
    limit = limits.promised(rule, case.office_id, house.tree(session)) if rule.promised else rule.limit
    clock = reckon(facts, house.calendar(session), max(as_of, facts.received), limit)
    return clock if case.received else replace(clock, provisional=True)


def renew(session: Session, house: House, renewed: Iterable[Case], today: dt.date) -> list[Case]:
    """Reckon the dates that lists show; returns the cases whose due date moved, each of them in the journal."""
    moved = []
    for case in renewed:
        clock, before = clock_of(session, house, case, today), case.due
        case.clock, case.due, case.provisional = clock.status, clock.due, clock.provisional
        if before != case.due:
            moved.append(case)
            journal.record(session, "case.due", ("case", case.id), actor_id=None,
                           before=before and before.isoformat(), after=case.due and case.due.isoformat())
    session.flush()
    return moved


def open_cases(session: Session) -> list[Case]:
    """The cases whose clock is not over: those that a change of the calendar may move."""
    return list(session.scalars(select(Case).where(Case.finished.is_(None), Case.erased.is_(None))
                                .order_by(Case.id)))


def calendar_changed(session: Session, house: House, today: dt.date) -> list[Case]:
    """After a new year was imported: every open case is reckoned anew. Returns those whose date moved."""
    return renew(session, house, open_cases(session), today)
