"""Channels by which what is public leaves the house, one file each, found by itself.

A file may give `includeme` (addresses that others fetch from, such as feeds) and `sender_for` (deliveries of the
outbox that are sent, such as mail; see `portal.delivering`).
"""

from __future__ import annotations

import sys

from pyramid.config import Configurator

from content.collect import modules


def includeme(config: Configurator) -> None:
    for module in modules(sys.modules[__name__]):
        if hasattr(module, "includeme"):
            config.include(module)
