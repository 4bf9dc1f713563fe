"""kill -9 of either side while one portal harvests the other: at the end both are equal, and nothing came twice."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import IO

import pytest
from factories import make_county, open_house
from sqlalchemy import func, select

from content.documents import Live
from content.harvests import Harvested
from workflows.access import SYSTEM
from workflows.engine import fire

ROOT = Path(__file__).parents[2]
GONGKAI = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())"]

STARTED = 120  # seconds in which a server starts, however busy the machine is


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(home: Path, *arguments: str, patience: int = 60, said: IO | int = subprocess.PIPE) -> subprocess.Popen:
    settings = {"GONGKAI_HARVEST_PRIVATE": "true", "GONGKAI_API_RATE": "100000/minute",
                "GONGKAI_HARVEST_PATIENCE": str(patience)}
    return subprocess.Popen([*GONGKAI, "--home", str(home), *arguments], cwd=ROOT, env=os.environ | settings,
                            stdout=said, stderr=said)


def serve(home: Path, port: int) -> subprocess.Popen:
    """A server that answers. Its log goes to a file: in a pipe that nobody reads it would stop after some hundred
    requests."""
    with (home / "serve.log").open("ab") as log:
        process = start(home, "serve", "--port", str(port), said=log)
    until = time.monotonic() + STARTED
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return process
        except OSError:
            assert process.poll() is None, (home / "serve.log").read_text(encoding="utf-8")
            time.sleep(0.1)
    end(process)
    raise AssertionError("the server did not start")


def end(process: subprocess.Popen) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=20)


def publish(county, count: int, first: int) -> None:
    with county.house.database.writer.begin() as session:
        for number in range(first, first + count):
            document = county.write(session, title=f"通知{number}", body=f"<p>第{number}次停水。</p>")
            session.flush()
            fire(session, county.house, document, "import", SYSTEM)


def withdraw(county, title: str) -> None:
    with county.house.database.writer.begin() as session:
        document = session.scalars(select(Live).where(Live.title == title)).one().document
        county.move(session, document, "withdraw", "zhoumin", why="有误", reason_kind="error")


def readable(house, query) -> list[tuple]:
    with house.database.reader() as session:
        return sorted((live.title, live.state, live.published, live.rendition.text if live.rendition else "")
                      for live in session.scalars(query))


def taken_so_far(here) -> int:
    with here.house.database.reader() as session:
        return session.scalar(select(func.count()).select_from(Harvested))


def wait_for_more(here, run: subprocess.Popen, before: int) -> None:
    """Until the harvest is in the middle of it."""
    while run.poll() is None and taken_so_far(here) <= before:
        time.sleep(0.02)


def harvested(here, town, rounds: int, seed: int) -> int:
    """Rounds of publishing and harvesting, each harvest killed, every second time the other side with it."""
    chance, port, killed, made = random.Random(seed), free_port(), 0, 0
    address = f"http://127.0.0.1:{port}"
    server = serve(town.house.home, port)
    try:
        for number in range(rounds):
            publish(town, 15, made)
            withdraw(town, f"通知{made}")
            made += 15
            before = taken_so_far(here)
            run = start(here.house.home, "harvest", address, "--into", "tzgg", "--json")
            wait_for_more(here, run, before)
            time.sleep(chance.uniform(0, 0.2))
            if number % 2:
                end(server)
                server = serve(town.house.home, port)
            killed += run.poll() is None
            end(run) if run.poll() is None else run.communicate()
        done = start(here.house.home, "harvest", address, "--into", "tzgg", "--json")
        out, problem = done.communicate(timeout=300)
        assert done.returncode == 0, problem.decode()
        assert json.loads(out)["complete"] is True
    finally:
        end(server)
    taken = select(Live).join(Harvested, Harvested.document_id == Live.document_id)
    there = readable(town.house, select(Live).where(Live.state != "withdrawn"))
    assert readable(here.house, taken.where(Live.state != "withdrawn")) == there and len(there) == 14 * rounds
    with here.house.database.reader() as session:
        count, different = session.execute(select(func.count(), func.count(Harvested.number.distinct()))).one()
    assert count == different
    return killed


@pytest.fixture
def town(tmp_path):
    home = tmp_path / "town"
    home.mkdir()
    (home / "settings.toml").write_text('[site]\nid_code = "4100000001"\n', encoding="utf-8")
    county = make_county(open_house(home))
    yield county
    county.house.database.dispose()


def test_either_side_is_killed(county, town):
    assert harvested(county, town, rounds=2, seed=20261122) > 0


@pytest.mark.full
def test_either_side_is_killed_again_and_again(county, town):
    assert harvested(county, town, rounds=30, seed=6) > 10


def test_what_cannot_be_reached_is_said_and_where_it_goes_is_asked_first(county):
    refused = start(county.house.home, "harvest", "http://127.0.0.1:9", "--into", "nowhere")
    assert b"nowhere" in refused.communicate(timeout=60)[1] and refused.returncode == 2
    lost = start(county.house.home, "harvest", "http://127.0.0.1:9", "--into", "tzgg", "--json", patience=0)
    out, said = lost.communicate(timeout=60)
    assert lost.returncode == 1 and json.loads(out)["complete"] is False and said.count(b"\n") == 1
