"""Stores of blobs: a folder and an S3-compatible server keep to the same; what a bad network does to either."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from content.base import now
from content.blobs import Blob, BlobStore, key_of
from content.keys import KeyProblem
from content.stores import BadStore, StoreProblem, open_store, s3
from portal.cli import main
from portal.instance import Instance

SECRET = "wJalrXUtnFEMI-not-a-real-one"
TEXT = b"what a sealed file may not show"
LATER, EARLIER = now() + dt.timedelta(days=1), now() - dt.timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server of this process; gives its address."""
    moto = pytest.importorskip("moto.server", reason="moto is not installed: no S3 server to try")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def keyfile(tmp_path) -> str:
    path = tmp_path / "s3.keys"
    path.write_text(f"gongkai-key\n{SECRET}\n")
    return str(path)


@pytest.fixture
def bucket(server, keyfile) -> s3.S3:
    store = open_store(f"s3://files/{os.urandom(4).hex()}?endpoint={server}", "", keyfile)
    store._client.create_bucket(Bucket="files")
    return store


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path):
    return open_store("", tmp_path) if request.param == "folder" else request.getfixturevalue("bucket")


def key(data: bytes) -> str:
    return key_of(hashlib.sha256(data).hexdigest())


def test_what_was_put_is_there_until_it_is_removed(store):
    one, two = b"\x00one" * 1000, b""
    for data in (one, two, one):
        store.put(key(data), data)
    assert (store.get(key(one)), store.get(key(two))) == (one, two)
    assert store.older(key(one)[:2], LATER) == [key(one)] and store.older(key(one)[:2], EARLIER) == []
    for _ in range(2):
        store.remove(key(one))
    with pytest.raises(FileNotFoundError):
        store.get(key(one))


def test_blobs_in_a_store_are_sealed_verified_and_swept(house, store):
    blobs = BlobStore(store, house.keys)
    with house.database.writer() as session:
        kept, changed, missing, dropped = (blobs.put(session, each) for each in (TEXT, b"b", b"c", b"d"))
        session.commit()
        assert TEXT not in store.get(key_of(kept)) and blobs.get(session, kept) == TEXT
        store.put(key_of(changed), b"other")
        store.remove(key_of(missing))
        assert len(list(blobs.verify(session))) == 2
        with pytest.raises(KeyProblem):
            blobs.get(session, changed)
        blobs.drop(session, dropped)
        session.rollback()
        assert blobs.get(session, dropped) == b"d"
        with session.begin_nested():  # what is released is not committed yet
            blobs.drop(session, dropped)
        session.rollback()
        assert blobs.get(session, dropped) == b"d"
        blobs.drop(session, dropped)
        session.commit()
        with pytest.raises(FileNotFoundError):
            blobs.get(session, dropped)
        left = blobs.write(session, b"half").address
        assert blobs.sweep(session, EARLIER) == 0 and blobs.sweep(session, LATER, [int(left[:2], 16)]) == 1
        assert blobs.get(session, kept) == TEXT and session.get(Blob, left) is None


def test_an_office_that_grows_moves_its_files_into_a_bucket(house, county, bucket, keyfile, capsys):
    """By the command, then by the setting; what came meanwhile is copied by doing it again."""
    def copied() -> int:
        return main(["--home", str(house.home), "blobs", "--copy-to", address, "--secret-file", keyfile])

    address = f"s3://{bucket.bucket}/{bucket.prefix}?endpoint={bucket.endpoint}"
    with house.database.writer.begin() as session:
        first, broken = house.blobs.put(session, b"first"), house.blobs.put(session, b"broken")
    path = house.blobs.store.path(key_of(broken))
    whole = path.read_bytes()
    path.write_bytes(b"other")
    assert copied() == 1 and broken in capsys.readouterr().err
    path.write_bytes(whole)
    assert copied() == 0
    settings = house.home / "settings.toml"
    before = settings.read_text() if settings.exists() else ""
    settings.write_text(f'{before}blobs = "{address}"\nblobs_secret_file = "{keyfile}"\n')
    instance = Instance.open(house.home)
    with instance.house.database.reader() as session:
        assert instance.house.blobs.get(session, first) == b"first"
        assert list(instance.house.blobs.verify(session)) == []
    instance.close()


