"""kill -9 of the worker while it writes pages: afterwards every page is what the portal says, and no other is there.

Nobody works between a kill and the next worker, so that what a killed one forgot would stay forgotten.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from content import published
from content.base import now
from content.documents import Document
from portal.instance import Instance
from portal.published import building
from portal.published.store import PARTIAL, stores
from portal.worker import Worker

KILLS = 2  # of a round
PATIENCE = 400  # seconds, however busy the machine is


@pytest.fixture
def home(home, monkeypatch) -> Path:
    monkeypatch.setenv("GONGKAI_PUBLISHED_PAGES", "true")
    with (home / "settings.toml").open("a", encoding="utf-8") as file:
        file.write("worker_seconds = 0.05\npage_size = 3\n")
    return home


class Field:
    """What was published and withdrawn, and the worker of the moment."""

    def __init__(self, county, nursery: subprocess.Popen, seed: int) -> None:
        self.county, self.nursery, self.random = county, nursery, random.Random(seed)
        self.home, self.store = county.house.home, stores(county.house.home)["zh"]
        self.here: list[tuple[int, str]] = []  # (id, address) of what is public
        self.gone: list[str] = []  # addresses of what was withdrawn
        self.kills = 0

    def change(self) -> str:
        """Two documents more, one less; the address of the last."""
        with self.county.house.database.writer.begin() as session:
            for _number in range(2):
                title = f"第{len(self.here) + len(self.gone) + 1}号通知"
                document = self.county.publish(session, self.county.write(session, title=title, path="zwgk/zcwj"))
                self.here.append((document.id, document.live.url))
        if len(self.here) > 3:
            with self.county.house.database.writer.begin() as session:
                number, url = self.here.pop(self.random.randrange(len(self.here) - 1))
                self.county.move(session, session.get_one(Document, number), "withdraw", "zhoumin", why="错了",
                                 reason_kind="error")
                self.gone.append(url)
        return self.here[-1][1]

    def round(self) -> None:
        """A worker is killed somewhere behind the first of its pages."""
        awaited = self.store.file_of(self.change())
        print(json.dumps([str(self.home / "said.log"), "--home", str(self.home), "worker"]), file=self.nursery.stdin,
              flush=True)
        process, until = int(self.nursery.stdout.readline()), time.monotonic() + PATIENCE
        while not awaited.exists():
            assert Path(f"/proc/{process}").exists() and time.monotonic() < until, (self.home / "said.log").read_text()
            time.sleep(0.01)
        time.sleep(self.random.uniform(0, 0.4))
        os.kill(process, signal.SIGKILL)  # raises where it was not at work any more
        while Path(f"/proc/{process}").exists() and time.monotonic() < until:
            time.sleep(0.01)
        self.kills += 1


def check(field: Field) -> None:
    """A worker ends what was left; then every page is compared."""
    instance = Instance.open(field.home)
    worker = Worker(instance)
    try:
        worker.take_over()
        assert worker.once() == []
        with instance.house.database.writer.begin() as session:  # what waits a minute for its turn
            published.later(session, instance.house.host, waiting(session, instance), now())
        assert worker.once() == []
        found = building.check(instance, 1, lambda *_: None)
        assert (found.differ, found.waiting) == ([], 0) and found.pages > 100
    finally:
        worker.close()
        instance.close()
    for store in stores(field.home).values():
        assert not list((store.folder / PARTIAL).glob("*"))
        for copy in store.folder.rglob("*.gz"):
            assert gzip.decompress(copy.read_bytes()) == copy.with_suffix("").read_bytes()
    assert [url for url in field.gone if field.store.read(url) is not None] == []
    assert [url for _number, url in field.here if field.store.read(url) is None] == []


def waiting(session, instance: Instance) -> set[str]:
    known = published.paths(session, instance.house.host)
    return published.due_among(session, instance.house.host, known, now() + building.IN_TIME)


def storm(county, nursery, rounds: int) -> None:
    field = Field(county, nursery, seed=20261123)
    for number in range(rounds):
        for _kill in range(KILLS):
            field.round()
        if number % 10 == 0 or number == rounds - 1:
            check(field)
    assert field.kills == KILLS * rounds


def test_a_worker_that_is_killed_leaves_pages_as_they_should_be(county, nursery):
    storm(county, nursery, rounds=1)


@pytest.mark.full
def test_twenty_storms_over_the_pages(county, nursery):
    storm(county, nursery, rounds=20)
