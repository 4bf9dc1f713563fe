"""Opening a package from anybody: within bounds, through no link, and nothing in it is believed before it is checked.

Of the tar format only plain members with our names are read, header by header, so that no extended header, sparse
member or link gets a word; a tar is laid out in a folder of our own first. Lines are taken one at a time. What is
believed of a package is what its hashes say, and hashes prove that it is whole, not who made it: everything in it
goes the way of what strangers send, through the detectors and the makers of public copies.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from content import journal
from portal.harvest.applying import Unusable
from portal.harvest.fetching import Answer, Unreachable
from portal.packages import layout
from portal.packages.layout import BadPackage

MOST_MANIFEST = 1024 * 1024  # octets
MOST_MEMBERS = 5_000_000
MOST_DEEP = 60  # brackets within brackets of one line
_BLOCK, _PIECE = 512, 1024 * 1024


@dataclass(frozen=True)
class Package:
    """A package that was looked through: its folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def mark(self) -> str:
        """Tells this package from any other."""
        return hashlib.sha256(journal.canonical(self.manifest).encode()).hexdigest()[:16]

    @property
    def portal(self) -> str:
        """What the portal that it is of is called among portals."""
        return self.manifest["portal"]["id"]

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """The lines of a list. Raises `BadPackage`."""
        yield from (row for _at, row in self.rows_from(name, 0))

    def rows_from(self, name: str, offset: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """The lines behind `offset` octets, each with where the next one begins."""
        with _open(self.folder / name) as file:
            file.seek(offset)
            while data := file.readline(layout.MOST_LINE + 1):
                yield file.tell(), _row(name, data)

    def file(self, sha256: str, most: int) -> bytes:
        """The octets of a file, which are what its name says. Raises `BadPackage`."""
        with _open(self.folder / layout.place(sha256)) as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise BadPackage(f"file {sha256} is larger than {most} octets")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BadPackage(f"file {sha256} was changed: its hash is wrong")
        return data


def is_package(path: Path) -> bool:
    """Whether it looks like one: a folder with a manifest, or a tar that begins with one."""
    if path.is_dir():
        return (path / layout.MANIFEST).is_file()
    try:
        with path.open("rb") as file:
            head = file.read(_BLOCK)
    except OSError:
        return False
    return len(head) == _BLOCK and head[257:262] == b"ustar"


@contextmanager
def opened(path: Path, scratch: Path) -> Iterator[Package]:
    """The package at `path`; a tar is laid out below the folder `scratch` meanwhile. Raises `BadPackage`."""
    if path.is_dir():
        yield _checked(path)
        return
    folder = Path(tempfile.mkdtemp(prefix="package-", dir=scratch))
    try:
        with _open(path) as file:
            _unpack(file, folder)
        yield _checked(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open(path: Path) -> BinaryIO:
    """A plain file, through no link at its end, and no pipe that never answers. Raises `BadPackage`."""
    try:
        if path.is_symlink() or not path.is_file():
            raise BadPackage(f"{path.name} is missing in the package, or no plain file")
        return open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as problem:
        raise BadPackage(f"{path} cannot be read: {problem.strerror}") from None


def _row(name: str, data: bytes) -> dict[str, Any]:
    if len(data) > layout.MOST_LINE or not data.endswith(b"\n"):
        raise BadPackage(f"{name} has a line that is cut off, or larger than {layout.MOST_LINE} octets")
    try:
        row = json.loads(data)
        data.decode()
    except (ValueError, RecursionError):
        raise BadPackage(f"{name} has a line that is no JSON") from None
    if not isinstance(row, dict) or _is_deep(row):
        raise BadPackage(f"{name} has a line that is no object, or too deep")
    return row


def _is_deep(value: Any) -> bool:
    level = [value]
    for _depth in range(MOST_DEEP):
        level = [inner for each in level if isinstance(each, dict | list)
                 for inner in (each.values() if isinstance(each, dict) else each)]
    return bool(level)


# -- a tar --------------------------------------------------------------------------------------------------------

def _unpack(file: BinaryIO, folder: Path) -> None:
    seen: set[str] = set()
    while (block := file.read(_BLOCK)) and block.strip(b"\0"):
        told = _header(block)
        if told.name in seen or len(seen) >= MOST_MEMBERS:
            raise BadPackage(f"the tar holds {told.name!r} twice, or too many members")
        seen.add(told.name)
        path = folder / told.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as into:
            _copy(file, into, told.size)
        file.read(-told.size % _BLOCK)


def _header(block: bytes) -> tarfile.TarInfo:
    try:
        told = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError, ValueError):
        raise BadPackage("this is no tar, or it is cut off") from None
    if told.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or told.size < 0 or not layout.is_member(told.name):
        raise BadPackage(f"the tar holds {told.name[:80]!r}, which no package has: only plain files with known names")
    return told


def _copy(file: BinaryIO, into: BinaryIO, size: int) -> None:
    while size:
        piece = file.read(min(size, _PIECE))
        if not piece:
            raise BadPackage("the tar is cut off")
        into.write(piece)
        size -= len(piece)


# -- checking -----------------------------------------------------------------------------------------------------

def _checked(folder: Path) -> Package:
    """With its lists as the manifest says, and its journal a chain."""
    with _open(folder / layout.MANIFEST) as file:
        data = file.read(MOST_MANIFEST + 1)
    try:
        manifest = json.loads(data) if len(data) <= MOST_MANIFEST else None
    except (ValueError, RecursionError):
        manifest = None
    if not isinstance(manifest, dict) or manifest.get("format") != layout.FORMAT:
        raise BadPackage(f"{folder / layout.MANIFEST} is no manifest of a package")
    if manifest.get("version") != layout.VERSION:
        raise BadPackage(f"the package is of version {str(manifest.get('version'))[:20]}, this gongkai reads "
                         f"{layout.VERSION}")
    portal, lists = manifest.get("portal"), manifest.get("lists")
    names = [portal.get(name) for name in ("id", "name", "url")] if isinstance(portal, dict) else [None]
    if not all(isinstance(each, str) and 0 < len(each) <= 300 for each in names) or not isinstance(lists, dict):
        raise BadPackage("the manifest names no portal, or no lists")
    made = Package(folder, manifest)
    for name in layout.LISTS:
        _open(folder / name).close()
        if layout.described(folder / name) != lists.get(name):
            raise BadPackage(f"{name} was changed: it is not what the manifest says")
    _check_journal(made)
    for row in made.rows(layout.DOCUMENTS):
        _change(row)
    return made


def _check_journal(package: Package) -> None:
    """Each row that is told has its hash and follows the one before it; the last one is the manifest's."""
    seq, before = 0, journal.GENESIS
    for row in package.rows(layout.JOURNAL):
        seq += 1
        if row.get("seq") != seq or not isinstance(row.get("hash"), str):
            raise BadPackage(f"row {seq} of the journal is missing")
        if "payload_hash" in row and (row.get("previous") != before or hash_of(row) != row["hash"]):
            raise BadPackage(f"row {seq} of the journal was changed: its hash is wrong")
        before = row["hash"]
    if package.manifest.get("journal") != {"seq": seq, "hash": before}:
        raise BadPackage("the journal does not end as the manifest says")


def hash_of(row: dict[str, Any]) -> str:
    """The hash that a row has by what it tells (`docs/package.md` describes it). Raises `BadPackage`."""
    try:
        parts = [row["previous"], str(row["seq"]), datetime.fromisoformat(row["at"]).isoformat(
            timespec="microseconds"), str(row["actor"]), row["action"], row["kind"], str(row["id"]),
            row["payload_hash"]]
    except (KeyError, TypeError, ValueError):
        raise BadPackage(f"row {row.get('seq')} of the journal is none") from None
    return hashlib.sha256(journal.canonical(parts).encode()).hexdigest()


# -- as a portal --------------------------------------------------------------------------------------------------

class Shelf:
    """A package, asked in the words in which a harvest asks another portal (`portal.harvest.fetching.Portal`)."""

    def __init__(self, package: Package, origin: str) -> None:
        self.package, self.origin = package, origin
        self._part: dict[int, dict[str, Any]] = {}  # the documents of the part that is being brought

    def get(self, path: str, etag: str = "", **params: Any) -> Answer:
        try:
            if path == "/api/v1/changes":
                return self._changes(params["limit"], params.get("cursor", ""))
            told = self._part[int(path.rpartition("/")[2])]
        except BadPackage as problem:
            raise Unreachable(str(problem)) from None
        tag = hashlib.sha256(layout.line(told)).hexdigest()
        return Answer(304, tag, None) if tag == etag else Answer(200, tag, told)

    def _changes(self, limit: int, cursor: str) -> Answer:
        mark, _colon, offset = cursor.partition(":")
        if cursor and mark != self.package.mark:
            return Answer(409, "", None)
        at, found, end = int(offset or 0), [], True
        for behind, row in self.package.rows_from(layout.DOCUMENTS, at):
            if len(found) == limit:
                end = False
                break
            at = behind
            found.append(_change(row))
        self._part = {each["id"]: each["document"] for each in found if each["document"] is not None}
        return Answer(200, "", {"changes": found, "cursor": f"{self.package.mark}:{at}", "end": end})

    def told(self, number: int) -> dict[str, Any]:
        """What the part that is being brought tells of a document; `{}` for others."""
        return self._part.get(number, {})

    def file(self, address: str, most: int) -> bytes:
        """By the address that its document gives it. Raises `Unusable`: the other documents can be taken."""
        wanted = next((each["sha256"] for told in self._part.values() for each in told["files"]
                       if each["url"] == address), "")
        try:
            return self.package.file(wanted, most)
        except BadPackage as problem:
            raise Unusable(str(problem)) from None


def _change(row: dict[str, Any]) -> dict[str, Any]:
    """A line of the documents as a change. Raises `BadPackage`."""
    gone, document = row.get("withdrawn"), row.get("document")
    if type(row.get("id")) is not int or not isinstance(row.get("url"), str) or not isinstance(
            gone if gone is not None else document, dict) or (gone is None and document.get("id") != row["id"]):
        raise BadPackage(f"{layout.DOCUMENTS} has a line that tells no document")
    if gone is not None:
        return {"kind": "withdrawn", "id": row["id"], "url": row["url"], "document": None,
                "reason_kind": gone.get("reason_kind"), "reason": gone.get("reason")}
    return {"kind": "published", "id": row["id"], "url": row["url"], "document": document}
