"""`gongkai import`: documents that were published elsewhere, into a column."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import BinaryIO

from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json
from portal.commands._meter import Meter
from portal.importing import Importer


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE.jsonl",
                        help="one document a line: id, title, issuer, doc_number, date, category, topic, body_text")
    parser.add_argument("--column", required=True, metavar="PATH", help="path of the column, such as zwgk/zcwj")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    try:
        importer = Importer(call.instance.house, chosen.column)
        with chosen.file.open("rb") as file:
            _import(importer, file, chosen.file.stat().st_size)
    except LookupError as problem:
        raise BadInput(str(problem.args[0])) from None
    except OSError as problem:
        raise BadInput(f"{chosen.file} cannot be read: {problem.strerror}") from None
    outcome = importer.outcome
    if chosen.json:
        put_json({"published": outcome.published, "drafts": outcome.drafts, "skipped": outcome.skipped,
                  "bad": len(outcome.bad)})
    else:
        print(f"公开{outcome.published}篇，待处理草稿{outcome.drafts}篇，已有{outcome.skipped}篇，有错{len(outcome.bad)}行")
    return FAILED if outcome.bad else DONE


def _import(importer: Importer, file: BinaryIO, size: int) -> None:
    """Run it, saying how far it is and what is wrong with a line as soon as it is met."""
    meter, said = Meter(size), 0
    for outcome in importer.run(meter.over(file)):
        for number, problem in outcome.bad[said:]:
            meter.clear()
            complain(f"gongkai import: line {number}: {problem}")
        said = len(outcome.bad)
        meter.show(outcome.seen)
    meter.clear()
    for number, problem in importer.outcome.bad[said:]:
        complain(f"gongkai import: line {number}: {problem}")


COMMAND = Command("import", "Bring documents into a column; safe to repeat.", _run, _arguments)
