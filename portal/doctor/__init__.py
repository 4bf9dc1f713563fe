"""The doctor: looks at an instance from all sides and says of each what is wrong and what to do.

One file a check, found by itself; a file gives `CHECK`. A check yields what it finds, or nothing where all is well.
What it needs of the instance it asks of the `Patient`, who may be so ill that there is no database to ask: that is
said once, by the check of the database, and the others say that they were not made.

Nothing that is found quotes a secret, a query's values or what somebody typed.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from content.base import Database, local_date, now
from content.collect import collect
from content.house import House
from content.problems import Trouble
from content.search import Engine, open_engine
from portal.i18n import _
from portal.instance import open_house
from portal.settings import Settings

OK, WARN, BAD, NOT_MADE = "ok", "warn", "bad", "not made"
GRADES = (BAD, WARN, NOT_MADE, OK)  # the worst first
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """One thing that is found: how bad it is, what it is, and what to do. Words are Chinese, to be translated."""

    grade: str
    words: Any
    todo: Any = ""


@dataclass(frozen=True)
class Check:
    """`ready`: without it the portal answers nobody, and it is quick. `outside`: it asks others, and may wait."""

    name: str
    title: Any
    run: Callable[[Patient], Iterable[Found]]
    ready: bool = False
    outside: bool = False


@dataclass(frozen=True)
class Verdict:
    """A check with what it found, the worst first."""

    check: Check
    found: tuple[Found, ...]

    @property
    def grade(self) -> str:
        return self.found[0].grade


class NoDatabase(Exception):
    """There is no file where SQLite's database should be; to open it would make an empty one."""


@dataclass
class Patient:
    """An instance as far as it can be opened; each part is opened when it is first asked for."""

    settings: Settings
    lent: House | None = None  # an open house is used, and left open
    index: Engine | None = None
    at: dt.datetime = field(default_factory=now)

    @property
    def home(self) -> Path:
        return self.settings.home

    @property
    def day(self) -> dt.date:
        return local_date(self.at)

    @cached_property
    def database(self) -> Database:
        """Raises `NoDatabase`."""
        self._require_database()
        return self.lent.database if self.lent else Database(self.settings.database_url)

    @cached_property
    def house(self) -> House:
        """Raises `NoDatabase`, `content.keys.KeyProblem`."""
        self._require_database()
        return self.lent or open_house(self.settings)

    @cached_property
    def engine(self) -> Engine:
        """Raises `content.search.SearchError`."""
        synonyms = self.settings.synonyms
        return self.index or open_engine(self.settings.search_url, Path(synonyms) if synonyms else None)

    def _require_database(self) -> None:
        url = make_url(self.settings.database_url)
        if self.lent is None and url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise NoDatabase(url.database)

    def close(self) -> None:
        """Let go of what was opened here."""
        if "engine" in self.__dict__ and self.index is None:
            self.engine.close()
        for name in ("database", "house"):
            if name in self.__dict__ and self.lent is None:
                getattr(self.__dict__[name], "database", self.__dict__[name]).dispose()


def checks() -> dict[str, Check]:
    return collect(sys.modules[__name__], "CHECK")


def examine(patient: Patient, wanted: Iterable[Check]) -> Iterator[Verdict]:
    """Make the checks one after the other. Never raises: a check that fails says so."""
    for check in wanted:
        found = sorted(_made(check, patient), key=lambda each: GRADES.index(each.grade))
        yield Verdict(check, tuple(found) or (Found(OK, _("正常")),))


def _made(check: Check, patient: Patient) -> list[Found]:
    try:
        return list(check.run(patient))
    except Trouble as problem:
        return [Found(BAD, str(problem))]
    except (DBAPIError, NoDatabase):
        return [Found(NOT_MADE, _("数据库没有应答，没有检查"), _("先按“数据库”一项办理"))]
    except Exception as problem:
        log.error("check %s failed: %s", check.name, type(problem).__name__)
        return [Found(NOT_MADE, _("没有检查成（${kind}）", mapping={"kind": type(problem).__name__}))]


def worst(verdicts: Iterable[Verdict]) -> str:
    """The worst grade of all; `OK` where there is none."""
    grades = {verdict.grade for verdict in verdicts}
    return next((grade for grade in GRADES if grade in grades), OK)
