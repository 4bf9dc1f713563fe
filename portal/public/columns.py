"""A column: what it holds, what it promised and whether it keeps it, its list; or its one page, or the way out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyramid.httpexceptions import HTTPFound, HTTPMovedPermanently, HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import counts, marks, places, repository
from content.base import local_date
from content.documents import Live
from content.people import Unit
from content.promises import EMPTY, FREE, LATE, OK, SOON, Promise
from content.repository import Filter
from content.tree import Node
from portal.i18n import _
from portal.navigation import audience, trail, visible
from portal.paging import Pagination, full
from portal.promised import promise_of
from portal.public import _asked, _tables
from portal.public._lists import Item, items, pages
from portal.public.documents import document_values
from portal.security import READ
from portal.site_tags import column_tags
from portal.traversal import ColumnContext, ListPage

STATES = {OK: ("ok", _("按期")), SOON: ("warn", _("快到期")), LATE: ("late", _("超期${days}天")),
          EMPTY: ("idle", _("还没有内容")), FREE: ("idle", _("不设日期"))}


@dataclass(frozen=True)
class Sibling:
    """A column beside the present one, or below it; without counts, which would change with every publication."""

    name: str
    url: str
    current: bool


@view_config(context=ColumnContext, name="", permission=READ, renderer="public/column.pt", request_method="GET")
def column(context: ColumnContext, request: Request) -> Any:
    node = context.node
    if not request.path_info.endswith("/"):
        query = f"?{request.query_string}" if request.query_string else ""
        raise HTTPMovedPermanently(node.url + query)
    if node.kind == "external":
        request.override_renderer = "public/external.pt"
        return _common(request, node)
    return _page(request, node) if node.kind == "page" else _list(request, node)


@view_config(context=ColumnContext, name="list.csv", permission=READ, request_method="GET")
def column_csv(context: ColumnContext, request: Request) -> Response:
    """The whole list, narrowed as the page is."""
    node = context.node
    return _tables.download(request, node.name, node, _asked.narrowed(request), audience(node))


def _common(request: Request, node: Node) -> dict[str, Any]:
    return {"column": node, "title": node.name, "breadcrumb": trail(node), "unit": _unit(request, node),
            "report": _asked.address("/report-error", [("page", node.url)]),
            "page_tags": column_tags(node.name, node.description, node.keywords, node.column_type)}


def _unit(request: Request, node: Node) -> Unit:
    return request.tree.departments.by_id[node.department_id]


# -- a list -------------------------------------------------------------------------------------------------------

@view_config(context=ListPage, name="", permission=READ, renderer="public/list_page.pt", request_method="GET")
def list_page(context: ListPage, request: Request) -> dict[str, Any]:
    """A full page by its number; one that is not full yet is shown by the column itself."""
    node, size, whom = context.node, _size(request), audience(context.node)
    _full_page(request, node, context.page)
    behind = (context.page - 1) * size
    lives = repository.placed(request.db, node, request.now, behind, behind + size, whom)
    marks.note(f"page:{node.id}:{context.page}")
    return _common(request, node) | {
        "title": _("${column}，第${n}页", mapping={"column": node.name, "n": context.page}),
        "documents": items(request, lives, with_column=bool(node.children)), "number": context.page,
        "pages": full(size, context.page, partial(_numbered, node)), "breadcrumb": trail(node, last=False)}


def _full_page(request: Request, node: Node, page: int) -> None:
    """Raises `HTTPNotFound` for a page that is not there, `HTTPFound` for the one that is not full yet."""
    size, last = _size(request), places.last(request.db, node.id)
    if page < 1 or (page - 1) * size >= last:
        raise HTTPNotFound()
    if page * size > last:
        raise HTTPFound(node.url)


def _newest(request: Request, node: Node, whom: str) -> tuple[Pagination, list[Live]]:
    """What stands behind the last full page, with that page where it would be little."""
    size, last = _size(request), places.last(request.db, node.id)
    found = pages(last, size, None, partial(_numbered, node))
    behind = last - found.limit
    return found, repository.placed(request.db, node, request.now, behind, last, whom)


def _numbered(node: Node, number: int | None) -> str:
    return node.url if number is None else f"{node.url}{number}.html"


def _size(request: Request) -> int:
    return request.registry.settings["gongkai"].page_size


def _list(request: Request, node: Node) -> dict[str, Any]:
    narrowed, page, whom = _asked.narrowed(request), _asked.page(request), audience(node)
    if page is not None and not _is_narrowed(narrowed):
        _full_page(request, node, page)
        raise HTTPMovedPermanently(_numbered(node, page))
    total = counts.count(request.db, node, request.now, narrowed, whom)
    if _is_narrowed(narrowed):
        found = pages(total, _size(request), page, lambda number: _address(request, node, number))
        lives = repository.listed(request.db, node, request.now, found.offset, found.limit, narrowed, whom)
        shown = items(request, lives, with_column=bool(node.children))
    else:
        found, lives = _newest(request, node, whom)
        shown = _with_pinned(request, node, items(request, lives, with_column=bool(node.children)))
    return _common(request, node) | _promised(request, node, whom) | {
        "documents": shown, "total": total, "pages": found, "narrowed": _is_narrowed(narrowed),
        "siblings": _beside(request, node), "siblings_of": _above(node),
        "csv": _address(request, node, None, "list.csv"), "feeds": feeds_of(node), **_choices(request, node, whom)}


def _is_narrowed(narrowed: Filter) -> bool:
    return bool(narrowed.departments or narrowed.year or narrowed.words)


def _address(request: Request, node: Node, page: int | None, name: str = "") -> str:
    kept = [("department", _asked.department(request)), ("year", _asked.number(request, "year")),
            ("q", _asked.word(request, "q")), ("page", page)]
    return _asked.address(node.url + name, kept)


def _with_pinned(request: Request, node: Node, shown: list[Item]) -> list[Item]:
    """What is pinned (置顶) comes first, and not a second time."""
    top = items(request, repository.pinned(request.db, node, request.now, audience(node)), pinned=True)
    above = {item.url for item in top}
    return top + [item for item in shown if item.url not in above]


def _choices(request: Request, node: Node, whom: str) -> dict[str, Any]:
    """What the list can be narrowed to, each with its count, and what was chosen."""
    units: dict[int, int] = {}
    years: dict[int, int] = {}
    for unit, year, count in counts.choices(request.db, node, request.now, whom):
        units[unit] = units.get(unit, 0) + count
        years[year] = years.get(year, 0) + count
    by_id = request.tree.departments.by_id
    return {"units": [(unit, by_id[unit].short_name, count) for unit, count in
                      sorted(units.items(), key=lambda pair: (-pair[1], pair[0]))],
            "years": sorted(years.items(), reverse=True), "words": _asked.word(request, "q"),
            "chosen_unit": _asked.department(request), "chosen_year": _asked.number(request, "year")}


def _promised(request: Request, node: Node, whom: str) -> dict[str, Any]:
    found = promise_of(request, node)
    marks.until(request.today + dt.timedelta(days=1))  # how many days ago, how many days late
    newest = repository.newest(request.db, node, request.now, whom)
    day = local_date(newest) if newest else None
    kind, words = STATES[found.state]
    closed = node.closed if node.closed and node.closed <= request.today else None
    return {"promise": found, "status": (kind, _(words, mapping={"days": found.days})), "closed": closed,
            "newest": day, "age": (request.today - day).days if day else None, "shows_promise": _shows(node, found)}


def _shows(node: Node, found: Promise) -> bool:
    """A container without a rule of its own promises nothing: the columns in it do."""
    return not (node.children and node.rule.get("type") == "static" and found.due is None)


def _above(node: Node) -> Node | None:
    return node if node.children else node.parent


def _beside(request: Request, node: Node) -> list[Sibling]:
    above = _above(node)
    beside = above.children if above is not None else request.tree.roots
    return [Sibling(each.name, each.url, each is node) for each in visible(request, beside)]


def feeds_of(node: Node) -> list[tuple[str, str, str]]:
    """The feeds of a public column."""
    if not node.is_public():
        return []
    return [(node.name, f"/feeds/column/{node.path}.rss", "application/rss+xml"),
            (node.name, f"/feeds/column/{node.path}.atom", "application/atom+xml")]


# -- a single page ------------------------------------------------------------------------------------------------

def _page(request: Request, node: Node) -> dict[str, Any]:
    """The column's one document, shown in the column; without one, what will be here."""
    whom = audience(node)
    newest = repository.latest(request.db, request.now, 1, columns=[node.id], audience=whom, texts=True)
    common = _common(request, node) | {"siblings": _beside(request, node), "siblings_of": _above(node)}
    if newest:
        request.override_renderer = "public/page.pt"
        return document_values(request, newest[0]) | common
    request.override_renderer = "public/page_empty.pt"
    return common
