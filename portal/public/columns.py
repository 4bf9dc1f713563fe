"""A column: what it holds, what it promised and whether it keeps it, its list; or its one page, or the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPMovedPermanently
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import repository
from content.base import local_date
from content.people import Unit
from content.promises import EMPTY, FREE, LATE, OK, SOON, Promise, promise
from content.repository import Filter, Tally
from content.tree import Node
from portal.i18n import _
from portal.navigation import audience, trail, visible
from portal.public import _asked, _counts, _tables
from portal.public._lists import Item, items, pages
from portal.public.documents import document_values
from portal.security import READ
from portal.site_tags import column_tags
from portal.traversal import ColumnContext

STATES = {OK: ("ok", _("按期")), SOON: ("warn", _("快到期")), LATE: ("late", _("超期${days}天")),
          EMPTY: ("idle", _("还没有内容")), FREE: ("idle", _("不设日期"))}


@dataclass(frozen=True)
class Sibling:
    """A column beside the present one, or below it."""

    name: str
    url: str
    count: int | None
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
    return _tables.download(request, node.name, list(node.walk()), _asked.narrowed(request), audience(node))


def _common(request: Request, node: Node) -> dict[str, Any]:
    return {"column": node, "title": node.name, "breadcrumb": trail(node), "unit": _unit(request, node),
            "report": _asked.address("/report-error", [("page", node.url)]),
            "page_tags": column_tags(node.name, node.description, node.keywords, node.column_type)}


def _unit(request: Request, node: Node) -> Unit:
    return request.tree.departments.by_id[node.department_id]


# -- a list -------------------------------------------------------------------------------------------------------

def _list(request: Request, node: Node) -> dict[str, Any]:
    narrowed, page, whom = _asked.narrowed(request), _asked.page(request), audience(node)
    nodes, size = list(node.walk()), request.registry.settings["gongkai"].page_size
    total = repository.count(request.db, nodes, request.now, narrowed, whom)
    found = pages(total, size, page, lambda number: _address(request, node, number))
    lives = repository.listed(request.db, nodes, request.now, found.offset, found.limit, narrowed, whom)
    shown = items(request, lives, with_column=bool(node.children))
    if page is None and not _is_narrowed(narrowed):
        shown = _with_pinned(request, node, shown)
    tallies = _counts.tallies(request, whom)
    return _common(request, node) | _promised(request, node, tallies) | {
        "documents": shown, "total": total, "pages": found, "narrowed": _is_narrowed(narrowed),
        "siblings": _beside(request, node, tallies), "siblings_of": _above(node),
        "csv": _address(request, node, None, "list.csv"), "feeds": feeds_of(node), **_choices(request, nodes, whom)}


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


def _choices(request: Request, nodes: list[Node], whom: str) -> dict[str, Any]:
    """What the list can be narrowed to, each with its count, and what was chosen."""
    units: dict[int, int] = {}
    years: dict[int, int] = {}
    for unit, year, count in repository.choices(request.db, nodes, request.now, whom):
        units[unit] = units.get(unit, 0) + count
        years[year] = years.get(year, 0) + count
    by_id = request.tree.departments.by_id
    return {"units": [(unit, by_id[unit].short_name, count) for unit, count in
                      sorted(units.items(), key=lambda pair: (-pair[1], pair[0]))],
            "years": sorted(years.items(), reverse=True), "words": _asked.word(request, "q"),
            "chosen_unit": _asked.department(request), "chosen_year": _asked.number(request, "year")}


def _promised(request: Request, node: Node, tallies: dict[int, Tally]) -> dict[str, Any]:
    newest = repository.tally_of(node, tallies).newest
    day = local_date(newest) if newest else None
    found = promise(node.rule, day, request.today, node.opened)
    kind, words = STATES[found.state]
    closed = node.closed if node.closed and node.closed <= request.today else None
    return {"promise": found, "status": (kind, _(words, mapping={"days": found.days})), "closed": closed,
            "age": (request.today - day).days if day else None, "shows_promise": _shows(node, found)}


def _shows(node: Node, found: Promise) -> bool:
    """A container without a rule of its own promises nothing: the columns in it do."""
    return not (node.children and node.rule.get("type") == "static" and found.due is None)


def _above(node: Node) -> Node | None:
    return node if node.children else node.parent


def _beside(request: Request, node: Node, tallies: dict[int, Tally]) -> list[Sibling]:
    above = _above(node)
    beside = above.children if above is not None else request.tree.roots
    return [Sibling(each.name, each.url, repository.tally_of(each, tallies).count if each.kind == "list" else None,
                    each is node) for each in visible(request, beside)]


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
    tallies = _counts.tallies(request, whom)
    common = _common(request, node) | {"siblings": _beside(request, node, tallies), "siblings_of": _above(node)}
    if newest:
        request.override_renderer = "public/page.pt"
        return document_values(request, newest[0]) | common
    request.override_renderer = "public/page_empty.pt"
    return common
