"""A document at the desk: where it stands, what blocks it, what changed, its findings, and the decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request

from content import journal, manuscripts
from content.base import SHANGHAI
from content.documents import Document, Revision
from content.erasure import erased
from content.types import type_of
from portal.desk import reading
from portal.desk.changes import changes, earlier, segments
from portal.desk.file_changes import file_changes
from portal.desk.findings import marked_body, panel, parts, pinned
from portal.desk.history import events, flow
from portal.desk.withdrawal import kinds, traces
from portal.desk.words import state_status, titled
from portal.i18n import _
from portal.traversal import DeskDocument
from workflows import engine
from workflows.access import Permission
from workflows.definition import Transition
from workflows.engine import Offer, workflow_of
from workflows.manuscripts import may_edit
from workflows.moves import NotAllowed, Refused

VIEWS = {"changes": _("看改动"), "new": _("只看新稿"), "both": _("左右对照"), "data": _("元数据"), "files": _("附件"),
         "history": _("经过"), "revisions": _("历次稿")}
OF_TWO = ("changes", "both")  # views that need an earlier revision
STATEMENT = "已逐项审查，不涉及国家秘密、工作秘密，可以公开"  # 先审查、后公开: 保密法实施条例 Art. 42


@dataclass(frozen=True)
class Decision:
    """What the person may do now: `ways` by the buttons of the form, `others` apart, each with its own reason."""

    ways: tuple[tuple[Offer, str], ...]
    others: tuple[tuple[Offer, str], ...]

    @property
    def wants_statement(self) -> bool:
        return any("confidentiality_statement" in offer.transition.guards for offer, _title in self.ways)

    @property
    def wants_moment(self) -> bool:
        return any("moment_given" in offer.transition.guards for offer, _title in self.ways)

    @property
    def wants_reason(self) -> bool:
        return any(offer.transition.reason for offer, _title in self.ways)


def page(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/document/{id}?view=…&revision=…&against=…`."""
    document = request.context.document
    rows = journal.history(request.db, "document", document.id)
    revision = reading.revision_asked(request, document, "revision") or document.head
    before = reading.revision_asked(request, document, "against") or earlier(request.db, document, rows)
    view = _view(request, before)
    beside = panel(request, document, revision)
    shown = reading.text(request, document, revision)
    return {
        "title": shown.title or _("无标题"), "document": document, "node": request.context.node, "revision": revision,
        "kind": type_of(document.type), "status": state_status(request, document), "view": view,
        "views": {name: words for name, words in VIEWS.items() if before is not None or name not in OF_TWO},
        "shown": shown, "panel": beside, "parts": parts(request), "back": request.path_qs,
        "flow": flow(request, document, rows), "blockers": _blockers(document, beside),
        "decision": _decision(request, document), "may_edit": may_edit(request.identity, document, request.tree),
        "may_write": request.has_permission(Permission.WRITE),
        "may_erase": bool(request.has_permission(Permission.ERASE)), "refused": (), "typed": {}, "statement": STATEMENT,
        "compared": before is not None, "behalf": "、".join(request.identity.principals.values()),
        "kinds": lambda offer: kinds(request, document, offer), "traces": traces(request, document, rows),
        **_of_view(request, document, view, revision, before, beside, rows), **more,
    }


def _view(request: Request, before: Revision | None) -> str:
    """The view that was asked for; else the changes where there are any, else the text."""
    asked = request.GET.get("view", "")
    if "revision" in request.GET and asked not in VIEWS:
        return "new"
    if asked in VIEWS and (before is not None or asked not in OF_TWO):
        return asked
    return "changes" if before is not None else "new"


