"""The WSGI application: what it is made of, on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyramid.config import Configurator

from content.house import House
from portal.settings import Settings
from portal.traversal import Root


def main(global_config: dict | None = None, **settings: Any) -> Any:
    """The WSGI application of the instance in the folder `home`, for any WSGI server."""
    home = Path(settings.get("home", "var"))
    loaded = Settings.load(home)
    house = House.open(home, loaded.database_url, loaded.index_rule, loaded.letter_rule, loaded.superior_organ)
    return make_app(house, loaded)


def make_app(house: House, settings: Settings) -> Any:
    """The WSGI application over an open house."""
    config = Configurator(root_factory=Root, settings={"gongkai": settings, "house": house})
    config.include("portal.database")
    config.include("portal.security")
    config.include("portal.headers")
    config.include("portal.errors")
    config.include("portal.intake")
    config.include("portal.i18n")
    config.include("portal.rendering")
    config.include("portal.navigation")
    config.include("portal.searching")
    config.include("portal.public")
    config.include("portal.desk")
    config.include("portal.accounts")
    config.include("portal.channels")
    return config.make_wsgi_app()
