"""kill -9 of those who supervise: no finding is there twice, none is lost, and every order stands."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from content import journal
from content.base import local_date, now
from content.findings import Finding
from portal.instance import Instance
from portal.worker import Worker
from workflows.access import Identity
from workflows.engine import fire
from workflows.judging import judge

ROOT = Path(__file__).parents[2]
GONGKAI = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())"]
DOCUMENTS, RULE = 12, "late_disclosure"


def start(*command: str) -> subprocess.Popen:
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, env=os.environ | {"PYTHONPATH": str(ROOT)})


def storm(home: Path, chance: random.Random, seed: int) -> None:
    """Two workers and who looks by hand, while documents turn late and timely; killed one after the other."""
    flips = start(sys.executable, str(ROOT / "tests" / "faults" / "flips.py"), str(home), str(seed))
    lookers = [start(*GONGKAI, "--home", str(home), *words) for words in (("worker",), ("worker",), ("supervise",))]
    try:
        assert flips.stdout.readline() == b"flipped\n"
        time.sleep(chance.uniform(1.0, 4.0))
        for process in chance.sample([flips, *lookers], 4):
            time.sleep(chance.uniform(0, 0.3))
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
    finally:
        for process in (flips, *lookers):
            process.kill()
            process.communicate(timeout=20)


def order_one(county, home: Path) -> str | None:
    """The auditor orders repair of something that was found; the number of the order."""
    instance = Instance.open(home)
    with instance.house.database.writer.begin() as session:
        found = session.scalars(select(Finding).where(Finding.rule == RULE, Finding.state == "found")).first()
        if found is not None:
            fire(session, instance.house, found, "order", auditor(county, session), order_days=5, responsible=None,
                 demand="说明逾期的原因")
    number = found.order_number if found is not None else None
    instance.close()
    return number


def auditor(county, session) -> Identity:
    return county.identity(session, "zhengguodong", local_date(now()))


def check(home: Path, orders: set[str]) -> int:
    """What must hold once a worker has caught up; returns how many findings there are."""
    instance = Instance.open(home)
    worker = Worker(instance)
    assert worker.once() == []
    worker.close()
    with instance.house.database.reader() as session:
        assert list(journal.verify(session)) == []
        rows = session.scalars(select(Finding).where(Finding.rule == RULE)).all()
        wrong = {each.found.identity for each in judge(session, instance.house, local_date(now()), rules=[RULE])}
        assert {(each.subject_kind, each.subject_id, each.cycle) for each in rows if each.gone is None} == wrong
        assert orders == {each.order_number for each in rows if each.order_number}
        for each in rows:
            told = journal.history(session, "finding", each.id)
            assert Counter(row.action for row in told)["finding.find"] == 1
            steps = [row.payload["to"] for row in told if "to" in row.payload]
            assert each.state == (steps[-1] if steps else "found")
    instance.close()
    return len(rows)


def rounds(county, count: int) -> None:
    home, chance, orders = county.house.home, random.Random(20261122), set()
    with county.house.database.writer.begin() as session:
        for number in range(DOCUMENTS):
            county.publish(session, county.write(session, title=f"关于供水检修的通知{number}"))
    county.house.database.dispose()
    found = 0
    for seed in range(count):
        storm(home, chance, seed)
        found = check(home, orders)
        if (number := order_one(county, home)) is not None:
            assert number not in orders
            orders.add(number)
    assert found and orders


@pytest.mark.full
def test_twenty_storms(county):
    rounds(county, 20)
