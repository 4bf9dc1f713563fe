"""A small Pyramid application with the themes and nothing behind them, for tests of what pages are made of."""

import datetime as dt
from types import SimpleNamespace

from chameleon import PageTemplate
from pyramid.config import Configurator
from pyramid.response import Response
from pyramid.session import SignedCookieSessionFactory
from webtest import TestApp

from portal.rendering import NavEntry, page_globals
from portal.settings import Site

TODAY = dt.date(2026, 11, 22)
SITE = Site(organ="清源县人民政府", host_organ="清源县人民政府办公室", domain="www.qingyuan.example",
            id_code="4103990001", english_organ="People's Government of Qingyuan County", phone="0399-6660000",
            address="清源县城关镇人民路1号", postcode="473990", icp="中原ICP备00000000号-1",
            police_record="中原公网安备 41039902000001号", hours="工作日 8:30—12:00")
NAV = [NavEntry("首页", "/"), NavEntry("政策", "/zc/", current=True)]
DESK_NAV = [("工作", [NavEntry("等我办的", "/desk", True, "list", 9), NavEntry("写一篇", "/desk/new", icon="pencil")])]


def configurator(site: Site = SITE) -> Configurator:
    """The themes, languages and sessions wired; views are for the test to add."""
    config = Configurator(settings={"gongkai": SimpleNamespace(site=site, theme="default")})
    config.set_session_factory(SignedCookieSessionFactory("secret"))
    config.set_default_csrf_options(require_csrf=True)
    config.add_request_method(lambda request: TODAY, "today", reify=True)
    config.add_request_method(lambda request: NAV, "nav", reify=True)
    config.add_request_method(lambda request: DESK_NAV, "desk_nav", reify=True)
    config.include("portal.i18n")
    config.include("portal.rendering")
    return config


class Sheet:
    """Renders template sources within the application, in a language."""

    def __init__(self, language: str = "zh", site: Site = SITE) -> None:
        config = configurator(site)
        config.add_route("page", "/zc/")
        config.add_view(lambda request: Response(self._page(request)), route_name="page")
        self.app = config.make_wsgi_app()
        self.language = language

    def _page(self, request) -> str:
        values = {"request": request, "get_csrf_token": lambda: "token"} | page_globals(request) | self.values
        return PageTemplate(self.source)(**values)

    def __call__(self, source: str, **values) -> str:
        self.source, self.values = source, values
        client = TestApp(self.app)
        client.set_cookie("lang", self.language)
        return client.get("/zc/").text
