"""The steps that a person may take with a case: what may be chosen in their forms, and what is likely."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from content import cases
from content.cases import Case
from content.people import Grant, Role, User
from portal.desk import steps
from portal.desk.steps import Form, Options
from workflows.access import Held, reaches_department
from workflows.asks import Ask
from workflows.definition import Transition

TODAY = ("received", "delivered", "paid")  # days that are mostly the present one
DRAFTED = {"answer": "draft_answer"}  # what was written before and came back: the step with which it was
MOST_PEOPLE = 200


def forms(request: Request, case: Case, typed: Mapping[str, str]) -> list[Form]:
    """Every step that the person may take now, the way forward first, filled with what was typed."""
    return steps.forms(request, case, typed, partial(options, request), partial(_likely, request, case))


def facts(request: Request, step: Transition | None, sent: Mapping[str, str]) -> dict[str, Any]:
    """What was answered, in the shapes that the engine takes."""
    return steps.facts(step, sent, partial(options, request))


def read(request: Request, ask: Ask, written: str) -> Any:
    """One answer in its shape."""
    return steps.read(ask, written, partial(options, request))


def _likely(request: Request, case: Case, ask: Ask) -> str:
    if ask.name == "received" and case.received is not None:
        return case.received.isoformat()
    if ask.name in TODAY:
        return request.today.isoformat()
    if ask.shape == "department":
        return str(case.department_id)
    if ask.name in DRAFTED:
        return _written_before(request, case, ask)
    return str(case.handler_id or request.identity.user_id) if ask.shape == "person" else ""


def _written_before(request: Request, case: Case, ask: Ask) -> str:
    notes = [each for each in case.messages if each.kind == DRAFTED[ask.name] and each.sealed]
    return cases.read_message(request.db, request.house, notes[-1]).get(ask.name, "") if notes else ""


def options(request: Request, ask: Ask) -> Options:
    if ask.shape == "choice":
        return list(ask.choices.items())
    if ask.shape == "department":
        return [(str(unit.id), unit.short_name) for unit in request.tree.departments.by_id.values()]
    return _officers(request) if ask.shape == "person" else []


def _officers(request: Request) -> Options:
    """Who may handle cases anywhere in the house, with his department: it may be passed on to another."""
    officers = select(Grant.user_id).where(Grant.role == Role.CASE_OFFICER.value)
    query = select(User).where(User.id.in_(officers), User.active).order_by(User.id).limit(MOST_PEOPLE)
    units, people = request.tree.departments.by_id, request.db.scalars(query)
    return [(str(user.id), f"{user.name}（{units[user.department_id].short_name}）") for user in people]


def misplaced(request: Request, given: Mapping[str, Any]) -> str:
    """Why a case cannot be given to this person; empty when it can."""
    handler, unit = given.get("handler"), given.get("department")
    if not isinstance(handler, int) or not isinstance(unit, int):
        return ""
    held = [Held(handler, Role(grant.role), grant.department_id, grant.column_id)
            for grant in request.db.get_one(User, handler).grants if grant.role == Role.CASE_OFFICER.value]
    fits = any(reaches_department(each, unit, request.tree) for each in held)
    return "" if fits else "这位经办人不负责这个单位的申请，请另选经办人，或者留空由该单位分派"
