"""Stores of sealed files: where blobs lie. One file a store, found by the scheme of its address.

A store knows keys and octets, not what they mean: everything that comes here is sealed already. Keys are
`ab/abcd…` (shelf and address); what a store keeps under a key never changes, so that writing it twice is the same as
writing it once. No secret is part of an address, and none is in what a store says when something is wrong.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from content.collect import collect
from content.problems import StoreProblem, Trouble

__all__ = ["BadStore", "Store", "StoreProblem", "open_store"]


class BadStore(Trouble, ValueError):
    """The address of a store is wrong, or what it needs is missing; the message says what to do."""


class Store(Protocol):
    """What every store gives. All of it is safe in any thread and any process."""

    def put(self, key: str, data: bytes) -> None:
        """Keep `data`; once it returns they outlive a crash. Raises `OSError`."""

    def get(self, key: str) -> bytes:
        """All of it. Raises `FileNotFoundError` where there is nothing, `OSError` when it cannot be told."""

    def remove(self, key: str) -> None:
        """Take it away; that it is gone already is no error. Raises `OSError`."""

    def older(self, shelf: str, before: dt.datetime) -> list[str]:
        """Keys on `shelf` (two digits) that were written before then. Raises `OSError`."""


def open_store(address: str, home: Path, secrets: str = "") -> Store:
    """The store at an address such as `s3://bucket/prefix?endpoint=…` or `file:///srv/blobs`; empty: `home`/blobs.

    `secrets` names a file with what the store wants to hear, by its own rules. Raises `BadStore`.
    """
    known = collect(sys.modules[__name__], "STORE")
    scheme = urlsplit(address).scheme if address else "file"
    if scheme not in known:
        raise BadStore(f"no store {scheme!r}: blobs lie in one of {', '.join(sorted(known))}")
    return known[scheme].open(address or f"file://{(home / 'blobs').absolute()}", secrets)
