"""`gongkai recount`: what lists hold, counted anew where `gongkai verify` found counts that are wrong."""

from __future__ import annotations

import argparse

from content import tallies
from portal.commands import DONE, Call, Command, put_json


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    with call.instance.house.database.writer.begin() as session:
        mended = tallies.recount(session)
    if chosen.json:
        put_json({"mended": mended})
    elif mended:
        print(f"计数：改正{mended}处；显示了这些数字的网页，执行 gongkai build 重新生成")
    else:
        print("计数：没有错")
    return DONE


COMMAND = Command("recount", "Count anew what lists hold.", _run, _arguments)
