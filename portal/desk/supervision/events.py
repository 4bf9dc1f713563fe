"""事件登记: what happened that a column must tell of; entered, told of by a document, annulled with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import urlencode

import colander
import deform
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from content import events, promises
from content.documents import Document, Live
from content.events import Event
from content.tree import Node
from portal.desk.admin import _forms
from portal.desk.navigation import SUPERVISION, Entry
from portal.desk.supervision import _registers
from portal.desk.words import Status, names
from portal.forms import SchemaForm, whole
from portal.i18n import _
from portal.tables import csv_file
from portal.traversal import Desk
from workflows.access import Permission, permits

URL = "/desk/supervision/events"
STATES = {events.UNTOLD: _("没有指明文稿的"), events.TOLD: _("已经指明文稿的"), events.ANNULLED: _("作废的")}


class DeskEvent:
    """An entry; the factory of `/desk/supervision/events/{id}/…`. Permissions come from its column."""

    def __init__(self, request: Request) -> None:
        event = request.db.get(Event, int(request.matchdict["id"]))
        if event is None or event.column_id not in request.tree.by_id:
            raise KeyError(request.matchdict["id"])
        self.request, self.event, self.node = request, event, request.tree.by_id[event.column_id]


# -- the list -------------------------------------------------------------------------------------------------------

def listing(request: Request) -> dict[str, Any]:
    """`/desk/supervision/events?column=&state=&page=`; four queries, however long the register is."""
    columns, where, asked = _asked(request)
    pages = _registers.paged(request, URL, events.count(request.db, where))
    found = events.listed(request.db, where, pages.offset, pages.limit)
    told = _told(request.db, found)
    return {"title": _("事件登记"), "url": URL, "pages": pages, "total": pages.total, "asked": asked,
            "lines": [(each, request.tree.by_id[each.column_id], _status(each), told.get(each.document_id))
                      for each in found],
            "columns": [(node.id, _registers.path_of(node)) for node in columns], "states": STATES,
            "query": urlencode({name: value for name, value in asked.items() if value})}


def _asked(request: Request) -> tuple[list[Node], Any, dict[str, Any]]:
    columns, given = _registers.kept(request), request.GET
    state, wanted = given.get("state", ""), whole(given.get("column", ""))
    asked = {"state": state if state in STATES else "", "column": wanted}
    ids = [node.id for node in columns if wanted is None or any(above.id == wanted for above in node.chain)]
    return columns, events.among(ids, asked["state"]), asked


def _told(session: Session, found: Collection[Event]) -> dict[int, Live]:
    """What is live of the documents that tell; one query."""
    ids = {each.document_id for each in found if each.document_id}
    return {live.document_id: live for live in session.scalars(select(Live).where(Live.document_id.in_(ids)))}


def _status(event: Event) -> Status:
    if event.annulled is not None:
        return "idle", _("已作废")
    return ("ok", _("已指明文稿")) if event.document_id else ("warn", _("没有指明文稿"))


def download(request: Request) -> Response:
    """`/desk/supervision/events.csv`: what the filters leave."""
    _columns, where, _given = _asked(request)
    return csv_file("事件登记", _rows(request, where))


def _rows(request: Request, where: Any) -> Iterator[tuple]:
    """In a session of its own: the request's is gone when the lines are sent."""
    tree, say = request.tree, request.localizer.translate
    yield "编号", "栏目", "发生日期", "事件", "依据", "状态", "索引号", "作废原因"
    with request.house.database.reader() as session:
        for found in _registers.every(session, events.listed, where):
            told = _told(session, found)
            for each in found:
                live = told.get(each.document_id)
                yield (each.id, tree.by_id[each.column_id].path, each.day, each.what, each.evidence,
                       say(_status(each)[1]), live.index_number if live else "", each.annulled_why)


# -- entering -------------------------------------------------------------------------------------------------------

def new(request: Request) -> dict[str, Any]:
    """`/desk/supervision/events/new?column=`."""
    chosen = whole(request.GET.get("column", ""))
    start = {"column_id": chosen} if chosen in {node.id for node in _registers.kept(request)} else {}
    return _new_page(_form(request).render(start))


def _new_page(form: str) -> dict[str, Any]:
    return {"title": _("登记一件事"), "form": form, "back": URL, "back_words": _("事件登记"),
            "intro": _("登记栏目应当说明的事项，例如任免、批准预算、作出处罚决定。系统按栏目的承诺计算公开期限。")}


def _form(request: Request) -> SchemaForm:
    nodes = [node for node in _registers.kept(request) if node.kind != "external" and node.is_open(request.today)]
    by_event = [node for node in nodes if node.rule.get("type") == "event"]
    others = [node for node in nodes if node not in by_event]
    groups = [(_("有事项发生后更新的栏目"), by_event), (_("其他栏目"), others)]
    say = request.localizer.translate

    def label(node: Node) -> str:
        promise = f"（{say(promises.sentence(node.rule))}）" if node in by_event else ""
        return f"{_registers.path_of(node)}{promise}"

    schema = colander.Schema()
    schema.add(_registers.column("column_id", _("栏目"), groups, label))
    schema.add(_registers.past_day(request, "day", _("发生日期"), default=request.today))
    schema.add(_registers.words("what", _("什么事"), 200, hint=_("一句话，例如：县人大常委会批准2025年决算")))
    schema.add(_registers.words("evidence", _("依据"), 200, hint=_("文号、会议名称或者网址"), needed=False))
    schema.add(_document(request, _("已经公开的，填写它的网址或者文号；还没有公开的不填")))
    return SchemaForm(request, schema, [deform.Button("save", _("登记"))], action=f"{URL}/new", formid="event")


