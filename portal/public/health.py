"""Whether the portal works, for whoever watches it: terse, and nothing in it that is not public.

`/healthz` says that this process answers: one that does not is started anew. `/readyz` says that what it stands on
is there, each by name alone: while it is not, another process is asked. What is wrong and what to do about it stands
at the desk and in `gongkai doctor`.
"""

from __future__ import annotations

import logging
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.view import view_config

from content import journal
from portal.doctor import BAD, NOT_MADE, OK, Patient, checks, examine
from portal.held import hold
from portal.security import PUBLIC
from portal.shelf import Shelf

log = logging.getLogger(__name__)


@view_config(route_name="healthz", permission=PUBLIC, renderer="json", request_method="GET")
def healthz(request: Request) -> dict[str, Any]:
    """`lag`: how many journal rows the index is behind; 503 when database or index do not answer."""
    try:
        head, indexed = journal.latest(request.db), request.search.cursor() or 0
        documents = request.search.count()
    except Exception as problem:
        log.error("health check failed: %s", type(problem).__name__)
        request.response.status_int = 503
        return {"status": "failing"}
    return {"status": "ok", "lag": max(0, head - indexed), "documents": documents}


@view_config(route_name="readyz", permission=PUBLIC, renderer="json", request_method="GET")
def readyz(request: Request) -> dict[str, Any]:
    """`{"status": "ok" | "failing", "checks": {name: grade}}`; 503 when one of them is bad or could not be made.

    Whoever asks often gets what was found up to a second ago: strangers cannot make it cost more.
    """
    held = request.registry.settings
    grades = held["ready"].get("grades", (int(request.now.timestamp()),), lambda: _grades(request))
    failing = any(grade in (BAD, NOT_MADE) for grade in grades.values())
    request.response.status_int = 503 if failing else 200
    return {"status": "failing" if failing else OK, "checks": grades}


def _grades(request: Request) -> dict[str, str]:
    patient = Patient(request.registry.settings["gongkai"], request.house, request.search, request.now)
    wanted = [check for check in checks().values() if check.ready]
    return {verdict.check.name: verdict.grade for verdict in examine(patient, wanted)}


def includeme(config: Configurator) -> None:
    hold(config, "ready", lambda *_: Shelf(1))
    config.add_route("healthz", "/healthz")
    config.add_route("readyz", "/readyz")
