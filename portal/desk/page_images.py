"""Pages of originals as images: few are drawn at the same time, the last few stay in memory while boxes are drawn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import BoundedSemaphore, Lock

AT_ONCE = 2  # pages drawn at the same time, each by a process of its own
PATIENCE = 20.0  # seconds for which one waits for its turn
KEPT = 8  # images; one has a few megabytes at most
LARGEST = 8 * 1024 * 1024  # bytes of one that is kept


class Busy(Exception):
    """Others are drawn; ask again in a moment."""


class PageImages:
    """The images of one process of the portal. They hold personal data: they are in memory alone, never on a disk."""

    def __init__(self) -> None:
        self._turn, self._lock = BoundedSemaphore(AT_ONCE), Lock()
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, key: Hashable, draw: Callable[[], bytes]) -> bytes:
        """The image of that key, drawn where it is not kept. Raises `Busy`, and what `draw` raises."""
        if (kept := self._found(key)) is not None:
            return kept
        if not self._turn.acquire(timeout=PATIENCE):
            raise Busy()
        try:
            image = draw()
        finally:
            self._turn.release()
        if len(image) <= LARGEST:
            self._keep(key, image)
        return image

    def _found(self, key: Hashable) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Hashable, image: bytes) -> None:
        with self._lock:
            self._kept[key] = image
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
