"""All pages at once: made by several processes, goes on where it was interrupted; or only compared.

What was done is written down chunk by chunk in a file beside the pages, which goes when all is done. The follower goes
on from the row of the journal at which the building began.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import content
import portal
import themes
import workflows
from content import cursors, hosts, journal, published
from content.base import now
from content.cursors import Cursor
from portal.instance import Instance
from portal.published.making import ERRORS, Press
from portal.published.planning import IN_TIME, everything
from portal.published.store import DAYS, every_path, place, spoken
from portal.published.strays import strays
from portal.settings import Settings
from portal.wiring import make_app

CHUNK = 100  # pages that a process takes at a time
PROGRESS = "site.building"  # in the folder of the instance; all of `run` is swept by its workers
ALONE = 300  # pages up to which other processes are not worth their start


@dataclass
class Built:
    """What a building has done; `differ` are the addresses whose file is not what the application says, without
    those that wait for the follower to make them, which are counted in `waiting`, and the names of files beside.
    """

    pages: int = 0
    written: int = 0
    removed: int = 0
    waiting: int = 0
    differ: list[str] = field(default_factory=list)

    def add(self, other: Built) -> None:
        self.pages += other.pages
        self.written += other.written
        self.removed += other.removed
        self.differ += other.differ


def press_of(instance: Instance, durable: bool = True) -> Press:
    house, settings = instance.house, instance.settings
    return Press(house, settings, lambda: make_app(house, settings), durable)


def build(instance: Instance, processes: int, said: Callable[[int, int], None]) -> Built:
    """Make every page; `said(done, all)` is told how far it is."""
    state = _State(instance.house.home / PROGRESS, _made_from(instance.settings))
    with instance.house.database.reader() as session:
        seq = state.begun(journal.latest(session))
    paths = _paths(instance)
    done = state.done()
    waiting = [path for path in paths if path not in done]
    found = Built(pages=len(paths) - len(waiting))
    press = press_of(instance, durable=False)
    for chunk, part in _spread(press, waiting, processes, _make):
        found.add(part)
        state.note(chunk)
        said(found.pages, len(paths))
    press.write_errors()
    os.sync()
    move_on(instance, seq)
    press_of(instance).open_days()
    state.end()
    return found


def check(instance: Instance, processes: int, said: Callable[[int, int], None]) -> Built:
    """Make every page and compare it with its file, look for what is no page, and whether what ends can be read;
    nothing is written.
    """
    paths, found = _paths(instance), Built()
    for _chunk, part in _spread(press_of(instance), paths, processes, _compare):
        found.add(part)
        said(found.pages, len(paths))
    with instance.house.database.reader() as session:
        waiting = published.due_among(session, instance.house.host, found.differ, now() + IN_TIME)
    found.differ, found.waiting = sorted(set(found.differ) - waiting) + _beside(instance), len(waiting)
    return found


def _beside(instance: Instance) -> list[str]:
    """Of what lies beside the pages the names that are not as they should be, below the folder of the instance."""
    press = press_of(instance)
    home = press.settings.home
    wrong = [str(press.store.error_file(status).relative_to(home)) for status in press.wrong_errors()]
    wrong += [str((store.folder / DAYS).relative_to(home)) for store in press.shut_stores()]
    return wrong + [name for store in press.stores.values() if store.folder.exists()
                    for name in strays(store, ERRORS)]


def _paths(instance: Instance) -> list[str]:
    """Every page that there should be, and every file that is there."""
    press, house = press_of(instance), instance.house
    with house.database.reader() as session:
        found = list(everything(session, house.tree(session), instance.settings.page_size))
        known = published.paths(session, house.host)
    places = {_place(path) for path in found}
    more = {_place(path): path for path in (*every_path(press.stores), *known) if _place(path)[1] is not None}
    return [*dict.fromkeys(found), *sorted(path for at, path in more.items() if at not in places)]


def _place(address: str) -> tuple[str, str | None]:
    code, path = spoken(address)
    return code, place(path)


def move_on(instance: Instance, seq: int) -> None:
    """The follower need not read what was built already."""
    name = hosts.own("published", instance.house.host)
    with instance.house.database.writer.begin() as session:
        if cursors.position(session, name) < seq:
            session.merge(Cursor(name=name, position=seq))


# -- by several processes -----------------------------------------------------------------------------------------

def _spread(press: Press, paths: list[str], processes: int,
            work: Callable[[Press, list[str]], Built]) -> Iterator[tuple[list[str], Built]]:
    """By `press` itself where it is alone."""
    chunks = [paths[at:at + CHUNK] for at in range(0, len(paths), CHUNK)]
    if processes < 2 or len(paths) <= ALONE:
        yield from ((chunk, work(press, chunk)) for chunk in chunks)
        return
    context = multiprocessing.get_context("spawn")  # threads and connections of this process stay here
    with ProcessPoolExecutor(processes, context, _open, (str(press.settings.home),)) as pool:
        yield from zip(chunks, pool.map(partial(_in_process, work), chunks), strict=True)


_opened: dict[str, Press] = {}  # of a process of the pool


def _open(home: str) -> None:
    _opened["press"] = press_of(Instance.open(Path(home)), durable=False)


def _in_process(work: Callable[[Press, list[str]], Built], chunk: list[str]) -> Built:
    return work(_opened["press"], chunk)


def _make(press: Press, paths: list[str]) -> Built:
    outcome = press.bring(paths, CHUNK)
    return Built(len(paths), len(outcome.written), len(outcome.removed))


def _compare(press: Press, paths: list[str]) -> Built:
    differ = [path for path in paths if not press.agrees(path)]
    # What was published between the two looks is not wrong: it is asked once more.
    return Built(len(paths), differ=[path for path in differ if not press.agrees(path)])


def _made_from(settings: Settings) -> str:
    """A mark of what pages are made from beside the database: settings, facts of the site, the program."""
    files = ((file, file.stat()) for package in (content, portal, themes, workflows)
             for file in sorted(Path(package.__file__).parent.rglob("*")) if "__pycache__" not in file.parts)
    program = [(str(file), about.st_size, about.st_mtime_ns) for file, about in files]
    told = (sorted(settings.values.items()), settings.site, program)
    return hashlib.sha256(repr(told).encode()).hexdigest()


class _State:
    """What an interrupted building had done: a line for its beginning, one for each chunk.

    What was made from something else (`made_from`) is not done: settings and programs change between two attempts.
    """

    def __init__(self, path: Path, made_from: str) -> None:
        self.path, self.made_from = path, made_from

    def begun(self, seq: int) -> int:
        """The row of the journal at which it began, now or before it was interrupted."""
        match self._lines():
            case [{"from": self.made_from, "seq": int(before)}, *_]:
                return before
        self.end()
        self.note({"from": self.made_from, "seq": seq})
        return seq

    def done(self) -> set[str]:
        return {path for chunk in self._lines()[1:] for path in chunk}

    def note(self, value: Any) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(value, ensure_ascii=False) + "\n")

    def end(self) -> None:
        self.path.unlink(missing_ok=True)  # two may have been at it

    def _lines(self) -> list[Any]:
        """Those that can be read: a crash may have cut one off."""
        found = []
        for line in self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else ():
            with suppress(ValueError):
                found.append(json.loads(line))
        return found
