"""The desk (工作台): where the staff write, clear, review and publish; everything below `/desk`.

A module of this folder adds its routes, views and entries of the navigation in an `includeme` of its own, and is
found by itself; one without helps the others. An entry is added with `config.add_desk_entry(Entry(...))`.
"""

from __future__ import annotations

import sys

from pyramid.config import Configurator

from content.collect import modules


def includeme(config: Configurator) -> None:
    config.include("portal.desk.navigation")
    for module in modules(sys.modules[__name__]):
        if hasattr(module, "includeme"):
            config.include(module)
