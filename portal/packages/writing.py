"""Making a package of a portal that goes on running: a part at a time, so that it takes the same memory at any size.

Documents are asked for by their numbers, in the words of the open-data API. What changed meanwhile is asked for again
at the end and takes the place of what was written, so that a package says nothing that had been withdrawn when it was
done. A package gets its name last of all; a run that was stopped leaves a hidden folder, which the next one clears.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal, open_data, repository
from content.base import now
from content.documents import FileRendition, Live
from content.house import House
from content.journal import Row
from content.tree import Node, Tree
from portal.api import changes, describing
from portal.beside import beside
from portal.packages import layout
from portal.packages.layout import BadPackage, line
from portal.settings import Settings

PART = 200  # documents, or rows, that are held at a time
ROUNDS = 10  # how often what changed meanwhile is asked for again
TOLD = frozenset({"column.create", "column.change", "department.create", "department.change"})
Told = Callable[[int], None]  # documents that were written


@dataclass(frozen=True)
class Portal:
    """The portal as it is asked."""

    house: House
    settings: Settings

    def asking(self, session: Session) -> Any:
        """What the API's words want of a request, as of now."""
        return SimpleNamespace(db=session, tree=self.house.tree(session), site=self.settings.site, now=now(),
                               house=self.house, registry=SimpleNamespace(settings={"gongkai": self.settings}))


def write(portal: Portal, target: Path, tell: Told = lambda count: None) -> dict[str, Any]:
    """Make a package at `target`, a new folder or a new file `….tar`; returns its manifest. Raises `BadPackage`."""
    with _beside(target) as partial:
        manifest = _fill(portal, partial, tell)
        if target.suffix == ".tar":
            packed = partial.with_name(f"{partial.name}.tar")
            try:
                _pack(partial, packed)
                packed.rename(target)
            finally:
                packed.unlink(missing_ok=True)
        else:
            partial.rename(target)
    return manifest


def _beside(target: Path) -> AbstractContextManager[Path]:
    """A folder beside the place; see `portal.beside`. Raises `BadPackage`."""
    return beside(target, "partial", BadPackage(f"{target} is there already: name a new folder or file"),
                  BadPackage(f"another export is writing {target}"))


