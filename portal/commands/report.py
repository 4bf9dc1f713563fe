"""`gongkai report audit`: the audit report, signed, as a workbook, a PDF or a page."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import secrets
from pathlib import Path

from content.base import local_date, now
from content.people import Departments, Unit
from portal.commands import DONE, BadInput, Call, Command
from portal.commands._days import day as day_of
from portal.commands._meter import Meter
from portal.reporting.audit import FORMS, write
from workflows.reports.audit import audit
from workflows.rules import Rule, all_rules


def _arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    made = kinds.add_parser("audit", help="columns, findings, orders, rates; signed")
    form = made.add_mutually_exclusive_group(required=True)
    for name, what in zip(FORMS, ("a page", "an Excel workbook", "a PDF"), strict=True):
        form.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {what}")
    made.add_argument("--department", metavar="CODE", help="this department and those below it; without it, all")
    made.add_argument("--since", type=day_of, metavar="DATE", help="first day of the period (default: 1 January)")
    made.add_argument("--until", type=day_of, metavar="DATE", help="last day, which is judged (default: today)")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    form = next(name for name in FORMS if getattr(chosen, name))
    path, made = getattr(chosen, form), now()
    if path.is_dir():
        raise BadInput(f"{path} is a folder: name a file")
    day = chosen.until or local_date(made)
    since = chosen.since or dt.date(day.year, 1, 1)
    if since > day:
        raise BadInput(f"--since {since.isoformat()} is after --until {day.isoformat()}")
    house, meter = call.instance.house, Meter(len(all_rules()))

    def told(rule: Rule) -> None:
        meter.show(rule.name)
        meter.read += 1
    with house.database.reader() as session:
        unit = _unit(house.tree(session).departments, chosen.department)
        data = write(session, house, audit(session, house, unit, since, day, made, told), form)
    meter.clear()
    _keep(path, data)
    return DONE


def _unit(units: Departments, code: str | None) -> Unit:
    """The department with this code; without one, the one that stands above all others."""
    found = units.by_code.get(code) if code else next(iter(units.children(None)), None)
    if found is None:
        raise BadInput(f"--department: there is no department {code!r}" if code else "there is no department yet")
    return found


def _keep(path: Path, data: bytes) -> None:
    """All of it or nothing: what was there before stays until the new one is whole."""
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as problem:
        partial.unlink(missing_ok=True)
        raise BadInput(f"{path} cannot be written: {problem.strerror or problem}") from None


COMMAND = Command("report", "The audit report of supervision, with a proof that can be checked.", _run, _arguments)
