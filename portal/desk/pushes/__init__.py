"""微信推送 at the desk: what goes to readers of an official account is arranged, seen as on a phone, signed, followed.

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
