"""`gongkai blobs`: where sealed files lie and how many; with `--copy-to`, all of them into another store."""

from __future__ import annotations

import argparse

from sqlalchemy import func, select

from content.blobs import Blob
from content.stores import open_store
from portal.commands import DONE, FAILED, Call, Command, complain, put_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--copy-to", metavar="URL", help="copy every file there; then name it in the setting `blobs`")
    parser.add_argument("--secret-file", default="", metavar="FILE", help="as the setting `blobs_secret_file`")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    house = call.instance.house
    to = open_store(chosen.copy_to, house.home, chosen.secret_file) if chosen.copy_to else None
    with house.database.reader() as session:
        count, octets = session.execute(select(func.count(), func.coalesce(func.sum(Blob.size), 0))).one()
        wrong = [f"blob {address} {problem}" for address, problem in house.blobs.copy(session, to) if problem] \
            if to is not None else []
    if chosen.json:
        put_json({"ok": not wrong, "blobs": count, "octets": int(octets), "wrong": wrong})
    else:
        print(f"{count} files, {octets} octets, in {call.instance.settings.blobs or house.home / 'blobs'}")
        if to is not None and not wrong:
            print(f"all of them lie in {chosen.copy_to} too: name it in the setting `blobs`, and copy once more what "
                  "came meanwhile")
    for sentence in wrong:
        complain(f"gongkai blobs: {sentence}")
    return FAILED if wrong else DONE


COMMAND = Command("blobs", "Say where sealed files lie; copy all of them into another store.", _run, _arguments)
