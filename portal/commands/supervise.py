"""`gongkai supervise`: what is empty, stale, late, incomplete, leaking or unanswered on a day; 1 if anything is red.

Today's findings are kept, as the worker keeps them; a look at another day writes nothing.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Callable, Collection
from itertools import groupby
from typing import Any

from content.base import local_date, now
from content.findings import RED, YELLOW
from content.house import House
from content.people import Departments
from portal.commands import DONE, FAILED, BadInput, Call, Command, put_json
from portal.commands._days import day as day_of
from portal.commands._meter import Meter
from portal.presence import Presence
from portal.supervising import Supervising
from workflows import checks
from workflows.inspection import Inspection, preset
from workflows.judging import Judged, judge
from workflows.looking import Look
from workflows.rules import Rule, all_rules, rule_of
from workflows.telling import Telling, Told, tell

COLOURS = {RED: "红", YELLOW: "黄"}
CHECKS, CHECKS_AT_ONCE = 2000, 100  # checks of documents that one call does, in so many transactions
LEFT_OUT = {"dismissed": "不予认定", "verified": "已销号"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--today", type=day_of, metavar="DATE", help="judge another day (2026-11-22); nothing is kept")
    parser.add_argument("--rule", metavar="NAME", help="ask one rule alone")
    parser.add_argument("--department", metavar="CODE", help="tell of this department and those below it alone")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    house, today = call.instance.house, local_date(now())
    rules = None if chosen.rule is None else [_rule(chosen.rule)]
    with house.database.reader() as session:
        units = house.tree(session).departments
    wanted = _departments(units, chosen.department)
    day = chosen.today or today
    _check(house, rules)
    judged = _judged(house, day, rules, keep=day == today)
    with house.database.reader() as session:
        telling, unchecked = tell(session, judged, wanted), checks.unchecked(session, house)
        national = preset(Look(session, house, day))
    if chosen.json:
        put_json({"today": day.isoformat(), "findings": [each.plain(units) for each in telling.open],
                  "summary": {**telling.summary(units), "national": _national(national), "unchecked": unchecked}})
    else:
        _print(telling, units, day)
        print(f"国办检查指标：{national.words}")
        if unchecked:
            print(f"还有{unchecked}件信息没有巡检完，由后台继续")
    return FAILED if telling.red else DONE


def _rule(name: str) -> str:
    try:
        return rule_of(name).name
    except LookupError as problem:
        raise BadInput(f"--rule: {problem.args[0]}") from None


def _departments(units: Departments, code: str | None) -> Collection[int] | None:
    """A department and those below it; None for all."""
    if code is None:
        return None
    unit = units.by_code.get(code)
    if unit is None:
        raise BadInput(f"--department: there is no department {code!r}")
    return units.below(unit.id)


def _check(house: House, rules: Collection[str] | None) -> None:
    """Let documents be checked that wait for it, up to a number; the worker does the rest."""
    if rules is not None and not any("check" in rule_of(name).moved_by for name in rules):
        return
    meter, left = Meter(CHECKS), CHECKS
    while left > 0:
        with house.database.reader() as session:
            found = checks.look(session, house, min(left, CHECKS_AT_ONCE))
        if not found:
            break
        with house.database.writer.begin() as session:
            checks.keep(session, found)
        left -= len(found)
        meter.read = CHECKS - left
        meter.show("checks")
    meter.clear()


def _judged(house: House, day: dt.date, rules: Collection[str] | None, keep: bool) -> list[Judged]:
    meter = Meter(len(rules or all_rules()))
    try:
        if keep:
            return _kept(house, rules, _counting(meter))
        with house.database.reader() as session:
            return judge(session, house, day, rules=rules, told=_counting(meter))
    finally:
        meter.clear()


def _kept(house: House, rules: Collection[str] | None, told: Callable[[Rule], None]) -> list[Judged]:
    presence = Presence(house.home / "run")
    try:
        return Supervising(house, presence.owner).full(rules, told).judged
    finally:
        presence.leave()


def _counting(meter: Meter) -> Callable[[Rule], None]:
    def told(rule: Rule) -> None:
        meter.show(rule.name)
        meter.read += 1
    return told


def _national(found: Inspection) -> dict[str, Any]:
    """The lines of the national inspection (单项否决), each with its count and from which one on it fails."""
    return {"failed": found.failed, "words": found.words, "lines": [
        {"line": each.line.code, "title": each.line.title, "state": each.state, "count": each.number,
         "limit": each.limit} for each in found.results]}


# -- for people ---------------------------------------------------------------------------------------------------

def _print(telling: Telling, units: Departments, day: dt.date) -> None:
    """By rule, the worst of each first."""
    found = sorted(telling.open, key=lambda each: each.judged.rule.name)
    for rule, told in groupby(found, key=lambda each: each.judged.rule):
        print(f"{rule.title}（{rule.name}，{rule.basis}）")
        for each in told:
            print(f"  {_line(each, units)}")
    left = "".join(f"，{title}{telling.over[state]}" for state, title in LEFT_OUT.items() if telling.over[state])
    print(f"{day.isoformat()}：红{telling.red}，黄{telling.yellow}{left}")


def _line(each: Told, units: Departments) -> str:
    found = each.judged.found
    order = f"，{each.order}" if each.order else ""
    return (f"{COLOURS[found.severity]}  {found.subject}  {units.by_id[found.department_id].short_name}  "
            f"{found.words}（自{found.since.isoformat()}{order}）")


COMMAND = Command("supervise", "What is empty, stale, late, incomplete, leaking or unanswered; 1 if anything is red.",
                  _run, _arguments)
