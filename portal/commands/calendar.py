"""`gongkai calendar`: the office's own days off and make-up days, imported from JSON or ICS, and shown."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from content import holidays
from content.calendar import Calendar
from content.holidays import FIRST, LARGEST, LAST, BadCalendar
from portal.commands import BAD, DONE, BadInput, Call, Command, complain, put_json
from workflows.calendars import Moved, adopt


def _arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    imported = verbs.add_parser("import", help="import years from a JSON or ICS file")
    imported.add_argument("file", metavar="FILE", type=Path)
    shown = verbs.add_parser("show", help="show the days off and the make-up days of a year")
    shown.add_argument("--year", type=int, required=True)
    for each in (imported, shown):
        each.add_argument("--json", action="store_true", help="print JSON")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    return _import(chosen, call) if chosen.verb == "import" else _show(chosen, call)


def _import(chosen: argparse.Namespace, call: Call) -> int:
    try:
        years = holidays.read(_octets(chosen.file), chosen.file.name)
    except BadCalendar as problem:
        complain(f"gongkai calendar: {chosen.file}: {problem}")
        return BAD
    house = call.instance.house
    with house.database.writer.begin() as session:
        done = adopt(session, house, years, actor_id=None)
        found = {"years": [year.year for year in years], "changed": done.years,
                 "moved": [_moved(each) for each in done.moved]}
    if chosen.json:
        put_json(found)
    else:
        print(f"导入{len(years)}年，其中有变动的{len(done.years)}年：{'、'.join(map(str, done.years)) or '无'}；"
              f"{len(done.moved)}件未办结的事项期限改变")
        for case in found["moved"]:
            print(f"  {case['number']}  {case['before'] or '—'} → {case['due'] or '—'}")
    return DONE


def _octets(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} has more than {LARGEST} octets: no calendar is that large")
        return path.read_bytes()
    except OSError as problem:
        raise BadInput(f"{path}: {problem.strerror or problem}") from None


def _moved(case: Moved) -> dict[str, Any]:
    before, due = (day and day.isoformat() for day in (case.before, case.due))
    return {"number": case.number, "before": before, "due": due, "provisional": case.provisional}


def _show(chosen: argparse.Namespace, call: Call) -> int:
    if not FIRST <= chosen.year <= LAST:
        raise BadInput(f"--year must be between {FIRST} and {LAST}")
    with call.instance.house.database.reader() as session:
        found = _year(holidays.picture(session), chosen.year)
    if chosen.json:
        put_json(found)
    else:
        print(f"{chosen.year}年：{found['source'] or '放假安排尚未公布，期限按周一至周五推算，均为暂定'}")
        print(f"放假（周一至周五）：{'、'.join(found['off']) or '无'}")
        print(f"调休上班（周六、周日）：{'、'.join(found['work']) or '无'}")
    return DONE


def _year(calendar: Calendar, year: int) -> dict[str, Any]:
    known = calendar.year(year)
    return {"year": year, "announced": known is not None, "source": known.source if known else "",
            "off": sorted(day.isoformat() for day in known.off) if known else [],
            "work": sorted(day.isoformat() for day in known.work) if known else []}


COMMAND = Command("calendar", "Working days: import a year's days off and make-up days, or show them.", _run,
                  _arguments)
