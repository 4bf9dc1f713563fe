"""Blobs: sealed files, each at the address that is the SHA-256 of what is stored.

Where they lie is a store's matter (`content.stores`). A blob is sealed before any store sees it, and stored, all of it
or nothing, before its row is in the database; the row is there only when the transaction commits, and the file goes
only when the transaction that dropped it has. Files that a crash left without a row are swept away after a day.
`verify` reads every file again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import ColumnElement, Text, delete, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content.base import Base, now
from content.keys import KeyStore
from content.stores import Store
from content.stores.folder import Folder

_ADDRESS = re.compile(r"[0-9a-f]{64}")
SHELVES = 256  # by the first two digits of the address
_DROPPED = "gongkai.blobs.dropped"
log = logging.getLogger(__name__)


class Blob(Base):
    """A stored file; `size` is in bytes, as stored."""

    __tablename__ = "blob"

    address: Mapped[str] = mapped_column(Text, primary_key=True)
    size: Mapped[int]
    created: Mapped[dt.datetime]


class BlobStore:
    """Sealed files in a private store, or in the folder at a path; no public path leads here."""

    def __init__(self, store: Store | Path, keys: KeyStore) -> None:
        self.store = Folder(store) if isinstance(store, Path) else store
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
        self.store.put(key_of(address), sealed)
        return Blob(address=address, size=len(sealed), created=now())

    def drop(self, session: Session, address: str) -> None:
        """Forget a blob that nothing refers to any more; its file goes once the transaction has committed."""
        session.execute(delete(Blob).where(Blob.address == address))
        session.info.setdefault(_DROPPED, []).append((self.store, key_of(address)))

    def sweep(self, session: Session, before: dt.datetime, shelves: Iterable[int] = range(SHELVES)) -> int:
        """Take away files older than `before` that have no row: a crash left them. Returns how many.

        `shelves` are those to be looked through, for whoever has no time for all of them at once.
        """
        return sum(self._sweep(session, before, f"{number:02x}") for number in shelves)

    def _sweep(self, session: Session, before: dt.datetime, shelf: str) -> int:
        found = self.store.older(shelf, before)
        known = set(session.scalars(select(Blob.address).where(_on(shelf)))) if found else set()
        for key in (left := [key for key in found if key.rpartition("/")[2] not in known]):
            self.store.remove(key)
        return len(left)

    def get(self, session: Session, address: str) -> bytes:
        """The plain bytes. Raises `FileNotFoundError`, `OSError` when the store is away, or `KeyProblem` when the file
        was changed."""
        return self.keys.open(session, self.store.get(key_of(address)))

    def copy(self, session: Session, to: Store) -> Iterator[tuple[str, str]]:
        """Copy every file into another store: each address, and what was wrong with it, or nothing.

        What lies there already is left: who was stopped half-way does it again.
        """
        later = now() + dt.timedelta(days=1)
        for shelf in (f"{number:02x}" for number in range(SHELVES)):
            there = {key.rpartition("/")[2] for key in to.older(shelf, later)}
            for address in session.scalars(select(Blob.address).where(_on(shelf)).order_by(Blob.address)):
                yield address, "" if address in there else self._copy(address, to)

    def _copy(self, address: str, to: Store) -> str:
        try:
            data = self.store.get(key_of(address))
        except OSError as problem:
            return f"cannot be read: {problem.strerror or problem}"
        if hashlib.sha256(data).hexdigest() != address:
            return "was changed: its hash is wrong"
        to.put(key_of(address), data)
        return ""

    def verify(self, session: Session) -> Iterator[str]:
        """One sentence for each blob that is missing or changed."""
        for address in session.scalars(select(Blob.address).order_by(Blob.created)):
            try:
                stored = self.store.get(key_of(address))
            except OSError as problem:
                yield f"blob {address} cannot be read: {problem.strerror or problem}"
                continue
            if hashlib.sha256(stored).hexdigest() != address:
                yield f"blob {address} was changed: its hash is wrong"


def _on(shelf: str) -> ColumnElement[bool]:
    return Blob.address.between(shelf, f"{shelf}g")


def key_of(address: str) -> str:
    """Where a store keeps it. Raises `FileNotFoundError` for what is no address."""
    if not _ADDRESS.fullmatch(address):
        raise FileNotFoundError(address)
    return f"{address[:2]}/{address}"


@event.listens_for(Session, "after_commit")
def _unlink(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint was released: what is around it may still be taken back
        return
    for store, key in session.info.pop(_DROPPED, ()):
        try:
            store.remove(key)
        except OSError as problem:  # what was decided stands; the file has no row any more and is swept away later
            log.warning("blob %s is left for the sweep: %s", key, problem)


@event.listens_for(Session, "after_rollback")
def _keep(session: Session) -> None:
    session.info.pop(_DROPPED, None)
