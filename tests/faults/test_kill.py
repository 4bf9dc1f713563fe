"""kill -9 in the middle of a publishing storm: nothing is lost, nothing is done twice, the index is right again."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import func, select

from content import journal, repository
from content.base import now
from content.documents import Live
from content.outbox import SENT, Delivery
from portal.channels.mail import message_id
from portal.instance import Instance
from portal.verifying import CHECKS

ROOT = Path(__file__).parents[2]
GONGKAI = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())"]
SENDER = "gongkai@qingyuan.example"


class Post:
    """An SMTP server that counts what it takes by Message-ID."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, server, session, envelope) -> str:
        self.taken[re.search(rb"(?im)^Message-ID:\s*(<[^>]+>)", envelope.content)[1].decode()] += 1
        return "250 OK"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def post(county):
    handler, port = Post(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings = county.house.home / "settings.toml"
    before = settings.read_text() if settings.exists() else ""
    settings.write_text(f'{before}mail_host = "127.0.0.1"\nmail_port = {port}\nmail_tls = "none"\n'
                        f'mail_from = "{SENDER}"\nworker_seconds = 0.02\n')
    yield handler
    controller.stop()


@dataclass
class Field:
    """The processes of one instance, and what its writers promised."""

    home: Path
    random: random.Random
    promised: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    dead: set[str] = field(default_factory=set)  # presences that earlier rounds left behind
    seeds: int = 0

    def round(self) -> None:
        """Start everybody, let them work a while, kill them one after the other."""
        self.dead = {path.name for path in (self.home / "run").glob("[!.]*")}
        writers = [self._writer() for _ in range(2)]
        others = [self._start(*GONGKAI, "--home", str(self.home), "worker"),
                  self._start(*GONGKAI, "--home", str(self.home), "serve", "--port", str(free_port()))]
        victims = [*writers, *others]
        try:
            self._first_promise(writers[0])
            self._wait_for_workers()
            time.sleep(self.random.uniform(0.2, 2.5))
            self._kill(victims)
        finally:
            for process in victims:
                process.kill()
                out, _ = process.communicate(timeout=20)
                if process in writers:
                    self._note(out.decode())

    def _kill(self, victims: list[subprocess.Popen]) -> None:
        """One after the other, in any order; each must still have been at work."""
        for process in self.random.sample(victims, len(victims)):
            time.sleep(self.random.uniform(0, 0.15))
            assert process.poll() is None, process.stderr.read().decode()
            os.kill(process.pid, signal.SIGKILL)

    def _writer(self) -> subprocess.Popen:
        self.seeds += 1
        return self._start(sys.executable, str(ROOT / "tests" / "faults" / "storm.py"), str(self.home), str(self.seeds))

    def _start(self, *command: str) -> subprocess.Popen:
        return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)})

    def _first_promise(self, writer: subprocess.Popen) -> None:
        line = writer.stdout.readline().decode()
        assert line, writer.stderr.read().decode()
        self._note(line)

    def _note(self, text: str) -> None:
        for line in text.splitlines(keepends=True):
            verb, _, what = line.strip().partition(" ")
            if not line.endswith("\n") or not what:
                continue  # killed in the middle of a promise
            self.promised[verb].add(what)

    def _wait_for_workers(self) -> None:
        """Until the worker and the server's own worker are at work."""
        patience = time.monotonic() + 60
        while len([path for path in (self.home / "run").glob("[!.]*") if path.name not in self.dead]) < 2:
            assert time.monotonic() < patience, "the workers did not start"
            time.sleep(0.02)

    def catch_up(self) -> None:
        done = subprocess.run([*GONGKAI, "--home", str(self.home), "worker", "--once"], cwd=ROOT, check=False,
                              capture_output=True, timeout=120, env=os.environ | {"PYTHONPATH": str(ROOT)})
        assert done.returncode == 0, done.stderr.decode()


def check(home: Path, storm: Field) -> None:
    """Everything that must hold after a round."""
    instance = Instance.open(home)
    with instance.house.database.reader() as session:
        breaks = [sentence for each in CHECKS for sentence in each.run(instance, session)]
        assert breaks == []
        assert instance.engine.cursor() == journal.latest(session)
        assert instance.engine.ids() == repository.readable_ids(session, now())
        _nothing_lost_or_twice(session, storm)
    instance.close()


def _nothing_lost_or_twice(session, storm: Field) -> None:
    known = set(session.scalars(select(Live.document_id)))
    assert storm.promised["published"] | storm.promised["withdrawn"] <= {str(each) for each in known}
    serials = session.execute(select(func.count(), func.max(Live.serial)).group_by(Live.year)).all()
    assert all(count == highest for count, highest in serials)  # no address skipped, none given twice
    first = Counter(row.subject_id for row in _rows(session) if row.payload.get("first") is True)
    assert first == Counter(known)  # each was published for the first time exactly once
    assert storm.promised["mailed"] <= set(session.scalars(select(Delivery.key)))


def _rows(session):
    cursor = 0
    while rows := journal.after(session, cursor, 1000):
        yield from rows
        cursor = rows[-1].seq


def check_mail(home: Path, post: Post, kills: int) -> None:
    """Every delivery arrived; the receiver sees one message each, and hardly any of them came twice."""
    instance = Instance.open(home)
    with instance.house.database.reader() as session:
        deliveries = session.scalars(select(Delivery)).all()
    instance.close()
    assert {each.state for each in deliveries} <= {SENT}
    assert set(post.taken) == {message_id(each.key, SENDER) for each in deliveries}
    again = sum(post.taken.values()) - len(post.taken)
    assert again <= kills  # only one that was under way when its worker was killed may go again


def storm(county, post: Post, rounds: int) -> Field:
    field_ = Field(county.house.home, random.Random(20261122))
    county.house.database.dispose()
    for _ in range(rounds):
        field_.round()
        field_.catch_up()
        check(field_.home, field_)
    check_mail(field_.home, post, kills=2 * rounds)
    assert len(field_.promised["published"]) >= rounds
    return field_


def test_a_storm(county, post):
    storm(county, post, rounds=1)


@pytest.mark.full
def test_fifty_storms(county, post):
    done = storm(county, post, rounds=50)
    print({verb: len(what) for verb, what in done.promised.items()}, "mails taken:", sum(post.taken.values()))
