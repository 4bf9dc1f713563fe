"""Listening: what another process has committed is known here within a moment, by NOTIFY of PostgreSQL.

The journal's last step before a commit sends a notification, which PostgreSQL delivers with the commit or not at all
(`content.journal`). A thread of each process listens: it rings the bell of its database, so that followers need not
wait for their next look, and renews the picture of the tree before anybody asks for it. Nothing depends on it: without
a connection, and on SQLite, everybody looks by himself, as often as before. Each request asks for the version of the
tree anyway, so that a notification that is late makes nothing wrong.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from threading import Event, Thread
from typing import Any

from sqlalchemy import make_url

from content.house import House
from content.journal import CHANNEL
from content.tree import TREE_KINDS

HEARING = 0.5  # seconds after which one that listens sees that it is to stop
BEAT = 10.0  # seconds of silence after which the connection is tried
PAUSES = (0.2, 1.0, 5.0, 15.0)  # seconds until the next attempt to connect
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15000}
log = logging.getLogger(__name__)


class Listener:
    """Listens for one house in a thread, from `with` or `start` on; does nothing where there is nothing to hear."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.connected = Event()
        self._stop = Event()
        self._thread: Thread | None = None
        self._connection: Any = None

    def start(self) -> Listener:
        if not self.house.database.is_sqlite and self._thread is None:
            self._thread = Thread(target=self._run, name="listener", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2.0)

    __enter__: Any = start

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self._listen()
                failures = 0
            except Exception as problem:  # the database is away or does not speak: everybody looks by himself
                log.warning("no notifications of the database: %s", type(problem).__name__)
                failures = 0 if self.connected.is_set() else failures + 1
            self.connected.clear()
            self._stop.wait(PAUSES[min(failures, len(PAUSES) - 1)])

    def _listen(self) -> None:
        with self._connect() as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self._react(TREE_KINDS)  # whatever was said while nobody listened
            self.connected.set()
            heard = time.monotonic()
            while not self._stop.is_set():
                for said in connection.notifies(timeout=HEARING, stop_after=1):
                    self._react(said.payload.split(","))
                    heard = time.monotonic()
                if time.monotonic() - heard > BEAT:
                    connection.execute("SELECT 1")
                    heard = time.monotonic()

    def _connect(self) -> Any:
        """A connection of its own: those of the pool come and go."""
        database = self.house.database
        dialect = database.engine.dialect
        given, named = dialect.create_connect_args(make_url(database.url))
        return dialect.dbapi.connect(*given, **{"connect_timeout": 5, **KEEPALIVE, **named}, autocommit=True)

    def _react(self, kinds: Collection[str]) -> None:
        if not set(TREE_KINDS).isdisjoint(kinds):
            with self.house.database.reader() as session:
                self.house.tree(session)
        self.house.database.bell.ring()
