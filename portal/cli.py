"""The command line `gongkai`: finds the command, opens the instance for it, and turns problems into one line."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from sqlalchemy.exc import OperationalError

from content.collect import collect
from content.keys import KeyProblem
from content.planting import BadList
from content.search import SearchError
from portal import commands
from portal.commands import BAD, FAILED, BadInput, Call, Command, complain
from portal.instance import NotReady
from portal.settings import BadSettings

EXPECTED = (BadInput, NotReady, BadSettings, BadList, KeyProblem, SearchError)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is for `--help`."""

    def error(self, message: str) -> NoReturn:
        complain(f"{self.prog}: {message} (see {self.prog} --help)")
        raise SystemExit(BAD)


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    made = _Parser(prog="gongkai", description="公开: the portal with which a county discloses what it does.")
    home = os.environ.get("GONGKAI_HOME", "var")
    made.add_argument("--home", type=Path, default=Path(home), metavar="DIR",
                      help="folder of the instance (default: ./var, or GONGKAI_HOME)")
    below = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in collect(commands, "COMMAND").values():
        sub = below.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(sub)
        sub.set_defaults(found=command)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    chosen = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    call = Call(chosen.home)
    try:
        return _run(chosen.found, chosen, call)
    finally:
        call.close()


def _run(command: Command, chosen: argparse.Namespace, call: Call) -> int:
    try:
        return command.run(chosen, call)
    except EXPECTED as problem:
        complain(f"gongkai {command.name}: {problem}")
        return BAD
    except OperationalError as problem:
        complain(f"gongkai {command.name}: the database does not answer: {problem.orig}")
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nothing more to say
        return FAILED
    except KeyboardInterrupt:
        return 130
