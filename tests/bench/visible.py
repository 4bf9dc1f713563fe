"""Publishing: how long until it is on its page, in its column and found by search, and how many files it writes."""

from __future__ import annotations

import logging
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

import structlog
from webtest import TestApp

from bench.corpus import Ground
from content import journal
from content.documents import Live
from content.search import Query
from portal.published.building import PROGRESS, move_on
from portal.wiring import make_app
from portal.worker import Worker

TURNS = 7
PATIENCE = 120.0
LONGEST = 150.0  # seconds for which pages are built before the building counts as measured
LANES = ("attachments", "checks", "links", "wechat")  # what nobody who publishes waits for


def measure(ground: Ground) -> dict[str, Any]:
    """`{visible_s, slowest_s, files, most_files, pages, built_s, built_per_core}`: seconds from the signature to page
    and search, files written meanwhile (what follows within a minute may fall into it: the most); before it all pages
    are made, so many for each second of a processor.

    The worker turns beside the application in one process, as under `gongkai serve`; the signature is given there too.
    """
    instance, app = ground.instance, TestApp(make_app(ground.instance.house, ground.instance.settings))
    worker, stop = Worker(instance), Event()
    worker.parts = [part for part in worker.parts if part.lane not in LANES and part.name != "supervision"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # no line for each request
    built = _catch_up(worker, ground.home)
    thread = Thread(target=worker.run, args=(stop,))
    thread.start()
    took, files = [], []
    try:
        for turn in range(TURNS):
            before = _dates(ground.home)
            took.append(_publish(ground, app, turn))
            time.sleep(0.5)  # what is written after it was seen belongs to it
            files.append(len(_dates(ground.home).items() - before.items()))
            time.sleep(0.13 * turn)  # not in step with the worker's own looks
    finally:
        stop.set()
        thread.join()
        worker.close()
    return {"visible_s": round(statistics.median(took), 3), "slowest_s": round(max(took), 3),
            "files": statistics.median_low(files), "most_files": max(files), **built}


def _catch_up(worker: Worker, home: Path) -> dict[str, Any]:
    """The pages are made by `gongkai build`, its start counted with it; of a large site so many as `LONGEST` lets it,
    and what is not there then the application answers. Then what else follows the journal."""
    command = [sys.executable, "-c", "from portal.cli import main; raise SystemExit(main())", "--home", str(home)]
    began, noted = time.perf_counter(), home / PROGRESS
    building = subprocess.Popen([*command, "build"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                start_new_session=True)
    used = pages = 0
    while building.poll() is None and time.perf_counter() - began < LONGEST:
        time.sleep(0.2)
        used, pages = max(used, _used(building.pid)), _noted(noted) or pages
    if building.poll() is None:
        os.killpg(building.pid, signal.SIGKILL)
        noted.unlink()
        with worker.instance.house.database.reader() as session:
            head = journal.latest(session)
        move_on(worker.instance, head)
    if building.wait() not in (0, -signal.SIGKILL):
        raise SystemExit(f"not measured: gongkai build ended with {building.returncode}")
    if failed := worker.once():
        raise SystemExit(f"not measured: {failed}")
    return {"pages": pages, "built_s": round(time.perf_counter() - began, 1), "built_per_core": round(pages / used, 1)}


def _used(process: int) -> float:
    """Seconds of a processor that a process and its children have had so far."""
    try:
        told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:  # it has just ended
        return 0.0
    return sum(map(int, told[11:15])) / os.sysconf("SC_CLK_TCK") + sum(_used(int(child)) for child in children)


def _noted(file: Path) -> int:
    """Pages that a building says it has made."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return 0
    return sum(line.count('", "') + 1 for line in lines[1:])


def _publish(ground: Ground, app: TestApp, turn: int) -> float:
    house, county, title = ground.instance.house, ground.county, f"关于第{turn}次供水检修的公告"
    with house.database.writer() as session:
        document = county.publish(session, county.write(session, title=title))
        number = document.id
        session.commit()
        began = time.perf_counter()
    with house.database.reader() as session:
        url, head = session.get_one(Live, number).url, journal.latest(session)
    while time.perf_counter() - began < PATIENCE:
        if (ground.instance.engine.cursor() or 0) >= head and _is_there(ground, app, number, title, url):
            return time.perf_counter() - began
        time.sleep(0.005)
    raise SystemExit(f"not measured: {title} was not seen within {PATIENCE:.0f} s")


def _is_there(ground: Ground, app: TestApp, number: int, title: str, url: str) -> bool:
    found = {hit.id for hit in ground.instance.engine.search(Query(f'"{title}"')).hits}
    return number in found and title in app.get(url).text and title in app.get("/tzgg/").text


def _dates(home: Path) -> dict[str, int]:
    """Published files with their dates, compressed copies not counted."""
    return {str(path): path.stat().st_mtime_ns for folder in ("site", "site.en") for path in (home / folder).rglob("*")
            if path.is_file() and path.suffix not in (".gz", ".br") and not path.name.startswith(".")}
