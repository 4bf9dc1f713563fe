"""`gongkai verify`: whether everything still is as it was written."""

from __future__ import annotations

import argparse

from content import journal
from portal.commands import DONE, FAILED, Call, Command, complain, put_json
from portal.verifying import CHECKS


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    instance, breaks = call.instance, {}
    with instance.house.database.reader() as session:
        for check in CHECKS:
            breaks[check.name] = list(check.run(instance, session))
        rows = journal.latest(session)
        lag = rows - (instance.engine.cursor() or 0)
    first = next((sentence for found in breaks.values() for sentence in found), None)
    if chosen.json:
        put_json({"ok": first is None, "first": first, "checks": breaks, "journal": rows, "index_lag": lag})
    else:
        _print(breaks, rows, lag)
    if first is not None:
        complain(f"gongkai verify: {first}")
    return DONE if first is None else FAILED


def _print(breaks: dict[str, list[str]], rows: int, lag: int) -> None:
    for name, found in breaks.items():
        print(f"{name}: {'ok' if not found else f'{len(found)} wrong'}")
        for sentence in found:
            print(f"  {sentence}")
    print(f"journal: {rows} rows; the index is {lag} rows behind")


COMMAND = Command("verify", "Recompute the journal's chain; check files, texts, lists, numbers and the index.", _run,
                  _arguments)
