"""kill -9 of three servers and two workers on two hosts that share PostgreSQL and the blobs, while people publish.

Each host has its own folder, with its own index. Whatever was promised is there at the end, on both; nothing was
published twice, and each mail arrived under one Message-ID.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock

import databases
import pytest
from aiosmtpd.controller import Controller
from factories import PASSWORD
from faults.desk_storm import Gate, Staff, Writer
from faults.test_kill import SENDER, Post, _nothing_lost_or_twice, free_port
from sqlalchemy import select, update

from content import journal, repository, subscriptions
from content.base import now
from content.outbox import CANCELLED, SENT, Delivery
from content.people import User
from content.subscriptions import Subscription
from portal.channels.mail import message_id
from portal.instance import Instance
from portal.passwords import hashed
from portal.verifying import CHECKS
from portal.worker import Worker

pytestmark = pytest.mark.skipif(databases.KIND != "postgresql", reason="SQLite lives on one host")
SERVERS, WORKERS, WRITERS = (0, 0, 1), (0, 1), 2  # on which of the hosts each of them runs
PATIENCE = 400  # seconds: five processes and their readers may share two cores with other tests


@pytest.fixture
def post():
    handler, port = Post(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    handler.port = port
    yield handler
    controller.stop()


@pytest.fixture
def homes(county, post, tmp_path) -> list[Path]:
    """Two hosts of one portal: the same database, master key and blobs, a folder each."""
    first, second = county.house.home, tmp_path / "second"
    with county.house.database.writer.begin() as session:
        session.execute(update(User).values(password_hash=hashed(PASSWORD)))
        subscriptions.ask(session, county.house, "wuxiaomei@example.com", "column", str(county.columns["tzgg"]),
                          subscriptions.AT_ONCE, at=now())
        subscriptions.confirm(session, session.scalars(select(Subscription)).one(), at=now())
    settings = (first / "settings.toml").read_text()
    settings += (f'mail_host = "127.0.0.1"\nmail_port = {post.port}\nmail_tls = "none"\nmail_from = "{SENDER}"\n'
                 f'worker_seconds = 0.1\nblobs = "file://{tmp_path}/blobs"\n')
    shutil.copytree(first / "secrets", second / "secrets")
    for home in (first, second):
        (home / "settings.toml").write_text(settings)
    return [first, second]


class Field:
    """The processes of both hosts, and what was promised."""

    def __init__(self, homes: list[Path], nursery: subprocess.Popen, column: int, seed: int) -> None:
        self.homes, self.nursery, self.column = homes, nursery, column
        self.random, self.staff, self.lock = random.Random(seed), Staff(), Lock()
        self.promised: dict[str, set[str]] = defaultdict(set)
        self.ports: list[int] = []
        self.kills = 0

    def note(self, verb: str, what: str) -> None:
        with self.lock:
            self.promised[verb].add(what)

    def round(self) -> None:
        """Start everybody, let people work, kill all of them one after the other."""
        self.ports, stop, before = [], Event(), len(self.promised["published"])
        running = [self._serve(host) for host in SERVERS] + [self._start(host, "worker") for host in WORKERS]
        writers = [Writer(Gate(lambda: self.ports, random.Random(self.random.random())), self.staff, self.column,
                          self.note, stop) for _ in range(WRITERS)]
        try:
            self._wait(lambda: all(map(_answers, self.ports)), running, "the servers did not start")
            for writer in writers:
                writer.start()
            self._wait(lambda: len(self.promised["published"]) > before or any(each.problem for each in writers),
                       running, "nothing was published")
            for process in self.random.sample(running, len(running)):
                time.sleep(self.random.uniform(0, 0.8))
                os.kill(process, signal.SIGKILL)  # raises where it was not at work any more
                self.kills += 1
        finally:
            stop.set()
            for process in running:
                _end(process)
            for writer in writers:
                if writer.ident:
                    writer.join(310)
        assert [each.problem for each in writers if each.problem] == [], self._said()

    def _serve(self, host: int) -> int:
        self.ports.append(port := free_port())
        return self._start(host, "serve", "--no-worker", "--port", str(port))

    def _start(self, host: int, *arguments: str) -> int:
        home = self.homes[host]
        print(json.dumps([str(home / "said.log"), "--home", str(home), *arguments]), file=self.nursery.stdin,
              flush=True)
        return int(self.nursery.stdout.readline())

    def _wait(self, holds: Callable[[], bool], running: list[int], otherwise: str) -> None:
        until = time.monotonic() + PATIENCE
        while not holds():
            alive = all(Path(f"/proc/{process}").exists() for process in running)
            assert alive and time.monotonic() < until, f"{otherwise}\n{self._said()}"
            time.sleep(0.05)

    def _said(self) -> str:
        return "\n".join((home / "said.log").read_text()[-3000:] for home in self.homes if (home / "said.log").exists())

    def catch_up(self) -> None:
        """A worker on each host ends what was left half done; each finds the dead of its own host."""
        instances = [Instance.open(home) for home in self.homes]
        workers = [Worker(instance) for instance in instances]
        for worker in workers:
            worker.take_over()
        problems = [problem for worker in workers for problem in worker.once()]
        for worker in workers:
            worker.close()
        for instance in instances:
            instance.close()
        assert problems == []


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def check(field: Field) -> None:
    """Everything that must hold after a round, on both hosts."""
    for home in field.homes:
        instance = Instance.open(home)
        with instance.house.database.reader() as session:
            assert [sentence for each in CHECKS for sentence in each.run(instance, session)] == []
            assert instance.engine.cursor() == journal.latest(session)
            assert instance.engine.ids() == repository.readable_ids(session, now())
            _nothing_lost_or_twice(session, field)
            tried = field.promised["tried"]  # of a withdrawal over which a server died nobody knows
            readable = {str(each) for each in repository.readable_ids(session, now())}
            assert field.promised["published"] - tried <= readable
            assert not readable & field.promised["withdrawn"]
        instance.close()


def check_mail(field: Field, post: Post) -> None:
    """One mail for each document that stayed, each under one Message-ID; hardly any of them came twice."""
    instance = Instance.open(field.homes[0])
    with instance.house.database.reader() as session:
        deliveries = session.scalars(select(Delivery)).all()
    instance.close()
    assert {each.state for each in deliveries} <= {SENT, CANCELLED}
    told = [each.key.rpartition("/")[2] for each in deliveries if each.document_id and not each.recalls]
    assert len(told) == len(set(told)) and field.promised["published"] - field.promised["tried"] <= set(told)
    mailed = [each for each in deliveries if each.state == SENT and not each.receipt]  # the receipt: nothing was left
    assert {message_id(each.key, SENDER) for each in mailed} <= set(post.taken)
    assert set(post.taken) <= {message_id(each.key, SENDER) for each in deliveries}
    assert sum(post.taken.values()) - len(post.taken) <= field.kills


def storm(county, homes: list[Path], nursery: subprocess.Popen, post: Post, rounds: int) -> Field:
    field = Field(homes, nursery, county.columns["tzgg"], seed=20261123)
    for _ in range(rounds):
        field.round()
        field.catch_up()
        check(field)
    check_mail(field, post)
    return field


def test_a_storm_over_two_hosts(county, homes, nursery, post):
    storm(county, homes, nursery, post, rounds=1)


@pytest.mark.full
def test_fifty_storms_over_two_hosts(county, homes, nursery, post):
    done = storm(county, homes, nursery, post, rounds=50)
    print({verb: len(what) for verb, what in done.promised.items()}, "killed:", done.kills,
          "mails taken:", sum(post.taken.values()), "of them again:", sum(post.taken.values()) - len(post.taken))
