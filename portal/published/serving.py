"""The application serves its published pages itself, as a web server would: before session, routing and SQL.

A page is a file of `portal.published.store` or it is none: whatever else is asked for goes on to the application, and
so does everybody for whom it makes another page: who is logged in, whose browser asks for a variant without scripts,
who reads English where there is no English file. A page that was taken away is gone with the next request: nothing of
it is kept in memory.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import formatdate
from functools import cached_property, lru_cache
from typing import Any, BinaryIO

from pyramid.config import Configurator
from pyramid.response import Response
from webob.acceptparse import AcceptEncodingValidHeader, create_accept_encoding_header
from webob.cookies import RequestCookies
from webob.static import FileIter

from content.base import local_date, now
from content.house import House
from portal import accepted as hosts
from portal import heads, i18n, variants
from portal.headers import safety
from portal.held import hold
from portal.metrics import HELD as METRICS
from portal.public.files import disposition
from portal.published import FRESH, HELD
from portal.published.store import TYPES, Store, place, stores
from portal.settings import Settings

FILES = "/files/"
_READING = os.O_RDONLY | os.O_CLOEXEC
_ASKING = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE")
_OTHERWISE = ("QUERY_STRING", "SCRIPT_NAME", FRESH)  # with one of these it is not the page of its path alone
_OFFICE = "application/vnd.openxmlformats-officedocument."
ATTACHED = {  # suffix -> media type, of attachments; nothing that a browser would run
    "pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "txt": "text/plain",
    "tsv": "text/tab-separated-values", "ofd": "application/ofd", "zip": "application/zip",
    "docx": f"{_OFFICE}wordprocessingml.document", "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif",
}
FEEDS = {"json": "application/feed+json; charset=utf-8"}
ENCODINGS = {"br": ".br", "gzip": ".gz"}  # in the order in which we like them
SMALL = 256 * 1024  # octets that are read at once; what is larger is sent piece by piece


@dataclass(frozen=True)
class File:
    """An open file on its way out, with its headers; a WSGI application that is called once."""

    handle: int
    size: int
    headers: list[tuple[str, str]]

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        if any(environ.get(name) for name in _ASKING):
            return _conditionally(self.response())(environ, start_response)
        start_response("200 OK", self.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            os.close(self.handle)
            return ()
        if self.size <= SMALL:
            return [self._read()]
        wrapper = environ.get("wsgi.file_wrapper")
        return FileIter(self._file()) if wrapper is None else wrapper(self._file(), 64 * 1024)

    def response(self) -> Response:
        """The same as WebOb's, for who asks for a part, or whether it changed, and for who puts something into it."""
        body = [self._read()] if self.size <= SMALL else FileIter(self._file())
        return Response(headerlist=self.headers, app_iter=body, conditional_response=True)

    def _file(self) -> BinaryIO:
        return os.fdopen(self.handle, "rb", buffering=0)

    def _read(self) -> bytes:
        with self._file() as file:
            return file.read()


