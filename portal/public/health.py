"""Whether the portal works, for whoever watches it: terse, and nothing in it that is not public."""

from __future__ import annotations

import logging
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.view import view_config

from content import journal
from portal.security import PUBLIC

log = logging.getLogger(__name__)


@view_config(route_name="healthz", permission=PUBLIC, renderer="json", request_method="GET")
def healthz(request: Request) -> dict[str, Any]:
    """`lag`: how many journal rows the index is behind; 503 when database or index do not answer."""
    try:
        head, indexed = journal.latest(request.db), request.search.cursor() or 0
    except Exception as problem:
        log.error("health check failed: %s", type(problem).__name__)
        request.response.status_int = 503
        return {"status": "failing"}
    return {"status": "ok", "lag": max(0, head - indexed), "documents": request.search.count()}


def includeme(config: Configurator) -> None:
    config.add_route("healthz", "/healthz")