def _of_view(request: Request, document: Document, view: str, revision: Revision, before: Revision | None,
             beside: Any, rows: list[journal.Row]) -> dict[str, Any]:
    """What only the chosen view needs."""
    found: dict[str, Any] = {"changes": None, "body": "", "pinned": (), "events": (), "revisions": (),
                              "files": (), "erased": frozenset()}
    if before is not None and view in (*OF_TWO, "data"):
        found["changes"] = changes(request, document, before, revision)
        found["segments"] = lambda pieces: segments(pieces, beside)
    if view == "new":
        found["body"] = marked_body(request, document, revision, beside)
        found["pinned"] = pinned(found["body"])
    elif view == "files":
        found["files"] = file_changes(request, document, before, revision, beside)
    elif view == "history":
        found["events"] = events(request, rows, masked=not beside.originals)
    elif view == "revisions":
        found["revisions"] = manuscripts.revisions(request.db, document.id)
        found["erased"] = erased(rows)
    return found


def _blockers(document: Document, beside: Any) -> list[str]:
    """What keeps the text from going out, said while it is on its way."""
    workflow = workflow_of(document.workflow)
    on_its_way = any("publish" in each.effects or each.tone == "primary" for each in workflow.leaving(document.state))
    if not on_its_way:
        return []
    missing = type_of(document.type).missing(document.head.data)
    return [*beside.review.blockers, *([f"还没有填写：{'、'.join(missing)}"] if missing else [])]


def _decision(request: Request, document: Document) -> Decision:
    offers = engine.offers(request.db, request.house, document, request.identity, request.now)
    ways, others = [], []
    for offer in offers:
        apart = offer.transition.tone == "danger" and not _leads_back(document, offer.transition)
        (others if apart else ways).append((offer, titled(request, offer.transition)))
    return Decision(tuple(ways), tuple(others))


def _leads_back(document: Document, transition: Transition) -> bool:
    return workflow_of(document.workflow).states[transition.target].editable


# -- the decision -----------------------------------------------------------------------------------------------

def move(request: Request) -> Any:
    """Take the step whose button was pressed; what the engine refuses is said on the same page, nothing is lost."""
    document, name = request.context.document, request.POST.get("transition", "")
    try:
        _same_text(request, document)
        engine.fire(request.db, request.house, document, name, request.identity,
                    why=request.POST.get("why", "")[:2000], now=request.now, **_facts(request))
    except Refused as refused:
        request.response.status_int = 403 if isinstance(refused, NotAllowed) else 409
        return page(request, refused=refused.reasons, typed=request.POST)
    request.session.flash(("ok", _done(document, name, request)))
    return HTTPSeeOther(f"/desk/document/{document.id}")


def _same_text(request: Request, document: Document) -> None:
    """A decision is about the text that was on the page. Raises `Refused`."""
    seen = request.POST.get("seen", "")
    if seen != str(document.head_id):
        raise Refused("您打开页面以后，稿件又保存过新的一稿；请先看新稿，再决定")


def _facts(request: Request) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if request.POST.get("statement"):
        facts["statement"] = STATEMENT
    if request.POST.get("reason_kind"):
        facts["reason_kind"] = request.POST["reason_kind"]
    if moment := _moment(request.POST.get("date", ""), request.POST.get("time", "")):
        facts["publish_at"] = moment
    return facts


def _moment(day: str, time: str) -> dt.datetime | None:
    """The moment on the county's clock. Raises `Refused` for what is none."""
    if not day and not time:
        return None
    try:
        return dt.datetime.fromisoformat(f"{day}T{time or '09:00'}").replace(tzinfo=SHANGHAI).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Refused("公开时间没有看懂：日期写成 2026-12-01，时间写成 09:00") from None


def _done(document: Document, name: str, request: Request) -> str:
    """What the definition says when it is done; looked up by the target, for a name may stand there twice."""
    found = [each for each in workflow_of(document.workflow).transitions
             if each.name == name and each.target == document.state]
    return titled(request, found[0]) if request.language.code == "en" else found[0].done


def includeme(config: Configurator) -> None:
    config.add_route("desk.document", r"/desk/document/{id:\d{1,9}}", factory=DeskDocument)
    config.add_route("desk.move", r"/desk/document/{id:\d{1,9}}/move", factory=DeskDocument)
    read = {"permission": Permission.READ_WORK, "renderer": "desk/review.pt"}
    config.add_view(lambda request: page(request), route_name="desk.document", request_method="GET", **read)
    config.add_view(move, route_name="desk.move", request_method="POST", **read)