@dataclass(frozen=True)
class Pages:
    """The published pages of an instance and what is told with each of them."""

    stores: dict[str, Store]
    safety: tuple[tuple[str, str], ...]
    session_cookie: str

    @cached_property
    def cookies(self) -> frozenset[str]:
        """The names of those that we set; of others we want to know nothing."""
        return frozenset({self.session_cookie, i18n.COOKIE, variants.COOKIE})

    def file(self, environ: dict[str, Any]) -> File | None:
        """The file for a request as it came in; None where the application answers."""
        store = self._store(environ)
        return None if store is None else self._found(environ, store, _encodings(environ))

    def page(self, environ: dict[str, Any], language: str) -> Response | None:
        """The file in a language, whatever the visitor's cookies ask for: what a variant is put into."""
        found = self._found(environ, self.stores[language], ())
        return None if found is None else found.response()

    def _store(self, environ: dict[str, Any]) -> Store | None:
        """By the visitor's language; None for whom the application makes a page of his own."""
        if "HTTP_COOKIE" not in environ:
            return self.stores[i18n.DEFAULT.code]
        cookies = RequestCookies(environ)
        if cookies.get(self.session_cookie) or cookies.get(variants.COOKIE) in variants.PUT:
            return None
        asked = cookies.get(i18n.COOKIE, "")
        return self.stores[asked if asked in i18n.LANGUAGES else i18n.DEFAULT.code]

    def _found(self, environ: dict[str, Any], store: Store, encodings: tuple[str, ...]) -> File | None:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or any(environ.get(name) for name in _OTHERWISE):
            return None
        try:
            path = environ["PATH_INFO"].encode("latin-1").decode()
        except UnicodeDecodeError:
            return None
        below = place(path)
        kind = media_type(path, below) if below is not None else None
        if kind is None:
            return None
        opened = (_opened(store.name_of(below), encodings)
                  or _opened(store.name_on(local_date(now()), below), encodings))
        return None if opened is None else self._file(path, kind, *opened)

    def _file(self, path: str, kind: str, handle: int, about: os.stat_result, encoding: str) -> File:
        tag = f"{about.st_mtime_ns:x}-{about.st_size:x}{encoding and '-' + encoding}"
        headers = [("Content-Type", kind), ("Content-Length", str(about.st_size)), ("Cache-Control", "no-cache"),
                   ("ETag", f'"{tag}"'), ("Last-Modified", _written(about.st_mtime_ns // 10**9)),
                   ("Vary", "Accept-Encoding, Cookie"), *self.safety]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        if FILES in path:
            told = disposition(*path.split("/")[-2:], kind.partition(";")[0])
            headers += [("Content-Disposition", told), ("Accept-Ranges", "bytes")]
        return File(handle, about.st_size, headers)


class Served:
    """The application with its published pages before it; a WSGI application."""

    def __init__(self, app: Any) -> None:
        self.app, self.registry = app, app.registry

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        pages: Pages = self.registry.settings[HELD]
        heads.tidy(environ, pages.cookies)
        file = pages.file(environ) if self.registry.settings[hosts.HELD].takes(environ) else None
        if file is not None:
            self.registry.settings[METRICS].published.inc()
        return (self.app if file is None else file)(environ, start_response)


def _conditionally(response: Response) -> Callable[[dict[str, Any], Callable], Iterable[bytes]]:
    """As much of it as is asked for: parts of attachments only, one at a time (`portal.heads`)."""
    def send(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        wanted, known = environ.get("HTTP_RANGE"), environ.get("HTTP_IF_NONE_MATCH")
        if wanted and "Accept-Ranges" not in response.headers:
            environ = environ | {"HTTP_RANGE": ""}
        if known:  # WebOb takes no * and wants a space after the comma
            known = response.headers["ETag"] if known.strip() == "*" else known.replace(",", ", ")
            environ = environ | {"HTTP_IF_NONE_MATCH": known}
        return response(environ, start_response)
    return send


def media_type(path: str, file: str) -> str | None:
    """What an address holds, by the suffix of its file; None where the application knows better."""
    suffix = file.rpartition(".")[2].lower()
    if FILES in path:
        return ATTACHED.get(suffix)
    return FEEDS.get(suffix) if path.startswith("/feeds/") and suffix in FEEDS else TYPES.get(suffix)


def _opened(file: str, encodings: tuple[str, ...]) -> tuple[int, os.stat_result, str] | None:
    """The page, or its compressed copy where that is of the same moment; with the encoding, "" for the page itself."""
    try:
        page = os.open(file, _READING)
    except OSError:  # not there, or a name too long for the file system
        return None
    about = os.fstat(page)
    if not stat.S_ISREG(about.st_mode):
        os.close(page)
        return None
    for encoding in encodings:
        copy = _copy(file + ENCODINGS[encoding], about.st_mtime_ns)
        if copy is not None:
            os.close(page)
            return *copy, encoding
    return page, about, ""


def _copy(file: str, at: int) -> tuple[int, os.stat_result] | None:
    try:
        copy = os.open(file, _READING)
    except OSError:
        return None
    about = os.fstat(copy)
    if about.st_mtime_ns == at:
        return copy, about
    os.close(copy)
    return None


@lru_cache(maxsize=1024)
def _written(second: int) -> str:
    return formatdate(second, usegmt=True)


def _encodings(environ: dict[str, Any]) -> tuple[str, ...]:
    """The compressed forms that a visitor takes; parts are parts of the page itself."""
    return () if environ.get("HTTP_RANGE") else accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))


@lru_cache(maxsize=256)
def accepted(header: str) -> tuple[str, ...]:
    """Which of our encodings an Accept-Encoding header takes; none where it cannot be read."""
    parsed = create_accept_encoding_header(header)
    if not header or not isinstance(parsed, AcceptEncodingValidHeader):
        return ()
    return tuple(name for name, quality in parsed.acceptable_offers([*ENCODINGS]) if quality > 0)


def includeme(config: Configurator) -> None:
    cookie = config.registry.settings["session.cookie"]

    def pages(_house: House, settings: Settings) -> Pages:
        return Pages(stores(settings.home), tuple(safety(settings).items()), cookie)
    hold(config, HELD, pages)
