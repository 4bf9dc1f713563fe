"""`gongkai deliver`: send what waits in the outbox, and nothing of the worker's other work."""

from __future__ import annotations

import argparse

from portal.commands import BadInput, Call, Command
from portal.commands.worker import work
from portal.delivering import senders


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="send what is due now, then exit")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    if not senders(call.instance.house, call.instance.settings):
        raise BadInput("no channel is set up: set mail_host in settings.toml")
    return work(call, "deliver", once=chosen.once, deliver_only=True)


COMMAND = Command("deliver", "Send what waits in the outbox.", _run, _arguments)
