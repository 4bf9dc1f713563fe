"""The command line `gongkai`: finds the command, opens the instance for it, and turns problems into one line."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import pkgutil
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from content.late import Late, loading
from content.problems import StoreProblem, Trouble
from portal import commands
from portal.commands import BAD, FAILED, Call, Command, complain, refused

sql = Late("sqlalchemy.exc")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is for `--help`."""

    def error(self, message: str) -> NoReturn:
        complain(f"{self.prog}: {message} (see {self.prog} --help)")
        raise SystemExit(BAD)


def names() -> dict[str, str]:
    """The name of every command -> its module: `annual-report` is in `annual_report.py`, `import` in `import_.py`."""
    modules = (info.name for info in pkgutil.iter_modules(commands.__path__))
    return {name.strip("_").replace("_", "-"): name for name in modules if not name.startswith("_")}


def _asked(arguments: Sequence[str] | None) -> str | None:
    """The command that is asked for, where that can be told before its arguments are known."""
    before = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    before.add_argument("--home")
    before.add_argument("command", nargs="?")
    try:
        return before.parse_known_args(arguments)[0].command
    except argparse.ArgumentError:
        return None


def parser(asked: str | None = None) -> argparse.ArgumentParser:
    """The command `asked` with its arguments; all of them where it is none of ours."""
    known = names()
    chosen = [known[asked]] if asked in known else known.values()
    made = _Parser(prog="gongkai", description="公开: the portal with which a county discloses what it does.")
    home = os.environ.get("GONGKAI_HOME", "var")
    made.add_argument("--home", type=Path, default=Path(home), metavar="DIR",
                      help="folder of the instance (default: ./var, or GONGKAI_HOME)")
    below = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in chosen:
        command: Command = importlib.import_module(f"{commands.__name__}.{module}").COMMAND
        sub = below.add_parser(command.name, help=command.help, description=command.help)
        command.arguments(sub)
        sub.set_defaults(found=command)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    with suppress(AttributeError):  # somebody's own stream
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name may be no text
    with loading():
        chosen = parser(_asked(arguments)).parse_args(arguments)
    if (name := _unreadable(chosen)) is not None:
        complain(f"gongkai {chosen.command}: {name} is not UTF-8: set the terminal to UTF-8 and type it again")
        return BAD
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    call = Call(chosen.home)
    try:
        return _run(chosen.found, chosen, call)
    finally:
        call.close()


def _unreadable(chosen: argparse.Namespace) -> str | None:
    """The first argument that is no text; a file may have any name."""
    for name, value in vars(chosen).items():
        several = value if isinstance(value, list) else [value]
        if any(isinstance(each, str) and not _is_text(each) for each in several):
            return name
    return None


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # bytes that were no characters
        return False
    return True


def _run(command: Command, chosen: argparse.Namespace, call: Call) -> int:
    try:
        return command.run(chosen, call)
    except Trouble as problem:
        complain(f"gongkai {command.name}: {problem}")
        return BAD
    except sql.OperationalError as problem:
        complain(f"gongkai {command.name}: the database does not answer: {problem.orig}")
        return FAILED
    except StoreProblem as problem:
        complain(f"gongkai {command.name}: {problem}")
        return FAILED
    except UnicodeEncodeError as problem:
        if _is_text(str(problem.object)):
            raise
        complain(f"gongkai {command.name}: {problem.object} is not UTF-8: give the file a name that is")
        return BAD
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nothing more to say
        return FAILED
    except OSError as problem:
        return refused(command.name, problem)
    except KeyboardInterrupt:
        return 130
