"""Marks: what a page was made of, written down while it is made, so that it is known which pages a change touches.

A mark is a word: `document:12` (this document), `list:3` (what column 3 lists, with all below it), `page:3:7` (the
seventh full page of that list), `relations:12` (what other documents say of this one), `promises` (what columns
promised and keep), `department:4` and `topic:民政` (the newest of an office, of a topic), `site` (anything about all
that is public), `year:2026` (the addresses of a year).

Documents mark themselves when they are loaded; `document` marks one that was read otherwise. What a question ranges
over, the question says: `asking("list:3")` around its statement. A statement that was executed for a page outside of
any question is a *stray*: nobody knows what changes its answer, and the page is not published.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from content.base import local_date, now
from content.documents import Live

SITE, PROMISES = "site", "promises"
P, R = ParamSpec("P"), TypeVar("R")


@dataclass
class Heard:
    """What was marked while something was made; `strays` are statements that belong to no question.

    `until`: the first day on which it may say something else although nothing happened. `ends`: the first day on
    which it may no longer be read as it is, because the period (公示期) of something that it names is over.
    """

    marks: set[str] = field(default_factory=set)
    until: dt.date = dt.date.max
    ends: dt.date = dt.date.max
    strays: set[str] = field(default_factory=set)
    depth: int = 0


_HEARD: ContextVar[Heard | None] = ContextVar("heard", default=None)


@contextmanager
def listening() -> Iterator[Heard]:
    """Write down what is marked inside; whoever listens outside hears it too."""
    outer, heard = _HEARD.get(), Heard()
    heard.depth = outer.depth if outer else 0
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)
        repeat(heard)


def repeat(heard: Heard) -> None:
    """What was heard when something was made that is now used again."""
    outer = _HEARD.get()
    if outer is not None:
        outer.marks |= heard.marks
        outer.strays |= heard.strays
        outer.until, outer.ends = min(outer.until, heard.until), min(outer.ends, heard.ends)


def note(*marks: str) -> None:
    """The page that is made now depends on these."""
    heard = _HEARD.get()
    if heard is not None:
        heard.marks.update(marks)


def until(day: dt.date) -> None:
    """On `day` the page that is made now says something else."""
    heard = _HEARD.get()
    if heard is not None:
        heard.until = min(heard.until, day)


def last_day(day: dt.date | None) -> None:
    """The page that is made now names what may be read up to `day` and no longer; None for what has no such day."""
    heard = _HEARD.get()
    if heard is not None and day is not None:
        until(day + dt.timedelta(days=1))
        heard.ends = min(heard.ends, day + dt.timedelta(days=1))


@contextmanager
def asking(*marks: str) -> Iterator[None]:
    """Around the statements of a question: what its answer depends on, beside the documents in it."""
    heard = _HEARD.get()
    if heard is None:
        yield
        return
    heard.marks.update(marks)
    heard.depth += 1
    try:
        yield
    finally:
        heard.depth -= 1


def about(marks: Callable[P, Iterable[str]]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A question that depends on what `marks` says of its arguments."""
    def decorated(question: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(question)
        def asked(*args: P.args, **kwargs: P.kwargs) -> R:
            if _HEARD.get() is None:
                return question(*args, **kwargs)
            with asking(*marks(*args, **kwargs)):
                return question(*args, **kwargs)
        return asked
    return decorated


def whole_site(*_args: Any, **_kwargs: Any) -> tuple[str, ...]:
    return (SITE,)


def executed(statement: object) -> None:
    """A statement goes to the database; a stray where no question is asked."""
    heard = _HEARD.get()
    if heard is not None and not heard.depth:
        heard.strays.add(" ".join(str(statement).split())[:300])


@event.listens_for(Session, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if not state.is_relationship_load and not state.is_column_load:
        executed(state.statement)


@event.listens_for(Session, "loaded_as_persistent")
def _loaded(session: Session, instance: object) -> None:
    if isinstance(instance, Live):
        document(instance)


def document(live: Any) -> None:
    """The page that is made now names this document: a row of the gate, loaded or read."""
    if _HEARD.get() is None:
        return
    note(f"document:{live.document_id}")
    today = local_date(now())
    if live.pinned_until is not None and live.pinned_until >= today:
        until(live.pinned_until + dt.timedelta(days=1))
    if live.ends is not None and live.ends >= today:
        last_day(live.ends)
