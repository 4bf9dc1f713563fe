"""不予公开事项登记: what is not disclosed and why, and its periodic review (《条例》第十八条): it stays, or is
disclosed: as a document that is public already, or as a draft that goes the way of every publication."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import colander
import deform
from deform.widget import RadioChoiceWidget
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import journal, withheld, writing
from content.calendar import Day
from content.documents import Document
from content.journal import Row
from content.tree import EVERYWHERE, Node
from content.types import type_of
from content.withheld import ATTRIBUTES, DISCLOSE, RESULTS, STAYS, Withheld
from portal.desk.admin import _forms
from portal.desk.navigation import SUPERVISION, Entry
from portal.desk.supervision import _registers
from portal.desk.words import Status, limit_status, names
from portal.forms import SchemaForm, whole
from portal.i18n import _
from portal.tables import csv_file
from portal.traversal import Desk
from workflows.access import PERMISSIONS, Permission, columns_for, units_for
from workflows.looking import Look
from workflows.rules import withheld_review

URL = "/desk/supervision/withheld"
STATES = {withheld.OPEN: _("没有公开的"), withheld.CLOSED: _("已转为公开的")}
BASIS = "《政府信息公开条例》第十八条：定期评估后转为公开"


class DeskItem:
    """An item; the factory of `/desk/supervision/withheld/{id}/…`. Permissions come from its department."""

    node = None

    def __init__(self, request: Request) -> None:
        item = request.db.get(Withheld, int(request.matchdict["id"]))
        if item is None:
            raise KeyError(request.matchdict["id"])
        self.request, self.item, self.department_id = request, item, item.department_id


# -- the list -------------------------------------------------------------------------------------------------------

def listing(request: Request) -> dict[str, Any]:
    """`/desk/supervision/withheld?department=&state=&page=`: what is due for review first."""
    units, where, asked = _asked(request)
    pages, look = _registers.paged(request, URL, withheld.count(request.db, where)), _look(request)
    short = request.tree.departments.by_id
    lines = [(each, _status(look, each), _due(look, each), short[each.department_id].short_name)
             for each in withheld.listed(request.db, where, pages.offset, pages.limit)]
    return {"title": _("不予公开事项"), "url": URL, "pages": pages, "total": pages.total, "asked": asked,
            "lines": lines, "states": STATES, "attributes": ATTRIBUTES,
            "units": [(unit, short[unit].short_name) for unit in sorted(units)],
            "query": urlencode({name: value for name, value in asked.items() if value})}


def _asked(request: Request) -> tuple[set[int], Any, dict[str, Any]]:
    units, given = units_for(request.identity, Permission.KEEP_REGISTERS, request.tree), request.GET
    state, wanted = given.get("state", withheld.OPEN), whole(given.get("department", ""))
    asked = {"state": state if state in STATES or state == "" else withheld.OPEN, "department": wanted}
    chosen = {unit for unit in units if wanted is None or wanted in request.tree.departments.chain(unit)}
    return units, withheld.among(chosen, asked["state"]), asked


def _look(request: Request) -> Look:
    return Look(request.db, request.house, request.today)


def _due(look: Look, item: Withheld) -> dt.date | None:
    """The last day for the next review; None for what is disclosed."""
    return None if item.disclosed else withheld_review.due_of(look, item)


def _status(look: Look, item: Withheld) -> Status:
    due = _due(look, item)
    if due is None:
        return "ok", _("已转为公开")
    return limit_status(Day(due, False), look.day)


def download(request: Request) -> Response:
    """`/desk/supervision/withheld.csv`: what the filters leave."""
    _units, where, _given = _asked(request)
    return csv_file("不予公开事项", _rows(request, where))


def _rows(request: Request, where: Any) -> Iterator[tuple]:
    """In a session of its own: the request's is gone when the lines are sent."""
    units = request.tree.departments.by_id
    yield "编号", "单位", "名称", "文号", "公开属性", "依据", "形成日期", "上次评估", "下次评估期限", "转为公开日期"
    with request.house.database.reader() as session:
        look = Look(session, request.house, request.today)
        for found in _registers.every(session, withheld.listed, where):
            for each in found:
                yield (each.id, units[each.department_id].name, each.title, each.number,
                       ATTRIBUTES.get(each.attribute, each.attribute), each.basis, each.formed, each.reviewed,
                       _due(look, each), each.closed if each.disclosed else None)


# -- entering -------------------------------------------------------------------------------------------------------