def _document(request: Request, hint: Any) -> colander.SchemaNode:
    return _registers.document(request, "document_id", _("说明这件事的文稿"), hint)


def create(request: Request) -> dict[str, Any] | Response:
    form = _form(request)
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return _new_page(failure.render())
    node = request.tree.by_id[values["column_id"]]
    if problem := _wrong(request, values["document_id"], node, values["day"]):
        return _new_page(_forms.refused(form, problem, "document_id"))
    made = events.enter(request.db, department_id=node.department_id, actor_id=request.identity.user_id, **values)
    return _done(request, _("已登记"), made)


def _wrong(request: Request, number: int | None, node: Node, day: Any) -> str:
    found = request.db.get(Document, number) if number is not None else None
    return _registers.not_telling(found, node, day, request.tree) if number is not None else ""


def _done(request: Request, words: Any, event: Event) -> HTTPSeeOther:
    request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(f"{URL}/{event.id}")


# -- one entry ------------------------------------------------------------------------------------------------------

def show(context: DeskEvent, request: Request, **forms: str) -> dict[str, Any]:
    """`/desk/supervision/events/{id}`."""
    event = context.event
    return {"title": _("事件第${n}号", mapping={"n": event.id}), "event": event, "node": context.node, "url": URL,
            "status": _status(event), "live": _told(request.db, [event]).get(event.document_id),
            "who": names(request.db, [event.entered_by]).get(event.entered_by or 0, ""),
            "due": _due(context, request), "path": _registers.path_of(context.node),
            "tell_form": _tell_form(context, request).render(),
            "annul_form": _annul_form(context, request).render()} | forms


def _due(context: DeskEvent, request: Request) -> Any:
    """The last day for telling of it; None where the column promises nothing about events."""
    rule, calendar = context.node.rule, request.house.calendar(request.db)
    return promises.due_after(rule, context.event.day, calendar).date if rule.get("type") == "event" else None


def _tell_form(context: DeskEvent, request: Request) -> SchemaForm:
    schema = colander.Schema()
    schema.add(_document(request, _("已经公开的文稿的网址或者文号")))
    schema["document_id"].missing = colander.required
    return SchemaForm(request, schema, [deform.Button("tell", _("指明"))], action=f"{URL}/{context.event.id}/tell",
                      formid="tell")


def tell(context: DeskEvent, request: Request) -> dict[str, Any] | Response:
    """Name the document that tells of it."""
    form, event = _tell_form(context, request), context.event
    if event.annulled is not None:
        return _over(request, event)
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return show(context, request, tell_form=failure.render())
    if problem := _wrong(request, values["document_id"], context.node, event.day):
        return show(context, request, tell_form=_forms.refused(form, problem, "document_id"))
    events.tell(request.db, event, values["document_id"], actor_id=request.identity.user_id)
    return _done(request, _("已指明文稿"), event)


def _annul_form(context: DeskEvent, request: Request) -> SchemaForm:
    schema = colander.Schema()
    schema.add(_registers.words("why", _("作废的原因"), 200, hint=_("登记错了的写明哪里错了；作废以后仍然可以查到")))
    return SchemaForm(request, schema, [deform.Button("annul", _("作废"), css_class="btn-danger")],
                      action=f"{URL}/{context.event.id}/annul", formid="annul")


def annul(context: DeskEvent, request: Request) -> dict[str, Any] | Response:
    """Take an entry back, with the reason."""
    form = _annul_form(context, request)
    if context.event.annulled is not None:
        return _over(request, context.event)
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return show(context, request, annul_form=failure.render())
    if _settled(context, request):
        return show(context, request, annul_form=_forms.refused(form, "公开期限已经过了，由监督员作废", "why"))
    events.annul(request.db, context.event, values["why"], actor_id=request.identity.user_id)
    return _done(request, _("已作废"), context.event)


def _settled(context: DeskEvent, request: Request) -> bool:
    """Whether the day for telling of it is over, and an office would annul what it is late with."""
    due = _due(context, request)
    may = permits(request.identity, Permission.SUPERVISE, context.node, request.tree)
    return due is not None and due < request.today and not may


def _over(request: Request, event: Event) -> HTTPSeeOther:
    """Somebody else annulled it while the page was open."""
    request.session.flash(("late", request.localizer.translate(_("这一条已经作废"))))
    return HTTPSeeOther(f"{URL}/{event.id}")


def includeme(config: Configurator) -> None:
    keep = Permission.KEEP_REGISTERS
    config.add_desk_entry(Entry(SUPERVISION, _("事件登记"), URL, "list", keep, 60))
    config.add_route("desk.supervision.events", URL, factory=Desk)
    config.add_route("desk.supervision.events.csv", f"{URL}.csv", factory=Desk)
    config.add_route("desk.supervision.events.new", f"{URL}/new", factory=Desk)
    config.add_route("desk.supervision.event", rf"{URL}/{{id:\d{{1,9}}}}", factory=DeskEvent)
    config.add_route("desk.supervision.event.tell", rf"{URL}/{{id:\d{{1,9}}}}/tell", factory=DeskEvent)
    config.add_route("desk.supervision.event.annul", rf"{URL}/{{id:\d{{1,9}}}}/annul", factory=DeskEvent)
    one, form = "desk/supervision/event.pt", "desk/supervision/register_form.pt"
    config.add_view(download, route_name="desk.supervision.events.csv", request_method="GET", permission=keep)
    for route, method, view, page in (
            ("events", "GET", listing, "desk/supervision/events.pt"), ("events.new", "GET", new, form),
            ("events.new", "POST", create, form), ("event", "GET", show, one), ("event.tell", "POST", tell, one),
            ("event.annul", "POST", annul, one)):
        config.add_view(view, route_name=f"desk.supervision.{route}", request_method=method, renderer=page,
                        permission=keep)
