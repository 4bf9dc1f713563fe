"""What a report is made of: sections of paragraphs and grids. Who writes a format knows nothing of what is reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """A cell and how far it reaches; `head` where it names others; `link` is an address for who may follow it."""

    text: str
    across: int = 1
    down: int = 1
    head: bool = False
    number: float | None = None
    link: str = ""


@dataclass(frozen=True)
class Grid:
    """A table; cells that a neighbour reaches into are not in `rows`."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def placed(self) -> Iterator[tuple[int, int, Cell]]:
        """`(row, column, cell)`, from 0, with every reach counted."""
        taken: set[tuple[int, int]] = set()
        for number, row in enumerate(self.rows):
            column = 0
            for cell in row:
                while (number, column) in taken:
                    column += 1
                yield number, column, cell
                taken |= {(number + down, column + across) for down in range(cell.down)
                          for across in range(cell.across)}
                column += cell.across

    @property
    def width(self) -> int:
        return max(column + cell.across for _, column, cell in self.placed())


@dataclass(frozen=True)
class Section:
    """A heading with what stands below it."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = field(default=())


@dataclass(frozen=True)
class Paper:
    """A whole report."""

    title: str
    organ: str
    sections: tuple[Section, ...]
