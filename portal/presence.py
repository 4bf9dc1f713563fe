"""Presence: how one process knows that another one of this instance has died, so that its leases need not run out.

A living process holds a lock on a file of its own; the kernel takes the lock away however the process ends. A lease
of a process on another machine, whose file is not here, is left to run out.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path


class Presence:
    """This process, under the name `owner`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        partial = folder / f".{self.owner}"
        self._file = partial.open("wb")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        partial.rename(folder / self.owner)  # seen by others only once it is locked

    def gone(self) -> Iterator[str]:
        """The owners that have died; each one's file is taken away after the caller is done with it."""
        for path in sorted(self._folder.iterdir()):
            if path.name.startswith(".") or path.name == self.owner or not _is_free(path):
                continue
            yield path.name
            path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Take one's own file away and let go of the lock."""
        (self._folder / self.owner).unlink(missing_ok=True)
        self._file.close()


def _is_free(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except (BlockingIOError, FileNotFoundError):
        return False
