"""Presence: how one process knows that another one of this instance has died, so that its leases need not run out.

A living process holds a lock on a file of its own; the kernel takes the lock away however the process ends. That is
known at once, and on its own machine alone. To the others it says through the database that it lives (`Watch`): one
that is silent for a while has died, and what it held is given back. Where that was wrong, and it was only cut off, it
finds its leases gone and leaves its work to others: nothing is entered without asking whose lease it is.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from content import cursors, hosts
from content.house import House
from workflows.followers import LEASE

BEAT = 5.0  # seconds between two words of a worker that lives
SILENCE = 30.0  # seconds without a word after which it has died


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

    def turn(self) -> None:
        """Say that this process is at work, not only there: `living` tells when."""
        os.utime(self._file.fileno())

    def leave(self) -> None:
        """Take one's own file away and let go of the lock."""
        (self._folder / self.owner).unlink(missing_ok=True)
        self._file.close()


def living(folder: Path) -> dict[str, float]:
    """`{owner: when it last turned}`, seconds since 1970, of the processes of this host that live."""
    found = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not path.name.startswith(".") and not _is_free(path):
            with suppress(FileNotFoundError):  # it left just now
                found[path.name] = path.stat().st_mtime
    return found


class Watch:
    """Says for `owner` that it lives, and finds those who say it no more; `clock` gives seconds that only grow."""

    def __init__(self, house: House, owner: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.house, self.owner, self.clock = house, owner, clock
        self._beat, self._next = 0, 0.0
        self._heard: dict[str, tuple[int, float]] = {}  # owner -> its last number, and when it was first seen here

    def turn(self) -> list[str]:
        """Those who were found silent now. On SQLite all are on this machine, and nobody need say anything."""
        if self.house.database.is_sqlite or self.clock() < self._next:
            return []
        self._next = self.clock() + BEAT
        self._beat += 1
        with self.house.database.writer.begin() as session:
            hosts.say(session, self.owner, self.house.host, self._beat)
            cursors.renew(session, self.owner, LEASE)
        with self.house.database.reader() as session:
            found = {each.owner: each.beat for each in hosts.beats(session) if each.owner != self.owner}
        before, self._heard = self._heard, {}
        for owner, beat in found.items():
            known = before.get(owner)
            self._heard[owner] = known if known and known[0] == beat else (beat, self.clock())
        return [owner for owner, (_beat, since) in self._heard.items() if self.clock() - since >= SILENCE]


def _is_free(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except (BlockingIOError, FileNotFoundError):
        return False
