"""Wired applications, lent to one test after another: wiring one takes longer than most tests do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from content.house import House
from portal.held import change_house
from portal.settings import Settings
from portal.wiring import make_app

_spare: list[Any] = []


@contextmanager
def lent() -> Iterator[Callable[[House, Settings], Any]]:
    """`lend(house, settings)`: the application over a house, its own until the block ends.

    With another theme than the usual one it is made anew: templates are part of the wiring.
    """
    out: list[Any] = []

    def lend(house: House, settings: Settings) -> Any:
        if settings.theme != "default":
            return make_app(house, settings)
        if not _spare:
            out.append(make_app(house, settings))
        else:
            out.append(_spare.pop())
            change_house(out[-1].registry, house, settings)
        return out[-1]
    yield lend
    _spare.extend(out)
