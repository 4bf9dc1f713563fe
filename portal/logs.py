"""The log: one line of JSON each on stderr, with no personal data: no query, no address, no name, no file's name.

Requests are told when they are answered, slow ones at once as a warning; slow statements in `portal.watching`. What
libraries and our own parts say through `logging` is put into the same form, exceptions without their messages.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import structlog
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS

from portal.published import FRESH
from portal.watching import tally_of, view_of

TOKENS = re.compile(  # they open things
    "|".join(rf"(?<=^{path}/)[\w-]{{20,}}" for path in ("/opinion", "/apply/account/link", "/subscribe/link",
                                                        "/subscribe/end")))
MAIL = re.compile(r"[^\s/@:<>\"',;=&?]+@[^\s/@:<>\"',;=&?]+")
_FILE = r"(?<=/files/)(\d{1,9})/[^/]+$"  # an attachment is told by its number; its name may be somebody's
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SEGMENT = re.compile("[A-Za-z0-9_.~…-]*")
_IN_PATH = re.compile(rf"\d{{7,}}|{TOKENS.pattern}|{MAIL.pattern}")  # numbers that long may be anybody's

log = structlog.get_logger("gongkai")


class _Lines:
    """Writes to whatever stderr is at the moment, a line and its end together: no other thread comes between."""

    def msg(self, line: str) -> None:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    debug = info = warning = error = msg


class Lines(logging.Formatter):
    """What goes through `logging`, as a line of ours: of an exception where it came from, never what it says."""

    def format(self, record: logging.LogRecord) -> str:
        words = record.getMessage()
        if record.name.startswith("waitress"):  # ends with an address, which may open something
            words = words.partition(" /")[0]
        told = {"logger": record.name, "event": hidden(words)}
        if record.exc_info and record.exc_info[1] is not None:
            told |= trace(record.exc_info[1])
        at = datetime.fromtimestamp(record.created, UTC).isoformat()
        return json.dumps(told | {"level": record.levelname.lower(), "timestamp": at}, ensure_ascii=False)


def set_up() -> None:
    """One JSON object a line, on stderr."""
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True),
                    structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: _Lines())


def take_over() -> None:
    """For a process that serves or works: whatever is logged from now on has our form."""
    set_up()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # on a busy day a line for each request that waits
    for handler in logging.getLogger().handlers:
        handler.setFormatter(Lines())


def hidden(words: str) -> str:
    """Words without mail addresses and long numbers."""
    return _IN_PATH.sub("…", words)


def trace(error: BaseException) -> dict[str, Any]:
    """Where an exception came from, without its message: that may quote what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"error": type(error).__name__, "trace": [f"{each.filename}:{each.lineno} {each.name}" for each in frames]}


def request_id(request: Request) -> str:
    """What an error page shows and the log keeps, so that one finds the other."""
    return secrets.token_hex(6)


def plain_path(request: Request) -> str:
    """The path without its query; long numbers, mail addresses, names of files and what stands in no address of ours
    are hidden: a visitor may have typed a name."""
    path = request.environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")
    segments = hidden(re.sub(_FILE, r"\1/…", path)).split("/")
    return "/".join(each if _SEGMENT.fullmatch(each) else "…" for each in segments)


def tween(handler: Callable, registry: Any) -> Callable:
    """Write the line of each request when it is answered."""
    def logged(request: Request) -> Response:
        if request.environ.get(FRESH):
            return handler(request)  # nobody asked: a page is being made
        began = time.perf_counter()
        response = handler(request)
        who = request.__dict__.get("identity_cache")
        took, tally = (time.perf_counter() - began) * 1000, tally_of(request)
        method = request.method if request.method in _METHODS else "other"
        told = {"method": method, "path": plain_path(request), "status": response.status_int,
                "ms": round(took, 1), "user": who.user_id if who else None, "id": request.request_id}
        log.info("request", **told)
        if 0 < registry.settings["gongkai"].slow_request_ms <= took:
            log.warning("slow request", **told, view=view_of(request), queries=tally.queries,
                        sql_ms=round(tally.seconds * 1000, 1))
        return response
    return logged


def includeme(config: Configurator) -> None:
    set_up()
    config.add_request_method(request_id, reify=True)
    config.add_tween("portal.logs.tween", under=INGRESS)
