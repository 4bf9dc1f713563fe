"""The key store: data keys wrapped by a master key that lies outside the database.

The master key is 32 random bytes, in the environment (`GONGKAI_MASTER_KEY`, base64) or in a file of mode 0600.
Data keys (AES-256-GCM) are kept in the database only wrapped; rotation makes a new data key for what is written
from now on, and `rewrap` wraps all of them under a new master key without touching the data.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import LargeBinary, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal
from content.base import Base, now
from content.problems import Trouble

_NONCE = 12


class KeyProblem(Trouble, RuntimeError):
    """A key is missing or does not fit; the message says which and what to do."""


class DataKey(Base):
    """A data key, wrapped. `master` is the fingerprint of the master key that opens it."""

    __tablename__ = "data_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    master: Mapped[str] = mapped_column(Text)
    created: Mapped[dt.datetime]


@dataclass(frozen=True)
class MasterKey:
    """32 bytes that never enter the database."""

    secret: bytes

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(b"gongkai master " + self.secret).hexdigest()[:16]

    @classmethod
    def load(cls, path: Path) -> MasterKey:
        """From the environment, else from `path`. Raises `KeyProblem` when there is none or it is unfit."""
        encoded = os.environ.get("GONGKAI_MASTER_KEY", "")
        if not encoded and not path.exists():
            raise KeyProblem(f"no master key: {path} is missing and GONGKAI_MASTER_KEY is not set")
        return cls._decoded(encoded) if encoded else cls.from_file(path)

    @classmethod
    def from_file(cls, path: Path) -> MasterKey:
        """From `path` alone. Raises `KeyProblem` when it is unfit."""
        return cls._decoded(path.read_text().strip())

    @classmethod
    def _decoded(cls, encoded: str) -> MasterKey:
        try:
            secret = base64.b64decode(encoded, validate=True)
        except ValueError:
            raise KeyProblem("the master key is not base64") from None
        if len(secret) != 32:
            raise KeyProblem(f"the master key has {len(secret)} bytes, 32 are needed")
        return cls(secret)

    @classmethod
    def create(cls, path: Path) -> MasterKey:
        """A new key in a new file that only its owner reads; an existing file is never written over."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret = secrets.token_bytes(32)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secret) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return cls(secret)

    def derive(self, purpose: str) -> bytes:
        """A key of its own for one purpose (cookies, keyed hashes), so that no key serves two."""
        return hmac.digest(self.secret, b"gongkai " + purpose.encode(), "sha256")


class KeyStore:
    """Seals and opens bytes with data keys; holds unwrapped keys in memory only."""

    def __init__(self, master: MasterKey) -> None:
        self.master = master
        self._open: dict[int, tuple[bytes, AESGCM]] = {}  # as it was wrapped when it was opened

    def rotate(self, session: Session, *, actor_id: int | None) -> int:
        """A new data key for what is sealed from now on; older ones go on opening what they sealed."""
        key = DataKey(wrapped=_seal(AESGCM(self.master.secret), secrets.token_bytes(32)),
                      master=self.master.fingerprint, created=now())
        session.add(key)
        session.flush()
        journal.record(session, "key.rotate", ("key", key.id), actor_id=actor_id)
        return key.id

    def rewrap(self, session: Session, new: MasterKey, *, actor_id: int | None) -> int:
        """Wrap every data key under another master key; returns how many. The old one opens nothing after it.

        Those that are under it already are left: who was stopped half-way does it again.
        """
        keys = list(session.scalars(select(DataKey).where(DataKey.master != new.fingerprint)))
        for key in keys:
            key.wrapped = _seal(AESGCM(new.secret), self._unwrap(key))
            key.master = new.fingerprint
        journal.record(session, "key.rewrap", ("key", 0), actor_id=actor_id, keys=len(keys))
        return len(keys)

    def begin(self, session: Session) -> bool:
        """Make the first data key of a new instance; False when there is one already."""
        if session.scalar(select(DataKey.id).limit(1)) is not None:
            return False
        self.rotate(session, actor_id=None)
        return True

    def derive(self, session: Session, purpose: str) -> bytes:
        """A key for one purpose that stays the same for ever: from the oldest data key, which is only rewrapped."""
        oldest = session.scalars(select(DataKey).order_by(DataKey.id).limit(1)).first()
        if oldest is None:
            raise KeyProblem("the key store is empty: complete the instance with `gongkai init`")
        return hmac.digest(self._unwrap(oldest), b"gongkai " + purpose.encode(), "sha256")

    def seal(self, session: Session, plain: bytes) -> bytes:
        """`plain` under the newest data key: 4 bytes key number, nonce, ciphertext with its tag."""
        key_id = session.scalar(select(DataKey.id).order_by(DataKey.id.desc()).limit(1))
        if key_id is None:
            key_id = self.rotate(session, actor_id=None)
        return key_id.to_bytes(4, "big") + _seal(self._cipher(session, key_id), plain)

    def open(self, session: Session, sealed: bytes) -> bytes:
        """What was sealed. Raises `KeyProblem` when it was changed or its key is not here."""
        return _unseal(self._cipher(session, int.from_bytes(sealed[:4], "big")), sealed[4:])

    def _cipher(self, session: Session, key_id: int) -> AESGCM:
        """The row is asked each time: a key that was rolled back gives its number to another one."""
        key, known = session.get(DataKey, key_id), self._open.get(key_id)
        if key is None:
            raise KeyProblem(f"data key {key_id} is not in the key store")
        session.info.setdefault("data keys", {})[key_id] = key  # held, so that one transaction asks once
        if known is None or (known[0] != key.wrapped and key.master == self.master.fingerprint):
            known = self._open[key_id] = (key.wrapped, AESGCM(self._unwrap(key)))
        return known[1]

    def _unwrap(self, key: DataKey) -> bytes:
        if key.master != self.master.fingerprint:
            raise KeyProblem(f"data key {key.id} is wrapped by master key {key.master}, "
                             f"not by {self.master.fingerprint}: start with the right master key")
        return _unseal(AESGCM(self.master.secret), key.wrapped)


def _seal(cipher: AESGCM, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, None)


def _unseal(cipher: AESGCM, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except (InvalidTag, ValueError):
        raise KeyProblem("sealed data was changed, or the key is another one") from None
