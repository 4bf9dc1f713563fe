"""Columns with their promises, departments, and figures, by the API."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import open_data
from content.counts import Tally
from content.tree import Node
from portal.api import describing
from portal.api.answering import answer
from portal.api.asking import asked
from portal.api.documents import wanted_form
from portal.promised import as_promise, verdicts
from portal.public._counts import tallies
from portal.public.documents import absolute
from portal.security import READ
from portal.tables import csv_file, xlsx_file
from workflows.rhythm import CLOSED, Verdict


@view_config(route_name="api.columns", permission=READ, request_method="GET")
@view_config(route_name="api.columns.table", permission=READ, request_method="GET")
def columns(request: Request) -> Response:
    nodes = [node for node in request.tree.walk() if node.is_public()]
    standing, counted = verdicts(request, nodes), tallies(request)
    found = [_column(request, node, standing.get(node.id, Verdict(CLOSED)), counted.get(node.id)) for node in nodes]
    return _listed(request, "columns", found)


def _column(request: Request, node: Node, standing: Verdict, counted: Tally | None) -> dict[str, Any]:
    found = as_promise(node, standing, request.today)
    return describing.place(node) | {
        "url": absolute(request, node.url), "kind": node.kind, "parent": node.parent.id if node.parent else None,
        "department": describing.unit(request.tree.departments.by_id[node.department_id]), "basis": node.basis,
        "types": list(node.types), "documents": counted.own if counted else 0,
        "promise": {"words": request.localizer.translate(found.words), "state": found.state,
                    "due": describing.day(found.due), "newest": describing.day(found.newest)}}


@view_config(route_name="api.departments", permission=READ, request_method="GET")
@view_config(route_name="api.departments.table", permission=READ, request_method="GET")
def departments(request: Request) -> Response:
    units = request.tree.departments
    order = sorted(units.by_id.values(), key=lambda each: (len(units.chain(each.id)), each.code))
    return _listed(request, "departments", [
        describing.unit(each) | {"short_name": each.short_name, "level": each.level, "parent": each.parent_id}
        for each in order])


def _listed(request: Request, name: str, found: list[dict[str, Any]]) -> Response:
    """A list as JSON, or as a table of what in it is one value."""
    asked(request)
    form = request.matchdict.get("form") or wanted_form(request)
    if form == "json":
        return answer(request, {name: found})
    response = (csv_file if form == "csv" else xlsx_file)(name, _rows(found))
    response.vary = ("Accept",)
    return response


def _rows(found: list[dict[str, Any]]) -> Iterable[Iterable[Any]]:
    heads = [key for key, value in found[0].items() if not isinstance(value, dict | list)] if found else []
    return [heads, *([each[key] for key in heads] for each in found)]


@view_config(route_name="api.statistics", permission=READ, request_method="GET")
def statistics(request: Request) -> Response:
    asked(request)
    years, types, units = Counter(), Counter(), Counter()
    for year, kind, unit_id, count in open_data.tally(request.db, request.now):
        years[year] += count
        types[kind] += count
        units[unit_id] += count
    organs = request.tree.departments.by_id
    return answer(request, {
        "total": years.total(), "years": [{"year": year, "documents": years[year]} for year in sorted(years)],
        "types": [{"type": kind, "documents": types[kind]} for kind in sorted(types)],
        "departments": [{"department": describing.unit(organs[each]), "documents": units[each]}
                        for each in sorted(units)]})
