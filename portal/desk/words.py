"""How the desk says where a document stands: its limit, its state, a name, each as (kind of status, words)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from pyramid.request import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from content.calendar import Day, workdays_between
from content.documents import Document
from content.people import User
from content.types import DocumentType
from portal.i18n import _
from workflows.definition import State, Transition
from workflows.engine import workflow_of

SOON = 3  # working days before a limit from which it is said in yellow

Status = tuple[str, Any]


def limit_status(due: Day | None, today: dt.date) -> Status:
    """`late`, `warn`, `ok`, or `idle` where nothing is limited; days are working days."""
    if due is None:
        return "idle", _("不限时")
    if today > due.date:
        days = workdays_between(due.date, today)
        return "late", _("超期${n}个工作日", mapping={"n": days}) if days else _("已超期")
    left = workdays_between(today, due.date)
    if left == 0:
        return "warn", _("今天到期")
    return ("warn" if left <= SOON else "ok"), _("剩${n}个工作日", mapping={"n": left})


def titled(request: Request, named: State | Transition | DocumentType) -> str:
    """The title of a state, a transition or a type in the language of the page."""
    return named.english if request.language.code == "en" else named.title


def state_status(request: Request, document: Document) -> Status:
    """The state of a document, in the colour of what it means."""
    workflow = workflow_of(document.workflow)
    state = workflow.states[document.state]
    if document.emergency:
        return "late", _("紧急公开，待补审")
    if state.editable:
        return "warn", titled(request, state)
    if document.live is not None and document.live.rendition_id and document.state == workflow.path()[-1].name:
        return "ok", titled(request, state)
    return ("idle" if state.final or not _moves_on(document) else "info"), titled(request, state)


def _moves_on(document: Document) -> bool:
    leaving = workflow_of(document.workflow).leaving(document.state)
    return any(each.tone == "primary" or "publish" in each.effects for each in leaving)


def names(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    """The names of these people, one query."""
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    return dict(session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())


