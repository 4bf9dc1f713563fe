"""The sample county as an instance, planted and indexed once a run; tests that change it work on a copy."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from content import feedback, tree
from content.house import House
from portal import instance, sample
from portal.instance import Instance
from portal.settings import write_settings
from portal.worker import Worker

# Tests come from one address, and quickly.
SETTINGS = """
demo = true
login_rate = "1000/minute"
search_rate = "10000/minute"
report_rate = "1000/minute"
worker_seconds = 0.1
"""


def plant(home: Path, database: str = "") -> Path:
    """An instance with the sample county in it, its index made; `database` is its URL, SQLite when empty."""
    home.mkdir(parents=True)
    url = f'database = "{database}"\n' if database else ""
    if kind := os.environ.get("GONGKAI_TEST_SEARCH", ""):
        url += f'search = "{kind}"\n' if kind == "postgresql" else f'search = "{kind}://{home}/index"\n'
    written = write_settings(home, sample.site())
    written.write_text(url + SETTINGS + written.read_text(encoding="utf-8"), encoding="utf-8")
    list(instance.make(home))
    opened = Instance.open(home)
    sample.write_accounts(sample.load(opened.house), opened.house)
    _add_what_it_lacks(opened.house)
    worker = Worker(opened)
    failed = worker.once()
    worker.close()
    opened.close()
    if failed:
        raise RuntimeError("; ".join(failed))
    return home


def _add_what_it_lacks(house: House) -> None:
    """A citizen's report, so that there is one to answer, and a single page that nobody has written yet."""
    with house.database.writer.begin() as session:
        root = house.tree(session).roots[0]
        feedback.report(session, house.keys, page=root.url, department_id=root.department_id, column_id=root.id,
                        message="第二段的“公式”应为“公示”", contact="reader@example.com")
        tree.create(session, actor_id=None, parent_id=root.id, name="公开指南英文版", kind="page", types=["page"],
                    department_id=root.department_id, position=99)


def copied(factory: pytest.TempPathFactory) -> Path:
    """A copy of the county that is this run's own; whichever process comes first plants the original."""
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with (shared / "sample-county.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        original = shared / "sample-county"
        if not original.exists():
            plant(shared / "sample-county.new").rename(original)
    target = factory.mktemp("county") / "var"
    shutil.copytree(original, target, ignore=shutil.ignore_patterns("run"))
    settings = target / "settings.toml"  # the index that it names lies in the folder that was planted
    settings.write_text(settings.read_text("utf-8").replace(f"{original}.new", str(target)), "utf-8")
    return target
