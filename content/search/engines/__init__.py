"""Search engines, one file each, found by themselves: each gives `ENGINE`, named like the scheme of its address.

`whoosh:///var/lib/gongkai/index` is opened by the `ENGINE` called `whoosh`. A file that starts with `_` helps one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult

from content.search.model import Engine
from content.search.synonyms import Synonyms

MAKING = "making.lock"
"""A lock in the folder of an index: of servers and workers that start together only one makes it."""


@dataclass(frozen=True)
class Opener:
    """How to open one kind of engine: `name` is the scheme; `open` gets the split address and the synonyms."""

    name: str
    open: Callable[[SplitResult, Synonyms], Engine]
