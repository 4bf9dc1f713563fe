"""The steps that a person may take with a case, each as a form made of what it asks (`workflows.asks`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from content.cases import Case
from content.people import Grant, Role, User
from portal.desk.words import titled
from portal.forms import whole
from workflows import engine
from workflows.access import Held, reaches_department
from workflows.asks import ASKS, Ask
from workflows.definition import Transition

TODAY = ("received", "delivered", "paid")  # days that are mostly the present one
MOST_PEOPLE = 200
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One question of a form: `value` is what was typed, or what is likely; `options` of a choice."""

    ask: Ask
    id: str
    value: str
    options: Options


@dataclass(frozen=True)
class Form:
    """A step: `objections` are what still stands in its way, `why` the reason that was typed."""

    transition: Transition
    title: str
    objections: tuple[str, ...]
    fields: tuple[Field, ...]
    why: str
    open: bool


def forms(request: Request, case: Case, typed: Mapping[str, str]) -> list[Form]:
    """Every step that the person may take now, the way forward first, filled with what was typed."""
    found = [_form(request, case, offer, typed) for offer in
             engine.offers(request.db, request.house, case, request.identity, request.now)]
    return sorted(found, key=lambda form: form.transition.tone != "primary")


def _form(request: Request, case: Case, offer: engine.Offer, typed: Mapping[str, str]) -> Form:
    step = offer.transition
    mine = typed if typed.get("transition") == step.name else {}
    fields = tuple(_field(request, case, step, ASKS[name], mine) for name in step.asks)
    return Form(step, titled(request, step), offer.objections, fields, mine.get("why", ""), bool(mine))


def _field(request: Request, case: Case, step: Transition, ask: Ask, typed: Mapping[str, str]) -> Field:
    value = typed.get(ask.name) if ask.name in typed else _likely(request, case, ask)
    return Field(ask, f"{step.name}-{ask.name}", value, options(request, case, ask))


def _likely(request: Request, case: Case, ask: Ask) -> str:
    if ask.name == "received" and case.received is not None:
        return case.received.isoformat()
    if ask.name in TODAY:
        return request.today.isoformat()
    if ask.shape == "department":
        return str(case.department_id)
    return str(case.handler_id or request.identity.user_id) if ask.shape == "person" else ""


def options(request: Request, case: Case, ask: Ask) -> Options:
    if ask.shape == "choice":
        return list(ask.choices.items())
    if ask.shape == "department":
        return [(str(unit.id), unit.short_name) for unit in request.tree.departments.by_id.values()]
    return _officers(request, case) if ask.shape == "person" else []


def _officers(request: Request, case: Case) -> Options:
    """Who may handle cases anywhere in the house, with his department: it may be passed on to another."""
    officers = select(Grant.user_id).where(Grant.role == Role.CASE_OFFICER.value)
    query = select(User).where(User.id.in_(officers), User.active).order_by(User.id).limit(MOST_PEOPLE)
    units, people = request.tree.departments.by_id, request.db.scalars(query)
    return [(str(user.id), f"{user.name}（{units[user.department_id].short_name}）") for user in people]


# -- reading ----------------------------------------------------------------------------------------------------

def facts(request: Request, case: Case, step: Transition | None, sent: Mapping[str, str]) -> dict[str, Any]:
    """What was answered, in the shapes that the engine takes; what fits no shape stays as it was typed, and the
    engine says so."""
    return {name: _read(request, case, ASKS[name], sent.get(name, "").strip()) for name in (step.asks if step else ())}


def _read(request: Request, case: Case, ask: Ask, written: str) -> Any:
    if not written:
        return None
    if ask.shape == "day":
        return _day(written)
    if ask.shape == "number":
        number = whole(written)
        return written if number is None else number
    if ask.shape in ("department", "person"):
        offered = {value for value, _words in options(request, case, ask)}
        return int(written) if written in offered else written
    return " ".join(written.split()) if ask.shape == "line" else written


def _day(written: str) -> dt.date | str:
    try:
        return dt.date.fromisoformat(written)
    except ValueError:
        return written


def misplaced(request: Request, given: Mapping[str, Any]) -> str:
    """Why a case cannot be given to this person; empty when it can."""
    handler, unit = given.get("handler"), given.get("department")
    if not isinstance(handler, int) or not isinstance(unit, int):
        return ""
    held = [Held(handler, Role(grant.role), grant.department_id, grant.column_id)
            for grant in request.db.get_one(User, handler).grants if grant.role == Role.CASE_OFFICER.value]
    fits = any(reaches_department(each, unit, request.tree) for each in held)
    return "" if fits else "这位经办人不负责这个单位的申请，请另选经办人，或者留空由该单位分派"