def _fill(portal: Portal, folder: Path, tell: Told) -> dict[str, Any]:
    with portal.house.database.reader() as session:
        seq, digest = journal.head(session)
    start = open_data.Place(seq, mark=digest[:8])
    with (folder / layout.DOCUMENTS).open("wb") as file:
        _documents(portal, folder, file, tell)
    head = _catch_up(portal, folder, start)
    with portal.house.database.reader() as session:
        tree = portal.house.tree(session)
        _lines(folder / layout.DEPARTMENTS, departments(tree))
        _lines(folder / layout.COLUMNS, columns(tree))
        asking = portal.asking(session)
        _lines(folder / layout.JOURNAL, rows(session, head[0]))
        told = {"id": describing.portal_id(asking), "name": asking.site.name, "organ": asking.site.organ,
                "url": describing.absolute(asking, "/")}
    _lines(folder / layout.FILES, _files(folder))
    manifest = {"format": layout.FORMAT, "version": layout.VERSION, "made": describing.moment(now()),
                "gongkai": version("gongkai"), "portal": told, "journal": {"seq": head[0], "hash": head[1]},
                "lists": {name: layout.described(folder / name) for name in layout.LISTS}}
    (folder / layout.MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for each in folder.rglob("*"):
        _sync(each)
    return manifest


def _lines(path: Path, values: Iterator[dict[str, Any]]) -> None:
    with path.open("wb") as file:
        for value in values:
            file.write(line(value))


# -- documents ----------------------------------------------------------------------------------------------------

def _documents(portal: Portal, folder: Path, into: BinaryIO, tell: Told) -> None:
    last, count = 0, 0
    while True:
        with portal.house.database.reader() as session:
            query = select(Live.document_id).where(Live.cleared_for == "public", Live.document_id > last)
            ids = list(session.scalars(query.order_by(Live.document_id).limit(PART)))
            _write(portal, session, folder, into, ids)
        if not ids:
            return
        last, count = ids[-1], count + len(ids)
        tell(count)


def _write(portal: Portal, session: Session, folder: Path, into: BinaryIO, ids: list[int]) -> None:
    asking = portal.asking(session)
    lives = session.scalars(select(Live).where(Live.document_id.in_(ids)).options(*open_data.WHOLE)
                            .order_by(Live.document_id))
    for live in lives:
        told = record(asking, live)
        if told is None:
            continue
        if "document" in told:
            _keep_files(portal.house, session, folder, live)
        into.write(line(told))


def record(asking: Any, live: Live) -> dict[str, Any] | None:
    """One line: the document as the API tells it, or its tombstone; None for what is not public now."""
    if live.is_withdrawn:
        return {"id": live.document_id, "url": describing.absolute(asking, live.url), "withdrawn": {
            "index_number": live.index_number, "reason_kind": live.reason_kind, "reason": live.reason,
            "title": live.title, "published": describing.moment(live.published),
            "at": describing.moment(live.changed)}}
    if not repository.may_read(live, asking.now):
        return None
    return {"id": live.document_id, "url": describing.absolute(asking, live.url),
            "document": describing.whole(asking, live)}


def _keep_files(house: House, session: Session, folder: Path, live: Live) -> None:
    """Each content once; what is not the file that was verified is not written."""
    for entry in live.rendition.files:
        path = folder / layout.place(entry["sha256"])
        if path.exists():
            continue
        made = session.get_one(FileRendition, entry["file"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(house.blobs.get(session, made.address))
        if layout.described(path)["sha256"] != entry["sha256"]:
            raise BadPackage(f"file {entry['file']} of {live.url} is not what was verified: see `gongkai verify`")


def _catch_up(portal: Portal, folder: Path, place: open_data.Place) -> tuple[int, str]:
    """Ask again for what changed since `place`, until nothing does; the head of the journal at that moment."""
    for _round in range(ROUNDS):
        with portal.house.database.reader() as session:
            head, changed = journal.head(session), set()
            end = False
            while not end:
                found = open_data.changes(session, portal.house.tree(session), place, changes.verbs(), PART)
                changed |= {each.document_id for each in found.found}
                place, end = found.place, found.end
        if not changed:
            return head
        _replace(portal, folder, changed)
    raise BadPackage(f"documents changed during each of {ROUNDS} attempts to finish: try again")


def _replace(portal: Portal, folder: Path, changed: set[int]) -> None:
    old, new = folder / layout.DOCUMENTS, folder / "documents.partial"
    with old.open("rb") as lines, new.open("wb") as into:
        into.writelines(each for each in lines if json.loads(each)["id"] not in changed)
        ids = sorted(changed)
        for at in range(0, len(ids), PART):
            with portal.house.database.reader() as session:
                cleared = sorted(open_data.cleared(session, ids[at:at + PART]))
                _write(portal, session, folder, into, cleared)
    new.replace(old)
    named = {each["sha256"] for each in _read(old) if "document" in each for each in each["document"]["files"]}
    for path in folder.glob("files/*/*"):
        if path.name not in named:
            path.unlink()


def _read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as lines:
        yield from map(json.loads, lines)


def _files(folder: Path) -> Iterator[dict[str, Any]]:
    for shelf in sorted((folder / "files").glob("*")):
        for path in sorted(shelf.iterdir()):
            yield {"sha256": path.name, "size": path.stat().st_size}


# -- the tree and the journal -------------------------------------------------------------------------------------

def departments(tree: Tree) -> Iterator[dict[str, Any]]:
    """Those above first, as `content.planting` takes them."""
    units = tree.departments
    for each in sorted(units.by_id.values(), key=lambda unit: (len(units.chain(unit.id)), unit.code)):
        above = units.by_id.get(each.parent_id)
        yield {"code": each.code, "name": each.name, "short_name": each.short_name, "level": each.level,
               "parent": above.code if above else None, "organ_code": each.organ_code, "phone": each.phone,
               "address": each.address, "email": each.email}


def columns(tree: Tree) -> Iterator[dict[str, Any]]:
    """Public columns, those above first, as `content.planting` takes them."""
    for node in tree.walk():
        if node.is_public():
            yield _column(tree, node)


def _column(tree: Tree, node: Node) -> dict[str, Any]:
    told = {name: getattr(node, name) for name in ("code", "name", "path", "slug", "kind", "workflow", "basis",
                                                   "description", "keywords", "column_type", "featured", "masks",
                                                   "mask_names", "external_url")}
    return told | {"parent": node.parent.code if node.parent else None, "types": list(node.types), "update": node.rule,
                   "department": tree.departments.by_id[node.department_id].code}


def rows(session: Session, last: int) -> Iterator[dict[str, Any]]:
    """The journal up to row `last`: what the public could see happen is told, of the rest there is the hash alone."""
    seq, shown = 0, TOLD | changes.verbs().keys()
    while found := [row for row in journal.after(session, seq, PART) if row.seq <= last]:
        ids = [row.subject_id for row in found if row.subject_kind == "document"]
        cleared = open_data.cleared(session, ids)
        for row in found:
            public = row.subject_kind != "document" or row.subject_id in cleared
            yield _row(row) if row.action in shown and public else {"seq": row.seq, "hash": row.hash}
        seq = found[-1].seq
        session.expunge_all()


def _row(row: Row) -> dict[str, Any]:
    return {"seq": row.seq, "hash": row.hash, "previous": row.previous,
            "at": row.at.astimezone(dt.UTC).isoformat(timespec="microseconds"), "actor": row.actor_id,
            "action": row.action, "kind": row.subject_kind, "id": row.subject_id, "payload_hash": row.payload_hash}


# -- one file -----------------------------------------------------------------------------------------------------

def _pack(folder: Path, into: Path) -> None:
    """The manifest first; names and sizes alone, so that the same package is the same octets."""
    members = [folder / layout.MANIFEST, *(folder / name for name in layout.LISTS)]
    with tarfile.open(into, "w", format=tarfile.USTAR_FORMAT) as tar:
        for path in [*members, *sorted(folder.glob("files/*/*"))]:
            told = tarfile.TarInfo(path.relative_to(folder).as_posix())
            told.size, told.mode = path.stat().st_size, 0o644
            with path.open("rb") as file:
                tar.addfile(told, file)
            tar.members = []  # or it keeps one of each
    _sync(into)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
