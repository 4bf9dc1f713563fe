"""Lists to take home: CSV as spreadsheets open it, streamed, and no cell that they would compute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from pyramid.response import Response

_FORMULA = tuple("=+-@＝＋－＠\t\r\n")  # full width too: Chinese spreadsheets compute them


def harmless(value: Any) -> str:
    """A cell as text: one that a spreadsheet would take for a formula gets an apostrophe before it."""
    written = "" if value is None else str(value)
    return f"'{written}" if any(each.startswith(_FORMULA) for each in (written, written.lstrip())) else written


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


def csv_file(name: str, rows: Iterable[Iterable[Any]]) -> Response:
    """The rows as a file called `name`, sent while they are read: they need a session of their own."""
    response = Response(content_type="text/csv", charset="utf-8", app_iter=csv_lines(rows))
    plain = f"filename*=UTF-8''{quote(name)}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="list.csv"; {plain}'
    return response
