"""How the API answers: JSON with a tag, or a problem (RFC 9457); to every origin, at a rate, for reading alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from pyramid.request import Request
from pyramid.response import Response

from content import open_data
from portal.api.asking import BadParameter, NoSuch
from portal.limits import address

PREFIX = "/api/v1"
READING = "GET, HEAD, OPTIONS"
PROBLEM = "application/problem+json"
FRESH = 2.0  # seconds after a change during which no date is given: another may follow in the same second
EVERYONE = {"Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, Retry-After, X-Request-Id"}


def tween(handler: Callable, registry: Any) -> Callable:
    """The door: what comes to the API is let in here, and what leaves it is dressed here, errors of any kind too."""
    def answer(request: Request) -> Response:
        path = request.environ.get("PATH_INFO", "")
        if path != PREFIX and not path.startswith(f"{PREFIX}/"):
            return handler(request)
        response = _before(request, registry) or handler(request)
        if response.status_int >= 400 and response.content_type != PROBLEM:
            response = _as_problem(request, response)
        response.headers.update(EVERYONE)
        return response
    return answer


def _before(request: Request, registry: Any) -> Response | None:
    """What needs no view: questions of browsers about other origins, methods that change things, too much."""
    if request.method == "OPTIONS":
        return Response(status=204, headers={
            "Allow": READING, "Access-Control-Allow-Methods": READING, "Access-Control-Max-Age": "86400",
            "Access-Control-Allow-Headers": "Accept, If-Modified-Since, If-None-Match"})
    if request.method not in ("GET", "HEAD"):
        return problem(request, 405, "这里只能读取", headers={"Allow": READING})
    seconds = registry.settings["limits"].wait("api", address(request.remote_addr))
    if seconds:
        return problem(request, 429, f"太频繁，请在{seconds}秒以后再来", headers={"Retry-After": str(seconds)})
    return None


def _as_problem(request: Request, response: Response) -> Response:
    kept = {name: value for name, value in response.headers.items() if name in ("Retry-After", "Allow")}
    error = getattr(request, "exception", None)
    detail = error.detail if isinstance(error, BadParameter | NoSuch) else ""
    return problem(request, response.status_int, detail, headers=kept)


def problem(request: Request, status: int, detail: str = "", headers: dict[str, str] | None = None,
            **more: Any) -> Response:
    """An error as RFC 9457 has it; `more` are members of its own."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "id": request.request_id}
    if detail:
        body["detail"] = detail
    response = Response(json.dumps(body | more, ensure_ascii=False).encode(), status=status, content_type=PROBLEM)
    response.headers.update(headers or {})
    return response


def answer(request: Request, value: Any) -> Response:
    """A value as JSON; 304 for who has it already."""
    body = json.dumps(value, ensure_ascii=False).encode()
    response = Response(body, content_type="application/json", conditional_response=True)
    response.charset = None
    response.etag = hashlib.sha256(body).hexdigest()[:32]
    response.vary = ("Accept",)
    changed = open_data.changed(request.db, request.now)
    if (request.now - changed).total_seconds() > FRESH:
        response.last_modified = changed
    return response
