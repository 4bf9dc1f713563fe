"""Knows the words people use for what official texts call otherwise, read from an editable file.

Lines are `colloquial = official, official`; an empty right side marks filler (多少天, 怎么办) that a
query may do without. `#` starts a comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from content.problems import Trouble
from content.search.analysis import normalise


class BadSynonyms(Trouble, ValueError):
    """The synonym file, or a line of it, cannot be read; the message names file and line."""


@dataclass(frozen=True)
class Synonyms:
    """`table` maps a normalised word to the normalised words that it also means; filler maps to ()."""

    table: dict[str, tuple[str, ...]]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.table, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def split(self, normal: str) -> list[tuple[str, tuple[str, ...] | None]]:
        """`normal` cut into known words with their other names, and the rest with None."""
        pieces, end = [], 0
        for match in self._pattern.finditer(normal):
            pieces += [(normal[end : match.start()], None), (match[0], self.table[match[0]])]
            end = match.end()
        pieces.append((normal[end:], None))
        return [(text, others) for text, others in pieces if text]


def load_synonyms(path: Path | None = None) -> Synonyms:
    """The synonyms of the file at `path`, or those shipped; raises `BadSynonyms`."""
    source = path or files("content.search").joinpath("synonyms.txt")
    table: dict[str, tuple[str, ...]] = {}
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as problem:
        why = "it is not UTF-8" if isinstance(problem, ValueError) else problem.strerror
        raise BadSynonyms(f"the file of the setting `synonyms` cannot be read: {source}: {why}") from None
    for number, line in enumerate(lines, 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        left, equals, right = line.partition("=")
        word = normalise(left)
        if not equals or not word:
            raise BadSynonyms(f"{source}:{number}: expected `word = other, other`, found {line!r}")
        others = [normalise(each) for each in re.split("[,，、]", right)]
        table[word] = tuple(dict.fromkeys([*table.get(word, ()), *filter(None, others)]))
    return Synonyms(table)
