"""Commands of `gongkai`, one file each, found by themselves.

A file gives `COMMAND`, a `Command` that is named like the file, so that only the one that is asked for is imported.
Its `run` gets the parsed arguments and the `Call`, and returns the exit status: 0 done, 1 a check failed, 2 bad
input. With `--json`, standard output is JSON and nothing else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from content.problems import Trouble

if TYPE_CHECKING:
    from portal.instance import Instance

DONE, FAILED, BAD = 0, 1, 2
MISNAMED = (FileExistsError, FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)


class BadInput(Trouble):
    """What was asked for cannot be done as asked; one line that says what, where and what to do."""


@dataclass
class Call:
    """One call of the command line: where the instance is; it is opened when first asked for."""

    home: Path
    _instance: Instance | None = field(default=None, repr=False)

    @property
    def instance(self) -> Instance:
        if self._instance is None:
            from portal.instance import Instance  # heavy, and no need of commands that work on files alone

            self._instance = Instance.open(self.home)
        return self._instance

    def close(self) -> None:
        if self._instance is not None:
            self._instance.close()


@dataclass(frozen=True)
class Command:
    """`help` is the sentence in `gongkai --help`; `arguments` adds what the command takes to its parser."""

    name: str
    help: str
    run: Callable[[argparse.Namespace, Call], int]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None


def put_json(value: Any) -> None:
    """One JSON value on standard output."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def refused(command: str, problem: OSError, place: Path | str = "") -> int:
    """One line for what the system would not do with a file; the status says whether another name would help."""
    complain(f"gongkai {command}: {problem.filename or place}: {problem.strerror or problem}")
    return BAD if isinstance(problem, MISNAMED) else FAILED


def complain(sentence: str) -> None:
    """One line on standard error; bytes that are no text, as in the names of files, are spelled out."""
    words = " ".join(sentence.split()).encode(errors="backslashreplace").decode()
    print(words, file=sys.stderr, flush=True)
