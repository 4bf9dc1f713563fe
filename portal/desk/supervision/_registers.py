"""What the registers of supervision share: fields for days and plain words, places to choose, a document that is
public, the pages and files of a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

import colander
from deform.widget import DateInputWidget, OptGroup, SelectWidget, TextAreaWidget
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from sqlalchemy.orm import Session

from content.base import local_date
from content.documents import Document
from content.privacy import KINDS, scan_text
from content.tree import Node, Tree
from portal.desk.admin._forms import WholeNumber
from portal.desk.editor import DocumentReference
from portal.forms import whole
from portal.i18n import _
from portal.paging import Pagination, from_first
from workflows.access import PERMISSIONS, Permission, columns_for

SIZE = 30
CHUNK = 500  # rows that a file is read by
FIRST_DAY = dt.date(1949, 10, 1)


# -- fields ---------------------------------------------------------------------------------------------------------

def words(name: str, title: Any, most: int, *, hint: Any = "", long: bool = False, needed: bool = True) -> Any:
    """A line or a paragraph without personal data: registers say what and where, never about whom."""
    more: dict[str, Any] = {} if needed else {"missing": ""}
    if long:
        more["widget"] = TextAreaWidget(rows=3)
    return colander.SchemaNode(colander.String(), name=name, title=title, description=hint,
                               validator=colander.All(colander.Length(max=most), _impersonal), **more)


def _impersonal(node: colander.SchemaNode, written: str) -> None:
    if found := scan_text(written):
        raise colander.Invalid(node, _("这里有${kind}，登记时请不要写个人信息",
                                       mapping={"kind": KINDS[found[0].kind].zh}))


def past_day(request: Request, name: str, title: Any, **more: Any) -> colander.SchemaNode:
    """A day that is not yet to come."""
    within = colander.Range(min=FIRST_DAY, max=request.today, max_err=_("不能晚于今天"))
    return colander.SchemaNode(colander.Date(), name=name, title=title, validator=within,
                               widget=DateInputWidget(css_class="w-mid"), **more)


def document(request: Request, name: str, title: Any, hint: Any) -> colander.SchemaNode:
    return colander.SchemaNode(DocumentReference(request.db), name=name, title=title, description=hint, missing=None)


def column(name: str, title: Any, groups: Iterable[tuple[Any, list[Node]]], label: Callable[[Node], str], *,
           blank: Any = "", **more: Any) -> colander.SchemaNode:
    """One of the columns, those of each group together; `blank` stands for none."""
    made = [(heading, nodes) for heading, nodes in groups if nodes]
    shown = [OptGroup(heading, *((str(node.id), label(node)) for node in nodes)) for heading, nodes in made]
    allowed = {node.id for _heading, nodes in made for node in nodes}

    def one_of(node: colander.SchemaNode, value: int) -> None:
        if value not in allowed:
            raise colander.Invalid(node, _("请从列出的里面选一个"))

    return colander.SchemaNode(WholeNumber(), name=name, title=title, validator=one_of,
                               widget=SelectWidget(values=[("", blank or _("请选择")), *shown]), **more)


def path_of(node: Node) -> str:
    return " › ".join(each.name for each in reversed(node.chain))


# -- what is allowed --------------------------------------------------------------------------------------------------

def kept(request: Request) -> list[Node]:
    """The columns whose registers this person keeps: editors and reviewers theirs, auditors those they look over."""
    return columns_for(request.identity, PERMISSIONS[Permission.KEEP_REGISTERS], request.tree)


def not_public(found: Document | None) -> str:
    """Why a document cannot stand for a disclosure, in Chinese; "" when it can."""
    if found is None or found.live is None or found.live.is_withdrawn:
        return "这一篇还没有公开，请填写已经公开的"
    return ""


def not_telling(found: Document | None, node: Node, day: dt.date, tree: Tree) -> str:
    """Why a document does not tell of what happened on `day` in a column, in Chinese; "" when it does."""
    if problem := not_public(found):
        return problem
    places = [tree.by_id[number] for number in (found.column_id, *found.also) if number in tree.by_id]
    if not any(node in place.chain for place in places):
        return f"这一篇不在栏目“{node.name}”里"
    if local_date(found.live.changed) < day:
        return f"这一篇在{day.isoformat()}以前就公开了，没有说明这件事"
    return ""


# -- lists ------------------------------------------------------------------------------------------------------------

def paged(request: Request, url: str, total: int) -> Pagination:
    """The page that the address asks for. Raises `HTTPNotFound`."""
    asked = {name: value for name, value in request.GET.items() if name != "page" and value}
    found = from_first(total, SIZE, whole(request.GET.get("page", "1")) or 1,
                       lambda number: f"{url}?{urlencode(asked | {'page': number})}")
    if found is None:
        raise HTTPNotFound()
    return found


def every(session: Session, listed: Callable[..., list], where: Any) -> Iterator[list]:
    """All rows of a list, chunk by chunk."""
    offset = 0
    while rows := listed(session, where, offset, CHUNK):
        yield rows
        offset += len(rows)
