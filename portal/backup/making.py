"""Taking a backup while the portal runs: the database at one moment first, then the blobs of that moment.

What is dropped from the portal between the two is gone for good, so the copy of the database is taken again until
nothing that it names was dropped meanwhile; only what is new is copied in such a round. What is missing without
having been dropped is damage: the backup is made all the same, and says so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import select

from content import journal
from content.base import now
from content.blobs import Blob, key_of
from content.house import House
from content.keys import DataKey
from content.stores.folder import Folder
from portal import backup
from portal.backup import checking, databases
from portal.backup.manifest import DATABASES, BadBackup, Manifest, described, listed, stamps
from portal.beside import alone

ROUNDS = 5
_PARTIAL = ".partial-"
Told = Callable[[int], None]  # octets that were looked after


@dataclass
class Copied:
    """What a round did."""

    blobs: int = 0
    octets: int = 0
    copied: int = 0
    copied_octets: int = 0
    absent: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Made:
    """A backup that was taken: where, what is written of it, what was copied, and what is wrong with it."""

    folder: Path
    manifest: Manifest
    copied: Copied
    problems: list[str]


def make(house: House, dest: Path, *, with_secrets: bool = False, verify: bool = False,
         tell: Told = lambda octets: None) -> Made:
    """Take one into the folder `dest`. With `verify` blobs that are there are read again, and mended.

    Raises `BadBackup`, `OSError`.
    """
    with _alone(dest, house.home):
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=dest))
        try:
            told, copied, problems = _fill(house, dest, partial, with_secrets, verify, tell)
            folder = _finish(dest, partial, told.made)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    return Made(folder, told, copied, [*problems, *checking.check(folder, told)])


@contextmanager
def _alone(dest: Path, home: Path) -> Iterator[None]:
    """One at a time in a folder; what a crash left there is taken away first."""
    if dest.resolve().is_relative_to(home.resolve()):
        raise BadBackup(f"{dest} lies in the portal's own folder: choose another disk, better another machine")
    dest.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(dest / ".lock", BadBackup(f"another backup is writing in {dest}: wait until it is done")):
        for left in dest.glob(f"{_PARTIAL}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _fill(house: House, dest: Path, partial: Path, with_secrets: bool, verify: bool,
          tell: Told) -> tuple[Manifest, Copied, list[str]]:
    pool = Folder(dest / backup.BLOBS)
    kind = "sqlite" if house.database.is_sqlite else "postgresql"
    for _round in range(ROUNDS):
        file = partial / DATABASES[kind]
        file.unlink(missing_ok=True)
        with databases.snapshot(house.database, file) as session:
            copied = _copy(house, pool, checking.rows(session), partial / backup.LIST, verify, tell)
            dropped = _dropped(house, copied.absent)
            if dropped:
                continue
            seq, head = journal.head(session)
            told = Manifest(
                made=f"{now():%Y%m%dT%H%M%SZ}", gongkai=version("gongkai"), database=kind,
                schema=databases.schema(session), journal=seq, head=head, blobs=copied.blobs, octets=copied.octets,
                masters=sorted(set(session.scalars(select(DataKey.master)))), missing=copied.absent,
                files={})
            problems = [] if kind == "sqlite" else list(checking.journal_of(session, told))
        break
    else:
        raise BadBackup(f"files were dropped from the portal during each of {ROUNDS} attempts: try again")
    _settings(house.home, partial, with_secrets)
    told.files.update((name, described(partial / name)) for name in _names(partial))
    told.write(partial, house.keys.master)
    return told, copied, problems


def _copy(house: House, pool: Folder, rows: Iterator[tuple[str, int]], list_file: Path, verify: bool,
          tell: Told) -> Copied:
    done = Copied()
    with open(os.open(list_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as written:
        for address, size in rows:
            written.write(f"{address} {size}\n")
            if checking.problem_of(pool, address, size, verify):
                _copy_one(house, pool, address, done)
            done.blobs += 1
            done.octets += size
            tell(size)
        written.flush()
        os.fsync(written.fileno())
    return done


def _copy_one(house: House, pool: Folder, address: str, done: Copied) -> None:
    """What is not there, or is not what its address says, is absent; a store that is away stops everything."""
    try:
        data = house.blobs.store.get(key_of(address))
    except FileNotFoundError:
        done.absent.append(address)
        return
    if hashlib.sha256(data).hexdigest() != address:
        done.absent.append(address)
        return
    pool.put(key_of(address), data)
    done.copied += 1
    done.copied_octets += len(data)


def _dropped(house: House, absent: list[str]) -> bool:
    """Whether one of them was dropped from the portal since, and is not damage. A replica may not know it yet."""
    if not absent:
        return False
    with house.database.writer() as session:
        return any(session.scalar(select(Blob.address).where(Blob.address == each)) is None for each in absent)


def _settings(home: Path, partial: Path, with_secrets: bool) -> None:
    if (home / backup.SETTINGS).exists():
        _keep(home / backup.SETTINGS, partial / backup.SETTINGS)
    if with_secrets:
        (partial / backup.SECRETS).mkdir(mode=0o700)
        for each in sorted((home / backup.SECRETS).iterdir()):
            if each.is_file() and not each.name.startswith("."):
                _keep(each, partial / backup.SECRETS / each.name)


def _keep(source: Path, into: Path) -> None:
    with open(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(source.read_bytes())


def _names(partial: Path) -> list[str]:
    return sorted(each.relative_to(partial).as_posix() for each in partial.rglob("*") if each.is_file())


def _finish(dest: Path, partial: Path, made: str) -> Path:
    """Everything is on the disk before it gets its name."""
    for each in partial.rglob("*"):
        databases.sync(each)
    databases.sync(partial)
    names = (made, *(f"{made}-{number}" for number in range(2, 1000)))
    folder = dest / next(name for name in names if not (dest / name).exists())
    partial.rename(folder)
    databases.sync(dest)
    return folder


def prune(house: House, dest: Path, keep: int) -> tuple[int, int]:
    """Take away all but the newest `keep` backups, and blobs that none of these names: how many of each."""
    with _alone(dest, house.home):
        old = stamps(dest)[:-keep]
        for name in old:
            hidden = dest / f"{_PARTIAL}{name}"  # first out of sight: half a backup must not look like one
            (dest / name).rename(hidden)
            shutil.rmtree(hidden)
        return len(old), _sweep(dest) if old else 0


def _sweep(dest: Path) -> int:
    """A shelf at a time, so that no more than one shelf's addresses are held."""
    folders, gone = [dest / name for name in stamps(dest)], 0
    for shelf in sorted((dest / backup.BLOBS).iterdir()):
        named = {address for folder in folders for address, _size in listed(folder) if address[:2] == shelf.name}
        for each in list(shelf.iterdir()):
            if each.name not in named:
                each.unlink()
                gone += not each.name.startswith(".")
    return gone
