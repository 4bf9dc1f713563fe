"""`gongkai export`: everything that this portal has disclosed, as an open package that any portal can bring in."""

from __future__ import annotations

import argparse
from pathlib import Path

from sqlalchemy import func, select

from content.documents import Live
from portal.commands import DONE, BadInput, Call, Command, put_json, refused
from portal.commands._meter import Meter
from portal.packages import layout
from portal.packages.writing import Portal, write
from portal.published.store import FOLDERS


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=Path, metavar="DIR|FILE.tar", help="a new folder, or a new file in one piece")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    instance = call.instance
    _require_elsewhere(chosen.target, instance.settings.home)
    with instance.house.database.reader() as session:
        meter = Meter(session.scalar(select(func.count()).where(Live.cleared_for == "public")))

    def tell(count: int) -> None:
        meter.read = count
        meter.show(count)

    try:
        manifest = write(Portal(instance.house, instance.settings), chosen.target, tell)
    except OSError as problem:
        return refused("export", problem, chosen.target)
    finally:
        meter.clear()
    counts = {name.removesuffix(".jsonl"): manifest["lists"][name]["lines"] for name in layout.LISTS}
    if chosen.json:
        put_json({"package": str(chosen.target), **counts})
    else:
        print(f"{chosen.target}：文稿{counts['documents']}条，附件{counts['files']}个，栏目{counts['columns']}个，"
              f"机构{counts['departments']}个，日志{counts['journal']}条")
    return DONE


def _require_elsewhere(target: Path, home: Path) -> None:
    """Not where the portal keeps its own things, nor below its pages, where anybody could read what is half made."""
    place = target.resolve()
    for folder in (home, *(home / name for name in FOLDERS.values())):  # these may be links to another disk
        if place.is_relative_to(folder.resolve()):
            raise BadInput(f"{target} lies in {folder}, which is the portal's own: name a folder elsewhere")


COMMAND = Command("export", "Write everything that is public as an open package.", _run, _arguments)
