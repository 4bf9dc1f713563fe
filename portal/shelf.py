"""What was made once from what is public and is good until that changes: kept in the process, by version."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pyramid.request import Request

from content import journal, marks


@dataclass
class Shelf:
    """Things by key, the longest unused thrown away; safe for threads."""

    size: int = 200
    _kept: OrderedDict = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: str, version: tuple, make: Callable[[], Any]) -> Any:
        """What was made for `key` at this very version, else what `make` makes."""
        with self._lock:
            held = self._kept.get(key)
            if held is not None and held[0] == version:
                self._kept.move_to_end(key)
                marks.repeat(held[2])
                return held[1]
        with marks.listening() as heard:
            made = make()
        with self._lock:
            self._kept[key] = (version, made, heard)
            self._kept.move_to_end(key)
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return made


def version(request: Request) -> tuple:
    """The version of all that is public: documents, columns, departments, and the day (公示 periods end with it).

    One query in an index, asked before what is made of it: it may be older than what is made, never newer.
    """
    with marks.asking():
        return journal.latest(request.db, "document", "column", "department"), request.today
