"""Lists to take home: CSV as spreadsheets open it, streamed, or a workbook; and no cell that they would compute."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from pyramid.response import Response

from content.late import Late

openpyxl = Late("openpyxl")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    return _named(Response(content_type="text/csv", charset="utf-8", app_iter=csv_lines(rows)), name, "csv")


def xlsx_file(name: str, rows: Iterable[Iterable[Any]]) -> Response:
    """The rows as a workbook, the first of them its head; numbers and days stay what they are."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append([value if isinstance(value, int | float | dt.date) else harmless(value) for value in row])
    for cell in sheet[1]:
        cell.font = openpyxl.styles.Font(bold=True)
    sheet.freeze_panes = "A2"
    made = io.BytesIO()
    book.save(made)
    return _named(Response(body=made.getvalue(), content_type=XLSX), name, "xlsx")


def _named(response: Response, name: str, ending: str) -> Response:
    plain = f"filename*=UTF-8''{quote(name)}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="list.{ending}"; {plain}'
    return response
