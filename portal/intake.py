"""What a request may be made of, asked before anything reads it: what costs a stranger nothing must cost us little.

Twenty megabytes of `&a` are ten million fields and take minutes to read; a path is walked part by part. Both are
refused by a look at their length alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound, HTTPRequestEntityTooLarge
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW

LONGEST_PATH = 1000  # bytes; those of documents have 30, the deepest column's 200
MOST_FIELDS = 2000  # in an address or a form; the largest form, all findings of a long list, has several hundred
_FORM, _PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


def tween(handler: Callable, registry: Any) -> Callable:
    """Refuse what is larger, or of more parts, than any page of ours asks for."""
    most = registry.settings["gongkai"].upload_megabytes * 1024 * 1024

    def guarded(request: Request) -> Response:
        if (request.content_length or 0) > most:
            raise HTTPRequestEntityTooLarge()
        if len(request.environ.get("PATH_INFO", "")) > LONGEST_PATH:
            request.environ["PATH_INFO"] = "/"  # the page that says so is not to walk it either
            raise HTTPNotFound()
        _check_fields(request)
        return handler(request)
    return guarded


def _check_fields(request: Request) -> None:
    """Count the fields without reading them. Raises `HTTPBadRequest`."""
    if request.environ.get("QUERY_STRING", "").count("&") > MOST_FIELDS:
        request.environ["QUERY_STRING"] = ""
        raise HTTPBadRequest()
    if request.content_type not in (_FORM, _PARTS) or request.method in ("GET", "HEAD"):
        return
    between = b"\n--" if request.content_type == _PARTS else b"&"
    if request.charset.lower().replace("_", "-") not in ("utf-8", "utf8") or request.body.count(between) > MOST_FIELDS:
        _drop(request)
        raise HTTPBadRequest()
    if any(not isinstance(value, str) for value in request.POST.values()):  # no form of ours takes files
        _drop(request)
        raise HTTPBadRequest()


def _drop(request: Request) -> None:
    """Nobody reads the body any more, nor the page that says so."""
    request.content_type = "application/octet-stream"
    request.body = b""


def includeme(config: Configurator) -> None:
    config.add_tween("portal.intake.tween", under=EXCVIEW)
