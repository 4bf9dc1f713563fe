"""`gongkai backup`: a copy of the instance, taken while it runs; with `--check`, whether the newest one is whole."""

from __future__ import annotations

import argparse
from pathlib import Path

from sqlalchemy import func, select

from content.blobs import Blob
from portal.backup import checking, making
from portal.backup.manifest import Manifest, find
from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json, refused
from portal.commands._meter import Meter

MEGA = 1024 * 1024


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dest", type=Path, metavar="DEST", help="folder of backups, on another disk or machine")
    parser.add_argument("--verify", action="store_true", help="read every blob of the copy again, and mend it")
    parser.add_argument("--check", action="store_true", help="take none: look whether the newest one is whole")
    parser.add_argument("--with-secrets", action="store_true",
                        help="copy secrets/ as well: whoever has this backup can then read everything in it")
    parser.add_argument("--keep", type=int, metavar="N", help="afterwards take away all but the newest N backups")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    if chosen.keep is not None and chosen.keep < 1:
        raise BadInput("--keep takes a number from 1")
    try:
        return _check(chosen) if chosen.check else _make(chosen, call)
    except OSError as problem:
        return refused("backup", problem, chosen.dest)


def _check(chosen: argparse.Namespace) -> int:
    folder = find(chosen.dest)
    told = Manifest.read(folder)
    problems = list(checking.check(folder, told, deep=True))
    return _say(chosen, folder, told, problems, {}, f"{folder.name}：日志{told.journal}条，文件{told.blobs}个")


def _make(chosen: argparse.Namespace, call: Call) -> int:
    house = call.instance.house
    with house.database.reader() as session:
        meter = Meter(session.scalar(select(func.sum(Blob.size))) or 0)

    def tell(octets: int) -> None:
        meter.read += octets
        seen[0] += 1
        meter.show(seen[0])

    seen = [0]
    made = making.make(house, chosen.dest, with_secrets=chosen.with_secrets, verify=chosen.verify, tell=tell)
    meter.clear()
    done = {"copied": made.copied.copied, "copied_octets": made.copied.copied_octets}
    sentence = (f"{made.folder}：日志{made.manifest.journal}条，文件{made.manifest.blobs}个，"
                f"其中新复制{made.copied.copied}个（{made.copied.copied_octets / MEGA:.1f}兆字节）")
    if chosen.keep and not made.problems:
        done["pruned"], done["swept"] = making.prune(house, chosen.dest, chosen.keep)
    status = _say(chosen, made.folder, made.manifest, made.problems, done, sentence)
    if not chosen.json:
        print("备份里有主密钥：请加密保管" if chosen.with_secrets
              else "备份里没有主密钥：请另行保管 secrets/，没有它就不能恢复")
    return status


def _say(chosen: argparse.Namespace, folder: Path, told: Manifest, problems: list[str], done: dict[str, int],
         sentence: str) -> int:
    if chosen.json:
        put_json({"ok": not problems, "backup": str(folder), "journal": told.journal, "blobs": told.blobs,
                  "octets": told.octets, "problems": problems, **done})
    else:
        print(sentence)
    for problem in problems:
        complain(f"gongkai backup: {problem}")
    return FAILED if problems else DONE


COMMAND = Command("backup", "Copy the instance while it runs; each copy is checked.", _run, _arguments)
