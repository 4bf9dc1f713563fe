"""Checks of what is public (巡检), one file each: what is wrong in one document, found in the background.

A file of this folder gives `CHECK`, a `Check`, and is found by itself. Its `look` reads one document as the public
gets it and returns what is wrong in it: places and kinds, never personal data. Its `mark` names what it looks with:
under another mark everything is looked at again. What was found is kept by `content.checks`; the rules of supervision
(`workflows.rules`) read it there.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import checks
from content.base import begins, local_date, now
from content.collect import collect
from content.documents import FileRendition, Live, Rendition
from content.house import House

BATCH = 50  # documents of which the texts are held at once


@dataclass(frozen=True)
class Shown:
    """A document as the public gets it on `day`; `files` are its files and their smaller sizes, by number."""

    live: Live
    rendition: Rendition
    house: House
    session: Session
    day: dt.date
    files: dict[int, FileRendition]


def _never(shown: Shown) -> None:
    return None


def _nothing(session: Session, shown: Shown) -> None:
    return None


@dataclass(frozen=True)
class Check:
    """`again` says after which day it is to be done again although nothing changed; `enter` writes what else the
    check is there for."""

    name: str
    title: str
    mark: Callable[[House, Session], str]
    look: Callable[[Shown], list[dict[str, Any]]]
    again: Callable[[Shown], dt.datetime | None] = _never
    enter: Callable[[Session, Shown], None] = _nothing


def in_days(shown: Shown, days: int) -> dt.datetime:
    """The first moment of a day to come, in China."""
    return begins(shown.day + dt.timedelta(days=days))


@dataclass(frozen=True)
class Result:
    """What a check found in a document, to be kept."""

    check: Check
    mark: str
    shown: Shown
    found: list[dict[str, Any]]
    again: dt.datetime | None


@lru_cache(maxsize=1)
def all_checks() -> dict[str, Check]:
    """Every check, by name."""
    return collect(sys.modules[__name__], "CHECK")


def run(session: Session, house: House, limit: int, *, names: Collection[str] | None = None,
        documents: Collection[int] | None = None, at: dt.datetime | None = None) -> int:
    """Do up to `limit` of the checks that wait, in one writer; returns how many were done, 0 when none waits."""
    results = look(session, house, limit, names=names, documents=documents, at=at)
    keep(session, results, at=at)
    session.flush()
    return len(results)


def look(session: Session, house: House, limit: int, *, names: Collection[str] | None = None,
         documents: Collection[int] | None = None, at: dt.datetime | None = None) -> list[Result]:
    """Up to `limit` results of checks that wait; a reader will do, so that nobody who writes waits for it."""
    at, results = at or now(), []
    for check in asked(names):
        mark = check.mark(house, session)
        wait = checks.waiting(session, check.name, mark, at, limit - len(results), documents)
        results += [_result(check, mark, shown) for shown in _shown(session, house, wait, local_date(at))]
        if len(results) >= limit:
            break
    return results


def keep(session: Session, results: Iterable[Result], *, at: dt.datetime | None = None) -> None:
    """Write down what was found, unless the public gets another text, or none, by now."""
    wanted, day = list(results), local_date(at or now())
    ids = {each.shown.live.document_id for each in wanted}
    query = select(Live.document_id, Live.rendition_id).where(Live.document_id.in_(ids))
    current = dict(session.execute(query).all()) if ids else {}
    for each in wanted:
        if current.get(each.shown.live.document_id) == each.shown.live.rendition_id:
            checks.keep(session, each.shown.live, each.check.name, each.mark, each.found, day=day, again=each.again)
            each.check.enter(session, each.shown)


def unchecked(session: Session, house: House, at: dt.datetime | None = None) -> int:
    """How many public documents wait for a check."""
    marks = {check.name: check.mark(house, session) for check in asked()}
    return checks.unchecked(session, marks, at or now())


def asked(names: Collection[str] | None = None) -> list[Check]:
    """The checks of these names, or all."""
    return [check for name, check in sorted(all_checks().items()) if names is None or name in names]


def _result(check: Check, mark: str, shown: Shown) -> Result:
    return Result(check, mark, shown, check.look(shown), check.again(shown))


def _shown(session: Session, house: House, lives: list[Live], day: dt.date) -> Iterable[Shown]:
    """With their texts and files, which are held for a batch at a time; two queries for each."""
    for first in range(0, len(lives), BATCH):
        batch = lives[first:first + BATCH]
        found = session.scalars(select(Rendition).where(Rendition.id.in_([each.rendition_id for each in batch])))
        texts = {each.id: each for each in found}
        files = _files(session, texts.values())
        for live in batch:
            rendition = texts[live.rendition_id]
            yield Shown(live, rendition, house, session, day,
                        {number: files[number] for number in _numbers(rendition) if number in files})


def _files(session: Session, renditions: Iterable[Rendition]) -> dict[int, FileRendition]:
    wanted = {number for each in renditions for number in _numbers(each)}
    if not wanted:
        return {}
    return {each.id: each for each in session.scalars(select(FileRendition).where(FileRendition.id.in_(wanted)))}


def _numbers(rendition: Rendition) -> list[int]:
    """Of the files that a rendition lists, with the smaller sizes of pictures."""
    return [each["file"] for entry in rendition.files for each in (entry, *entry.get("variants", ()))]


def today(session: Session, house: House, name: str, documents: Collection[int],
          at: dt.datetime | None = None) -> dict[int, list[dict[str, Any]]]:
    """What a check finds in those of some documents that wait for it, written nowhere: for who cannot wait."""
    return {each.shown.live.document_id: each.found
            for each in look(session, house, max(1, len(documents)), names=[name], documents=documents, at=at)}
