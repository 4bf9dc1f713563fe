"""Documents by the API: lists by cursor, as JSON or as a table, and one document with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import alterations, open_data, repository
from content.base import local_date
from content.documents import Live
from content.open_data import Spot, Wanted
from content.search import Query
from portal.api import describing
from portal.api.answering import answer, problem
from portal.api.asking import NoSuch, asked
from portal.public.documents import absolute
from portal.security import READ
from portal.tables import XLSX, csv_file, xlsx_file

HITS, ROUND = 300, 100  # the newest hits of a search, fetched so many at once
ROWS, STEP = 5_000, 500  # most rows of a table, and how many are read at once
HEADINGS = ("id", "索引号", "名称", "类型", "文号", "主题分类", "有效性", "发布机构", "栏目",
            "成文日期", "公开日期", "内容概述", "网址")
FORMS = ("application/json", "text/csv", XLSX)


@view_config(route_name="api.documents", permission=READ, request_method="GET")
def documents(request: Request) -> Response:
    """A page of the list, newest first; as a table for who asks for one by `Accept`."""
    values = asked(request)
    form = wanted_form(request)
    if form != "json":
        return _table(request, values, form)
    wanted, complete = _wanted(request, values)
    found = open_data.page(request.db, request.now, wanted, _after(values), values["limit"] + 1)
    shown = found[:values["limit"]]
    cursor = str(Spot.of(shown[-1])) if len(found) > len(shown) else None
    return answer(request, {
        "documents": [describing.brief(request, live) for live in shown], "cursor": cursor,
        "next": _address(request, "/api/v1/documents", cursor) if cursor else None,
        "total": open_data.count(request.db, request.now, wanted), "complete": complete})


@view_config(route_name="api.documents.table", permission=READ, request_method="GET")
def documents_table(request: Request) -> Response:
    return _table(request, asked(request), request.matchdict["form"])


def wanted_form(request: Request) -> str:
    """`json`, `csv` or `xlsx`, as the reader would rather have it; JSON for who wants nothing that there is."""
    offers = request.accept.acceptable_offers(FORMS)
    return dict(zip(FORMS, ("json", "csv", "xlsx"), strict=True))[offers[0][0] if offers else FORMS[0]]


def _after(values: dict[str, Any]) -> Spot | None:
    return Spot.read(values["cursor"]) if "cursor" in values else None


def _address(request: Request, path: str, cursor: str) -> str:
    kept = [(name, value) for name, value in request.GET.items() if name != "cursor"]
    return absolute(request, f"{path}?{urlencode([*kept, ('cursor', cursor)])}")


# -- what narrows it ----------------------------------------------------------------------------------------------

def _wanted(request: Request, values: dict[str, Any]) -> tuple[Wanted, bool]:
    """What is asked for; whether all that a search found is among it. Raises `NoSuch`."""
    wanted = Wanted(_columns(request, values.get("column")), _departments(request, values.get("department")), None,
                    values.get("type"), values.get("topic"), values.get("year"), values.get("updated_since"))
    if "q" not in values:
        return wanted, True
    ids, total = _found(request, values)
    return replace(wanted, ids=ids), total <= HITS


def _columns(request: Request, column_id: int | None) -> list[int] | None:
    if column_id is None:
        return None
    node = request.tree.by_id.get(column_id)
    if node is None or not node.is_public():
        raise NoSuch(f"没有栏目 {column_id}")
    return [each.id for each in node.walk() if each.is_public()]


def _departments(request: Request, unit_id: int | None) -> set[int] | None:
    if unit_id is None:
        return None
    if unit_id not in request.tree.departments.by_id:
        raise NoSuch(f"没有部门 {unit_id}")
    return set(request.tree.departments.below(unit_id))


def _found(request: Request, values: dict[str, Any]) -> tuple[list[int], int]:
    """Ids of the newest hits, and how many hits there are."""
    engine = request.search
    gone = alterations.gone_since(request.db, engine.cursor() or 0, request.now, request.tree.version)
    query = Query(values["q"], values.get("column"), values.get("department"), values.get("year"),
                  values.get("type"), sort="date", limit=ROUND, without=gone)
    ids: list[int] = []
    total = 0
    for offset in range(0, HITS, ROUND):
        results = engine.search(replace(query, offset=offset))
        ids += [hit.id for hit in results.hits]
        total = results.total
        if offset + ROUND >= total:
            break
    return ids, total


# -- as a table ---------------------------------------------------------------------------------------------------

def _table(request: Request, values: dict[str, Any], form: str) -> Response:
    """At most `ROWS` rows; the header `Link` says where the rest is."""
    wanted, _complete = _wanted(request, values)
    rows = _rows(request, wanted, _after(values))
    response = csv_file("documents", rows) if form == "csv" else xlsx_file("documents", rows)
    response.vary = ("Accept",)
    last = open_data.last(request.db, request.now, wanted, _after(values), ROWS)
    if last is not None:
        response.headers["Link"] = f'<{_address(request, f"/api/v1/documents.{form}", str(last))}>; rel="next"'
    return response


def _rows(request: Request, wanted: Wanted, after: Spot | None) -> Iterator[tuple]:
    """In a session of its own, read as it is sent: the request's is gone by then."""
    tree, now, open_reader = request.tree, request.now, request.house.database.reader
    yield HEADINGS
    left = ROWS
    with open_reader() as session:
        while left:
            found = open_data.page(session, now, wanted, after, min(STEP, left))
            for live in found:
                yield _row(request, live, tree)
            if len(found) < min(STEP, left):
                return
            left, after = left - len(found), Spot.of(found[-1])
            session.expunge_all()


def _row(request: Request, live: Live, tree: Any) -> tuple:
    organ = tree.departments.by_id[live.department_id]
    return (live.document_id, live.index_number, live.title, live.type, live.number, live.topic, live.validity,
            live.rendition.data.get("issuer") or organ.name, tree.by_id[live.column_id].name, live.formed,
            local_date(live.published), live.rendition.summary, absolute(request, live.url))


# -- one of them --------------------------------------------------------------------------------------------------

@view_config(route_name="api.document", permission=READ, request_method="GET")
def document(request: Request) -> Response:
    asked(request)
    number = int(request.matchdict["id"])
    live = request.db.get(Live, number, options=open_data.WHOLE) if number < 2**31 else None
    if live is None or live.cleared_for != "public":
        raise HTTPNotFound()
    if not repository.may_read(live, request.now):
        return _gone(request, live)
    return answer(request, describing.whole(request, live))


def _gone(request: Request, live: Live) -> Response:
    """What the tombstone says, no more: of what was withdrawn for privacy or secrecy, no words."""
    return problem(request, 410, live.reason, index_number=live.index_number, reason_kind=live.reason_kind or None,
                   at=describing.moment(live.changed))
