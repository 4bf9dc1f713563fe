"""`gongkai harvest`: what another portal has disclosed, and what changed of it since, into a column of this one."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from portal.commands import DONE, FAILED, BadInput, Call, Command, complain, put_json
from portal.harvest.fetching import Portal, Unreachable, origin_of
from portal.harvest.running import Harvester, Outcome
from portal.worker import tools

EVERY = 20  # items after which a line says how far it is, where there is no terminal


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="address of the other portal, such as https://www.example.gov.cn")
    parser.add_argument("--into", required=True, metavar="PATH", help="path of the column, such as zwgk/xiangzhen")
    parser.add_argument("--json", action="store_true")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    settings = call.instance.settings
    own = settings.site.id_code or settings.site.domain or settings.base_url.rstrip("/") + "/"
    try:
        portal = Portal(origin_of(chosen.url), settings.harvest_private, patience=settings.harvest_patience)
        harvester = Harvester(call.instance.house, portal, chosen.into, own, tools(call.instance))
    except (LookupError, ValueError) as problem:
        raise BadInput(str(problem.args[0])) from None
    unreachable = _follow(harvester)
    outcome = harvester.outcome
    for problem in outcome.problems:
        complain(f"gongkai harvest: {problem}")
    if unreachable:
        complain(f"gongkai harvest: {unreachable}; run it again, it goes on where it was")
    if chosen.json:
        put_json(asdict(outcome) | {"complete": not unreachable})
    else:
        print(f"新到{outcome.new}条，更新{outcome.changed}条，移动{outcome.moved}条，撤回{outcome.withdrawn}条；"
              f"公开{outcome.published}条，等人工核对{outcome.held}条，附件还没处理完{outcome.waiting}条")
    return FAILED if unreachable or outcome.problems else DONE


def _follow(harvester: Harvester) -> str:
    """Run it, saying how far it is; what stopped it, or ""."""
    live, said = sys.stderr.isatty(), 0
    try:
        for outcome in harvester.run():
            said = _show(outcome, live, said)
    except Unreachable as problem:
        return str(problem)
    finally:
        if live:
            print(file=sys.stderr)
    return ""


def _show(outcome: Outcome, live: bool, said: int) -> int:
    """How many were seen so far: on one line of a terminal, elsewhere in a line now and then. How long the feed is,
    nobody knows beforehand."""
    if live:
        print(f"\r{outcome.seen}", end="", file=sys.stderr, flush=True)
    elif outcome.seen >= said + EVERY:
        print(outcome.seen, file=sys.stderr, flush=True)
        return outcome.seen
    return said


COMMAND = Command("harvest", "Bring another portal's documents into a column, and follow their changes.", _run,
                  _arguments)
