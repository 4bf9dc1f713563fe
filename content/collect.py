"""Finds the parts of a kind: every module of a folder, gathered under the name it gives itself."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class DuplicatePart(ValueError):
    """Two files claim the same name; said at start-up, with both files."""


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Every module directly inside `package`, by name; those starting with `_` are helpers and left out."""
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
        if not info.name.startswith("_"):
            yield importlib.import_module(f"{package.__name__}.{info.name}")


def find(package: ModuleType, attribute: str, name: str) -> Any | None:
    """The part called `name`, from the file of that name: the others are not loaded; None where there is none."""
    if not name.isidentifier() or importlib.util.find_spec(f"{package.__name__}.{name}") is None:
        return None
    return getattr(importlib.import_module(f"{package.__name__}.{name}"), attribute, None)


def collect(package: ModuleType, attribute: str) -> dict[str, Any]:
    """`{part.name: part}` for the object called `attribute` in each module of `package`.

    Raises `DuplicatePart` when two files give the same name, `AttributeError` when a file has no such part.
    """
    found: dict[str, Any] = {}
    for module in modules(package):
        part = getattr(module, attribute, None)
        if part is None:
            raise AttributeError(f"{module.__name__} has no `{attribute}`: every file of this folder gives one")
        name = getattr(part, "name", None) or module.__name__.rpartition(".")[2]
        if name in found:
            raise DuplicatePart(f"{module.__name__} gives {name!r}, which another file gives already")
        found[name] = part
    return found
