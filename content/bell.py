"""A bell: rung when the journal has grown, so that who follows it in this process need not wait for its next look.

Each `Database` has one, and its own commits ring it. What another process commits is heard at the next look, or when
somebody who hears of it (a notification of the database) rings here.
"""

from __future__ import annotations

from threading import Condition

BELL = "gongkai.bell"  # where a session keeps it


class Bell:
    """Any number of threads wait, each for what was rung since it listened last."""

    def __init__(self) -> None:
        self._condition = Condition()
        self._rung = 0

    @property
    def rung(self) -> int:
        """How often it was rung: taken before one looks, so that nothing is missed between the look and the wait."""
        return self._rung

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def wait(self, since: int, seconds: float) -> bool:
        """Wait until it was rung more often than `since`, at most so long; whether it was."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rung > since, seconds)
