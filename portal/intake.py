"""What a request may be made of, asked before anything reads it: what costs a stranger nothing must cost us little.

Twenty megabytes of `&a` are ten million fields and take minutes to read; a path is walked part by part. Both are
refused by a look at their length alone. Files are taken by the routes that say so (`config.take_files`); requests
larger than a long text needs by these alone, and from those who have logged in. Where everybody may attach files, the
route says how many megabytes it takes of a stranger. What is taken means what browsers mean by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden, HTTPNotFound, HTTPRequestEntityTooLarge
from pyramid.interfaces import IRoutesMapper
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW

from portal.security import USER

LONGEST_PATH = 1000  # bytes; those of documents have 30, the deepest column's 200
MOST_FORM = 8  # megabytes of a form without files; the longest body, percent-encoded, has four
MOST_FIELDS = 2000  # in an address or a form; the largest form, all findings of a long list, has several hundred
MEGA = 1024 * 1024
_TAKERS = "routes that take files"
_NAMED = re.compile(r'boundary=(?:"([^"]+)"|([^\s;,]+))', re.IGNORECASE)
_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


def tween(handler: Callable, registry: Any) -> Callable:
    """Refuse what is larger, or of more parts, than any page of ours asks for."""
    def guarded(request: Request) -> Response:
        _keep_semicolons(request)
        _check_length(request, registry.settings["gongkai"].upload_megabytes)
        if len(request.environ.get("PATH_INFO", "")) > LONGEST_PATH:
            request.environ["PATH_INFO"] = "/"  # the page that says so is not to walk it either
            raise HTTPNotFound()
        _check_fields(request)
        return handler(request)
    return guarded


def _keep_semicolons(request: Request) -> None:
    """A semicolon in a query is a character like others, as browsers see it: WebOb alone would begin a field at it."""
    query = request.environ.get("QUERY_STRING", "")
    if ";" in query:
        request.environ["QUERY_STRING"] = query.replace(";", "%3B")


def _check_length(request: Request, upload: int) -> None:
    """Raises `HTTPRequestEntityTooLarge` with the megabytes that are taken, `HTTPForbidden` for nobody's files."""
    length = request.content_length or 0
    if length <= min(upload, MOST_FORM) * MEGA:
        return
    takes = _takes_files(request)
    if length > upload * MEGA or takes is None:
        raise HTTPRequestEntityTooLarge(str(min(upload, MOST_FORM) if takes is None else upload))
    if takes and length > takes * MEGA:
        _drop(request)
        raise HTTPRequestEntityTooLarge(str(takes))
    if takes:
        return
    if not request.session.get(USER):  # the cookie is signed; whether it still counts is asked where it is cheap
        _drop(request)
        raise HTTPForbidden()


def _check_fields(request: Request) -> None:
    """Count the fields without reading them. Raises `HTTPBadRequest`."""
    if request.environ.get("QUERY_STRING", "").count("&") > MOST_FIELDS:
        request.environ["QUERY_STRING"] = ""
        raise HTTPBadRequest()
    if request.content_type not in (_FORM, _PARTS) or request.method in ("GET", "HEAD"):
        return
    between = _boundary(request) if request.content_type == _PARTS else b"&"
    if request.charset.lower().replace("_", "-") not in ("utf-8", "utf8") or _count(request, between) > MOST_FIELDS:
        _drop(request)
        raise HTTPBadRequest()
    if request.content_type == _PARTS:
        request.environ["wsgi.input"] = _WholeCharacters(request.body_file_raw)
    if any(not isinstance(value, str) for value in request.POST.values()) and _takes_files(request) is None:
        _drop(request)
        raise HTTPBadRequest()
    if any("\x00" in value for value in request.POST.values() if isinstance(value, str)):
        _drop(request)  # nobody types it, and PostgreSQL takes no text with it
        raise HTTPBadRequest()


class _WholeCharacters:
    """A body whose lines are never cut within a character: the reader of parts decodes endless lines piece by piece,
    and what somebody typed would lose a character every 65 536 bytes."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def readline(self, size: int = -1) -> bytes:
        line = self._file.readline(size)
        if size > 0 and len(line) == size and not line.endswith(b"\n"):
            for _more in range(3):
                following = self._file.read(1)
                if not following:
                    break
                if following[0] & 0xC0 != 0x80:  # a new character begins
                    self._file.seek(-1, 1)
                    break
                line += following
        return line


def _boundary(request: Request) -> bytes:
    """What begins each part. A file may hold lines that begin with two hyphens, but not these."""
    found = _NAMED.search(request.headers.get("Content-Type", ""))
    return b"--" + (found[1] or found[2]).encode() if found else b"\n--"


def _count(request: Request, between: bytes) -> int:
    """How often `between` stands in the body, which is not held in memory for it."""
    file, found, rest = request.body_file_seekable, 0, b""
    file.seek(0)
    while chunk := file.read(MEGA):
        chunk = rest + chunk
        found += chunk.count(between)
        rest = chunk[len(chunk) - len(between) + 1:] if len(between) > 1 else b""
    file.seek(0)
    return found


def _takes_files(request: Request) -> int | None:
    """The megabytes that the route of this address takes of a stranger; None when it takes no files at all."""
    names = request.registry.settings[_TAKERS]
    route = request.registry.getUtility(IRoutesMapper)(request)["route"]
    return None if route is None else names.get(route.name)


def take_files(config: Configurator, route_name: str, megabytes: int = 0) -> None:
    """Let the views of a route find files among what was sent; large ones from strangers only with `megabytes`."""
    config.registry.settings[_TAKERS][route_name] = megabytes


def _drop(request: Request) -> None:
    """Nobody reads the body any more, nor the page that says so."""
    request.content_type = "application/octet-stream"
    request.body = b""


def includeme(config: Configurator) -> None:
    config.registry.settings[_TAKERS] = {}
    config.add_directive("take_files", take_files)
    config.add_tween("portal.intake.tween", under=EXCVIEW)
