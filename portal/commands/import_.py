"""`gongkai import`: documents that were published elsewhere, into a column."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json
from portal.importing import Importer, Outcome

WIDTH = 30


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
    meter, said = _Meter(size), 0
    for outcome in importer.run(meter.over(file)):
        for number, problem in outcome.bad[said:]:
            meter.clear()
            complain(f"gongkai import: line {number}: {problem}")
        said = len(outcome.bad)
        meter.show(outcome)
    meter.clear()
    for number, problem in importer.outcome.bad[said:]:
        complain(f"gongkai import: line {number}: {problem}")


class _Meter:
    """How far it is, by bytes read: a bar on a terminal, elsewhere a line for every tenth."""

    def __init__(self, size: int) -> None:
        self.size, self.read, self.tenth = max(size, 1), 0, 0
        self.live = sys.stderr.isatty()

    def over(self, file: BinaryIO) -> Iterator[bytes]:
        for line in file:
            self.read += len(line)
            yield line

    def show(self, outcome: Outcome) -> None:
        part = self.read / self.size
        words = f"{part:4.0%}  {outcome.seen}"
        if self.live:
            bar = "█" * round(part * WIDTH)
            print(f"\r{bar:<{WIDTH}} {words}", end="", file=sys.stderr, flush=True)
        elif int(part * 10) > self.tenth:
            self.tenth = int(part * 10)
            print(words.strip(), file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self.live:
            print(f"\r{'':<{WIDTH + 20}}\r", end="", file=sys.stderr, flush=True)


COMMAND = Command("import", "Bring documents into a column; safe to repeat.", _run, _arguments)
