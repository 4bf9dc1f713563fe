"""Keeping supervision up to date: in full once a day and after a change of settings, else what the journal speaks of.

How far it has come lies in two cursors: the last row of the journal that was judged, and the day of the last full
look. A look is judged by a reader, so that nobody who writes waits for it, and kept in one transaction that also moves
the cursors: who is killed at any moment has either done all of it or nothing. A lease keeps it to one at a time.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from content import cursors, journal
from content.base import local_date, now
from content.house import House
from content.problems import Trouble
from workflows.judging import judge
from workflows.looking import Scope
from workflows.rules import Rule
from workflows.supervision import Outcome, keep, scope_since

ROWS, DAY = "supervision", "supervision day"
LEASE = dt.timedelta(minutes=10)
PATIENCE = 60.0  # seconds for which somebody who asked for a look waits for another one
Hear = Callable[[Rule], None]


class Busy(Trouble, RuntimeError):
    """Another process is looking just now, or took over meanwhile."""


@dataclass(frozen=True)
class _Task:
    """What a look has to do: everything (`scope` is None), or what happened up to row `until`; by some rules alone it
    brings nobody further."""

    scope: Scope | None
    until: int
    rules: Collection[str] | None = None


Plan = Callable[[Session, dt.date], _Task]


@dataclass
class Supervising:
    """Looks for one house, as `owner`."""

    house: House
    owner: str

    def run(self, at: dt.datetime | None = None) -> int:
        """The worker's turn: look if there is anything to look at; returns how many findings came or went."""
        at = at or now()
        with self.house.database.reader() as session:
            if not self._behind(session, local_date(at)):
                return 0
        with self._alone() as mine:
            if not mine:
                return 0
            outcome = self._look(at)
        return outcome.new + outcome.back + outcome.gone

    def full(self, rules: Collection[str] | None = None, told: Hear | None = None,
             at: dt.datetime | None = None) -> Outcome:
        """Look at everything now, by every rule or by some, and keep it.

        Raises `Busy` when somebody else does not come to an end, `LookupError` for an unknown rule.
        """
        patience = time.monotonic() + PATIENCE
        while True:
            with self._alone() as mine:
                if mine:
                    return self._look(at or now(), partial(self._everything, rules=rules), told)
            if time.monotonic() > patience:
                raise Busy("another process is supervising just now: try again in a while")
            time.sleep(0.1)

    # -- how far it is ----------------------------------------------------------------------------------------------

    def _behind(self, session: Session, today: dt.date) -> bool:
        return cursors.position(session, DAY) != today.toordinal() or \
            cursors.position(session, ROWS) < journal.latest(session)

    def _everything(self, session: Session, today: dt.date, rules: Collection[str] | None = None) -> _Task:
        return _Task(None, journal.latest(session), rules)

    def _since(self, session: Session, today: dt.date) -> _Task:
        """What happened since the last look; everything on the first one of a day."""
        if cursors.position(session, DAY) != today.toordinal():
            return self._everything(session, today)
        return _Task(*scope_since(session, cursors.position(session, ROWS)))

    def _alone(self) -> AbstractContextManager[bool]:
        return cursors.held(self.house.database, (ROWS, DAY), self.owner, LEASE)

    # -- looking ----------------------------------------------------------------------------------------------------

    def _look(self, at: dt.datetime, plan: Plan | None = None, told: Hear | None = None) -> Outcome:
        today = local_date(at)
        with self.house.database.reader() as session:
            task = (plan or self._since)(session, today)
            judged = judge(session, self.house, today, rules=task.rules, scope=task.scope, told=told)
        with self.house.database.writer.begin() as session:
            self._advance(session, task, today)
            return keep(session, self.house, today, judged, rules=task.rules, scope=task.scope, at=at)

    def _advance(self, session: Session, task: _Task, today: dt.date) -> None:
        """What happened while it was judged lies behind row `until`, and is looked at next."""
        rows = cursors.position(session, ROWS) if task.rules else task.until
        if not cursors.advance(session, ROWS, self.owner, rows):
            raise Busy("the look took longer than its lease, and another process took over")
        if task.scope is None and task.rules is None:
            cursors.advance(session, DAY, self.owner, today.toordinal())
