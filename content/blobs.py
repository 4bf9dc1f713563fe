"""Blobs: sealed files, each at the address that is the SHA-256 of what is stored.

A blob is written beside its place and renamed into it, so that a crash leaves either nothing or all of it; its
row is in the database only when the transaction commits, and it goes only when the transaction that dropped it
has. Files that a crash left without a row are swept away after a day. `verify` reads every file again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Text, delete, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content.base import Base, now
from content.keys import KeyStore

_ADDRESS = re.compile(r"[0-9a-f]{64}")
SHELVES = 256  # folders, by the first two digits of the address
_DROPPED = "gongkai.blobs.dropped"


class Blob(Base):
    """A stored file; `size` is in bytes, as stored."""

    __tablename__ = "blob"

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    size: Mapped[int]
    created: Mapped[dt.datetime]


class BlobStore:
    """A private folder of sealed files; no public path leads here."""

    def __init__(self, folder: Path, keys: KeyStore) -> None:
        self.folder = folder
        self.keys = keys

    def put(self, session: Session, plain: bytes) -> str:
        """Seal and store; returns the address."""
        blob = self.write(session, plain)
        session.add(blob)
        session.flush()
        return blob.address

    def write(self, session: Session, plain: bytes) -> Blob:
        """Seal and write the file; the row is for the caller to add, in a transaction that need not wait for it."""
        sealed = self.keys.seal(session, plain)
        address = hashlib.sha256(sealed).hexdigest()
        self._write(self._path(address), sealed)
        return Blob(address=address, size=len(sealed), created=now())

    def drop(self, session: Session, address: str) -> None:
        """Forget a blob that nothing refers to any more; its file goes once the transaction has committed."""
        session.execute(delete(Blob).where(Blob.address == address))
        session.info.setdefault(_DROPPED, []).append(self._path(address))

    def sweep(self, session: Session, before: dt.datetime, shelves: Iterable[int] = range(SHELVES)) -> int:
        """Take away files older than `before` that have no row: a crash left them. Returns how many.

        `shelves` are the folders to be looked through, for whoever has no time for all of them at once.
        """
        return sum(self._sweep(session, before.timestamp(), f"{number:02x}") for number in shelves)

    def _sweep(self, session: Session, before: float, shelf: str) -> int:
        found = [path for path in (self.folder / shelf).glob("*") if _is_older(path, before)]
        of_shelf = select(Blob.address).where(Blob.address.between(shelf, f"{shelf}g"))
        known = set(session.scalars(of_shelf)) if found else set()
        for path in (left := [path for path in found if path.name not in known]):
            path.unlink(missing_ok=True)
        return len(left)

    def get(self, session: Session, address: str) -> bytes:
        """The plain bytes. Raises `FileNotFoundError`, or `KeyProblem` when the file was changed."""
        return self.keys.open(session, self._path(address).read_bytes())

    def verify(self, session: Session) -> Iterator[str]:
        """One sentence for each blob that is missing or changed."""
        for address in session.scalars(select(Blob.address).order_by(Blob.created)):
            try:
                stored = self._path(address).read_bytes()
            except OSError as problem:
                yield f"blob {address} cannot be read: {problem.strerror or problem}"
                continue
            if hashlib.sha256(stored).hexdigest() != address:
                yield f"blob {address} was changed: its hash is wrong"

    def _path(self, address: str) -> Path:
        if not _ADDRESS.fullmatch(address):
            raise FileNotFoundError(address)
        return self.folder / address[:2] / address

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the row must not outlive the name of its file when the power fails
        finally:
            os.close(folder)


def _is_older(path: Path, than: float) -> bool:
    try:
        return path.stat().st_mtime < than
    except FileNotFoundError:  # dropped in this very moment
        return False


@event.listens_for(Session, "after_commit")
def _unlink(session: Session) -> None:
    for path in session.info.pop(_DROPPED, ()):
        path.unlink(missing_ok=True)


@event.listens_for(Session, "after_rollback")
def _keep(session: Session) -> None:
    session.info.pop(_DROPPED, None)
