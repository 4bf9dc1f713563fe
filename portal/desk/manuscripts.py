"""我的稿件: manuscripts to be found by title, id and state; the last issue copied as the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request

from content import manuscripts, picture_intake, writing
from content.documents import Document
from content.manuscripts import Wanted
from content.tree import Node
from content.types import type_of
from portal.desk.navigation import WORK, Entry
from portal.desk.reading import sees_originals, shown_title
from portal.desk.words import Status, state_status, titled
from portal.forms import whole
from portal.i18n import _
from portal.paging import from_first
from portal.traversal import Desk, DeskDocument
from workflows.access import PERMISSIONS, Permission, columns_for, permits
from workflows.engine import workflows_for

SIZE = 20


@dataclass(frozen=True)
class Line:
    """A manuscript in the list."""

    document: Document
    title: str
    column: Node
    type: str
    status: Status
    may_copy: bool


def listing(request: Request) -> dict[str, Any]:
    """`/desk/manuscripts?q=&state=&all=&page=`."""
    wanted = _wanted(request)
    total = manuscripts.count(request.db, wanted)
    asked = {key: request.GET[key] for key in ("q", "state", "all") if request.GET.get(key)}
    pages = from_first(total, SIZE, _page(request), lambda n: f"/desk/manuscripts?{urlencode(asked | {'page': n})}")
    if pages is None:
        raise HTTPNotFound()
    found = manuscripts.listed(request.db, wanted, pages.offset, pages.limit)
    return {
        "title": _("我的稿件"), "lines": [_line(request, each) for each in found], "pages": pages, "total": total,
        "words": wanted.words, "state": request.GET.get("state", ""), "states": _states(request),
        "everyones": "all" in asked, "may_see_all": request.has_permission(Permission.READ_WORK),
        "unsaved": _unsaved(request), "may_write": request.has_permission(Permission.WRITE),
    }


def _wanted(request: Request) -> Wanted:
    words, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    states = (state,) if state else ()
    if request.GET.get("all"):
        nodes = columns_for(request.identity, PERMISSIONS[Permission.READ_WORK], request.tree)
        return Wanted(columns=[node.id for node in nodes], states=states, words=words,
                      originals=all(sees_originals(request, node) for node in nodes))
    return Wanted(owner_id=request.identity.user_id, states=states, words=words)


def _page(request: Request) -> int:
    number = whole(request.GET.get("page", "1"))
    if number is None:
        raise HTTPNotFound()
    return number


def _states(request: Request) -> list[tuple[str, str]]:
    return list({state.name: titled(request, state) for workflow in workflows_for("document").values()
                 for state in workflow.states.values()}.items())


def _line(request: Request, document: Document) -> Line:
    node = request.tree.by_id[document.column_id]
    return Line(document, shown_title(request, document), node, titled(request, type_of(document.type)),
                state_status(request, document), permits(request.identity, Permission.WRITE, node, request.tree))


def _unsaved(request: Request) -> list[tuple[str, str, Any]]:
    """What was typed and never saved: `(title, address to go on, moment)`."""
    found = []
    for draft in writing.unsaved(request.db, request.identity.user_id):
        place = urlencode({"column": draft.column_id, "type": draft.type, "draft": draft.id})
        found.append((draft.fields.get("title") or "无标题", f"/desk/write?{place}", draft.saved))
    return found


def copy(request: Request) -> HTTPSeeOther:
    """Copy as new: the last issue becomes the draft of the next."""
    context = request.context
    try:
        made = writing.copy_as_new(request.db, context.document, context.node, actor_id=request.identity.user_id,
                                   at=request.now, body=partial(_carried, request))
    except writing.NotHere as problem:
        request.session.flash(("late", str(problem)))
        return HTTPSeeOther(f"/desk/document/{context.document.id}")
    request.session.flash(("ok", _("已复制为新稿，上一期自己的日期和文号没有带过来")))
    return HTTPSeeOther(f"/desk/document/{made.id}/edit")


def _carried(request: Request, made: Document) -> str:
    """The text of the last issue with its pictures."""
    source = request.context.document
    return picture_intake.carried(request.db, request.house, source, made, source.head.body,
                                  actor_id=request.identity.user_id)


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(WORK, _("我的稿件"), "/desk/manuscripts", "document", Permission.READ_WORK, 30))
    config.add_route("desk.manuscripts", "/desk/manuscripts", factory=Desk)
    config.add_view(listing, route_name="desk.manuscripts", request_method="GET", permission=Permission.READ_WORK,
                    renderer="desk/manuscripts.pt")
    config.add_route("desk.copy", r"/desk/document/{id:\d{1,9}}/copy", factory=DeskDocument)
    config.add_view(copy, route_name="desk.copy", request_method="POST", permission=Permission.WRITE)
