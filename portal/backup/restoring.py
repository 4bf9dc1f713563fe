"""Making an instance of a backup: beside its place first, whole and verified, and then renamed into it.

Settings that name a place outside the folder (database, blobs, search) are not taken over, because something may
live there that is not to be touched; who wants such a place names it. Hosts and workers of the former life are
forgotten, the index is made anew, and what the journal says of it is one row: from which copy this portal goes on.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import delete, func, select

from content import hosts, journal, published
from content.base import Database
from content.blobs import key_of
from content.cursors import Cursor
from content.keys import KeyProblem, MasterKey
from content.migrations import upgrade
from content.outbox import WAITING, Delivery
from content.stores import open_store
from content.stores.folder import Folder
from portal import backup
from portal.backup import checking, databases
from portal.backup.manifest import BadBackup, Manifest, find, listed
from portal.beside import beside
from portal.instance import Instance
from portal.settings import Settings
from portal.verifying import CHECKS
from portal.worker import Worker

PLACES = ("database", "blobs", "search")  # settings that name a place
Told = Callable[[int], None]


@dataclass(frozen=True)
class Wanted:
    """What is to be made: `places` are settings by name, empty for a place in the folder itself."""

    source: Path
    home: Path
    master_key: Path | None = None
    places: dict[str, str] = field(default_factory=dict)
    damaged: bool = False  # also of a backup that is not whole


@dataclass(frozen=True)
class Restored:
    """`dropped`: settings that were not taken over. `waiting`: deliveries that a worker would send now."""

    manifest: Manifest
    blobs: int
    dropped: list[str]
    waiting: int
    problems: list[str]


def restore(wanted: Wanted, tell: Told = lambda octets: None) -> Restored:
    """Make the instance. Raises `BadBackup`, `content.keys.KeyProblem`, `OSError`; nothing is left then."""
    folder = find(wanted.source)
    master = _master(folder, wanted.master_key)
    told = Manifest.read(folder, master)
    _require_whole(folder, told, wanted.damaged)
    with _beside(wanted.home) as partial:
        dropped = _lay(folder, told, master, wanted.places, partial)
        blobs, absent = _blobs(folder, partial, wanted.damaged, tell)
        _database(folder, told, Settings.load(partial).database_url)
        waiting, problems = _begin(partial, told)
        for each in partial.rglob("*"):
            databases.sync(each)
        partial.rename(wanted.home)
        databases.sync(wanted.home.parent)
    return Restored(told, blobs, dropped, waiting, [*absent, *problems])


def _master(folder: Path, given: Path | None) -> MasterKey:
    """From the file that was named, else the environment, else the backup. Raises `BadBackup`, `KeyProblem`."""
    inside = folder / backup.SECRETS / "master.key"
    if given is None and not os.environ.get("GONGKAI_MASTER_KEY") and not inside.is_file():
        raise BadBackup("the master key is not in this backup: name its file with --master-key")
    try:
        return MasterKey.from_file(given) if given is not None else MasterKey.load(inside)
    except (OSError, UnicodeDecodeError) as problem:
        raise KeyProblem(f"{given or inside} is no master key: {problem}") from None


def _require_whole(folder: Path, told: Manifest, damaged: bool) -> None:
    """What was changed is never restored; what is missing only where that is wanted."""
    found = list(checking.check(folder, told))
    bad = [each for each in found if not each.startswith("blob ")]
    if bad or (found and not damaged):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        advice = "" if bad else "; take an older one, or restore what is whole with --damaged"
        raise BadBackup(f"the backup is not whole: {(bad or found)[0]}{more}{advice}")


def _beside(home: Path) -> AbstractContextManager[Path]:
    """A folder beside the place; see `portal.beside`. Raises `BadBackup`."""
    return beside(home, "restoring", BadBackup(f"{home} is not empty: name a new folder with --home"),
                  BadBackup(f"another restore is making {home}"), mode=0o750)


# -- laying it out ------------------------------------------------------------------------------------------------

def _lay(folder: Path, told: Manifest, master: MasterKey, places: dict[str, str], partial: Path) -> list[str]:
    """Settings and key; returns the settings that were not taken over."""
    (partial / backup.SECRETS).mkdir(mode=0o700)
    for name in told.files:
        if name.startswith(f"{backup.SECRETS}/"):
            _keep(partial / name, (folder / name).read_bytes())
    if not (partial / backup.SECRETS / "master.key").exists() and not os.environ.get("GONGKAI_MASTER_KEY"):
        _keep(partial / backup.SECRETS / "master.key", base64.b64encode(master.secret) + b"\n")
    places = {name: places.get(name) or os.environ.get(f"GONGKAI_{name.upper()}", "") for name in PLACES}
    dropped = _settings(folder, told, places, partial)
    settings = Settings.load(partial)
    if any(settings.values[name] != places[name] for name in PLACES if name != "search"):
        raise BadBackup("the settings of the backup name places in a way that cannot be changed here: "
                        "restore it without them, by removing settings.toml from a copy of the backup")
    if told.database == "postgresql" and not settings.database:
        raise BadBackup("this backup is of PostgreSQL: name a new, empty database with --database")
    if (told.database == "postgresql") != settings.database_url.startswith("postgresql"):
        raise BadBackup(f"this backup is of {told.database}, the database that was named is not")
    databases.require_empty(told.database, settings.database_url)
    return dropped


def _database(folder: Path, told: Manifest, url: str) -> None:
    """The database last: of all this, it alone may lie where a crash leaves something."""
    databases.put_back(folder / told.database_file, told.database, url)
    database = Database(url)
    try:
        upgrade(database)
    finally:
        database.dispose()


def _keep(path: Path, data: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def _settings(folder: Path, told: Manifest, places: dict[str, str], partial: Path) -> list[str]:
    """The settings with the places that are wanted; a search inside PostgreSQL stays where it is."""
    text = (folder / backup.SETTINGS).read_text(encoding="utf-8") if backup.SETTINGS in told.files else ""
    head, table, rest = text.partition("\n[") if not text.startswith("[") else ("", "", text)
    dropped, lines = [], []
    for line in head.splitlines():
        found = re.match(r"\s*(\w+)\s*=\s*(.*)", line)
        name = found[1] if found else ""
        if name not in PLACES or (name == "search" and "postgresql" in found[2] and not places["search"]
                                  and told.database == "postgresql"):
            lines.append(line)
        elif found[2].strip() not in ('""', "''"):
            dropped.append(name)
    lines = [f"{name} = {_quoted(value)}" for name, value in places.items() if value] + lines
    text = "\n".join(lines) + (table + rest if table else f"\n{rest}")
    _keep(partial / backup.SETTINGS, text.encode())
    return [name for name in dropped if not places[name]]


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _blobs(folder: Path, partial: Path, damaged: bool, tell: Told) -> tuple[int, list[str]]:
    """Each blob into the store that the settings name, its hash looked at on the way."""
    settings, pool = Settings.load(partial), Folder(folder.parent / backup.BLOBS)
    store, count, absent = open_store(settings.blobs, settings.home, settings.blobs_secret_file), 0, []
    (partial / backup.BLOBS).mkdir(mode=0o700)
    for address, size in listed(folder):
        try:
            data = pool.get(key_of(address))
        except OSError:
            data = b""
        if hashlib.sha256(data).hexdigest() == address:
            store.put(key_of(address), data)
            count += 1
        elif damaged:
            absent.append(f"blob {address} is not in the backup")
        else:
            raise BadBackup(f"the backup is not whole: blob {address} was changed; take an older one, or restore "
                            "what is whole with --damaged")
        tell(size)
    return count, absent


# -- beginning ----------------------------------------------------------------------------------------------------

def _begin(home: Path, told: Manifest) -> tuple[int, list[str]]:
    """The index, and what `gongkai verify` finds: how many deliveries wait, and what is wrong."""
    instance = Instance.open(home)
    try:
        waiting = _forget(instance, told)
        worker = Worker(instance)
        try:
            worker.rebuild("search")
        finally:
            worker.close()
        with instance.house.database.reader() as session:
            return waiting, [sentence for check in CHECKS for sentence in check.run(instance, session)]
    finally:
        instance.close()


def _forget(instance: Instance, told: Manifest) -> int:
    """Hosts and workers of the former life hold nothing any more."""
    with instance.house.database.writer.begin() as session:
        for each in (hosts.Beat, published.PageMark, published.Page):
            session.execute(delete(each))
        session.execute(delete(Cursor).where(Cursor.name.contains("@")))
        journal.record(session, "instance.restore", ("instance", 0), actor_id=None, made=told.made, row=told.journal)
        return session.scalar(select(func.count()).where(Delivery.state == WAITING))
