"""Signatures of the house (Ed25519): what it hands out can be shown to be its own, and unchanged.

The key is derived from the oldest data key, so that it stays the same when the master key is changed, and lies nowhere
on its own. Who has the public key (32 octets, shown as hex) checks a signature without us.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.orm import Session

from content.keys import KeyStore


def _key(keys: KeyStore, session: Session) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.derive(session, "signing"))


def public_key(keys: KeyStore, session: Session) -> str:
    """The public key as 64 hex digits. Raises `content.keys.KeyProblem` while there is no data key."""
    return _key(keys, session).public_key().public_bytes_raw().hex()


def sign(keys: KeyStore, session: Session, message: bytes) -> str:
    """The signature of the house, as hex. Raises `content.keys.KeyProblem`."""
    return _key(keys, session).sign(message).hex()


def is_signed(public: str, signature: str, message: bytes) -> bool:
    """Whether `signature` is that of the key `public` for `message`; False also for what is no signature at all."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
