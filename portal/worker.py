"""The worker: brings the followers up to date, does what falls due, and delivers what waits in the outbox.

Its parts are independent: what goes wrong in one is logged and tried again after a while, and the others go on. The
work on attachments, which may take minutes, goes on in a thread of its own beside the others, and so do the checks of
what is public and the asking for links. Any number of workers may run; leases see to it that each thing is done by
one of them.
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

from content import blobs, cursors, hosts, journal, outbox, picturing, preparing
from content.base import now
from content.cursors import Cursor
from content.preparing import Tools
from content.privacy.renditions.model import Limits
from content.privacy.renditions.worker import run_clean, run_inspect
from portal.checks import Checking
from portal.checks.links import Links, asker
from portal.delivering import deliver, senders
from portal.followers import RETIRED, followers_of
from portal.instance import Instance
from portal.presence import Presence, Watch
from portal.subscribing import digests
from portal.supervising import Supervising
from portal.wechat.asking import Asking
from workflows import due
from workflows.case_due import CaseDue
from workflows.followers import Follower, Led, cursor_of, rebuild, step
from workflows.supervision_due import SupervisionDue

LONGEST_PAUSE = 60.0  # seconds until a part that keeps failing is tried again
PATIENCE = 600.0  # seconds for which `once` waits for another worker to finish
FAREWELL = 5.0  # seconds for which a worker that stops waits for the attachment under way
LISTENING = 0.2  # seconds after which a worker that rests sees that it is to stop
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
    lane: str = ""  # the thread in which it turns, for what takes so long that the others do not wait for it
    outside: bool = False  # asks strangers, who may take their time: nobody waits for it to be done

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
    """Works for one instance, in this thread: does everything, or with `deliver_only` sends what waits and no more."""

    def __init__(self, instance: Instance, deliver_only: bool = False) -> None:
        self.instance = instance
        self.database = instance.house.database
        self.presence = Presence(instance.house.home / "run")
        self.followers = [] if deliver_only else followers_of(instance)
        self._swept = -1  # the folder that was looked through last
        self.watch = Watch(instance.house, self.presence.owner)
        self.parts = [Part("leases of the dead", self.take_over), *self._outboxes(),
                      Part("presence", self.look_around, lane="presence"), Part("sweep", self.sweep, lane="sweep")]
        if not deliver_only:
            self.parts += self._works()
            self._look_anew()

    def _outboxes(self) -> list[Part]:
        house, owner = self.instance.house, self.presence.owner
        return [Part(f"outbox {name}", partial(deliver, house, name, sender, owner))
                for name, sender in senders(house, self.instance.settings).items()]

    def _works(self) -> list[Part]:
        house, owner = self.instance.house, self.presence.owner
        pages = next(each for each in self.followers if each.name == "published")
        return [*map(self._following, self.followers), Part("pages due", pages.turn, lane="pages"),
                Part("due", partial(due.run, house)),
                Part("cases due", CaseDue(house, self.instance.settings.case_retention_years).run),
                Part("supervision", Supervising(house, owner).run),
                Part("supervision due", SupervisionDue(house).run),
                Part("digests", partial(digests, house)),
                Part("attachments", partial(preparing.turn, house, owner, tools(self.instance)), lane="attachments"),
                Part("checks", Checking(self.instance, owner).run, lane="checks"),
                Part("links", Links(self.instance, owner, asker(self.instance)).run, lane="links", outside=True),
                Part("wechat", Asking(house, self.instance.settings.wechat_host).run, lane="wechat", outside=True)]

    def _following(self, follower: Follower) -> Part:
        """In the thread that the follower asks for by `lane`: pages of a new site take minutes, its index seconds."""
        return Part(f"follower {follower.name}", partial(step, self.database, follower, self.presence.owner),
                    lane=getattr(follower, "lane", ""))

    def run(self, stop: Event) -> None:
        """Work until `stop` is set. An attachment that takes longer than that is given up, to be taken again."""
        lanes = dict.fromkeys(part.lane for part in self.parts if part.lane)
        beside = [Thread(target=self._keep_turning, args=(lane, stop), name=lane, daemon=True) for lane in lanes]
        for thread in beside:
            thread.start()
        self._keep_turning("", stop)
        until = time.monotonic() + FAREWELL
        for thread in beside:
            thread.join(max(0.0, until - time.monotonic()))

    def _keep_turning(self, lane: str, stop: Event) -> None:
        parts = [part for part in self.parts if part.lane == lane]
        while not stop.is_set():
            heard = self.database.bell.rung
            if not sum(part.turn(time.monotonic()) for part in parts):
                self._rest(heard, stop)

    def _rest(self, heard: int, stop: Event) -> None:
        """Until the next look is due, the journal has grown in this process, or the worker is to stop."""
        until = time.monotonic() + self.instance.settings.worker_seconds
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            if self.database.bell.wait(heard, min(left, LISTENING)):
                return

    def once(self) -> list[str]:
        """Do everything there is to do now in this house; returns a sentence for each part that failed."""
        with self.database.reader() as session:
            goal = journal.latest(session)
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            done = sum(part.turn(time.monotonic()) for part in self.parts if not part.problem and not part.outside)
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
            return cursors.position(session, cursor_of(follower))

    def take_over(self) -> int:
        """Free the leases of workers that died, so that nobody waits for them to run out; returns how many died."""
        dead = 0
        self.presence.turn()
        for owner in self.presence.gone():
            self._free(owner)
            dead += 1
        return dead

    def look_around(self) -> int:
        """Tell the other hosts that this worker lives; free the leases of those that say so no more."""
        silent = self.watch.turn()
        for owner in silent:
            log.warning("worker %s is silent: what it held is free", owner)
            self._free(owner)
        return len(silent)

    def sweep(self) -> int:
        """One shelf at a time: files of blobs that were never entered. Those of a day ago are no work under way."""
        shelf = int(time.time() // SWEEPING) % blobs.SHELVES
        if shelf == self._swept:
            return 0
        self._swept = shelf
        with self.database.reader() as session:
            return self.instance.house.blobs.sweep(session, now() - dt.timedelta(days=1), [shelf])

    def _look_anew(self) -> None:
        """Detectors may be newer than the last look at what is on its way, and followers other ones."""
        with self.database.reader() as session:
            ids, retired = preparing.on_their_way(session), any(cursors.position(session, each) for each in RETIRED)
        if ids or retired:
            with self.database.writer.begin() as session:
                preparing.wake(session, ids)
                cursors.retire(session, RETIRED)

    def _free(self, owner: str) -> None:
        with self.database.writer.begin() as session:
            for name in session.scalars(select(Cursor.name).where(Cursor.lease_owner == owner)).all():
                cursors.release(session, name, owner)
            outbox.release(session, owner)
            preparing.release(session, owner)
            hosts.forget(session, owner)

    def close(self) -> None:
        """Give back what is held; the worker is not used afterwards."""
        self._free(self.presence.owner)
        self.presence.leave()
