"""What detectors look at: one reading of a text with its digit runs, its tables and its look-alikes at hand."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from content.privacy.checks import is_id
from content.privacy.lookalikes import office_after, office_before, other_number
from content.privacy.reading import NUMERALS, Reading
from content.privacy.tables import Cell, Table, read_tables

_CLUSTER = re.compile(r"[0-9](?:[\W_]{0,3}(?:[0-9]|[Xx](?![A-Za-z])))*+")
_NUMERAL = "".join(NUMERALS)
_SPOKEN = re.compile(rf"[{_NUMERAL}0-9](?:[\W_]{{0,3}}[{_NUMERAL}0-9Xx]){{8,}}+")
_SENTENCE_END = re.compile(r"[。;\n!?]")
SHORTEST_RUN = 7


@dataclass(frozen=True)
class Hit:
    """A candidate of a detector: offsets in the reading, kind, how sure, and the sentence for the editor."""

    start: int
    end: int
    kind: str
    why: str
    certain: bool = True
    weight: int = 0


@dataclass(frozen=True)
class Run:
    """Digits (and X) that stand close together, written without what separates them; ``at`` holds offsets."""

    compact: str
    at: list[int]
    text: str
    spoken: bool = False

    def begins(self, index: int) -> bool:
        """Whether a group of digits begins here (Chinese numerals may end a name: 张三138…; numbers of a list
        whose separators got lost are glued to an identity number)."""
        return (index == 0 or self.at[index] != self.at[index - 1] + 1 or self._spoken_before(index)
                or (index >= 18 and is_id(self.compact[index - 18:index])))

    def _spoken_before(self, index: int) -> bool:
        return self.spoken and self.text[self.at[index - 1]] in NUMERALS and index <= 3

    def ends(self, index: int) -> bool:
        return (index == len(self.compact) or self.at[index] != self.at[index - 1] + 1
                or is_id(self.compact[index:index + 18]))

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.at[start], self.at[end - 1] + 1

    def groups(self, start: int, end: int) -> tuple[int, ...]:
        """Sizes of the groups of digits between two indexes."""
        breaks = [index for index in range(start + 1, end) if self.at[index] != self.at[index - 1] + 1]
        return tuple(after - before for before, after in zip([start, *breaks], [*breaks, end], strict=True))

    def gaps(self, start: int, end: int) -> set[str]:
        """What stands between the groups."""
        pairs = zip(self.at[start:end - 1], self.at[start + 1:end], strict=True)
        return {self.text[before + 1:after] for before, after in pairs if after != before + 1}


class Page:
    """A reading prepared for the detectors."""

    def __init__(self, reading: Reading):
        self.reading = reading
        self.plain = reading.plain
        self.low = self.plain.lower()
        self.digits = reading.digits if _SPOKEN.search(self.plain) else self.plain
        self.values = self.low if self.digits is self.plain else self.digits.lower()

    @cached_property
    def runs(self) -> list[Run]:
        found = list(_runs(self.plain, self.plain))
        if self.digits is not self.plain:
            found += [run for run in _runs(self.digits, self.plain, spoken=True)
                      if any(self.plain[place] in NUMERALS for place in run.at)]
        return found

    @cached_property
    def tables(self) -> list[Table]:
        return read_tables(self.low)

    def cells(self, header: re.Pattern) -> Iterator[tuple[Cell, Table]]:
        """The filled data cells whose header matches."""
        for table in self.tables:
            for cell in table.cells:
                if header.search(cell.header):
                    yield cell, table

    def cell_at(self, place: int) -> tuple[Cell, Table] | None:
        """The table cell that holds an offset."""
        index = bisect_right(self._cell_starts, place) - 1
        if index < 0 or place >= self._cells[index][0].end:
            return None
        return self._cells[index]

    @cached_property
    def _cells(self) -> list[tuple[Cell, Table]]:
        return sorted(((cell, table) for table in self.tables for cell in table.cells), key=lambda each: each[0].start)

    @cached_property
    def _cell_starts(self) -> list[int]:
        return [cell.start for cell, _ in self._cells]

    def before(self, start: int, size: int = 24) -> str:
        """Lower-case text just before an offset."""
        return self.low[max(0, start - size):start]

    def after(self, end: int, size: int = 12) -> str:
        return self.low[end:end + size]

    def sentence_before(self, start: int, size: int = 120) -> str:
        """Lower-case text of the same sentence before an offset."""
        return _SENTENCE_END.split(self.before(start, size))[-1]

    def other_number(self, start: int, end: int) -> bool:
        """Whether label or unit say that this is some other number (6.3: 编号, 文号, 金额 …)."""
        return other_number(self.low, start, end)

    def office(self, start: int, end: int) -> bool:
        """Whether an office contact stands here, whose publication is a duty (Regulation, Art. 12)."""
        return office_before(self.before(start, 40)) or office_after(self.after(end))


def _runs(text: str, source: str, spoken: bool = False) -> Iterator[Run]:
    for match in _CLUSTER.finditer(text):
        if match.end() - match.start() < SHORTEST_RUN:
            continue
        at = [match.start() + place for place, char in enumerate(match[0]) if char.isalnum()]
        if len(at) >= SHORTEST_RUN:
            yield Run("".join(text[place] for place in at).upper(), at, source, spoken)