def new(request: Request) -> dict[str, Any]:
    """`/desk/supervision/withheld/new`."""
    return _new_page(_form(request).render())


def _new_page(form: str) -> dict[str, Any]:
    return {"title": _("登记不予公开事项"), "form": form, "back": URL, "back_words": _("不予公开事项"),
            "intro": _("只登记名称和理由。涉密的文件和内容不能登记在这里。")}


def _form(request: Request) -> SchemaForm:
    units = request.tree.departments.by_id
    mine = sorted(units_for(request.identity, Permission.KEEP_REGISTERS, request.tree))
    own = request.identity.department_id
    schema = colander.Schema()
    schema.add(_forms.select("department_id", _("单位"), [(unit, units[unit].name) for unit in mine], number=True,
                             default=own if own in mine else colander.null))
    schema.add(_registers.words("title", _("名称"), 200))
    schema.add(_registers.words("number", _("文号"), 60, needed=False))
    schema.add(colander.SchemaNode(
        colander.String(), name="attribute", title=_("公开属性"), default="withheld",
        widget=RadioChoiceWidget(values=[(name, _(title)) for name, title in ATTRIBUTES.items()]),
        validator=colander.OneOf(list(ATTRIBUTES))))
    schema.add(_registers.words("basis", _("不公开的依据和理由"), 300, long=True,
                                hint=_("第几条，属于其中哪一种情形，例如：《条例》第十六条，过程性信息，正在讨论的草案")))
    schema.add(_registers.past_day(request, "formed", _("形成日期")))
    schema.add(_registers.past_day(request, "reviewed", _("决定不公开的日期"), default=request.today,
                                   description=_("从这一天起计算下一次评估")))
    return SchemaForm(request, schema, [deform.Button("save", _("登记"))], action=f"{URL}/new", formid="withheld")


def create(request: Request) -> dict[str, Any] | Response:
    form = _form(request)
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return _new_page(failure.render())
    if values["reviewed"] < values["formed"]:
        return _new_page(_forms.refused(form, "决定不公开的日期早于形成日期", "reviewed"))
    made = withheld.enter(request.db, actor_id=request.identity.user_id, **values)
    return _done(request, _("已登记"), f"{URL}/{made.id}")


def _done(request: Request, words: Any, url: str) -> HTTPSeeOther:
    request.session.flash(("ok", request.localizer.translate(words)))
    return HTTPSeeOther(url)


# -- one item, and its review ---------------------------------------------------------------------------------------

def show(context: DeskItem, request: Request, form: str | None = None) -> dict[str, Any]:
    """`/desk/supervision/withheld/{id}`."""
    item, look = context.item, _look(request)
    rows = [row for row in journal.history(request.db, "withheld", item.id) if row.action == "withheld.review"]
    people = names(request.db, [row.actor_id for row in rows])
    document = request.db.get(Document, item.document_id) if item.document_id else None
    if form is None and not item.disclosed:
        form = _review_form(context, request).render()
    return {"title": _("不公开事项第${n}号", mapping={"n": item.id}), "item": item, "url": URL,
            "status": _status(look, item), "due": _due(look, item), "form": form or "", "document": document,
            "unit": request.tree.departments.by_id[item.department_id].name,
            "attribute": ATTRIBUTES.get(item.attribute, item.attribute),
            "history": [_told(row, people) for row in reversed(rows)]}


def _told(row: Row, people: dict[int, str]) -> dict[str, Any]:
    said = row.payload
    day = dt.date.fromisoformat(said["day"]) if said else None
    return {"day": day, "result": RESULTS.get(said.get("result"), ""), "why": said.get("why", ""),
            "who": people.get(row.actor_id or 0, "")}


def _review_form(context: DeskItem, request: Request) -> SchemaForm:
    schema = colander.Schema()
    schema.add(colander.SchemaNode(
        colander.String(), name="result", title=_("评估结果"), default=STAYS, validator=colander.OneOf(list(RESULTS)),
        widget=RadioChoiceWidget(values=[(name, _(title)) for name, title in RESULTS.items()])))
    schema.add(_registers.words("why", _("理由"), 300, long=True,
                                hint=_("不公开的情形还在不在；转为公开的写明什么变化了")))
    schema.add(_registers.past_day(request, "day", _("评估日期"), default=request.today))
    schema.add(_registers.document(request, "document_id", _("转为公开：已经公开的文稿"),
                                   _("已经在网上公开的，填写它的网址或者文号")))
    if writable := _writable(request):
        schema.add(_registers.column("column_id", _("转为公开：在哪个栏目起草"), [(_("可以写的栏目"), writable)],
                                     _registers.path_of, blank=_("不起草"), missing=None,
                                     description=_("还没有公开的，选一个栏目，马上建一份草稿；按栏目的流程审核公开")))
    return SchemaForm(request, schema, [deform.Button("review", _("登记评估结果"))],
                      action=f"{URL}/{context.item.id}/review", formid="review")


