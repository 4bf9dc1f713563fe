"""Replicas: streaming copies of the database that answer what the public asks, so long as they know what it knows.

A withdrawal holds the moment its answer arrives, so a copy that is late must not be asked. Rows of the journal commit
in the order of their numbers, and a copy replays commits in that order: one whose newest row is the primary's newest
has everything that was committed by then. Both are asked each time, one short question each; what is late, away or
resting is passed over, and where no copy is left the primary answers itself.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Sequence

from sqlalchemy import create_engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from content import marks
from content.base import POOL, Database
from content.journal import Row

REST = 10.0  # seconds for which a copy that failed is not asked
CONNECT = 2  # seconds for which it is waited for a copy to take a connection
OURS = "gongkai.replica"  # where a session keeps which copy it reads
_NEWEST = select(Row.seq).order_by(Row.seq.desc()).limit(1)
log = logging.getLogger(__name__)


class Replica:
    """One copy, and until when it rests; `clock` gives seconds that only grow."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, isolation_level="READ COMMITTED",
                                    connect_args={"connect_timeout": CONNECT}, **POOL)
        self.session = sessionmaker(self.engine, autoflush=False, expire_on_commit=False, info={OURS: self})
        self.clock = clock
        self._until = 0.0

    @property
    def rests(self) -> bool:
        return self.clock() < self._until

    def rest(self, problem: Exception) -> None:
        """It failed; nobody asks it for a while."""
        log.warning("a replica is passed over for %.0f s: %s", REST, type(problem).__name__)
        self._until = self.clock() + REST

    def fresh(self, newest: int) -> Session | None:
        """A session that sees everything up to row `newest`; None where it would not, or cannot be had."""
        if self.rests:
            return None
        session = self.session()
        try:
            if (session.scalar(_NEWEST) or 0) >= newest:
                return session
        except DBAPIError as problem:
            self.rest(problem)
        session.close()
        return None


class Replicas:
    """The copies of `database`, asked in turn."""

    def __init__(self, database: Database, urls: Sequence[str]) -> None:
        self.database = database
        self.replicas = [Replica(url) for url in urls]
        self._turns = itertools.count()

    def reader(self) -> Session:
        """A session for what the public asks, of a copy that knows everything committed by now; else the primary's."""
        session = self.database.reader()
        if not self.replicas:
            return session
        with marks.asking():  # no page says something else for who answers
            newest, first = session.scalar(_NEWEST) or 0, next(self._turns)
            for number in range(len(self.replicas)):
                found = self.replicas[(first + number) % len(self.replicas)].fresh(newest)
                if found is not None:
                    session.close()
                    return found
        return session

    def dispose(self) -> None:
        for replica in self.replicas:
            replica.engine.dispose()


def replica_of(session: Session) -> Replica | None:
    """The copy that a session reads; None for the primary."""
    return session.info.get(OURS)
