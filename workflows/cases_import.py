"""Cases of earlier years, from before this portal: read line by line, checked, kept with their figures and dates."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import cases, journal
from content.base import local_date, now
from content.cases import Case, Fact, Remedy
from content.house import House
from workflows.applications import KEYED, renew
from workflows.asks import CHANNELS, REMEDIES, RESULTS
from workflows.engine import workflow_of
from workflows.facts import Contradiction, facts_of
from workflows.outcomes import OUTCOMES
from workflows.reports.rows import CLASSES

TYPE = "disclosure_request"
_STATES = {True: "closed", False: "handling"}
_BY_TITLE = {outcome.title: code for code, outcome in OUTCOMES.items()}


class BadLine(ValueError):
    """A line cannot be a case; the message says what and what to do, in Chinese."""


@dataclass(frozen=True)
class Past:
    """A checked line. `values` are columns of `Case`."""

    values: dict[str, Any]
    events: tuple[dict[str, Any], ...]
    contents: dict[str, Any]
    remedies: tuple[dict[str, Any], ...]


def read(line: bytes, departments: Mapping[str, int], today: dt.date) -> Past:
    """One line `{"number", "department", "received", "applicant_class", …}`. Raises `BadLine`.

    `department` is a code; `applicant_class` and `outcome` are codes or their titles in the annual table; `finished`,
    `outcome`, `channel`, `submitted`, `events` (as `gongkai due` takes them), `applicant`, `request` and `remedies`
    (`{"kind", "result", "filed", "day"}`) may be left out.
    """
    found = _object(line)
    number = str(found.get("number") or "").strip()
    if not 0 < len(number) <= 60:
        raise BadLine('"number" 是受理编号，1至60个字')
    code = found.get("department")
    if code not in departments:
        raise BadLine(f'"department" 没有机构代码 {code!r}')
    received = _day(found, "received", today)
    finished = _day(found, "finished", today) if found.get("finished") else None
    if finished and finished < received:
        raise BadLine(f"办结日{finished.isoformat()}早于收到日{received.isoformat()}")
    outcome = _one(found, "outcome", OUTCOMES, _BY_TITLE) if found.get("outcome") else ""
    if bool(outcome) != bool(finished):
        raise BadLine("办结的要有 outcome 和 finished 两项，没有办结的两项都不写")
    values = {"number": number, "office_id": departments[code], "department_id": departments[code],
              "channel": _one(found, "channel", CHANNELS) if found.get("channel") else "in_person",
              "applicant_class": _one(found, "applicant_class", CLASSES, {zh: key for key, zh in CLASSES.items()}),
              "submitted": _day(found, "submitted", today) if found.get("submitted") else received,
              "received": received, "finished": finished, "outcome": outcome}
    return Past(values, _events(found, received, finished), _contents(found), _remedies(found, received, today))


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise BadLine(f"不是 JSON：{problem}") from None
    if not isinstance(found, dict):
        raise BadLine("不是一个 JSON 对象")
    return found


def _day(found: Mapping[str, Any], name: str, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(str(found.get(name)))
    except ValueError:
        raise BadLine(f'"{name}" 应当是 2025-11-22 这样的日期，现在是 {found.get(name)!r}') from None
    if not dt.date(2008, 1, 1) <= day <= today:
        raise BadLine(f'"{name}" {day.isoformat()} 不在2008年至今天之间')
    return day


def _one(found: Mapping[str, Any], name: str, known: Mapping[str, Any],
         titles: Mapping[str, str] | None = None) -> str:
    written = str(found.get(name) or "")
    code = (titles or {}).get(written, written)
    if code not in known:
        raise BadLine(f'"{name}" 没有 {written!r}；有：{"、".join(known)}')
    return code


def _events(found: Mapping[str, Any], received: dt.date, finished: dt.date | None) -> tuple[dict[str, Any], ...]:
    events = found.get("events") or []
    if finished and isinstance(events, list):
        events = [*events, {"type": "answered", "date": finished.isoformat()}]
    try:
        facts_of({"received": received.isoformat(), "events": events})
    except Contradiction as problem:
        raise BadLine(str(problem)) from None
    return tuple(dict(event) for event in events)


def _contents(found: Mapping[str, Any]) -> dict[str, Any]:
    parts = {name: found.get(name) or {} for name in ("applicant", "request")}
    if not all(isinstance(part, dict) for part in parts.values()):
        raise BadLine('"applicant" 和 "request" 应当是 JSON 对象')
    return parts


def _remedies(found: Mapping[str, Any], received: dt.date, today: dt.date) -> tuple[dict[str, Any], ...]:
    listed = found.get("remedies") or []
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise BadLine('"remedies" 应当是列表')
    made = []
    for each in listed:
        filed = _day(each, "filed", today)
        made.append({"kind": _one(each, "kind", REMEDIES), "result": _one(each, "result", RESULTS), "filed": filed,
                     "day": _day(each, "day", today) if each.get("day") else filed})
    if len({each["kind"] for each in made}) != len(made):
        raise BadLine('"remedies" 里同一种救济途径写了两次')
    return tuple(made)


def keep(session: Session, house: House, past: Past, *, actor_id: int | None) -> Case | None:
    """Keep one case of the past; None when there is one with its number already."""
    if session.scalar(select(Case.id).where(Case.number == past.values["number"])) is not None:
        return None
    at, workflow = now(), workflow_of(TYPE)
    state = _STATES[past.values["finished"] is not None]
    case = Case(type=TYPE, workflow=workflow.name, state=state, state_since=at, created=at, imported=True,
                code_hash=cases.keyed_hash(house, session, "code", cases.new_code()), sealed=b"", **past.values)
    session.add(case)
    session.flush()
    keyed = {name: str(value) for name in KEYED if (value := past.contents["applicant"].get(name))}
    cases.write(session, house, case, past.contents, keyed)
    session.add_all(Fact(case_id=case.id, data=event, at=at, actor_id=actor_id) for event in past.events)
    session.add_all(Remedy(case_id=case.id, **remedy) for remedy in past.remedies)
    session.flush()
    session.expire(case, ["facts"])
    journal.record(session, "case.import", ("case", case.id), actor_id=actor_id, at=at,
                   applicant_class=case.applicant_class, outcome=case.outcome)
    renew(session, house, [case], local_date(at))
    return case
