"""`gongkai card`: the archive card (政务公开档案卡) of a published document, as JSON or PDF."""

from __future__ import annotations

import argparse
from pathlib import Path

from content import manuscripts
from content.base import now
from portal import archive_card
from portal.commands import DONE, BadInput, Call, Command, put_json
from workflows import cards


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar="NUMBER", help="索引号, 文号, or year/serial as in the address")
    form = parser.add_mutually_exclusive_group(required=True)
    form.add_argument("--json", action="store_true")
    form.add_argument("--pdf", type=Path, metavar="FILE")
    parser.add_argument("--upto", type=int, metavar="ROW", help="as of this row of the journal (default: the newest)")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    instance = call.instance
    with instance.house.database.reader() as session:
        document = manuscripts.published(session, chosen.number)
        if document is None:
            raise BadInput(f"nothing was published under the number {chosen.number!r}")
        try:
            card = cards.card(session, document, chosen.upto)
        except cards.NeverPublished as problem:
            raise BadInput(f"{problem} at row {chosen.upto}") from None
    if chosen.json:
        put_json(card)
        return DONE
    _write(chosen.pdf, archive_card.on_paper(card, instance.settings.base_url, instance.settings.site.organ, now()))
    return DONE


def _write(path: Path, body: bytes) -> None:
    try:
        path.write_bytes(body)
    except OSError as problem:
        raise BadInput(f"{path} cannot be written: {problem.strerror}") from None


COMMAND = Command("card", "The archive card of a published document: who, when, on what basis, with proof.", _run,
                  _arguments)
