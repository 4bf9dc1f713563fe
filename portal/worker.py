"""The worker: brings the followers up to date, does what falls due, and delivers what waits in the outbox.

Its parts are independent: what goes wrong in one is logged and tried again after a while, and the others go on. Any
number of workers may run; leases see to it that each thing is done by one of them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event

from sqlalchemy import select

from content import cursors, journal, outbox
from content.cursors import Cursor
from portal.delivering import deliver, senders
from portal.followers import followers_of
from portal.instance import Instance
from portal.presence import Presence
from workflows import due
from workflows.followers import Follower, Led, rebuild, step

LONGEST_PAUSE = 60.0  # seconds until a part that keeps failing is tried again
PATIENCE = 600.0  # seconds for which `once` waits for another worker to finish
log = logging.getLogger(__name__)


@dataclass
class Part:
    """One kind of work; `run` does a piece of it and returns how much it did. Times are seconds of a clock."""

    name: str
    run: Callable[[], int]
    again: float = 0.0
    pause: float = 0.0
    problem: str = ""

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


class Worker:
    """Works for one instance, in this thread."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.database = instance.house.database
        self.presence = Presence(instance.house.home / "run")
        self.followers = followers_of(instance)
        self.parts = [Part("leases of the dead", self.take_over), *map(self._following, self.followers),
                      Part("due", partial(due.run, instance.house))]
        self.parts += [Part(f"outbox {name}", partial(deliver, self.database, name, sender, self.presence.owner))
                       for name, sender in senders(instance.settings).items()]

    def _following(self, follower: Follower) -> Part:
        return Part(f"follower {follower.name}", partial(step, self.database, follower, self.presence.owner))

    def run(self, stop: Event) -> None:
        """Work until `stop` is set."""
        while not stop.is_set():
            if not sum(part.turn(time.monotonic()) for part in self.parts):
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
        return dead

    def _free(self, owner: str) -> None:
        with self.database.writer.begin() as session:
            for name in session.scalars(select(Cursor.name).where(Cursor.lease_owner == owner)).all():
                cursors.release(session, name, owner)
            outbox.release(session, owner)

    def close(self) -> None:
        """Give back what is held; the worker is not used afterwards."""
        self._free(self.presence.owner)
        self.presence.leave()
