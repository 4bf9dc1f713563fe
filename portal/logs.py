"""The log of requests: one line of JSON each on stderr, with no personal data: no query, no address, no name."""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS

_IN_PATH = re.compile(r"\d{7,}|(?<=^/opinion/)[\w-]{20,}")  # numbers that long may be anybody's; tokens open things

log = structlog.get_logger("gongkai")


class _Lines:
    """Writes to whatever stderr is at the moment."""

    def msg(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    debug = info = warning = error = msg


def set_up() -> None:
    """One JSON object a line, on stderr."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _Lines())


def trace(error: BaseException) -> dict[str, Any]:
    """Where an exception came from, without its message: that may quote what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"error": type(error).__name__, "trace": [f"{each.filename}:{each.lineno} {each.name}" for each in frames]}


def request_id(request: Request) -> str:
    """What an error page shows and the log keeps, so that one finds the other."""
    return uuid.uuid4().hex[:12]


def plain_path(request: Request) -> str:
    """The path without its query, long numbers hidden."""
    return _IN_PATH.sub("…", request.environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace"))


def tween(handler: Callable, registry: Any) -> Callable:
    """Write the line of each request when it is answered."""
    def logged(request: Request) -> Response:
        began = time.perf_counter()
        response = handler(request)
        who = request.__dict__.get("identity_cache")
        log.info("request", method=request.method, path=plain_path(request), status=response.status_int,
                 ms=round((time.perf_counter() - began) * 1000, 1), user=who.user_id if who else None,
                 id=request.request_id)
        return response
    return logged


def includeme(config: Configurator) -> None:
    set_up()
    config.add_request_method(request_id, reify=True)
    config.add_tween("portal.logs.tween", under=INGRESS)
