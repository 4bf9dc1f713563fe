"""Lists to take home (下载, Art. 24): CSV as spreadsheets open it, streamed, and no cell that they would compute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from pyramid.request import Request
from pyramid.response import Response

from content import repository
from content.base import local_date
from content.repository import Filter
from content.tree import Node

HEADINGS = ("索引号", "名称", "文号", "内容概述", "生成日期", "公开日期", "发布机构", "栏目", "网址")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> str:
    """A cell as text: one that a spreadsheet would take for a formula gets an apostrophe before it."""
    written = "" if value is None else str(value)
    return f"'{written}" if written.lstrip(" ").startswith(_FORMULA) else written


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, without which spreadsheets guess the encoding wrongly."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([harmless(value) for value in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def catalogue_rows(request: Request, nodes: list[Node], narrowed: Filter, audience: str) -> Iterator[tuple]:
    """The list as Art. 12 asks for it. In a session of its own: the request's is gone when the lines are sent."""
    tree, base = request.tree, request.registry.settings["gongkai"].base_url.rstrip("/")
    now, open_reader = request.now, request.house.database.reader
    yield HEADINGS
    with open_reader() as session:
        for row in repository.rows(session, nodes, now, narrowed, audience):
            published = local_date(row.published)
            yield (row.index_number, row.title, row.number, row.summary, row.formed or published, published,
                   tree.departments.by_id[row.department_id].name, tree.by_id[row.column_id].name,
                   f"{base}/doc/{row.year}/{row.serial}.html")


def download(request: Request, name: str, nodes: list[Node], narrowed: Filter, audience: str = "public") -> Response:
    """The list as a CSV file called `name`."""
    response = Response(content_type="text/csv", charset="utf-8",
                        app_iter=csv_lines(catalogue_rows(request, nodes, narrowed, audience)))
    plain = f"filename*=UTF-8''{quote(name)}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="list.csv"; {plain}'
    return response
