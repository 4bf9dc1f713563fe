"""Search: the query as it was meant, the document asked for by number, what narrows the answer, the hits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content.base import local_date
from content.search import Query, SearchError
from content.types import VALIDITIES, all_types
from portal.errors import ErrorPage
from portal.errors import answer as error_page
from portal.i18n import _
from portal.limits import limited
from portal.logs import log
from portal.paging import from_first
from portal.public import _asked
from portal.public._lists import status_of, unit_name
from portal.searching import Answer, ask
from portal.security import READ

SIZE, DEEPEST, MOST_CHOICES = 10, 500, 8
FILTERS = ("column", "department", "year", "type", "validity")


@dataclass(frozen=True)
class Choice:
    """A value of a facet: `url` sets it, or for the chosen one takes it away again."""

    words: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """What the address asks for, only what makes sense: unknown values narrow nothing."""

    text: str
    column: int | None
    department: int | None
    year: int | None
    type: str | None
    validity: str | None
    sort: str

    @classmethod
    def of(cls, request: Request) -> Asked:
        node, kind, in_force = _asked.column(request), _asked.word(request, "type"), _asked.word(request, "validity")
        return cls(_asked.word(request, "q"), node.id if node else None, _asked.department(request),
                   _asked.number(request, "year"), kind if kind in all_types() else None,
                   in_force if in_force in VALIDITIES else None,
                   "date" if request.GET.get("sort") == "date" else "relevance")

    def query(self, offset: int = 0, limit: int = SIZE) -> Query:
        return Query(self.text, self.column, self.department, self.year, self.type, self.validity, sort=self.sort,
                     offset=offset, limit=limit)

    def url(self, path: str = "/search", **changes: Any) -> str:
        """The same question with some values changed; None takes one away."""
        values = {"q": self.text, **{name: getattr(self, name) for name in FILTERS},
                  "sort": self.sort if self.sort != "relevance" else None} | changes
        return _asked.address(path, values.items())


@view_config(route_name="search", permission=READ, renderer="public/search.pt", request_method="GET")
def search(request: Request) -> dict[str, Any]:
    limited(request, "search")
    asked, number = Asked.of(request), _asked.page(request) or 1
    if number > DEEPEST:
        raise HTTPNotFound()
    began = time.perf_counter()
    answer = ask(request, asked.query(offset=(number - 1) * SIZE))
    pages = from_first(min(answer.results.total, DEEPEST * SIZE), SIZE, number,
                       lambda page: asked.url(page=page if page > 1 else None))
    if pages is None:
        raise HTTPNotFound()
    return {
        "title": _("搜索"), "breadcrumb": [(_("搜索"), "")], "query": asked.text, "asked": asked, "answer": answer,
        "seconds": f"{time.perf_counter() - began:.2f}", "pages": pages, "facets": facets(request, asked, answer),
        "chosen": chosen(request, asked), "hits": _hits(answer, number), "exact": answer.exact if number == 1 else None,
        "status_of": status_of, "local_date": local_date, "types": all_types(), "unit_name": unit_name,
        "feeds": [(_("搜索结果"), asked.url("/search.rss", sort=None), "application/rss+xml")] if asked.text else [],
        "feed": asked.url("/search.rss", sort=None), "mail": asked.url("/subscribe", sort=None),
    }


def _hits(answer: Answer, number: int) -> list:
    """The document asked for by number stands in the panel above and not in the list as well."""
    return [hit for hit in answer.hits if number > 1 or hit.live is not answer.exact]


# -- narrowing ----------------------------------------------------------------------------------------------------

def _names(request: Request) -> dict[str, Callable[[Any], str | None]]:
    """How a value of each filter is called; None for one that is not shown."""
    tree, language = request.tree, request.language.code
    units, kinds = tree.departments.by_id, all_types()

    def column(key: Any) -> str | None:
        node = tree.by_id.get(key)
        return node.name if node is not None and node.is_public() else None

    def kind(key: Any) -> str | None:
        return (kinds[key].english if language == "en" else kinds[key].title) if key in kinds else None

    return {"column": column, "department": lambda key: units[key].short_name if key in units else None,
            "year": lambda key: _("${n}年", mapping={"n": key}), "type": kind, "validity": lambda key: key or None}


HEADINGS = {"column": _("栏目"), "department": _("发布部门"), "year": _("年份"), "type": _("类型"),
            "validity": _("有效性")}


def facets(request: Request, asked: Asked, answer: Answer) -> list[tuple[str, list[Choice]]]:
    """`(heading, choices)` with the counts of the present answer; a facet with nothing to choose is left out."""
    names, found = _names(request), []
    for name in FILTERS:
        values = ((value, count) for value, count in answer.results.facets.get(name, ())
                  if names[name](value) and _offered(request, asked, name, value))
        if name == "year":
            values = sorted(values, reverse=True)
        present = getattr(asked, name)
        choices = [Choice(names[name](value), count, asked.url(**{name: None if value == present else value}),
                          value == present) for value, count in islice(values, MOST_CHOICES)]
        if choices:
            found.append((HEADINGS[name], choices))
    return found


def _offered(request: Request, asked: Asked, name: str, value: Any) -> bool:
    """Of columns one level at a time; of departments not the county as a whole, which holds all of them."""
    if name == "column":
        parent = request.tree.by_id[value].parent
        return value == asked.column or (parent.id if parent else None) == asked.column
    if name == "department":
        return value == asked.department or request.tree.departments.by_id[value].parent_id is not None
    return True


def chosen(request: Request, asked: Asked) -> list[tuple[str, str]]:
    """`(words, address without it)` of each filter that is set."""
    names = _names(request)
    return [(names[name](getattr(asked, name)), asked.url(**{name: None}))
            for name in FILTERS if getattr(asked, name) is not None]


# -- without an index ---------------------------------------------------------------------------------------------

AWAY = ErrorPage(_("搜索暂时不能用"), _("检索服务没有应答。公开的信息都在，照常可看。"),
                 (_("从上面的栏目进去找"), _("过几分钟再搜一次")))


def away(error: SearchError, request: Request) -> Response:
    """The index cannot be reached or read; everything else of the portal is there."""
    log.error("search away", id=request.request_id, error=type(error).__name__)
    return error_page(request, 503, page=AWAY, headers={"Retry-After": "60"})


def includeme(config: Configurator) -> None:
    config.add_route("search", "/search")
    config.add_exception_view(away, context=SearchError)
