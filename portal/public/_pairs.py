"""A policy and its interpretation (政策解读), joined: what is there, and by when what is missing is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from content.base import local_date
from content.documents import Live
from content.promises import INTERPRETATION, due_after
from content.types import FORMS

RECENT = dt.timedelta(days=30)  # so long a missing interpretation is spoken of on the home page
_FORMS = dict(FORMS)


@dataclass(frozen=True)
class Pair:
    """A policy and its newest interpretation; without one, `due` is the day by which it must be there."""

    policy: Live
    interpretation: Live | None = None
    due: dt.date | None = None
    late: bool = False


def form_of(live: Live) -> str:
    """图解, 问答 …; needs the rendition."""
    return _FORMS.get(live.rendition.data.get("form", ""), "") if live.rendition else ""


def waiting(policy: Live, today: dt.date) -> Pair:
    """A policy that has no interpretation yet: due 3 working days after it was published (国办发〔2016〕80号)."""
    due = due_after(INTERPRETATION, local_date(policy.published)).date
    return Pair(policy, None, due, today > due)


def pairs(policies: Iterable[tuple[Live, bool]], interpretations: dict[int, list[Live]], today: dt.date,
          most: int) -> list[Pair]:
    """The newest `most`: those that have an interpretation, and those lately published here that wait for one."""
    found = []
    for policy, imported in policies:
        if there := interpretations.get(policy.document_id):
            found.append(Pair(policy, there[-1]))
        elif not imported and today - local_date(policy.published) <= RECENT:
            found.append(waiting(policy, today))
    return found[:most]
