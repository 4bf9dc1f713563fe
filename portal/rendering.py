"""How a view's values become a page: the themes' templates, what each of them can use, the static files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from urllib.parse import urlencode

from chameleon import PageTemplateLoader
from pyramid.events import BeforeRender
from pyramid.settings import asbool
from pyramid.static import QueryStringCacheBuster
from translationstring import TranslationString

import themes
from portal.dates import Dates
from portal.i18n import DOMAIN, LANGUAGES, switch_url
from themes.icons import icon

STATIC = "themes:default/static/"
YEAR = 365 * 24 * 3600
# What layouts ask for and a view may leave out.
BLANK = {"title": "", "breadcrumb": (), "page_tags": (), "feeds": (), "query": ""}


@dataclass(frozen=True)
class NavEntry:
    """One entry of a navigation; `icon` and `count` are shown at the desk only."""

    title: str
    url: str
    current: bool = False
    icon: str = "list"
    count: int | None = None


@dataclass(frozen=True)
class OtherLanguage:
    """The language that the page could be read in instead, and the address that changes to it."""

    lang: str
    name: str
    url: str


@cache
def templates(theme: str, auto_reload: bool = False) -> PageTemplateLoader:
    """The templates of a theme, with those of `default` behind them, compiled once for each process."""
    paths = [str(folder) for folder in themes.folders(theme, "templates")]
    return PageTemplateLoader(search_path=paths, auto_reload=auto_reload)


class PageRenderer:
    """Renderer of `.pt` names, which are paths below a theme's `templates/`."""

    def __init__(self, info) -> None:
        self.name = info.name

    def __call__(self, value: dict, system: dict) -> str:
        request = system["request"]
        return loader(request)[self.name](**{**system, **value})


def loader(request) -> PageTemplateLoader:
    """The templates of the request's theme."""
    reload = asbool(request.registry.settings.get("pyramid.reload_templates"))
    return templates(theme_of(request), reload)


def translator(request) -> Callable[..., str]:
    """A function that puts text into the language of the request; also Chameleon's `translate`."""
    localizer = request.localizer

    def translate(msgid, domain=None, mapping=None, context=None, target_language=None, default=None):
        if not isinstance(msgid, str):
            return msgid
        if isinstance(msgid, TranslationString):
            return localizer.translate(msgid, mapping=mapping)
        return localizer.translate(msgid, domain=DOMAIN, mapping=mapping)

    return translate


def theme_of(request) -> str:
    """The theme of the request (`request.theme`), or that of the settings."""
    return getattr(request, "theme", None) or request.registry.settings["gongkai"].theme


def site_title(site, code: str) -> str:
    """The name of the site with whose it is: 清源县人民政府 and 政府信息公开 make 清源县人民政府信息公开."""
    if code == "en":
        return f"{site.english_name}, {site.english_organ}"
    if site.name.startswith(site.organ):
        return site.name
    return site.organ.removesuffix("政府") + site.name if site.name.startswith("政府") else site.organ + site.name


def asset(request, path: str) -> str:
    """The address of a file below `static/`, with its hash in it, so that it may be kept for a year."""
    return request.static_path(STATIC + path)


def flashes(request) -> list[tuple[str, str]]:
    """What the last request left to be said, as (kind, words); looks at no session where none was begun."""
    if not request.cookies or not request.session.peek_flash():
        return []
    return [said if isinstance(said, tuple | list) else ("ok", said) for said in request.session.pop_flash()]


def report_url(request) -> str:
    """我为政府网站找错: where a visitor says what is wrong with this page."""
    return "/report-error?" + urlencode({"page": request.path})


def other_language(request) -> OtherLanguage:
    """The first language that the page is not in."""
    other = next(one for one in LANGUAGES.values() if one != request.language)
    return OtherLanguage(other.lang, other.name, switch_url(request, other.code))


def page_globals(request) -> dict:
    """Everything that templates can use beside their view's values; `themes/__init__.py` lists it."""
    translate, pages = translator(request), loader(request)
    dates = Dates(request.language.code, request.today)
    return BLANK | {
        "translate": translate,
        "t": translate,
        "_": lambda text, **values: translate(text, mapping=values),
        "site": request.site,
        "site_name": site_title(request.site, "zh"),
        "site_title": site_title(request.site, request.language.code),
        "nav": getattr(request, "nav", ()),
        "desk_nav": getattr(request, "desk_nav", ()),
        "identity": request.identity,
        "locale": request.language.code,
        "lang": request.language.lang,
        "content_lang": None if request.language.code == "zh" else "zh-CN",
        "other_language": other_language(request),
        "report_url": report_url(request),
        "today": request.today,
        "format_date": dates.date,
        "short_date": dates.short,
        "format_datetime": dates.datetime,
        "format_weekday": dates.weekday,
        "asset": partial(asset, request),
        "icon": partial(icon, theme=theme_of(request)),
        "flashes": partial(flashes, request),
        "layout": pages["layout.pt"],
        "desk": pages["desk/layout.pt"],
        "macros": pages["macros.pt"].macros,
    }


def add_globals(event) -> None:
    """Give page templates, and no other renderer, what every page needs."""
    if event["renderer_name"].endswith(".pt"):
        event.update(page_globals(event["request"]))


@lru_cache(maxsize=1024)
def _digest(path: Path, modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


class ContentHash(QueryStringCacheBuster):
    """Puts the hash of the file into its address."""

    def __init__(self) -> None:
        super().__init__(param="v")

    def tokenize(self, request, pathspec, kw) -> str:
        path = themes.HERE / "default" / "static" / pathspec
        return _digest(path, path.stat().st_mtime_ns)


def site(request):
    """The facts of the site from the settings: `portal.settings.Site`"""
    return request.registry.settings["gongkai"].site


def includeme(config) -> None:
    """Wire the themes into the application; needs `portal.i18n`, `request.today` and the settings "gongkai".

    Raises LookupError for a theme that is not there.
    """
    templates(config.registry.settings["gongkai"].theme)
    config.add_renderer(".pt", PageRenderer)
    config.add_subscriber(add_globals, BeforeRender)
    config.add_request_method(site, reify=True)
    config.add_static_view("static", STATIC, cache_max_age=YEAR)
    config.add_cache_buster(STATIC, ContentHash())
