"""Checks in the background (巡检): the worker's part that looks at what is public, a few documents at a time.

What was looked at is written down with what it was looked at with, so a worker killed at any moment does the last few
again. A lease keeps two workers from doing the same. The longer it takes to find out that nothing waits, the longer
the next look is put off.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

from content import checks as kept
from content import cursors, journal
from content.base import local_date, now
from content.tree import TREE_KINDS
from portal.instance import Instance
from workflows import checks

NAME = "checks"  # of the lease
LEASE = dt.timedelta(minutes=5)
AT_ONCE = 20  # checks of documents in one turn
REST = 20.0  # so many times as long as it took is waited after a look that found nothing to do
_MOVING = ("document", "word_entry", *TREE_KINDS)  # kinds of the journal after which something may wait


@dataclass
class Checking:
    """The checks of one instance, done by `owner`."""

    instance: Instance
    owner: str
    again: float = 0.0  # when the next look is due, by `time.monotonic`
    seen: tuple | None = None  # the state of the portal in which nothing waited

    def run(self, at: dt.datetime | None = None) -> int:
        """Do a few of the checks that wait; returns how many, 0 when none does."""
        at, begun = at or now(), time.monotonic()
        if begun < self.again or self._is_still(at):
            return 0
        with cursors.held(self.instance.house.database, (NAME,), self.owner, LEASE) as mine:
            if not mine:
                return 0
            done = self._look(at)
        if not done:
            self.again = time.monotonic() + REST * (time.monotonic() - begun)
        return done

    def _is_still(self, at: dt.datetime) -> bool:
        """Whether nothing happened since nothing waited."""
        with self.instance.house.database.reader() as session:
            state = (journal.latest(session, *_MOVING), local_date(at))
            return state == self.seen and not kept.is_due(session, at)

    def _look(self, at: dt.datetime) -> int:
        house = self.instance.house
        with house.database.reader() as session:
            state = (journal.latest(session, *_MOVING), local_date(at))
            results = checks.look(session, house, AT_ONCE, at=at)
        self.seen = None if results else state
        if results:
            with house.database.writer.begin() as session:
                checks.keep(session, results, at=at)
        return len(results)
