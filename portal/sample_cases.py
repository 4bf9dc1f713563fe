"""The sample county's applications for disclosure: filed, handled and answered by those who hold the roles.

As with its documents, every step goes through the engine on the day that the data says, so that letters, clocks,
journal and figures are real. Four cases were brought over from the year before this portal.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content.base import SHANGHAI
from content.cases import Case
from content.house import House
from content.people import Role, User
from workflows import access, cases_import
from workflows.access import REQUESTER, SYSTEM, Identity
from workflows.applications import draft_reply, file
from workflows.asks import ASKS
from workflows.definition import Transition
from workflows.engine import fire, workflow_of

TYPE = "disclosure_request"


def rows(name: str) -> list[dict[str, Any]]:
    text = (files("content.sample") / "data" / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def write(session: Session, house: House) -> None:
    """Every case, step by step in the order of the days on which it happened."""
    units = {unit.code: unit.id for unit in house.tree(session).departments.by_id.values()}
    for line in rows("cases_past.jsonl"):
        past = cases_import.read(json.dumps(line).encode(), units, dt.date.fromisoformat(line["finished"]))
        cases_import.keep(session, house, past, actor_id=None)
    writer = _Writer(session, house)
    for day, row, step in sorted(_steps(rows("cases.jsonl")), key=lambda each: each[0]):
        writer.file(row, day) if step is None else writer.take(row["key"], day, dict(step))


def _steps(found: Iterable[dict[str, Any]]) -> Iterable[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    for row in found:
        yield row["submitted"], row, None
        yield from ((step["day"], row, step) for step in row["steps"])


class _Writer:
    """Cases by key; each step in the name of who holds a role for it, another one where the step before was his."""

    def __init__(self, session: Session, house: House) -> None:
        self.session, self.house, self.tree = session, house, house.tree(session)
        users = list(session.scalars(select(User).order_by(User.id)))
        self.people = [Identity.of(session, user, dt.date(2026, 1, 1)) for user in users]
        self.by_login = {user.login: user.id for user in users}
        self.cases: dict[str, Case] = {}

    def file(self, row: dict[str, Any], day: str) -> None:
        submitted = dt.date.fromisoformat(day)
        self.cases[row["key"]], _code = file(
            self.session, self.house, TYPE, TYPE, workflow_of(TYPE).initial, applicant=row["applicant"],
            office_id=self.tree.departments.by_code[row["office"]].id, request=row["request"],
            applicant_class=row["applicant_class"], channel=row["channel"], submitted=submitted, at=_at(day, 9))

    def take(self, key: str, day: str, step: dict[str, Any]) -> None:
        case, name = self.cases[key], step.pop("step")
        if name == "reply":
            officer = self._holder(case, frozenset({Role.CASE_OFFICER}))
            draft_reply(self.session, self.house, case, step["outcome"], step["says"], actor_id=officer.user_id,
                        at=_at(day, 11))
            return
        person = self._person(case, workflow_of(case.workflow).find(name, case.state), step.pop("as_requester", False))
        facts = {fact: self._value(fact, value) for fact, value in step.items() if fact != "day"}
        fire(self.session, self.house, case, name, person, now=_at(day, 15), **facts)

    def _person(self, case: Case, step: Transition, as_requester: bool) -> Identity:
        if as_requester or not step.roles:
            return REQUESTER
        return SYSTEM if step.system else self._holder(case, step.roles)

    def _holder(self, case: Case, roles: frozenset[Role]) -> Identity:
        """Someone of the nearest department."""
        able = [each for each in self.people
                if access.holder_in(each, roles, case.department_id, self.tree) is not None]
        return next((each for each in able if each.department_id == case.department_id), able[0])

    def _value(self, name: str, value: Any) -> Any:
        shape = ASKS[name].shape if name in ASKS else ""
        if shape == "day":
            return dt.date.fromisoformat(value)
        if shape == "department":
            return self.tree.departments.by_code[value].id
        return self.by_login[value] if shape == "person" else value


def _at(day: str, hour: int) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), SHANGHAI)
