"""A report as an Excel workbook (XLSX): one sheet for each table, one for the words."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from content.late import Late
from portal.reporting.model import Grid, Paper

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

openpyxl, styles = Late("openpyxl"), Late("openpyxl.styles")


def write(paper: Paper) -> bytes:
    """The octets of the workbook. Figures are numbers."""
    book = openpyxl.Workbook()
    words = book.active
    words.title = "文字"
    words.append([paper.title])
    words["A1"].font = styles.Font(bold=True, size=14)
    words.column_dimensions["A"].width = 100
    for section in paper.sections:
        words.append([_plain(section.heading)])
        for text in section.paragraphs:
            words.append([_plain(text)])
        for grid in section.grids:
            _table(book.create_sheet(section.heading.partition("、")[0] + "、" + grid.title[:24]), grid)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _plain(text: str) -> str:
    """Words that begin like a formula stay words."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _table(sheet: Worksheet, grid: Grid) -> None:
    line = styles.Side(style="thin")
    frame = styles.Border(left=line, right=line, top=line, bottom=line)
    centre = styles.Alignment(horizontal="center", vertical="center", wrap_text=True)
    for row, column, cell in grid.placed():
        place = sheet.cell(row + 1, column + 1, cell.text if cell.number is None else cell.number)
        place.alignment, place.font = centre, styles.Font(bold=cell.head)
        for down in range(cell.down):
            for across in range(cell.across):
                sheet.cell(row + 1 + down, column + 1 + across).border = frame
        if cell.across > 1 or cell.down > 1:
            sheet.merge_cells(start_row=row + 1, start_column=column + 1, end_row=row + cell.down,
                              end_column=column + cell.across)
    for letter, width in zip("ABC", (16, 18, 34), strict=True):
        sheet.column_dimensions[letter].width = width
