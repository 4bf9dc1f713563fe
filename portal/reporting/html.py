"""A report as HTML: as a fragment for a document or a page, and as a page of its own."""

from __future__ import annotations

from markupsafe import Markup

from portal.reporting.model import Cell, Grid, Paper

_PAGE = Markup('<!DOCTYPE html>\n<html lang="zh-Hans">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
               "<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n")


def page(paper: Paper) -> str:
    return str(_PAGE.format(title=paper.title, body=fragment(paper)))


def fragment(paper: Paper) -> Markup:
    """Headings of the second level, paragraphs and tables; every text is escaped."""
    parts = []
    for section in paper.sections:
        parts.append(Markup("<h2>{}</h2>").format(section.heading))
        parts += [Markup("<p>{}</p>").format(words) for words in section.paragraphs]
        parts += [_table(grid) for grid in section.grids]
    return Markup("\n").join(parts)


def _table(grid: Grid) -> Markup:
    rows = [Markup("<tr>{}</tr>").format(Markup("").join(map(_cell, row))) for row in grid.rows]
    return Markup("<table><caption>{}</caption><tbody>\n{}\n</tbody></table>").format(
        grid.title, Markup("\n").join(rows))


def _cell(cell: Cell) -> Markup:
    words = Markup('<a href="{}">{}</a>').format(cell.link, cell.text) if cell.link and cell.number else cell.text
    reach = Markup("").join(Markup(' {}="{}"').format(name, size) for name, size in
                            (("colspan", cell.across), ("rowspan", cell.down)) if size > 1)
    name = "th" if cell.head else "td"
    return Markup("<{}{}>{}</{}>").format(name, reach, words, name)
