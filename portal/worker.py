"""The worker: brings the followers up to date, does what falls due, and delivers what waits in the outbox.

Its parts are independent: what goes wrong in one is logged and tried again after a while, and the others go on. The
work on attachments, which may take minutes, goes on in a thread of its own beside the others. Any number of workers
may run; leases see to it that each thing is done by one of them.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread

from sqlalchemy import select

from content import blobs, cursors, journal, outbox, picturing, preparing
from content.base import now
from content.cursors import Cursor
from content.preparing import Tools
from content.privacy.renditions.model import Limits
from content.privacy.renditions.worker import run_clean, run_inspect
from portal.delivering import deliver, senders
from portal.followers import followers_of
from portal.instance import Instance
from portal.presence import Presence
from workflows import due
from workflows.case_due import CaseDue
from workflows.followers import Follower, Led, rebuild, step

LONGEST_PAUSE = 60.0  # seconds until a part that keeps failing is tried again
PATIENCE = 600.0  # seconds for which `once` waits for another worker to finish
FAREWELL = 5.0  # seconds for which a worker that stops waits for the attachment under way
SWEEPING = 15.0  # seconds after which the next folder is looked through for files that a crash left
log = logging.getLogger(__name__)


@dataclass
class Part:
    """One kind of work; `run` does a piece of it and returns how much it did. Times are seconds of a clock."""

    name: str
    run: Callable[[], int]
    again: float = 0.0
    pause: float = 0.0
    problem: str = ""
    slow: bool = False  # takes so long that the others do not wait for it

    def turn(self, clock: float) -> int:
        """Run once, unless it is resting after a failure. Never raises."""
        if clock < self.again:
            return 0
        try:
            done = self.run()
        except Exception as problem:
            self.pause = min(max(1.0, self.pause * 2), LONGEST_PAUSE)
            self.again = clock + self.pause
            self.problem = f"{type(problem).__name__}: {problem}".partition("\n")[0]
            log.exception("%s failed; next attempt in %.0f s", self.name, self.pause)
            return 0
        self.again = self.pause = 0.0
        self.problem = ""
        return done


def tools(instance: Instance) -> Tools:
    """Who looks at attachments and makes what the public gets of them: processes of their own, within limits."""
    limits = Limits(octets=instance.settings.file_megabytes * 1024 * 1024)
    return Tools(run_inspect, run_clean, picturing.variants, limits)


class Worker:
    """Works for one instance, in this thread."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.database = instance.house.database
        self.presence = Presence(instance.house.home / "run")
        self.followers = followers_of(instance)
        self.parts = [Part("leases of the dead", self.take_over), *map(self._following, self.followers),
                      Part("due", partial(due.run, instance.house)),
                      Part("cases due", CaseDue(instance.house, instance.settings.case_retention_years).run)]
        self.parts += [Part(f"outbox {name}", partial(deliver, self.database, name, sender, self.presence.owner))
                       for name, sender in senders(instance.settings).items()]
        self.parts.append(Part("attachments", partial(preparing.turn, instance.house, self.presence.owner,
                                                      tools(instance)), slow=True))
        self._swept = -1  # the folder that was looked through last
        self._look_anew()

    def _following(self, follower: Follower) -> Part:
        return Part(f"follower {follower.name}", partial(step, self.database, follower, self.presence.owner))

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. An attachment that takes longer than that is given up, to be taken again."""
        beside = Thread(target=self._keep_turning, args=(True, stop), name="attachments", daemon=True)
        beside.start()
        self._keep_turning(False, stop)
        beside.join(FAREWELL)

    def _keep_turning(self, slow: bool, stop: Event) -> None:
        parts = [part for part in self.parts if part.slow == slow]
        while not stop.is_set():
            if not sum(part.turn(time.monotonic()) for part in parts):
                stop.wait(self.instance.settings.worker_seconds)

    def once(self) -> list[str]:
        """Do everything there is to do now; returns a sentence for each part that failed."""
        with self.database.reader() as session:
            goal = journal.latest(session)
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            done = sum(part.turn(time.monotonic()) for part in self.parts if not part.problem)
            if not done and not self._behind(goal):
                break
            if not done:
                time.sleep(0.05)  # another worker is at it
        failed = [f"{part.name}: {part.problem}" for part in self.parts if part.problem]
        return failed + [f"follower {name} is led by another process and not up to date" for name in self._behind(goal)]

    def rebuild(self, name: str) -> None:
        """Throw away what the follower `name` derived and derive it again; waits for another that is at it."""
        follower = next(each for each in self.followers if each.name == name)
        patience = time.monotonic() + PATIENCE
        while True:
            self.take_over()
            try:
                rebuild(self.database, follower, self.presence.owner)
                return
            except Led:
                if time.monotonic() > patience:
                    raise
                time.sleep(0.05)

    def _behind(self, goal: int) -> list[str]:
        """Followers that have not reached row `goal`, without those that failed."""
        failed = {part.name for part in self.parts if part.problem}
        return [each.name for each in self.followers
                if f"follower {each.name}" not in failed and self._position(each) < goal]

    def _position(self, follower: Follower) -> int:
        own = follower.position()
        if own is not None:
            return own
        with self.database.reader() as session:
            return cursors.position(session, follower.name)

    def take_over(self) -> int:
        """Free the leases of workers that died, so that nobody waits for them to run out; returns how many died."""
        dead = 0
        for owner in self.presence.gone():
            self._free(owner)
            dead += 1
        self._sweep()
        return dead

    def _sweep(self) -> None:
        """One folder at a time: files of blobs that were never entered. Those of a day ago are no work under way."""
        shelf = int(time.time() // SWEEPING) % blobs.SHELVES
        if shelf == self._swept:
            return
        self._swept = shelf
        with self.database.reader() as session:
            self.instance.house.blobs.sweep(session, now() - dt.timedelta(days=1), [shelf])

    def _look_anew(self) -> None:
        """Detectors may be newer than the last look at what is on its way."""
        with self.database.reader() as session:
            ids = preparing.on_their_way(session)
        if ids:
            with self.database.writer.begin() as session:
                preparing.wake(session, ids)

    def _free(self, owner: str) -> None:
        with self.database.writer.begin() as session:
            for name in session.scalars(select(Cursor.name).where(Cursor.lease_owner == owner)).all():
                cursors.release(session, name, owner)
            outbox.release(session, owner)
            preparing.release(session, owner)

    def close(self) -> None:
        """Give back what is held; the worker is not used afterwards."""
        self._free(self.presence.owner)
        self.presence.leave()
