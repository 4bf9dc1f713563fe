"""Where values stand in a text in whatever way they are written there, however many values and however long it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from content.privacy.reading import Reading, read

TELLING = 8  # letters and digits from which on a value names somebody wherever it stands (as in `content.clearing`)
_SEPARATOR = re.compile(r"[\W_]")


def compact(text: str) -> str:
    """Letters and digits alone, capitals, compatible characters and Chinese numerals folded."""
    return re.sub(r"[\W_]+", "", read(text).digits).upper()


def telling(value: str) -> bool:
    """Whether a value names somebody wherever it stands; a house number does only where it was found."""
    return sum(char.isalnum() for char in value) >= TELLING


class Values:
    """Values to look for, by their compact forms. Those that are not telling are left out."""

    def __init__(self, values: Iterable[str]) -> None:
        self._forms = {form: value for value in values if telling(value) for form in (compact(value),)
                       if len(form) >= TELLING}
        self._sizes: dict[str, list[int]] = {}
        for form in sorted(self._forms, key=len, reverse=True):
            sizes = self._sizes.setdefault(form[:TELLING], [])
            if len(form) not in sizes:
                sizes.append(len(form))

    def __bool__(self) -> bool:
        return bool(self._forms)

    def _at(self, text: str, start: int) -> int:
        """The length of the longest value that begins here, or 0."""
        sizes = self._sizes.get(text[start:start + TELLING], ())
        return next((size for size in sizes if text[start:start + size] in self._forms), 0)

    def within(self, text: str) -> Iterator[str]:
        """The values whose compact form stands in a compact text."""
        for start in range(len(text) - TELLING + 1):
            if size := self._at(text, start):
                yield self._forms[text[start:start + size]]

    def places(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, value) for every value in a text; none overlaps another. A value is no part of a longer
        number, nor does it run over the end of a line."""
        if self._forms:
            yield from self._places(read(text))

    def _places(self, reading: Reading) -> Iterator[tuple[int, int, str]]:
        at = [index for index, char in enumerate(reading.digits) if not _SEPARATOR.match(char)]
        letters = "".join(reading.digits[index] for index in at).upper()
        if len(letters) != len(at):  # a letter whose capital is two letters
            letters = "".join(reading.digits[index] for index in at)
        free = 0
        for start in range(len(letters)):
            size = self._at(letters, start)
            if not size or start < free:
                continue
            first, last = at[start], at[start + size - 1]
            if _stands_alone(reading.digits, first, last):
                free = start + size
                yield (*reading.source(first, last + 1), self._forms[letters[start:start + size]])


def _stands_alone(text: str, first: int, last: int) -> bool:
    """Whether text[first..last] is not the inside of a longer number."""
    before, after = text[first - 1:first], text[last + 1:last + 2]
    longer = (before.isdecimal() and text[first].isdecimal()) or (after.isdecimal() and text[last].isdecimal())
    return not longer and "\n" not in text[first:last]
