"""Documents, columns and departments as the API says them: only what the gate let through, and of it the rendition."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pyramid.request import Request

from content import harvests, open_data, repository
from content.documents import Live
from content.people import Unit
from content.tree import Node
from content.types import type_of
from portal.public._files import url as file_url
from portal.public.documents import HIDDEN, absolute


def moment(value: dt.datetime | None) -> str | None:
    """RFC 3339, in UTC."""
    return None if value is None else value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def day(value: dt.date | None) -> str | None:
    return None if value is None else value.isoformat()


def api_url(request: Request, live: Live) -> str:
    return absolute(request, f"/api/v1/documents/{live.document_id}")


def place(node: Node) -> dict[str, Any]:
    return {"id": node.id, "code": node.code, "path": node.path, "name": node.name}


def unit(found: Unit) -> dict[str, Any]:
    return {"id": found.id, "code": found.code, "name": found.name}


def brief(request: Request, live: Live) -> dict[str, Any]:
    """A document in a list."""
    organ = request.tree.departments.by_id[live.department_id]
    return {
        "id": live.document_id, "url": absolute(request, live.url), "api": api_url(request, live),
        "index_number": live.index_number, "title": live.title, "type": live.type, "state": live.state,
        "column": place(request.tree.by_id[live.column_id]), "department": unit(organ),
        "issuer": live.rendition.data.get("issuer") or organ.name, "number": live.number, "topic": live.topic,
        "validity": live.validity, "formed": day(live.formed), "ends": day(live.ends),
        "published": moment(live.published), "changed": moment(live.changed), "summary": live.rendition.summary,
    }


def whole(request: Request, live: Live) -> dict[str, Any]:
    """A document with everything that belongs to it."""
    related = repository.relations(request.db, live, request.now)
    nodes = [request.tree.by_id[each] for each in open_data.places(request.db, live.document_id)]
    made = live.rendition
    return brief(request, live) | {
        "columns": [place(node) for node in nodes if node.is_public()],
        "metadata": metadata(live), "text": made.text, "html": made.body, "chain": made.chain,
        "corrections": live.corrections or 0, "archived": moment(live.archived), "files": files_of(request, live),
        "relations": [relation(request, *each) for each in related], "provenance": provenance(request, live)}


def metadata(live: Live) -> dict[str, Any]:
    """The metadata of its type, without the numbers by which it speaks of other documents: relations say these."""
    kind, data = type_of(live.type), live.rendition.data
    known = {node.name for node in kind.fields() if getattr(node, "shape", "") != "document"}
    return {key: value for key, value in data.items() if key in known and (key not in HIDDEN or key == "issuer")}


def files_of(request: Request, live: Live) -> list[dict[str, Any]]:
    """Its attachments and the pictures of its text, as the public gets them."""
    return [{name: each[name] for name in ("id", "name", "media_type", "size", "sha256", "role", "changed")}
            | {"url": absolute(request, file_url(live, each, each["name"]))} for each in live.rendition.files]


def relation(request: Request, kind: str, is_source: bool, live: Live) -> dict[str, Any]:
    return {"kind": kind, "direction": "to" if is_source else "from", "id": live.document_id, "title": live.title,
            "url": absolute(request, live.url), "api": api_url(request, live)}


def portal_id(request: Request) -> str:
    """What this portal is called among portals: its 网站标识码, else its domain."""
    site = request.site
    return site.id_code or site.domain or absolute(request, "/")


def provenance(request: Request, live: Live) -> dict[str, Any]:
    """Where it was disclosed first, and the way it came."""
    came = harvests.origin(request.db, live.document)
    if came is not None:
        return {"portal": came.portal, "organ": came.organ, "address": came.address,
                "index_number": came.index_number, "chain": [*came.chain, portal_id(request)]}
    organ = request.tree.departments.by_id[live.department_id]
    return {"portal": portal_id(request), "organ": live.rendition.data.get("issuer") or organ.name,
            "address": absolute(request, live.url), "index_number": live.index_number, "chain": [portal_id(request)]}
