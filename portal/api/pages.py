"""The description of the API: as a file for programs, and as a page for people."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from portal.api.asking import asked, description, resolved
from portal.i18n import _
from portal.public.documents import absolute
from portal.security import READ


@dataclass(frozen=True)
class Parameter:
    """A parameter on the page: its name, what it may be, and what it is for, in the reader's language."""

    name: str
    form: str
    words: str


@dataclass(frozen=True)
class Operation:
    """What can be asked; `forms` are the media types of its answer, `members` those of its JSON object."""

    path: str
    title: str
    answer: str
    parameters: tuple[Parameter, ...]
    forms: tuple[str, ...]
    members: tuple[Parameter, ...]


@view_config(route_name="api.openapi", permission=READ, request_method="GET")
def openapi(request: Request) -> Response:
    asked(request)
    body = json.dumps(description() | {"servers": [{"url": absolute(request, "/")}]}, ensure_ascii=False).encode()
    response = Response(body, content_type="application/json", conditional_response=True)
    response.charset = None
    response.etag = hashlib.sha256(body).hexdigest()[:32]
    return response


@view_config(route_name="api", permission=READ, renderer="public/api.pt", request_method="GET")
def page(request: Request) -> dict[str, Any]:
    """`/api`: the same description, without a script."""
    language, spec = request.language.code, description()
    return {"title": _("数据开放接口"), "breadcrumb": [(_("数据开放接口"), "")],
            "words": _said(spec["info"], "description", language),
            "rate": request.registry.settings["gongkai"].api_rate,
            "operations": [_operation(path, each["get"], language) for path, each in spec["paths"].items()]}


def _said(written: dict[str, Any], name: str, language: str) -> str:
    return (written.get(f"x-{name}-en") if language == "en" else None) or written.get(name, "")


def _operation(path: str, written: dict[str, Any], language: str) -> Operation:
    answer = written["responses"]["200"]
    schema = resolved(answer["content"].get("application/json", {}).get("schema", {}))
    parameters = [resolved(each) for each in written.get("parameters", ())]
    return Operation(
        path, _said(written, "summary", language), _said(answer, "description", language),
        tuple(Parameter(each["name"], form(each["schema"]), _said(each, "description", language))
              for each in parameters),
        tuple(answer["content"]),
        tuple(Parameter(name, form(resolved(each)), _said(each, "description", language)
                        or _said(resolved(each), "description", language))
              for name, each in schema.get("properties", {}).items()))


def form(schema: dict[str, Any]) -> str:
    """What a value looks like, in the words of the description."""
    if "enum" in schema:
        return " | ".join(schema["enum"])
    if "minimum" in schema:
        return f"{schema['minimum']}–{schema['maximum']}"
    if schema.get("type") == "array":
        return f"[{form(resolved(schema['items']))}]"
    kinds = schema.get("type", "object")
    written = " | ".join(kinds) if isinstance(kinds, list) else kinds
    return schema.get("pattern") or schema.get("format") or written
