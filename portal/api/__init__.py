"""The open-data API (数据开放接口): what is public, for other programs, as `openapi.json` describes it.

The description is what requests are read by (`asking`), so that it cannot say otherwise than the API does. Answers
leave by one door (`answering`), which keeps the rate, lets every origin read, and says errors as RFC 9457 has it.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    for name in ("documents", "columns", "departments"):
        config.add_route(f"api.{name}.table", f"/api/v1/{name}.{{form:csv|xlsx}}")
        config.add_route(f"api.{name}", f"/api/v1/{name}")
    config.add_route("api.document", r"/api/v1/documents/{id:\d{1,10}}")
    config.add_route("api.statistics", "/api/v1/statistics")
    config.add_route("api.changes", "/api/v1/changes")
    config.add_route("api.openapi", "/api/v1/openapi.json")
    config.add_route("api", "/api")
    config.add_tween("portal.api.answering.tween", under="portal.logs.tween", over="portal.errors.last_resort")
    config.scan(__name__)
