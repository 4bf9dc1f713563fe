"""The citizens' site: one file for each subject, found by itself; a file gives its routes and its views.

Names beginning with an underscore are what several of them share: `_lists` (items and pages of lists), `_tables`
(downloads), `_asked` (what the address asks for).
"""

from __future__ import annotations

import sys

from pyramid.config import Configurator

from content.collect import modules


def includeme(config: Configurator) -> None:
    for module in modules(sys.modules[__name__]):
        if hasattr(module, "includeme"):
            config.include(module)
    config.scan(__name__)
