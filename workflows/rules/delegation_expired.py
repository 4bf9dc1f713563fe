"""委托到期: a delegation (AB角) has run out, its principal has not come back, and work waits that nobody else may do.

Who is back shows in the journal: he has done something since. A delegation that was prolonged, or ended on purpose,
has not run out. Yellow for some working days, red from then on. What waits is what waits now, also in a look back.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from content import journal
from content.base import local_date
from content.cases import Case
from content.documents import Document
from content.findings import RED, YELLOW
from content.people import Delegation, Grant, Role, User
from workflows.access import Held, reaches, reaches_department
from workflows.engine import workflow_of
from workflows.inbox import in_states, underway
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold

BACK = dt.timedelta(days=366)  # how long ago a delegation may have run out


@dataclass(frozen=True)
class Over:
    """The newest delegation of a person, which has run out."""

    id: int
    login: str
    name: str
    department_id: int
    first_day: dt.date
    last_day: dt.date


def find(look: Look) -> Iterator[Found]:
    away = _away(look)
    waiting = _waiting(look) if away else Counter()
    for over in away:
        if waiting[over.id]:
            yield _found(look, over, waiting[over.id])


def _away(look: Look) -> list[Over]:
    """Whose delegation has run out and who has done nothing since; two queries."""
    query = (select(User.id, User.login, User.name, User.department_id, Delegation.first_day, Delegation.last_day)
             .join(User, User.id == Delegation.from_id)
             .where(Delegation.first_day <= look.day, Delegation.last_day >= look.day - BACK, User.active)
             .order_by(Delegation.last_day, Delegation.id))
    newest = {row.id: Over(*row) for row in look.session.execute(query)}
    over = [each for each in newest.values() if each.last_day < look.day]
    rows = look.session.execute(select(journal.Row.actor_id, func.max(journal.Row.at)).where(
        journal.Row.actor_id.in_([each.id for each in over]), journal.Row.at < look.end)
        .group_by(journal.Row.actor_id)) if over else ()
    acted = {number: local_date(at) for number, at in rows}
    return [each for each in over if acted.get(each.id, dt.date.min) <= each.last_day]


def _waiting(look: Look) -> Counter[int]:
    """`{person: how many steps wait for him and nobody else}`; three queries."""
    holders: dict[Role, list[Held]] = {}
    for grant in look.session.scalars(select(Grant).join(User, User.id == Grant.user_id).where(User.active)):
        role = Role(grant.role)
        holders.setdefault(role, []).append(Held(grant.user_id, role, grant.department_id, grant.column_id))
    found: Counter[int] = Counter()
    for people, count in [*_documents(look, holders), *_cases(look, holders)]:
        if len(people) == 1:
            found[people.pop()] += count
    return found


def _roles(workflow: str, state: str) -> set[Role]:
    """Who may take the step forward."""
    return {role for step in workflow_of(workflow).leaving(state) if step.tone == "primary" for role in step.roles}


def _held(holders: dict[Role, list[Held]], roles: Iterable[Role]) -> list[Held]:
    return [held for role in roles for held in holders.get(role, ())]


def _documents(look: Look, holders: dict[Role, list[Held]]) -> Iterator[tuple[set[int], int]]:
    query = (select(Document.workflow, Document.state, Document.column_id, func.count())
             .where(in_states(underway), Document.state_since < look.end)
             .group_by(Document.workflow, Document.state, Document.column_id))
    for workflow, state, column, count in look.session.execute(query):
        node, able = look.tree.by_id[column], _held(holders, _roles(workflow, state))
        yield {held.user_id for held in able if reaches(held, node, look.tree)}, count


def _cases(look: Look, holders: dict[Role, list[Held]]) -> Iterator[tuple[set[int], int]]:
    """A case that a person handles waits for him, until it goes on to others."""
    query = (select(Case.workflow, Case.state, Case.department_id, Case.handler_id, func.count())
             .where(Case.finished.is_(None), Case.state_since < look.end)
             .group_by(Case.workflow, Case.state, Case.department_id, Case.handler_id))
    for workflow, state, department, handler, count in look.session.execute(query):
        roles = _roles(workflow, state)
        if handler is not None and roles == {Role.CASE_OFFICER}:
            yield {handler}, count
        else:
            able = _held(holders, roles)
            yield {held.user_id for held in able if reaches_department(held, department, look.tree)}, count


def _found(look: Look, over: Over, count: int) -> Found:
    due = look.calendar.add_workdays(over.last_day, RULE.threshold(look, "days", over.last_day)).date
    late, began = look.day > due, over.last_day + dt.timedelta(days=1)
    return Found("user", over.id, over.login, over.department_id, RED if late else YELLOW,
                 due + dt.timedelta(days=1) if late else began, over.last_day.isoformat(),
                 f"{over.name}的委托代办{over.last_day.isoformat()}到期，还有{count}件工作只有本人能办", due=due,
                 evidence={"first_day": over.first_day.isoformat(), "last_day": over.last_day.isoformat(),
                           "waiting": count})


RULE = Rule(
    "delegation_expired", "委托代办到期", "Delegation has run out", "user", "县级规定：AB角工作制度",
    "请本人回岗办理，或者延长委托、另行安排人员", find, frozenset({"user", "document", "case"}),
    {"days": Threshold(3, "到期后多少个工作日内要有人接办", "工作日", "县级规定")})
