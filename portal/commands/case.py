"""`gongkai case`: cases of earlier years, from before this portal, brought in."""

from __future__ import annotations

import argparse
from pathlib import Path

from content.base import local_date, now
from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json
from portal.commands._meter import Meter
from workflows.cases_import import BadLine, keep, read

BATCH = 200  # cases to one transaction


def _arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    imported = verbs.add_parser("import", help="import cases of earlier years; safe to repeat")
    imported.add_argument("file", type=Path, metavar="FILE.jsonl",
                          help="one case a line: number, department, received, applicant_class, finished, outcome, …")
    imported.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    made = _Import(call)
    try:
        with chosen.file.open("rb") as file:
            meter = Meter(chosen.file.stat().st_size)
            for number, line in enumerate(meter.over(file), 1):
                if line.strip():
                    made.take(number, line, meter)
                meter.show(number)
            made.keep()
            meter.clear()
    except OSError as problem:
        raise BadInput(f"{chosen.file} cannot be read: {problem.strerror or problem}") from None
    if chosen.json:
        put_json({"imported": made.imported, "skipped": made.skipped, "bad": made.bad})
    else:
        print(f"导入{made.imported}件，已有{made.skipped}件，有错{made.bad}行")
    return FAILED if made.bad else DONE


class _Import:
    """Cases in batches; a line that cannot be a case is named and stops no other."""

    def __init__(self, call: Call) -> None:
        self.house = call.instance.house
        self.imported = self.skipped = self.bad = 0
        self._waiting: list = []
        with self.house.database.reader() as session:
            self._departments = {code: unit.id for code, unit in
                                 self.house.tree(session).departments.by_code.items()}

    def take(self, number: int, line: bytes, meter: Meter) -> None:
        try:
            self._waiting.append(read(line, self._departments, local_date(now())))
        except BadLine as problem:
            self.bad += 1
            meter.clear()
            complain(f"gongkai case: line {number}: {problem}")
        if len(self._waiting) >= BATCH:
            self.keep()

    def keep(self) -> None:
        with self.house.database.writer.begin() as session:
            kept = [keep(session, self.house, past, actor_id=None) for past in self._waiting]
        self.imported += sum(case is not None for case in kept)
        self.skipped += sum(case is None for case in kept)
        self._waiting.clear()


COMMAND = Command("case", "Cases: import those of earlier years.", _run, _arguments)
