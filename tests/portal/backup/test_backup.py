"""Backups: taken while others write, checked, put back whole or not at all, and never believed more than their key."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest
from sqlalchemy import select
from webtest import TestApp

from content import attachments, preparing
from content.blobs import Blob, key_of
from content.documents import Live
from content.preparing import Tools
from content.privacy.renditions.cleaning import clean, inspect
from content.stores.folder import Folder
from portal.backup import checking, making, restoring
from portal.backup.manifest import NAME, BadBackup, Manifest, find, stamps
from portal.backup.restoring import Wanted, restore
from portal.cli import main
from portal.instance import Instance
from portal.settings import Settings
from portal.wiring import make_app
from workflows.access import SYSTEM
from workflows.engine import fire


def table() -> bytes:
    book, into = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["路段", "停水时间"])
    book.save(into)
    return into.getvalue()


@pytest.fixture
def filled(county):
    """A county with a published document that has a file."""
    with county.house.database.writer.begin() as session:
        document = county.write(session, title="关于停水的通知", body="<p>城关镇部分区域停水。</p>")
        attachments.take(session, county.house, document, "路段.xlsx", table(), actor_id=None)
        number = document.id
    while preparing.turn(county.house, "test", Tools(inspect, clean)):
        pass
    with county.house.database.writer.begin() as session:
        fire(session, county.house, session.get_one(type(document), number), "import", SYSTEM)
    return county


@pytest.fixture
def dest(tmp_path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def wanted(filled, dest, tmp_path, database_server):
    """What is to be restored where: on PostgreSQL into a database that is new."""
    with _empty(database_server) as url:
        yield Wanted(dest, tmp_path / "new", filled.house.home / "secrets" / "master.key", {"database": url})


@contextmanager
def _empty(server):
    if server is None:
        yield ""
    else:
        with server.database("template1") as url:
            yield url


def pages(home: Path) -> dict[str, str]:
    """What the public reads of every document, and the text of its file."""
    instance = Instance.open(home)
    try:
        app = TestApp(make_app(instance.house, Settings.load(home)))
        with instance.house.database.reader() as session:
            lives = list(session.scalars(select(Live)))
            files = [f"/doc/{each.year}/{each.serial}/files/{file['id']}/{file['name']}" for each in lives
                     for file in (each.rendition.files if each.rendition else ())]
        return {each.url: app.get(each.url).text for each in lives} | {each: app.get(quote(each)).headers["ETag"]
                                                                      for each in files}
    finally:
        instance.close()


# -- taking and putting back --------------------------------------------------------------------------------------

def test_what_is_restored_is_the_same_portal(filled, dest, wanted):
    made = making.make(filled.house, dest)
    assert not made.problems and made.manifest.blobs == made.copied.copied > 1
    assert not list(checking.check(made.folder, made.manifest, deep=True))
    done = restore(wanted)
    assert not done.problems and done.blobs == made.manifest.blobs
    assert not any((wanted.home / "secrets").glob("*.partial")) and (wanted.home / "gongkai.db").exists() == (
        made.manifest.database == "sqlite")
    there, here = pages(filled.house.home), pages(wanted.home)
    assert there.keys() == here.keys() and len(here) == 2
    assert all("城关镇部分区域停水" in text for url, text in here.items() if url.endswith(".html"))
    restored = Instance.open(wanted.home)
    assert restored.engine.count() == 1
    restored.close()


def test_what_others_write_meanwhile_is_in_it_or_not_but_never_half(filled, dest, wanted):
    stop, rounds = threading.Event(), []

    def write():
        while not stop.is_set():
            with filled.house.database.writer.begin() as session:
                address = filled.house.blobs.put(session, os.urandom(500))
                document = filled.write(session, title=f"第{len(rounds)}篇", body="<p>正文。</p>")
                assert document.id
            with filled.house.database.writer.begin() as session:
                if len(rounds) % 2:
                    filled.house.blobs.drop(session, address)
            rounds.append(address)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while len(rounds) < 5:
            stop.wait(0.01)
        made = making.make(filled.house, dest)
    finally:
        stop.set()
        thread.join()
    assert not made.problems and not restore(wanted).problems
    assert made.manifest.blobs < len(rounds) + 10


def test_what_is_dropped_between_database_and_blobs_is_not_in_it(filled, dest, monkeypatch):
    with filled.house.database.writer.begin() as session:
        address = filled.house.blobs.put(session, b"to be erased")
    seen = []
    real = making._copy_one

    def copy(house, pool, asked, done):
        if not seen:
            with filled.house.database.writer.begin() as session:
                filled.house.blobs.drop(session, address)
        seen.append(asked)
        real(house, pool, asked, done)

    monkeypatch.setattr(making, "_copy_one", copy)
    made = making.make(filled.house, dest)
    assert not made.problems and made.manifest.missing == []
    assert address not in (made.folder / "blobs.txt").read_text()


def test_a_second_one_copies_what_is_new_and_old_ones_go(filled, dest):
    with filled.house.database.writer.begin() as session:
        address = filled.house.blobs.put(session, b"soon gone")
    making.make(filled.house, dest)
    with filled.house.database.writer.begin() as session:
        filled.house.blobs.drop(session, address)
        filled.house.blobs.put(session, b"new")
    second = making.make(filled.house, dest)
    assert second.copied.copied == 1 and len(stamps(dest)) == 2
    pool = Folder(dest / "blobs")
    assert pool.path(key_of(address)).exists()
    assert making.prune(filled.house, dest, 1) == (1, 1)
    assert stamps(dest) == [second.folder.name] and not pool.path(key_of(address)).exists()
    assert not list(checking.check(second.folder, second.manifest, deep=True))


def test_damage_in_the_portal_is_said_and_what_is_whole_can_be_restored(filled, dest, wanted):
    with filled.house.database.reader() as session:
        address = session.scalars(select(Blob.address).order_by(Blob.address)).first()
    filled.house.blobs.store.path(key_of(address)).write_bytes(b"rotten")
    made = making.make(filled.house, dest)
    assert made.problems == [f"blob {address} was missing in the portal already"]
    with pytest.raises(BadBackup, match="--damaged"):
        restore(wanted)
    done = restore(Wanted(dest, wanted.home, wanted.master_key, wanted.places, damaged=True))
    assert any(address in each for each in done.problems)


def test_a_copy_that_rots_is_found_and_mended(filled, dest):
    made = making.make(filled.house, dest)
    address = (made.folder / "blobs.txt").read_text().split()[0]
    path = Folder(dest / "blobs").path(key_of(address))
    octets = path.read_bytes()
    path.write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
    assert any("its hash is wrong" in each for each in checking.check(made.folder, made.manifest, deep=True))
    assert making.make(filled.house, dest, verify=True).copied.copied == 1
    assert not list(checking.check(made.folder, made.manifest, deep=True))


# -- stopped at any moment ----------------------------------------------------------------------------------------

def killed(module: object, name: str, *words: str) -> None:
    """The command in a process of its own, which dies when it comes to this function."""
    child = os.fork()
    if child == 0:
        try:
            setattr(module, name, lambda *arguments, **named: os.kill(os.getpid(), signal.SIGKILL))
            main(words)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_what_was_killed_leaves_nothing_that_looks_whole(filled, dest, wanted):
    killed(making, "_finish", "--home", str(filled.house.home), "backup", str(dest))
    assert stamps(dest) == [] and list(dest.glob(".partial-*"))
    with pytest.raises(BadBackup, match="no backup"):
        find(dest)
    assert not making.make(filled.house, dest).problems and not list(dest.glob(".partial-*"))
    database = ["--database", wanted.places["database"]] if wanted.places["database"] else []
    killed(restoring, "_blobs", "restore", str(dest), "--home", str(wanted.home), "--master-key",
           str(wanted.master_key), *database)
    assert not wanted.home.exists()
    assert not restore(wanted).problems
    assert [each.name for each in wanted.home.parent.iterdir() if each.name.startswith(".new")] == []


# -- what is not to be believed -----------------------------------------------------------------------------------

def _edit(folder: Path, **values: object) -> None:
    told = json.loads((folder / NAME).read_text())
    (folder / NAME).write_text(json.dumps(told | values))


def _names_another(folder: Path) -> None:
    told = json.loads((folder / NAME).read_text())
    _edit(folder, files=told["files"] | {"../../evil": {"size": 1, "sha256": "0" * 64}})


def _links(folder: Path) -> None:
    (folder / "settings.toml").unlink(missing_ok=True)
    (folder / "settings.toml").symlink_to("/etc/passwd")
    told = json.loads((folder / NAME).read_text())
    _edit(folder, files=told["files"] | {"settings.toml": {"size": 1, "sha256": "0" * 64}})


HOSTILE = {
    "another head": lambda folder: _edit(folder, head="0" * 64),
    "another version": lambda folder: _edit(folder, version=2),
    "a file elsewhere": _names_another,
    "a link": _links,
    "no manifest": lambda folder: (folder / NAME).write_text("[]"),
    "too large": lambda folder: (folder / NAME).write_text(" " * 5_000_000),
    "deep": lambda folder: (folder / NAME).write_text("[" * 100_000),
    "a list": lambda folder: _edit(folder, missing={"a": 1}, blobs="many"),
    "a changed list": lambda folder: (folder / "blobs.txt").write_text("../../../etc/passwd 12\n"),
    "a changed database": lambda folder: next(folder.glob("database.*")).write_bytes(b"SQLite format 3\x00 and more"),
}


def test_a_hostile_backup_is_refused_and_nothing_is_made(filled, dest, wanted, tmp_path):
    made, home = making.make(filled.house, dest), wanted.home
    for number, (what, spoil) in enumerate(HOSTILE.items()):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(dest, copy)
        spoil(copy / made.folder.name)
        with pytest.raises(BadBackup) as refused:
            restore(Wanted(copy, home, wanted.master_key, wanted.places, damaged=True))
        assert "\n" not in str(refused.value) and not home.exists(), what
        try:  # without the key, too, nothing else is raised, and what was changed is said
            told = Manifest.read(copy / made.folder.name)
            found = list(checking.check(copy / made.folder.name, told))
            assert found or (what == "another head" and told.database == "postgresql")  # which no dump can tell
        except BadBackup:
            pass


def test_it_is_refused_what_would_destroy_or_could_not_be_opened(filled, dest, wanted, capsys, tmp_path):
    house = filled.house
    with pytest.raises(BadBackup, match="own folder"):
        making.make(house, house.home / "backups")
    making.make(house, dest)
    other = tmp_path / "other.key"
    other.write_text("A" * 43 + "=")
    for words in (["--home", str(house.home)], ["--home", str(wanted.home)],
                  ["--home", str(wanted.home), "--master-key", str(other)],
                  ["--home", str(wanted.home), "--master-key", str(tmp_path / "none")]):
        assert main(["restore", str(dest), *words]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert not wanted.home.exists()


def test_the_command_tells_programs_what_it_did(filled, dest, capsys):
    home = str(filled.house.home)
    assert main(["--home", home, "backup", str(dest), "--with-secrets", "--keep", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] and told["copied"] == told["blobs"] and (Path(told["backup"]) / "secrets/master.key").exists()
    assert main(["backup", str(dest), "--check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []
