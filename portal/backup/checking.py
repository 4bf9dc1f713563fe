"""Whether a backup is whole: one sentence for each thing that is wrong with it. No portal is needed for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal
from content.blobs import Blob, key_of
from content.stores.folder import Folder
from portal import backup
from portal.backup import databases
from portal.backup.manifest import BadBackup, Manifest, described, listed


def check(folder: Path, told: Manifest, deep: bool = False) -> Iterator[str]:
    """Files, database, journal and blobs; with `deep` the octets of each blob are read again."""
    whole = True
    for sentence in _files(folder, told):
        whole = False
        yield sentence
    if whole:
        yield from _database(folder, told)
        yield from _blobs(folder, told, deep)


def _files(folder: Path, told: Manifest) -> Iterator[str]:
    for name, expected in told.files.items():
        try:
            found = described(folder / name)
        except BadBackup as problem:
            yield str(problem)
            continue
        if found != expected:
            yield f"{folder / name} was changed: size or hash is wrong"


def _database(folder: Path, told: Manifest) -> Iterator[str]:
    file = folder / told.database_file
    broken = list(databases.broken(file, told.database))
    yield from broken
    if told.database == "sqlite" and not broken:
        with databases.reading(file) as session:
            yield from journal_of(session, told)
            yield from _list(folder, session)


def journal_of(session: Session, told: Manifest) -> Iterator[str]:
    """The chain, and that it ends where the manifest says."""
    yield from journal.verify(session)
    if journal.head(session) != (told.journal, told.head):
        yield f"the journal does not end at row {told.journal} as the manifest says"


def rows(session: Session) -> Iterator[tuple[str, int]]:
    """Address and size of each blob, in order, a part at a time."""
    query = select(Blob.address, Blob.size).order_by(Blob.address).execution_options(yield_per=1000)
    yield from (tuple(row) for row in session.execute(query))


def _list(folder: Path, session: Session) -> Iterator[str]:
    if any(one != other for one, other in zip_longest(listed(folder), rows(session))):
        yield f"{folder / backup.LIST} is not the list of the blobs in the database"


def _blobs(folder: Path, told: Manifest, deep: bool) -> Iterator[str]:
    pool, missing = Folder(folder.parent / backup.BLOBS), set(told.missing)
    for address, size in listed(folder):
        if address in missing:
            yield f"blob {address} was missing in the portal already"
        elif problem := problem_of(pool, address, size, deep):
            yield f"blob {address} {problem}"


def problem_of(pool: Folder, address: str, size: int, deep: bool) -> str:
    """What is wrong with one blob, or ""."""
    path = pool.path(key_of(address))
    try:
        if not path.is_file() or path.is_symlink():
            return "is missing"
        if path.stat().st_size != size:
            return "has another size"
        if deep and hashlib.sha256(path.read_bytes()).hexdigest() != address:
            return "was changed: its hash is wrong"
    except OSError as problem:
        return f"cannot be read: {problem.strerror}"
    return ""
