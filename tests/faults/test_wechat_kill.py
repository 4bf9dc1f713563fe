"""kill -9 in the middle of pushes to WeChat: every article goes once, and nothing is lost."""

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
from sqlalchemy import func, select, update
from wechat_stand_in import APPID, SECRET, Server, serving

from content import pushes, wechat
from content.base import now
from content.documents import Live
from content.outbox import WAITING, Delivery
from content.wechat import Secrets, WechatAccount
from workflows.engine import fire

ROOT = Path(__file__).parents[2]
DELIVER = [sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())"]


@pytest.fixture
def server():
    with serving(Server(limits={})) as found:
        yield found


@pytest.fixture
def signed(county, server):
    """`signed(count)`: so many pushes of one article each are signed off."""
    settings = county.house.home / "settings.toml"
    before = settings.read_text() if settings.exists() else ""
    settings.write_text(f'{before}wechat_host = "{server.address}"\nworker_seconds = 0.02\n'
                        'base_url = "https://qingyuan.example"\n')

    def make(count: int) -> None:
        with county.house.database.writer.begin() as session:
            account = wechat.add(session, county.house, name="清源发布", appid=APPID, kind="subscription",
                                 department_id=county.departments["QY-mzj"], secrets=Secrets(SECRET), actor_id=None)
            county.publish(session, county.write(session))
            live, editor = session.scalars(select(Live)).one(), county.identity(session, "zhangli")
            signer = county.identity(session, "wangjianguo")
            for _ in range(count):
                push = pushes.arrange(session, session.get_one(WechatAccount, account.id), "publish", [live],
                                      actor_id=editor.user_id)
                fire(session, county.house, push, "submit", editor)
                fire(session, county.house, push, "sign", signer)
    return make


def waiting(county) -> int:
    with county.house.database.reader() as session:
        return session.scalar(select(func.count()).select_from(Delivery).where(
            Delivery.channel == "wechat", Delivery.state == WAITING))


def hurry(county) -> None:
    """What waits for a later attempt waits no longer: the test has no minutes to spare."""
    with county.house.database.writer.begin() as session:
        session.execute(update(Delivery).where(Delivery.state == WAITING, Delivery.next_at > now())
                        .values(next_at=Delivery.created))


def storm(county, server, kills: int, seed: int) -> None:
    """Start a worker, let it get to work, kill it; at last one that is let go on until nothing waits."""
    chance = random.Random(seed)
    for _ in range(kills):
        process, before = start(county), server.numbers
        wait(lambda before=before: server.numbers > before or not waiting(county), 60)
        time.sleep(chance.uniform(0, 0.6))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        hurry(county)
    process = start(county)
    try:
        wait(lambda: hurry(county) or not waiting(county), 900, pause=1.0)
    finally:
        process.terminate()
        process.wait()


def start(county) -> subprocess.Popen:
    return subprocess.Popen([*DELIVER, "--home", str(county.house.home), "deliver"], cwd=ROOT,
                            stderr=subprocess.DEVNULL)


def wait(done, seconds: float, pause: float = 0.05) -> None:
    patience = time.monotonic() + seconds
    while not done() and time.monotonic() < patience:
        time.sleep(pause)


def check(county, server, count: int) -> None:
    assert waiting(county) == 0
    went = Counter(each["content_source_url"] for found in server.articles.values() for each in found["articles"])
    assert len(went) == count and set(went.values()) == {1}
    with county.house.database.reader() as session:
        assert set(session.scalars(select(pushes.Push.state))) <= {"accepted", "arrived"}
        assert set(session.scalars(select(Delivery.state).where(Delivery.channel == "wechat"))) == {"sent"}


@pytest.mark.full
def test_500_pushes_survive_50_kills(county, server, signed):
    signed(500)
    storm(county, server, 50, seed=1)
    check(county, server, 500)


def test_pushes_survive_kills(county, server, signed):
    signed(16)
    storm(county, server, 2, seed=2)
    check(county, server, 16)
