"""Supervision at the desk (监督): what was found and what became of it, the orders, the auditor's figures.

Found as the desk's own modules are: a module here with an `includeme` is part of it; names with an underscore help.
"""

from __future__ import annotations

import sys

from pyramid.config import Configurator

from content.collect import modules


def includeme(config: Configurator) -> None:
    for module in modules(sys.modules[__name__]):
        if hasattr(module, "includeme"):
            config.include(module)
