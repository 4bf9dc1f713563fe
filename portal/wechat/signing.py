"""Signatures of callbacks, and the encrypted mode (安全模式): what came is from WeChat, is new, and is for us.

A message is AES-256-CBC with the first 16 octets of the key as IV and PKCS#7 padding to blocks of 32; inside stand
16 random octets, the length in four octets (big-endian), the message and the AppID.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import re
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES_KEY = re.compile(r"[a-zA-Z0-9]{43}")
BLOCK = 32
FRESH = dt.timedelta(minutes=10)  # older callbacks are replays; WeChat tries three times within seconds


class BadCallback(Exception):
    """What came cannot be from WeChat, or not for this account; the message is for the log."""


def signature(*parts: str) -> str:
    """`sha1` of the parts in lexical order, joined."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def check(said: str, *parts: str) -> None:
    """Raises `BadCallback` when the signature is not of these parts."""
    if not hmac.compare_digest(signature(*parts).encode(), said.encode()):
        raise BadCallback("the signature is wrong")


def check_fresh(timestamp: str, now: dt.datetime) -> None:
    """Raises `BadCallback` for a moment that is long ago, or far ahead."""
    if not re.fullmatch(r"\d{1,12}", timestamp):
        raise BadCallback("the timestamp is no number")
    if abs(now.timestamp() - int(timestamp)) > FRESH.total_seconds():
        raise BadCallback("the timestamp is too old")


def decrypt(encrypted: str, keys: list[str], appid: str) -> str:
    """The message; tries each key, so that one may be changed. Raises `BadCallback`."""
    for key in keys:
        try:
            return _decrypted(encrypted, key, appid)
        except BadCallback as problem:
            last = problem
    raise last if keys else BadCallback("the account has no EncodingAESKey")


def _decrypted(encrypted: str, key: str, appid: str) -> str:
    try:
        octets = base64.b64decode(encrypted, validate=True)
        plain = _cipher(key).decryptor().update(octets)
    except (binascii.Error, ValueError) as problem:
        raise BadCallback(f"not encrypted as agreed: {problem}") from None
    if not plain or not 1 <= plain[-1] <= BLOCK or plain[-plain[-1]:] != bytes([plain[-1]]) * plain[-1]:
        raise BadCallback("the padding is wrong")
    plain = plain[16:-plain[-1]]
    length = int.from_bytes(plain[:4], "big")
    if plain[4 + length:] != appid.encode():
        raise BadCallback("the message is for another account")
    try:
        return plain[4:4 + length].decode()
    except UnicodeDecodeError:
        raise BadCallback("the message is no text") from None


def encrypt(message: str, key: str, appid: str) -> str:
    """The same the other way."""
    octets = message.encode()
    plain = secrets.token_bytes(16) + len(octets).to_bytes(4, "big") + octets + appid.encode()
    padding = BLOCK - len(plain) % BLOCK
    sealer = _cipher(key).encryptor()
    return base64.b64encode(sealer.update(plain + bytes([padding]) * padding) + sealer.finalize()).decode()


def _cipher(key: str) -> Cipher:
    octets = base64.b64decode(key + "=")
    return Cipher(algorithms.AES(octets), modes.CBC(octets[:16]))
