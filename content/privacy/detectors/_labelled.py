"""What detectors share: a detector's shape, and values announced by a label beside or above them."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from content.privacy.page import Hit, Page
from content.privacy.tables import Table

GLUE = (
    r"(?:旧|新|原|老)?(?:号码|号|编号| ?no\.?| ?number| ?#)?(?:\([^()\n]{0,20}\))?(?: is|为|是|系|"
    r"[\s:=>\"'|,\[(【*_/-]){0,6}"
)
SEP = r"[\s\-._·•|,/]{0,3}"


@dataclass(frozen=True)
class Detector:
    """One kind of knowledge: its name, its search, and the words it needs to be asked at all."""

    name: str
    find: Callable[[Page], Iterable[Hit]]
    wants: tuple[str, ...] = ()

    def asked(self, page: Page) -> bool:
        return not self.wants or any(word in page.low for word in self.wants)


@dataclass(frozen=True)
class Labelled:
    """Values found by their label: ``labels`` and ``value`` are patterns over lower-case text.

    ``words`` says that values are words, in which Chinese numerals stay.
    ``unless(page, start, end)`` refuses a value; ``column(table, header)`` says whether a column counts.
    """

    kind: str
    why: str
    labels: str
    value: str
    certain: bool = True
    weight: int = 5
    words: bool = False
    headers: str = ""
    unless: Callable[[Page, int, int], bool] = lambda page, start, end: False
    column: Callable[[Table, str], bool] = lambda table, header: True

    def __call__(self, page: Page) -> Iterator[Hit]:
        seen = set()
        for start, end in (*self._beside(page), *self._below(page)):
            if (start, end) not in seen and not self.unless(page, start, end):
                seen.add((start, end))
                yield Hit(start, end, self.kind, self.why, self.certain, self.weight)

    def _beside(self, page: Page) -> Iterator[tuple[int, int]]:
        value, text = re.compile(self.value), page.low if self.words else page.values
        for label in re.finditer(f"(?:{self.labels}){GLUE}", page.low):
            match = value.match(text, label.end())
            if match:
                yield match.span(match.lastindex or 0)

    def _below(self, page: Page) -> Iterator[tuple[int, int]]:
        value, text = re.compile(self.value), page.low if self.words else page.values
        for cell, table in page.cells(re.compile(self.headers or self.labels)):
            if self.column(table, cell.header):
                for match in value.finditer(text, cell.start, cell.end):
                    yield match.span(match.lastindex or 0)


def digits_value(least: int, most: int, last: str = r"\d") -> str:
    """A pattern of so many digits with the usual separators between them."""
    return rf"\d(?:{SEP}\d){{{least - 2},{most - 2}}}{SEP}{last}(?![\d*])"