# -- a store that does not do what it should --------------------------------------------------------------------

@dataclass
class Sick:
    """A store that answers each request by the next of its `moods`, then well; `asked`: what was asked for."""

    moods: list[str] = field(default_factory=list)
    content: bytes = b"sealed" * 100
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(f"{handler.command} {handler.path}")
        handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        mood = self.moods.pop(0) if self.moods else ""
        body = self.content
        if mood.isdigit():
            body = f"<Error><Code>Told{mood}</Code><Message>{SECRET}</Message></Error>".encode()
        handler.send_response(int(mood) if mood.isdigit() else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:10] if mood == "cut" else b"x" * len(body) if mood == "damaged" else body)
        handler.close_connection = True


@pytest.fixture
def sick():
    state = Sick()

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            state.answer(self)

        do_GET = do_PUT = do_DELETE = handle_any

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{listening.server_port}"
    Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    yield state
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def through(sick, keyfile, monkeypatch):
    """The store behind it; it does not wait long, nor between two attempts."""
    pytest.importorskip("botocore")
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.01)
    return open_store(f"s3://files?endpoint={sick.address}", "", keyfile)


@pytest.mark.parametrize("moods", [["500"], ["503", "500"], ["cut"], ["damaged", "cut", "damaged"], ["429", "cut"]])
def test_what_goes_wrong_for_a_while_is_tried_again(sick, through, moods):
    sick.moods = list(moods)
    assert through.get(key(sick.content)) == sick.content
    assert len(sick.asked) == len(moods) + 1


def test_what_stays_wrong_is_said_and_says_no_secret(sick, through, caplog):
    caplog.set_level(logging.INFO)
    for moods, asked in ((["500"] * 9, "refuses: Told500"), (["403"], "Told403"), (["cut"] * 9, "breaks off")):
        sick.moods = list(moods)
        with pytest.raises(StoreProblem, match=asked) as said:
            through.get(key(sick.content))
        assert SECRET not in str(said.value) + repr(through) + caplog.text
    sick.moods = ["500"] * 9
    with pytest.raises(StoreProblem):
        through.put(key(b"x"), b"x")


def test_a_file_that_stays_damaged_is_not_taken_for_a_whole_one(sick, through, house):
    sick.moods = ["damaged"] * s3.ATTEMPTS
    with house.database.reader() as session, pytest.raises(KeyProblem):
        BlobStore(through, house.keys).get(session, hashlib.sha256(sick.content).hexdigest())


def test_a_store_that_is_away_is_no_missing_file_and_holds_nobody_up(keyfile, house, caplog, monkeypatch):
    pytest.importorskip("botocore")
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.01)
    away = open_store("s3://files?endpoint=http://127.0.0.1:9", "", keyfile)
    with house.database.writer() as session:
        with pytest.raises(StoreProblem):
            BlobStore(away, house.keys).put(session, b"x")
        session.add(Blob(address="a" * 64, size=1, created=now()))
        session.flush()
        BlobStore(away, house.keys).drop(session, "a" * 64)
        session.commit()  # the row is gone, and the sweep takes the file when the store is back
    assert "left for the sweep" in caplog.text


@pytest.mark.nodatabase
@pytest.mark.parametrize(("address", "said"), [
    ("ftp://files", "one of file, s3"), ("file://host/folder", "names no folder"), ("s3://", "write the store"),
    ("s3://id:secret@files", "no keys"), ("s3://files?frob=1", "write the store")])
def test_addresses_that_cannot_be_are_refused(tmp_path, keyfile, address, said):
    with pytest.raises(BadStore, match=said):
        open_store(address, tmp_path, keyfile)


@pytest.mark.nodatabase
def test_who_asks_is_said_by_a_file_or_the_environment_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    (tmp_path / "half").write_text("one line\n"[:3])
    for secrets in ("", str(tmp_path / "none"), str(tmp_path / "half")):
        with pytest.raises(BadStore):
            open_store("s3://files", tmp_path, secrets)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "gongkai-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    found = open_store("s3://files", tmp_path)
    assert found.credentials.secret == SECRET and SECRET not in repr(replace(found, prefix="x/"))
