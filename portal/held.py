"""What the application holds for its house beside the house itself: the search engine, rates, what was counted once.

Views and routes say what the application can do, and are wired once; what is held belongs to one house with its
settings. Keeping the two apart says what lives as long as the process, and lets tests give a wired application
another house, which takes a thousandth of the time of wiring one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry

from content.house import House
from portal.settings import Settings

_MAKERS = "makers of what is held"


def hold(config: Configurator, name: str, make: Callable[[House, Settings], Any]) -> None:
    """From now on `registry.settings[name]` is what `make` gives; it is called at once, so that start-up refuses."""
    held = config.registry.settings
    held.setdefault(_MAKERS, {})[name] = make
    held[name] = make(held["house"], held["gongkai"])


def change_house(registry: Registry, house: House, settings: Settings) -> None:
    """The application serves another house from its next request on. The theme stays that of the first."""
    held = registry.settings
    held.update(house=house, gongkai=settings, **{name: make(house, settings)
                                                  for name, make in held[_MAKERS].items()})
