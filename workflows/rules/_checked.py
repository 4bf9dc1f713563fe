"""Rules that read what checks found: one finding for a document, as long as it is bad without being well between.

What was corrected a moment ago is looked at on the spot where the look is about a few documents, so that who verifies
a repair need not wait for the worker.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from content import checks as kept
from content.base import local_date
from content.documents import Live
from content.filing import label
from content.findings import RED, YELLOW
from workflows import checks
from workflows.looking import Look
from workflows.rules import Found

AT_ONCE = 5  # documents that are looked at on the spot
MOST = 20  # places that the evidence names
Judge = Callable[[dt.date, list[dict[str, Any]]], tuple[str, dt.date]]


def by_check(look: Look, name: str, words: Callable[[list[dict[str, Any]]], str],
             judge: Judge | None = None) -> Iterator[Found]:
    """What the check `name` found, `words` in a sentence; `judge` gives severity and its first day, else red at once.

    A look back tells of what was found later, where the text was public on the day as it is now.
    """
    fresh = _fresh(look, name)
    for row, live in kept.bad(look.session, name, look.documents):
        found, since = fresh.pop(live.document_id, row.found), row.since or local_date(row.at)
        if found and (since <= look.day or live.changed < look.end):
            yield _found(look, name, live, found, since, words, judge)
    for live in _lives(look, [number for number, found in fresh.items() if found]):
        yield _found(look, name, live, fresh[live.document_id], look.day, words, judge)


def _fresh(look: Look, name: str) -> dict[int, list[dict[str, Any]]]:
    """What the check finds now in the few documents of a look, where it was not done for their present text."""
    if look.documents is None or not 0 < len(look.documents) <= AT_ONCE:
        return {}
    return checks.today(look.session, look.house, name, look.documents)


def _lives(look: Look, numbers: list[int]) -> list[Live]:
    return [live for number in numbers if (live := look.session.get(Live, number)) is not None]


def _found(look: Look, name: str, live: Live, found: list[dict[str, Any]], since: dt.date,
           words: Callable[[list[dict[str, Any]]], str], judge: Judge | None) -> Found:
    begun = min(since, look.day)
    severity, first = judge(begun, found) if judge else (RED, begun)
    return Found("document", live.document_id, live.index_number, live.department_id, severity, first,
                 since.isoformat(), words(found), column_id=live.column_id,
                 evidence={"url": live.url, "title": title(look, live), "check": name, "places": found[:MOST],
                           "count": len(found)})


def title(look: Look, live: Live) -> str:
    """The title of a document without personal data: evidence stays when the document is withdrawn."""
    return label(live.title, look.house.known_public(look.tree))


def first_red(look: Look, since: dt.date, days: int) -> tuple[str, dt.date]:
    """Yellow for so many days from the day it was found, red from then on."""
    turns = since + dt.timedelta(days=days)
    return (RED, turns) if look.day >= turns else (YELLOW, since)


def listed(parts: list[str], most: int = 3) -> str:
    """A few of them in words."""
    several = list(dict.fromkeys(parts))
    return "、".join(several[:most]) + (f"等{len(several)}处" if len(several) > most else "")
