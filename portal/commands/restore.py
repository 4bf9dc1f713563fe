"""`gongkai restore`: a new instance of a backup, verified before it gets its name."""

from __future__ import annotations

import argparse
from pathlib import Path

from portal.backup.restoring import Restored, Wanted, restore
from portal.commands import DONE, FAILED, Call, Command, complain, put_json, refused


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, metavar="SRC", help="folder of backups (its newest), or one backup")
    parser.add_argument("--home", type=Path, metavar="NEW", default=argparse.SUPPRESS, help="folder to be made")
    parser.add_argument("--master-key", type=Path, metavar="FILE", help="the master key, kept apart from the backup")
    parser.add_argument("--database", default="", metavar="URL", help="a new, empty database (PostgreSQL)")
    parser.add_argument("--blobs", default="", metavar="URL", help="store of files; without it a folder of its own")
    parser.add_argument("--search", default="", metavar="URL", help="search engine; without it an index in the folder")
    parser.add_argument("--damaged", action="store_true", help="restore what is whole, although something is missing")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    places = {"database": chosen.database, "blobs": chosen.blobs, "search": chosen.search}
    try:
        done = restore(Wanted(chosen.source, call.home, chosen.master_key, places, chosen.damaged))
    except OSError as problem:
        return refused("restore", problem, call.home)
    if chosen.json:
        put_json({"ok": not done.problems, "made": done.manifest.made, "journal": done.manifest.journal,
                  "blobs": done.blobs, "dropped_settings": done.dropped, "waiting": done.waiting,
                  "problems": done.problems})
    else:
        _print(done, call)
    for problem in done.problems:
        complain(f"gongkai restore: {problem}")
    return FAILED if done.problems else DONE


def _print(done: Restored, call: Call) -> None:
    print(f"{call.home}：已恢复到{done.manifest.made}，日志{done.manifest.journal}条，文件{done.blobs}个，搜索索引已重建")
    if done.dropped:
        print(f"没有沿用的设置：{'、'.join(done.dropped)}（原来的位置可能还有在用的数据），请查看 settings.toml")
    if done.waiting:
        print(f"有{done.waiting}件待发送的推送和邮件；备份以后发过的会再发一次，启动前请用 gongkai deliveries 查看")


COMMAND = Command("restore", "Make a new instance of a backup, and verify it.", _run, _arguments)
