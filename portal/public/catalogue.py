"""The catalogue (政府信息公开目录, Art. 12): index, name, summary and date of all that is public; to read, to take."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import counts, repository
from content.base import local_date
from portal.i18n import _
from portal.public import _asked, _tables
from portal.public._lists import pages
from portal.security import READ

SIZE = 30


@view_config(route_name="catalogue", permission=READ, renderer="public/catalogue.pt", request_method="GET")
def catalogue(request: Request) -> dict[str, Any]:
    narrowed, node = _asked.narrowed(request), _asked.column(request)
    total = counts.count(request.db, node, request.now, narrowed)
    found = pages(total, SIZE, _asked.page(request), lambda number: _address(request, "/catalogue", number))
    lines = repository.catalogue(request.db, node, request.now, found.offset, found.limit, narrowed)
    return {
        "title": _("公开目录"), "breadcrumb": [(_("公开目录"), "")], "lines": lines, "total": total, "pages": found,
        "units": request.tree.departments.by_id, "local_date": local_date,
        "csv": _address(request, "/catalogue.csv", None),
        "columns": [(each.id, "　" * (len(each.chain) - 1) + each.name) for each in request.tree.walk()
                    if each.is_public()],
        "years": counts.years(request.db, request.now), "words": _asked.word(request, "q"),
        "chosen_unit": _asked.department(request), "chosen_year": _asked.number(request, "year"),
        "chosen_column": node.id if node else None,
    }


@view_config(route_name="catalogue.csv", permission=READ, request_method="GET")
def catalogue_csv(request: Request) -> Response:
    return _tables.download(request, "政府信息公开目录", _asked.column(request), _asked.narrowed(request))


def _address(request: Request, path: str, page: int | None) -> str:
    node = _asked.column(request)
    return _asked.address(path, [
        ("column", node.id if node else None), ("department", _asked.department(request)),
        ("year", _asked.number(request, "year")), ("q", _asked.word(request, "q")), ("page", page)])


def includeme(config: Configurator) -> None:
    config.add_route("catalogue", "/catalogue")
    config.add_route("catalogue.csv", "/catalogue.csv")
