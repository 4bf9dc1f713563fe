"""`gongkai due`: the statutory dates of cases, JSON in, JSON out; needs no instance, and uses its calendar if any."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Mapping
from typing import Any

from content.base import local_date, now
from content.calendar import SHIPPED, Calendar
from portal.commands import DONE, FAILED, BadInput, Call, Command, put_json
from workflows.clocks import reckon
from workflows.facts import Contradiction, Facts, facts_of

CHECKED = ("supplement_notice_due", "status", "due")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    cases = _read(sys.stdin.buffer.read())
    calendar, today = _calendar(call), local_date(now())
    results = [_result(case, calendar, today) for case in cases]
    put_json({"results": results})
    return FAILED if any(_differs(*pair) for pair in zip(cases, results, strict=True)) else DONE


def _read(written: bytes) -> list[Mapping[str, Any]]:
    try:
        data = json.loads(written.decode("utf-8-sig"))
    except (ValueError, RecursionError) as problem:
        raise BadInput(f"standard input is not JSON: {problem}") from None
    cases = data.get("cases") if isinstance(data, dict) else None
    if not isinstance(cases, list) or not all(isinstance(case, dict) for case in cases):
        raise BadInput('standard input must be {"cases": [{"id", "received", "events"}, …]}')
    return cases


def _calendar(call: Call) -> Calendar:
    """The calendar of the instance; the shipped one where there is no instance."""
    if not (call.home / "settings.toml").exists():
        return SHIPPED
    house = call.instance.house
    with house.database.reader() as session:
        return house.calendar(session)


def _result(case: Mapping[str, Any], calendar: Calendar, today: dt.date) -> dict[str, Any]:
    try:
        facts = facts_of(case)
        clock = reckon(facts, calendar, _as_of(case, facts, today))
    except Contradiction as problem:
        return {"id": case.get("id"), "supplement_notice_due": None, "status": "invalid", "due": None,
                "reason": str(problem), "explanation": []}
    return {"id": case.get("id"), "supplement_notice_due": clock.supplement_notice_due.isoformat(),
            "status": clock.status, "due": clock.due.isoformat() if clock.due else None,
            "until": clock.until.isoformat() if clock.until else None, "provisional": clock.provisional,
            "warnings": list(clock.warnings), "explanation": clock.explanation()}


def _as_of(case: Mapping[str, Any], facts: Facts, today: dt.date) -> dt.date:
    """The day on which the case is judged; without one, today or the day of its last fact."""
    if case.get("as_of") is None:
        return max(today, facts.last)
    try:
        day = dt.date.fromisoformat(str(case["as_of"]))
    except ValueError:
        raise Contradiction(f"as_of 应当是 2026-11-22 这样的日期，现在是 {case['as_of']!r}") from None
    if day < facts.received:
        raise Contradiction(f"as_of {day.isoformat()} 早于收到申请之日{facts.received.isoformat()}")
    return day


def _differs(case: Mapping[str, Any], result: Mapping[str, Any]) -> bool:
    """Whether the result is another than the case expects, where it says what it expects."""
    expected = case.get("expected")
    return isinstance(expected, dict) and any(expected.get(name) != result[name] for name in CHECKED
                                              if name in expected)


COMMAND = Command("due", 'Statutory dates: {"cases": […]} in, {"results": […]} out, each date explained.', _run)