def _writable(request: Request) -> list[Node]:
    return [node for node in columns_for(request.identity, PERMISSIONS[Permission.WRITE], request.tree)
            if node.kind == "list" and node.is_open(request.today) and _kind(node)]


def _kind(node: Node) -> str | None:
    """What is written in this column."""
    return next((name for name in node.types if name not in EVERYWHERE and not type_of(name).single), None)


def review(context: DeskItem, request: Request) -> dict[str, Any] | Response:
    """The result of a review under Art. 18."""
    form, item = _review_form(context, request), context.item
    request.db.refresh(item, with_for_update=True)  # two who review at once make no two drafts
    try:
        values = form.validate(request.POST)
    except deform.ValidationFailure as failure:
        return show(context, request, form=failure.render())
    column = values.pop("column_id", None)
    if problem := _wrong(request, item, values, column):
        return show(context, request, form=_forms.refused(form, *problem))
    if values["result"] == DISCLOSE and column is not None:
        values["document_id"] = _draft(request, item, column).id
    withheld.review(request.db, item, values["result"], values["why"], day=values["day"],
                    document_id=values["document_id"], actor_id=request.identity.user_id)
    onward = f"/desk/document/{values['document_id']}/edit" if column else f"{URL}/{item.id}"
    return _done(request, _("草稿已建好，写完送审") if column else _("已登记评估结果"), onward)


def _wrong(request: Request, item: Withheld, values: dict[str, Any], column: int | None) -> tuple[str, str] | None:
    """What does not fit together, and at which field."""
    number, disclosed = values["document_id"], values["result"] == DISCLOSE
    if item.disclosed:
        return "这一事项已经转为公开", "result"
    if values["day"] < item.reviewed:
        return f"不能早于上一次评估（{item.reviewed.isoformat()}）", "day"
    if not disclosed and (number is not None or column is not None):
        return "继续不公开的，不填文稿，也不选栏目", "result"
    if disclosed and (number is None) == (column is None):
        return "转为公开的，填写已经公开的文稿，或者选一个栏目起草，只填一个", "document_id"
    if number is not None and (problem := _registers.not_public(request.db.get(Document, number))):
        return problem, "document_id"
    return None


def _draft(request: Request, item: Withheld, column: int) -> Document:
    """A draft for the editor. Its day of formation is left to him: the limit of Art. 26 never ran for what could not
    be disclosed."""
    node = request.tree.by_id[column]
    return writing.create(request.db, node, _kind(node), actor_id=request.identity.user_id, title=item.title,
                          data={"basis": BASIS}, department_id=item.department_id, at=request.now)


def includeme(config: Configurator) -> None:
    keep = Permission.KEEP_REGISTERS
    config.add_desk_entry(Entry(SUPERVISION, _("不予公开事项"), URL, "lock", keep, 70))
    config.add_route("desk.supervision.withheld", URL, factory=Desk)
    config.add_route("desk.supervision.withheld.csv", f"{URL}.csv", factory=Desk)
    config.add_route("desk.supervision.withheld.new", f"{URL}/new", factory=Desk)
    config.add_route("desk.supervision.withheld.item", rf"{URL}/{{id:\d{{1,9}}}}", factory=DeskItem)
    config.add_route("desk.supervision.withheld.review", rf"{URL}/{{id:\d{{1,9}}}}/review", factory=DeskItem)
    one, form = "desk/supervision/withheld_item.pt", "desk/supervision/register_form.pt"
    config.add_view(download, route_name="desk.supervision.withheld.csv", request_method="GET", permission=keep)
    for route, method, view, page in (
            ("withheld", "GET", listing, "desk/supervision/withheld.pt"), ("withheld.new", "GET", new, form),
            ("withheld.new", "POST", create, form), ("withheld.item", "GET", show, one),
            ("withheld.review", "POST", review, one)):
        config.add_view(view, route_name=f"desk.supervision.{route}", request_method=method, renderer=page,
                        permission=keep)
