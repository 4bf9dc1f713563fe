"""What changed (变化), by the API: the public side of the journal in its order, for those who keep a copy.

A reader keeps the cursor that he was given last. Nothing between two cursors is left out; a document that changed
several times between them is told once, as it is now. What is gone has no words but those of its tombstone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import open_data, repository
from content.base import local_date
from content.documents import ARCHIVED, Live
from content.open_data import Change, OtherHistory, Place
from portal.api import describing
from portal.api.answering import answer, problem
from portal.api.asking import asked
from portal.public.documents import absolute
from portal.security import READ
from workflows.engine import workflows_for

AGAIN = 60  # seconds after which who has read everything comes again
VISIBLE = frozenset({"publish", "withdraw", "archive"})  # effects that the public sees
SAID = frozenset({"relocate", "abolished", "reinstated", "turn"})  # verbs beside the transitions that it sees
MOVES = frozenset({"document.relocate", "column.change"})


@lru_cache(maxsize=1)
def verbs() -> dict[str, frozenset[str]]:
    """`{action of the journal: its effects that the public sees}`, by the definitions of workflows."""
    found: dict[str, frozenset[str]] = {f"document.{verb}": frozenset() for verb in SAID}
    for workflow in workflows_for("document").values():
        for each in workflow.transitions:
            if seen := VISIBLE.intersection(each.effects):
                name = f"document.{each.name}"
                found[name] = found.get(name, frozenset()) | seen
    return found


@view_config(route_name="api.changes", permission=READ, request_method="GET")
def changes(request: Request) -> Response:
    """`/api/v1/changes?cursor=&limit=`."""
    values = asked(request)
    place = Place.read(values["cursor"]) if "cursor" in values else Place()
    try:
        found = open_data.changes(request.db, request.tree, place, verbs(), values["limit"])
    except OtherHistory:
        return problem(request, 409, "这个位置不是本站现在的记录给的，请从头读起")
    lives = open_data.cleared(request.db, [each.document_id for each in found.found])
    return answer(request, {
        "portal": describing.portal_id(request),
        "changes": [_change(request, each, lives[each.document_id]) for each in found.found
                    if each.document_id in lives],
        "cursor": str(found.place), "end": found.end, "again_after": AGAIN if found.end else 0})


def _change(request: Request, change: Change, live: Live) -> dict[str, Any]:
    readable = repository.may_read(live, request.now)
    return {
        "kind": _kind(change, live) if readable else _why_gone(request, live), "at": describing.moment(change.at),
        "id": live.document_id, "index_number": live.index_number, "url": absolute(request, live.url),
        "api": describing.api_url(request, live), "document": describing.brief(request, live) if readable else None,
        "reason_kind": live.reason_kind or None if live.is_withdrawn else None,
        "reason": live.reason if live.is_withdrawn else None}


def _kind(change: Change, live: Live) -> str:
    """What happened, in one word: the first of these that did."""
    effects = frozenset().union(*(verbs().get(action, frozenset()) for action in change.actions))
    if change.first:
        return "published"
    if "publish" in effects:
        return "corrected"
    if "archive" in effects and live.state == ARCHIVED:
        return "archived"
    return "moved" if MOVES.intersection(change.actions) else "changed"


def _why_gone(request: Request, live: Live) -> str:
    if live.is_withdrawn:
        return "withdrawn"
    return "ended" if live.ends is not None and live.ends < local_date(request.now) and live.audience == "public" \
        else "closed"
