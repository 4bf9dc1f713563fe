"""A folder of this machine, or of a file server that several hosts have mounted: `file:///srv/gongkai/blobs`.

A file is written beside its place and renamed into it, so that a crash leaves either nothing or all of it.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets as chance
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from content.stores import BadStore


@dataclass(frozen=True)
class Folder:
    """A private folder; nobody but its owner reads there."""

    folder: Path
    name: ClassVar[str] = "file"

    @classmethod
    def open(cls, address: str, secrets: str = "") -> Folder:
        parts = urlsplit(address)
        if parts.netloc or not parts.path.startswith("/"):
            raise BadStore(f"{address!r} names no folder: write file:///path")
        return cls(Path(unquote(parts.path)))

    def path(self, key: str) -> Path:
        return self.folder / key

    def put(self, key: str, data: bytes) -> None:
        path = self.path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f".{path.name}.{os.getpid()}.{chance.token_hex(4)}")
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

    def get(self, key: str) -> bytes:
        return self.path(key).read_bytes()

    def remove(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def older(self, shelf: str, before: dt.datetime) -> list[str]:
        """With what was written half: a crash left it beside its place."""
        paths = (self.folder / shelf).glob("*")
        return [f"{shelf}/{path.name}" for path in paths if _is_older(path, before.timestamp())]


def _is_older(path: Path, than: float) -> bool:
    try:
        return path.stat().st_mtime < than
    except FileNotFoundError:  # dropped in this very moment
        return False


STORE = Folder
