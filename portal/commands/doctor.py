"""`gongkai doctor`: looks at the instance from all sides and says what is wrong and what to do."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from portal.commands import DONE, FAILED, BadInput, Call, Command, put_json
from portal.doctor import BAD, NOT_MADE, OK, WARN, Patient, Verdict, checks, examine, worst
from portal.settings import Settings

MARKS = {OK: "好　", WARN: "注意", BAD: "不行", NOT_MADE: "未查"}


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="leave out what asks other machines")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    if not call.home.is_dir():
        raise BadInput(f"there is no instance in {call.home}: make one with `gongkai --home {call.home} init`")
    patient = Patient(Settings.load(call.home))
    try:
        wanted = [check for check in checks().values() if not (chosen.quick and check.outside)]
        verdicts = list(examine(patient, wanted))
    finally:
        patient.close()
    if chosen.json:
        put_json({"grade": worst(verdicts), "checks": [_told(verdict) for verdict in verdicts]})
    else:
        _print(verdicts)
    return FAILED if worst(verdicts) == BAD else DONE


def _told(verdict: Verdict) -> dict[str, Any]:
    found = [{"grade": each.grade, "words": plain(each.words), "todo": plain(each.todo)} for each in verdict.found]
    return {"name": verdict.check.name, "title": plain(verdict.check.title), "grade": verdict.grade, "found": found}


def _print(verdicts: Iterable[Verdict]) -> None:
    for verdict in verdicts:
        print(f"{MARKS[verdict.grade]}  {plain(verdict.check.title)}")
        for each in verdict.found if verdict.grade != OK else ():
            print(f"        {plain(each.words)}")
            if each.todo:
                print(f"        → {plain(each.todo)}")


def plain(words: Any) -> str:
    """The Chinese of what is to be translated, with its values; a value may itself be such a text."""
    values = getattr(words, "mapping", None)
    return words.interpolate() if values else str(words)


COMMAND = Command("doctor", "Look at settings, files, versions, clock, database, index, pages and worker; "
                  "say what to do.", _run, _arguments)
