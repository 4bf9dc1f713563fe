"""How a view's values become a page: the themes' templates, what each of them can use, the static files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

from chameleon import PageTemplateLoader
from chameleon.utils import Markup
from pyramid.events import BeforeRender
from pyramid.i18n import Localizer
from pyramid.settings import asbool
from translationstring import TranslationString

import themes
from portal import variants
from portal.dates import Dates
from portal.i18n import DOMAIN, LANGUAGES, switch_url
from portal.logs import TOKENS
from portal.templating import templates
from themes.icons import icon

STATIC = "themes:default/static/"
YEAR = 365 * 24 * 3600
PARTS = 256  # parts of frames that are kept for a language; one is one navigation with one entry marked
_GAP = "\ufdd0"  # on both sides of a gap's name, in a part that is not filled yet; never a character of a text
# What layouts ask for and a view may leave out.
BLANK = {"title": "", "breadcrumb": (), "page_tags": (), "feeds": (), "query": ""}


class NavEntry(NamedTuple):
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


class PageRenderer:
    """Renderer of `.pt` names, which are paths below a theme's `templates/`."""

    def __init__(self, info) -> None:
        self.name = info.name

    def __call__(self, value: dict, system: dict) -> str:
        request = system["request"]
        return loader(request)[self.name](**{**system, **value})


def loader(request) -> PageTemplateLoader:
    """The templates of the request's theme."""
    return templates(theme_of(request), _reloads(request))


def _reloads(request) -> bool:
    return asbool(request.registry.settings.get("pyramid.reload_templates"))


def translator(request) -> Callable[..., str]:
    """A function that puts text into the language of the request; also Chameleon's `translate`."""
    return _translator(request.localizer)


@lru_cache(maxsize=32)
def _translator(localizer: Localizer) -> Callable[..., str]:
    @lru_cache(maxsize=8192)
    def plain(msgid: str) -> str:
        return localizer.translate(msgid, domain=DOMAIN)

    def translate(msgid, domain=None, mapping=None, context=None, target_language=None, default=None):
        if type(msgid) is str:
            return localizer.translate(msgid, domain=DOMAIN, mapping=mapping) if mapping else plain(msgid)
        if not isinstance(msgid, TranslationString):
            return msgid
        if mapping or msgid.mapping or msgid.domain != DOMAIN or msgid.default != msgid:
            return localizer.translate(msgid, mapping=mapping)
        return plain(msgid)

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


@lru_cache(maxsize=1024)
def asset(path: str) -> str:
    """The address of a file below `static/`, with its hash in it, so that it may be kept for a year; read once."""
    digest = hashlib.sha256((themes.HERE / "default" / "static" / path).read_bytes()).hexdigest()[:12]
    return f"/static/{quote(path)}?v={digest}"


def flashes(request) -> list[tuple[str, str]]:
    """What the last request left to be said, as (kind, words); looks at no session where none was begun."""
    if not request.cookies or not request.session.peek_flash():
        return []
    return [said if isinstance(said, tuple | list) else ("ok", said) for said in request.session.pop_flash()]


def report_url(request) -> str:
    """我为政府网站找错: where a visitor says what is wrong with this page; what opens it he does not tell."""
    return "/report-error?page=" + quote_plus(TOKENS.sub("", request.path))


def other_language(request) -> OtherLanguage:
    """The first language that the page is not in."""
    other = next(one for one in LANGUAGES.values() if one != request.language)
    return OtherLanguage(other.lang, other.name, switch_url(request, other.code))


def page_globals(request) -> dict:
    """Everything that templates can use beside their view's values; `themes/__init__.py` lists it."""
    common = _common(request)
    dates = Dates(request.language.code, request.today)
    return {
        **common.values,
        "nav": getattr(request, "nav", ()),
        "desk_nav": getattr(request, "desk_nav", ()),
        "identity": request.identity,
        "other_language": other_language(request),
        "variant_url": partial(variants.switch_url, request),
        "report_url": report_url(request),
        "today": request.today,
        "format_date": dates.date,
        "short_date": dates.short,
        "format_datetime": dates.datetime,
        "format_weekday": dates.weekday,
        "flashes": partial(flashes, request),
    }


class Common:
    """What all pages of one theme, language and site have in common, and the parts of their frame that were filled.

    `part("nav", entries=…)` is the markup of `frame/nav.pt` by the common values and by those that are given: on these
    it depends and on nothing else, least of all on who asks. `part("footer", {"report": url})` leaves a gap where the
    template puts `report`, and fills it in each page with what it is there.
    """

    def __init__(self, request) -> None:
        translate, self._pages = translator(request), loader(request)
        self._keeps = not _reloads(request)
        self._parts: dict[tuple, list[str]] = {}
        self.values = BLANK | {
            "translate": translate,
            "t": translate,
            "_": lambda text, **values: translate(text, mapping=values),
            "site": request.site,
            "site_name": site_title(request.site, "zh"),
            "site_title": site_title(request.site, request.language.code),
            "locale": request.language.code,
            "lang": request.language.lang,
            "content_lang": None if request.language.code == "zh" else "zh-CN",
            "asset": asset,
            "icon": partial(icon, theme=theme_of(request)),
            "layout": self._pages["layout.pt"],
            "desk": self._pages["desk/layout.pt"],
            "macros": self._pages["macros.pt"].macros,
            "frame": self.part,
            "tags": tags,
        }

    def part(self, name: str, gaps: Mapping[str, Any] | None = None, **values: Hashable) -> Markup:
        key = (name, *values.values())
        pieces = self._parts.get(key) or self._made(key, gaps or {}, values)
        if gaps is None:
            return Markup(pieces[0])
        filled = pieces.copy()
        filled[1::2] = (_quoted(gaps[gap]) for gap in pieces[1::2])
        return Markup("".join(filled))

    def _made(self, key: tuple, gaps: Iterable[str], values: dict[str, Hashable]) -> list[str]:
        """The markup, cut at its gaps, with their names between the pieces."""
        marked = {gap: f"{_GAP}{gap}{_GAP}" for gap in gaps}
        found = self._pages[f"frame/{key[0]}.pt"](**self.values, **values, **marked).strip().split(_GAP)
        if self._keeps:
            if len(self._parts) >= PARTS:
                self._parts.clear()
            self._parts[key] = found
        return found


def tags(pairs: Iterable[tuple[str, str]]) -> Markup:
    """What a page says of itself in its head: a line for each name with its content."""
    lines = (f'<meta name="{_quoted(name)}" content="{_quoted(content)}" />' for name, content in pairs)
    return Markup("\n  ".join(lines))


def _quoted(value: Any) -> str:
    """As a template puts it into an attribute or a text."""
    return value.__html__() if hasattr(value, "__html__") else escape(str(value))


def _common(request) -> Common:
    held = request.registry.settings.setdefault("what pages have in common", {})
    key = theme_of(request), request.language.code, request.site
    found = held.get(key)
    if found is None:
        found = held[key] = Common(request)
    return found


def add_globals(event) -> None:
    """Give page templates, and no other renderer, what every page needs."""
    if event["renderer_name"].endswith(".pt"):
        event.update(page_globals(event["request"]))


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
