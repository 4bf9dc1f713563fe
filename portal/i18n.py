"""Languages: which one a request speaks, and how a visitor changes it.

Texts are written in Chinese and the Chinese text is the msgid, so Chinese needs no catalogue; English lies in
`themes/locale`. The locale is called `zh_Hans`: under `zh_CN` colander and deform stay English.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote_plus, urlsplit

from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.i18n import TranslationString, TranslationStringFactory
from pyramid.security import NO_PERMISSION_REQUIRED

DOMAIN = "gongkai"
COOKIE = "lang"
YEAR = 365 * 24 * 3600

_new = TranslationStringFactory(DOMAIN)
_plain = lru_cache(maxsize=4096)(_new)


def _(words: str, mapping: dict[str, object] | None = None) -> TranslationString:
    """A text to be translated when it is shown; of the same words without values there is one."""
    return _plain(words) if mapping is None and type(words) is str else _new(words, mapping=mapping)


@dataclass(frozen=True)
class Language:
    """A language: its code in cookies and addresses, Pyramid's locale, and the tag for `lang`."""

    code: str
    locale: str
    lang: str
    name: str


LANGUAGES = {
    language.code: language
    for language in (Language("zh", "zh_Hans", "zh-CN", "中文"), Language("en", "en", "en", "English"))
}
DEFAULT = LANGUAGES["zh"]


def language(request) -> Language:
    """The language of the request, Chinese where its cookie says nothing we know."""
    return LANGUAGES.get(request.cookies.get(COOKIE, ""), DEFAULT)


def negotiate(request) -> str:
    """Pyramid's locale name for the request."""
    return language(request).locale


def safe_back(back: str) -> str:
    """`back` where it is a path of this site, `/` where it would lead anywhere else."""
    plain = back.isprintable() and "\\" not in back and not back.startswith("//")
    if not plain or not back.startswith("/"):
        return "/"
    try:
        parts = urlsplit(back)
    except ValueError:
        return "/"
    return back if not parts.scheme and not parts.netloc else "/"


def switch_url(request, code: str) -> str:
    """The address that changes the language to `code` and comes back to the page of the request."""
    return f"/lang/{code}?{request.coming_back}"


def coming_back(request) -> str:
    """The part of an address by which what changes a language or a variant comes back to the page of the request."""
    return "back=" + quote_plus(request.path_qs if request.method in ("GET", "HEAD") else request.path)


def switch(request):
    """Remember the language that was asked for, and go back."""
    code = request.matchdict["code"]
    if code not in LANGUAGES:
        raise HTTPNotFound()
    response = HTTPFound(safe_back(request.params.get("back", "/")))
    secure = request.scheme == "https"
    response.set_cookie(COOKIE, code, max_age=YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


def includeme(config) -> None:
    """Add the catalogues, the negotiator, `request.language`, `request.coming_back` and `/lang/{zh|en}`."""
    config.add_translation_dirs("colander:locale", "deform:locale", "themes:locale")
    config.set_locale_negotiator(negotiate)
    config.add_request_method(language, reify=True)
    config.add_request_method(coming_back, reify=True)
    config.add_route("lang", "/lang/{code}")
    config.add_view(switch, route_name="lang", request_method="GET", permission=NO_PERMISSION_REQUIRED)
