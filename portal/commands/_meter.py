"""How far a long reading is, by octets read: a bar on a terminal, elsewhere a line for every tenth."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import BinaryIO

WIDTH = 30


class Meter:
    """Goes to standard error, so that standard output stays what was asked for."""

    def __init__(self, size: int) -> None:
        self.size, self.read, self.tenth = max(size, 1), 0, 0
        self.live = sys.stderr.isatty()

    def over(self, file: BinaryIO) -> Iterator[bytes]:
        """The lines of `file`, each counted as it is taken."""
        for line in file:
            self.read += len(line)
            yield line

    def show(self, seen: int) -> None:
        """Say how far it is; `seen` is how many were read."""
        part = self.read / self.size
        words = f"{part:4.0%}  {seen}"
        if self.live:
            bar = "█" * round(part * WIDTH)
            print(f"\r{bar:<{WIDTH}} {words}", end="", file=sys.stderr, flush=True)
        elif int(part * 10) > self.tenth:
            self.tenth = int(part * 10)
            print(words.strip(), file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the bar away, so that a line can be said."""
        if self.live:
            print(f"\r{'':<{WIDTH + 20}}\r", end="", file=sys.stderr, flush=True)
