"""`gongkai build`: every published page, made or compared."""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json
from portal.commands._meter import Meter


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing, and name each page that differs")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="how many work at once")
    parser.add_argument("--forget", metavar="HOST", help="a host that is no more: withdrawals wait for it no longer")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    from portal.published import building  # wires the application

    if chosen.processes < 1:
        raise BadInput("--processes takes a number from 1")
    if chosen.forget is not None:
        return _forget(chosen.forget, call)
    if not call.instance.settings.published_pages:
        raise BadInput("this instance has no published pages: the setting `published_pages` is off")
    began, meter = time.monotonic(), Meter(0)

    def said(done: int, total: int) -> None:
        meter.read, meter.size = done, max(total, 1)
        meter.show(done)
    work = building.check if chosen.check else building.build
    try:
        built = work(call.instance, chosen.processes, said)
    except KeyboardInterrupt:
        meter.clear()
        complain("gongkai build: interrupted" + ("" if chosen.check else "; run it again, and it goes on"))
        raise
    meter.clear()
    _report(chosen, built, time.monotonic() - began)
    return FAILED if built.differ else DONE


def _report(chosen: argparse.Namespace, built: Any, seconds: float) -> None:
    if chosen.json:
        put_json({"pages": built.pages, "written": built.written, "removed": built.removed, "differ": built.differ,
                  "waiting": built.waiting,
                  "seconds": round(seconds, 3)})
    else:
        waiting = f"，{built.waiting}页等着更新" if built.waiting else ""
        words = f"比较{built.pages}页，{len(built.differ)}页不同{waiting}" if chosen.check else (
            f"生成{built.pages}页：写了{built.written}页，删了{built.removed}页")
        print(f"{words}（{seconds:.1f}秒）")
    for path in built.differ:
        complain(f"gongkai build: {path} is not what the portal says")


def _forget(host: str, call: Call) -> int:
    from portal.published.withdrawing import forget

    with call.instance.house.database.writer.begin() as session:
        known = forget(session, host)
    if not known:
        raise BadInput(f"no host {host} has published pages")
    print(f"已忘记主机{host}")
    return DONE


COMMAND = Command("build", "Make every published page, or with --check compare them.", _run, _arguments)
