"""A report as a Word document (DOCX)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from content.late import Late
from portal.reporting.model import Grid, Paper

if TYPE_CHECKING:
    from docx.document import Document

docx, text, ns, shared = Late("docx"), Late("docx.enum.text"), Late("docx.oxml.ns"), Late("docx.shared")
FONT = "仿宋"  # of official documents (GB/T 9704-2012); Word substitutes it where it is missing


def write(paper: Paper) -> bytes:
    """The octets of the document."""
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, shared.Pt(12)
    style.element.rPr.rFonts.set(ns.qn("w:eastAsia"), FONT)
    document.core_properties.title, document.core_properties.author = paper.title, paper.organ
    document.add_heading(paper.title, 0).alignment = text.WD_ALIGN_PARAGRAPH.CENTER
    for section in paper.sections:
        document.add_heading(section.heading, 1)
        for words in section.paragraphs:
            document.add_paragraph(words).paragraph_format.first_line_indent = shared.Pt(24)
        for grid in section.grids:
            _table(document, grid)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _table(document: Document, grid: Grid) -> None:
    table = document.add_table(len(grid.rows), grid.width, "Table Grid")
    for row, column, cell in grid.placed():
        place = table.cell(row, column)
        if cell.across > 1 or cell.down > 1:
            place = place.merge(table.cell(row + cell.down - 1, column + cell.across - 1))
        place.text = cell.text
        for paragraph in place.paragraphs:
            paragraph.alignment = text.WD_ALIGN_PARAGRAPH.LEFT if cell.head and cell.across == 1 \
                else text.WD_ALIGN_PARAGRAPH.CENTER
            for run in paragraph.runs:
                run.font.size, run.bold = shared.Pt(9), cell.head
