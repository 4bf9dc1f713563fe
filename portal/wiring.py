"""The WSGI application: what it is made of, on one screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyramid.config import Configurator

from content.house import House
from content.listening import Listener
from portal.instance import open_house
from portal.published.serving import Served
from portal.published.withdrawing import make_up
from portal.settings import Settings
from portal.traversal import Root


def main(global_config: dict | None = None, **settings: Any) -> Any:
    """The WSGI application of the instance in the folder `home`, for any WSGI server."""
    home = Path(settings.get("home", "var"))
    loaded = Settings.load(home)
    house = open_house(loaded)
    make_up(house, loaded)
    Listener(house).start()
    return make_app(house, loaded)


def make_app(house: House, settings: Settings) -> Any:
    """The WSGI application over an open house."""
    config = Configurator(root_factory=Root, settings={"gongkai": settings, "house": house})
    config.include("portal.requesting")
    config.include("portal.routing")
    config.include("portal.database")
    config.include("portal.security")
    config.include("portal.headers")
    config.include("portal.errors")
    config.include("portal.accepted")
    config.include("portal.intake")
    config.include("portal.i18n")
    config.include("portal.rendering")
    config.include("portal.navigation")
    config.include("portal.searching")
    config.include("portal.promised")
    config.include("portal.public")
    config.include("portal.desk")
    config.include("portal.accounts")
    config.include("portal.channels")
    config.include("portal.metrics")
    config.include("portal.published.serving")
    config.include("portal.published.withdrawing")
    return Served(config.make_wsgi_app())
