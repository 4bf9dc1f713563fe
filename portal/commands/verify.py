"""`gongkai verify`: whether everything still is as it was written; with `--report`, whether a signed report is ours."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal
from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json
from portal.reporting.proof import NoProof, problems, proof_of
from portal.verifying import CHECKS


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--report", type=Path, metavar="FILE",
                        help="check the proof of a report, and that the journal still holds what it was read at")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    if chosen.report is not None:
        return _report(chosen, call)
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


# -- a report -----------------------------------------------------------------------------------------------------

def _report(chosen: argparse.Namespace, call: Call) -> int:
    try:
        data = chosen.report.read_bytes()
    except OSError as problem:
        raise BadInput(f"{chosen.report} cannot be read: {problem.strerror or problem}") from None
    house, claim = call.instance.house, None
    with house.database.reader() as session:
        try:
            proof = proof_of(data)
            claim, found = proof.claim, [*problems(house.keys, session, data, proof), *_journal(session, proof.claim)]
        except NoProof as problem:
            found = [str(problem)]
    if chosen.json:
        put_json({"ok": not found, "first": found[0] if found else None, "problems": found, "claim": claim})
    elif not found:
        print(f"{chosen.report}: ok")
        print(f"{claim['organ']}，{claim['day']}：评判栏目{claim['columns']}个，空白{claim['empty']}个，"
              f"长期未更新{claim['stale']}个；日志第{claim['journal']['seq']}条")
    if found:
        complain(f"gongkai verify: {chosen.report}: {found[0]}")
    return FAILED if found else DONE


def _journal(session: Session, claim: dict[str, Any]) -> Iterator[str]:
    """Whether the row that the report was read at is still there, and what lies before it is whole."""
    head = claim.get("journal", {})
    seq, digest = head.get("seq"), head.get("hash")
    if not isinstance(seq, int) or session.scalar(select(journal.Row.hash).where(journal.Row.seq == seq)) != digest:
        yield f"the journal does not hold row {seq} as the report names it"
    elif (broken := next(journal.verify(session, last=seq), None)) is not None:
        yield broken


COMMAND = Command("verify", "Recompute the journal's chain; check files, texts, lists, counts and the index.", _run,
                  _arguments)
