"""What is written of a backup: one JSON file, bound by a keyed hash to the master key of the portal.

Nothing in it names a place: names of files are ours, and one that is not is refused, whoever wrote the manifest.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from content.journal import canonical
from content.keys import MasterKey
from content.problems import Trouble
from portal import backup

NAME, FORMAT, VERSION = "manifest.json", "gongkai-backup", 1
MOST = 4 * 1024 * 1024  # octets of a manifest
STAMP = re.compile(r"\d{8}T\d{6}Z(-\d{1,3})?")
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
_SECRET = re.compile(rf"{backup.SECRETS}/[A-Za-z0-9][A-Za-z0-9._-]{{0,80}}")
_PIECE = 1024 * 1024


class BadBackup(Trouble, ValueError):
    """There is no backup here, or it is not whole; the message says what is wrong."""


@dataclass(frozen=True)
class Manifest:
    """`masters`: fingerprints of the master keys that open it. `missing`: blobs that the portal itself had not."""

    made: str
    gongkai: str
    database: str
    schema: str
    journal: int
    head: str
    blobs: int
    octets: int
    masters: list[str]
    missing: list[str] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)  # name -> {"size", "sha256"}

    @property
    def database_file(self) -> str:
        return DATABASES[self.database]

    def write(self, folder: Path, master: MasterKey) -> None:
        told = {"format": FORMAT, "version": VERSION, **asdict(self)}
        told |= {"key": master.fingerprint, "mac": _mac(master, told)}
        text = json.dumps(told, ensure_ascii=False, indent=1)
        with open(os.open(folder / NAME, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())

    @classmethod
    def read(cls, folder: Path, master: MasterKey | None = None) -> Manifest:
        """Raises `BadBackup`; with `master`, also when somebody without that key wrote it."""
        told = _load(folder / NAME)
        key, mac = told.pop("key", ""), str(told.pop("mac", ""))
        if told.get("format") != FORMAT:
            raise BadBackup(f"{folder} is no backup of a portal")
        if told.get("version") != VERSION:
            raise BadBackup(f"{folder} is of version {told.get('version')!r} of backups, this gongkai reads {VERSION}")
        if master is not None and master.fingerprint != key:
            raise BadBackup(f"{folder} belongs to master key {key}, this one is {master.fingerprint}")
        if master is not None and not hmac.compare_digest(mac.encode(), _mac(master, told).encode()):
            raise BadBackup(f"{folder / NAME} was changed: its keyed hash is wrong")
        return cls._checked(folder, told)

    @classmethod
    def _checked(cls, folder: Path, told: dict[str, Any]) -> Manifest:
        values = {name: told.get(name) for name in cls.__dataclass_fields__}
        shapes = {"files": dict, "masters": list, "missing": list, "journal": int, "blobs": int, "octets": int}
        if any(not isinstance(value, shapes.get(name, str)) for name, value in values.items()):
            raise BadBackup(f"{folder / NAME} is no manifest of a backup")
        made = cls(**values)
        if made.database not in DATABASES:
            raise BadBackup(f"{folder} holds a database {made.database!r}, which this gongkai does not know")
        known = {made.database_file, backup.LIST, backup.SETTINGS}
        for name, told_of in made.files.items():
            if (name not in known and not _SECRET.fullmatch(name)) or not isinstance(told_of, dict):
                raise BadBackup(f"{folder / NAME} names a file {name[:80]!r}, which no backup has")
        if not {made.database_file, backup.LIST} <= made.files.keys():
            raise BadBackup(f"{folder / NAME} names no database")
        return made


def _load(path: Path) -> dict[str, Any]:
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            data = file.read(MOST + 1)
        told = json.loads(data) if len(data) <= MOST else None
    except FileNotFoundError:
        raise BadBackup(f"{path.parent} is no backup: it has no {NAME}") from None
    except (OSError, ValueError, RecursionError) as problem:
        raise BadBackup(f"{path} cannot be read: {problem}") from None
    if not isinstance(told, dict):
        raise BadBackup(f"{path} is no manifest of a backup")
    return told


def _mac(master: MasterKey, told: dict[str, Any]) -> str:
    return hmac.new(master.derive("backup"), canonical(told).encode(), "sha256").hexdigest()


def described(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file. Raises `BadBackup` for what is none."""
    digest, size = hashlib.sha256(), 0
    for piece in pieces(path):
        digest.update(piece)
        size += len(piece)
    return {"size": size, "sha256": digest.hexdigest()}


def pieces(path: Path) -> Iterator[bytes]:
    """The octets of a plain file, never through a link, never of a pipe. Raises `BadBackup`."""
    try:
        if not path.is_file() or path.is_symlink():
            raise BadBackup(f"{path} is missing, or no plain file")
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as problem:
        raise BadBackup(f"{path} cannot be read: {problem.strerror}") from None


def stamps(dest: Path) -> list[str]:
    """The backups in a folder, oldest first."""
    try:
        return sorted(each.name for each in dest.iterdir() if STAMP.fullmatch(each.name) and each.is_dir())
    except OSError:
        return []


def find(source: Path) -> Path:
    """The folder of a backup: `source` itself, or the newest one in it. Raises `BadBackup`."""
    if (source / NAME).exists():
        return source.resolve()
    found = stamps(source)
    if not found:
        raise BadBackup(f"there is no backup in {source}")
    return (source / found[-1]).resolve()


def listed(folder: Path) -> Iterator[tuple[str, int]]:
    """Address and size of each blob of a backup, in order. Raises `BadBackup`."""
    try:
        with (folder / backup.LIST).open(encoding="ascii") as file:
            for line in file:
                address, size = line.split(" ")
                if not re.fullmatch(r"[0-9a-f]{64}", address):
                    raise ValueError
                yield address, int(size)
    except (OSError, ValueError):
        raise BadBackup(f"{folder / backup.LIST} is no list of blobs") from None
