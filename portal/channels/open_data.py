"""Open data as a channel: other programs fetch what is public from `/api/v1` (`portal.api`)."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include("portal.api")
