"""Libraries that are slow to load and rarely used: loaded when something of them is first asked for.

Who serves pages starts without the makers of workbooks, PDF and Word files, and without the dictionary of words.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


@contextmanager
def loading() -> Iterator[None]:
    """Within the block no garbage is looked for: nearly all of what is loaded stays, and to look through it again and
    again would take a seventh of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Late:
    """Stands for a module; raises `ImportError` where it is first used, if it is not installed."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # who looks over everything in a module asks for these (Venusian, inspect)
            raise AttributeError(name)
        return getattr(import_module(self._name), name)
