"""The history of a document as sentences: who did what when, from the journal; and its way through the workflow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from content.documents import Document
from content.journal import Row
from portal.desk.words import limit_status, names, titled
from portal.i18n import _
from portal.wording import sentence
from workflows.definition import State, Workflow
from workflows.engine import workflow_of
from workflows.inbox import due_of


@dataclass(frozen=True)
class Event:
    """Something that happened to the document; `statement` is the confidentiality statement (保密审查结论) made."""

    at: dt.datetime
    who: str
    what: str
    statement: str


@dataclass(frozen=True)
class Step:
    """A state on the way: `standing` is `done`, `current`, `ahead` or `skipped`."""

    title: str
    standing: str
    who: str = ""
    day: dt.datetime | None = None
    words: Any = ""


def events(request: Request, rows: list[Row], *, masked: bool = True) -> list[Event]:
    """The journal of one document, the newest first; reasons as `sentence` shows them."""
    people = names(request.db, [each for row in rows for each in (row.actor_id, row.payload.get("on_behalf_of"))])
    found = [Event(row.at, _who(row, people), sentence(request, row, masked=masked), row.payload.get("statement", ""))
             for row in rows]
    return found[::-1]


def _who(row: Row, people: dict[int, str]) -> str:
    who = people.get(row.actor_id or 0, "系统")
    behalf = people.get(row.payload.get("on_behalf_of") or 0)
    return f"{who}（代{behalf}）" if behalf else who


# -- the way ----------------------------------------------------------------------------------------------------

def flow(request: Request, document: Document, rows: list[Row]) -> list[Step]:
    """The ordinary way of the workflow, with who did each step of the present chain and when."""
    workflow = workflow_of(document.workflow)
    way, chain = workflow.path(), list(_chain(workflow, rows))
    people = names(request.db, [row.actor_id for row in chain] + [document.owner_id])
    left = {row.payload["from"]: row for row in chain}
    ended = document.state not in [state.name for state in way[:-1]]
    steps = [_step(request, document, state, left.get(state.name), people, ended) for state in way]
    if document.state not in [state.name for state in way]:
        steps.append(_step(request, document, workflow.states[document.state], None, people, ended))
    return steps


def _chain(workflow: Workflow, rows: list[Row]) -> Iterator[Row]:
    """The moves since the text was last with its writer; a correction that was abandoned never was."""
    found: list[Row] = []
    public: list[Row] = []
    for row in rows:
        if row.action == "document.abandon":
            found = public
        elif row.payload.get("to") == workflow.initial:
            found, public = [], found if row.action == "document.revise" else public
        elif "from" in row.payload:
            found.append(row)
    yield from found


def _step(request: Request, document: Document, state: State, row: Row | None, people: dict[int, str],
          ended: bool) -> Step:
    title = titled(request, state)
    if state.name == document.state:
        due = due_of(document, state)
        words = limit_status(due, request.today)[1] if due else ""
        who = people.get(document.owner_id or 0, "") if state.editable else ""
        return Step(title, "current", who, document.state_since, words)
    if row is not None:
        return Step(title, "done", _who(row, people), row.at)
    return Step(title, "skipped" if ended else "ahead", words=_("没有经过") if ended else "")
