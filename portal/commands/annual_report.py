"""`gongkai annual-report`: the annual report on disclosure, as JSON, HTML, Word or Excel; its checks decide."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from content.people import Departments
from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json
from portal.reporting import excel, html, word
from portal.reporting.annual import paper
from workflows.reports.annual import Annual, report

YEARS = (2008, 2100)  # the first Regulation came into force in 2008


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--year", type=int, required=True)
    parser.add_argument("--department", metavar="CODE", help="code of the organ; without it, the county's")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--json", action="store_true", help="print the tables and their checks as JSON")
    form.add_argument("--html", action="store_true", help="print a page")
    form.add_argument("--docx", type=Path, metavar="FILE", help="write a Word document")
    form.add_argument("--xlsx", type=Path, metavar="FILE", help="write an Excel workbook")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    if not YEARS[0] <= chosen.year <= YEARS[1]:
        raise BadInput(f"--year must be between {YEARS[0]} and {YEARS[1]}")
    found = _report(chosen, call)
    if chosen.json:
        put_json(found.plain())
    elif chosen.html:
        print(html.page(paper(found)), end="")
    else:
        writer, path = (word, chosen.docx) if chosen.docx else (excel, chosen.xlsx)
        _write(path, writer.write(paper(found)))
    for words in found.failed:
        complain(f"gongkai annual-report: does not add up: {words}")
    return FAILED if found.failed else DONE


def _report(chosen: argparse.Namespace, call: Call) -> Annual:
    house = call.instance.house
    with house.database.reader() as session:
        tree = house.tree(session)
        return report(session, tree, chosen.year, _department(tree.departments, chosen.department))


def _department(units: Departments, code: str | None) -> int:
    """The organ with this code; without one, the one that stands above all others."""
    every = units.by_code.values()
    found = units.by_code.get(code) if code else next((unit for unit in every if not unit.parent_id), None)
    if found is None:
        raise BadInput(f"--department: there is no department {code!r}" if code else "there is no department yet")
    return found.id


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing."""
    partial = path.with_name(f".{path.name}.{dt.datetime.now().timestamp():.0f}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as problem:
        partial.unlink(missing_ok=True)
        raise BadInput(f"{path} cannot be written: {problem.strerror or problem}") from None


COMMAND = Command("annual-report", "The annual report on disclosure, its tables counted and checked.", _run,
                  _arguments)
