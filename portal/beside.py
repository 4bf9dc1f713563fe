"""A folder that is made beside its place and takes it whole, by rename: a crash leaves nothing that looks finished.

`alone` keeps what is made in one place to one process of this machine at a time.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from content.problems import Trouble


@contextmanager
def alone(lock: Path, busy: Trouble) -> Iterator[None]:
    """Hold the lock of the file `lock`; whoever dies lets go of it. It may be taken away inside.

    Raises `busy` where another process holds it, or has taken it away just now.
    """
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        if not os.fstat(held.fileno()).st_nlink:
            raise busy
        yield


@contextmanager
def beside(place: Path, suffix: str, taken: Trouble, busy: Trouble, mode: int = 0o777) -> Iterator[Path]:
    """A new, hidden folder; what an earlier crash left of it is taken away, and so is it, unless it was renamed.

    Raises `taken` where something lies at `place` already, `busy` where another process is making it.
    """
    if place.is_symlink() or (place.exists() and (not place.is_dir() or any(place.iterdir()))):
        raise taken
    above = place.resolve().parent
    above.mkdir(parents=True, exist_ok=True)
    partial, lock = above / f".{place.name}.{suffix}", above / f".{place.name}.{suffix}.lock"
    with alone(lock, busy):
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(mode=mode)
            yield partial
        finally:
            shutil.rmtree(partial, ignore_errors=True)
            lock.unlink(missing_ok=True)
