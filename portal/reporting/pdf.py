"""A report as PDF: headings, paragraphs and tables of which every cell is one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from content.late import Late
from portal.reporting.model import Grid, Paper

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

sheets = Late("portal.paper")
WIDEST, NARROWEST = 24, 4  # letters for which a column makes room, whatever stands in it


def write(paper: Paper, at: dt.datetime | None = None) -> bytes:
    """The octets of the document; with `at` the same report gives the same."""
    return sheets.pdf(paper.title, _pieces(paper), organ=paper.organ, at=at)


def _pieces(paper: Paper) -> Iterator[Flowable]:
    yield sheets.title(paper.title)
    for section in paper.sections:
        yield sheets.heading(section.heading)
        for words in section.paragraphs:
            yield sheets.paragraph(words)
        for grid in section.grids:
            yield sheets.heading(grid.title, 2)
            yield _table(grid)
            if grid.note:
                yield sheets.paragraph(grid.note, small=True)


def _table(grid: Grid) -> Flowable:
    """The first row says what the columns are."""
    rows = [[cell.text for cell in row] for row in grid.rows]
    longest = [max(len(row[place]) for row in rows) for place in range(grid.width)]
    return sheets.table(rows[0], rows[1:], [min(max(size, NARROWEST), WIDEST) for size in longest])
