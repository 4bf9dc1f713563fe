"""What a request asks for, read by the OpenAPI description: what it does not know or allow is said, not passed over."""

from __future__ import annotations

import datetime as dt
import json
import re
from functools import lru_cache
from importlib.resources import files
from typing import Any

from pyramid.httpexceptions import HTTPBadRequest, HTTPNotFound
from pyramid.request import Request

from content.types import TOPICS, all_types

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?\d*([Zz]|[+-]\d\d:\d\d)")


class BadParameter(HTTPBadRequest):
    """What the query asks for is not in the description; the message says what is."""


class NoSuch(HTTPNotFound):
    """It names something that is not there; the message says what."""


class Wrong(ValueError):
    """A value is not what the description says; the message says what it is to be."""


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI document, with the types and topics that there are."""
    found = json.loads(files("portal.api").joinpath("openapi.json").read_text(encoding="utf-8"))
    parameters = found["components"]["parameters"]
    parameters["type"]["schema"]["enum"] = sorted(all_types())
    parameters["topic"]["schema"]["enum"] = list(TOPICS)
    return found


@lru_cache(maxsize=32)
def operation(name: str) -> dict[str, Any]:
    """The operation called `name`, as the routes are; its parameters at hand."""
    found = next(each["get"] for each in description()["paths"].values() if each["get"]["operationId"] == name)
    return found | {"parameters": [resolved(each) for each in found.get("parameters", ())]}


def resolved(written: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` leads to."""
    if "$ref" not in written:
        return written
    found: Any = description()
    for step in written["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return found


def asked(request: Request) -> dict[str, Any]:
    """The values of the query by name, defaults filled in. Raises `BadParameter`."""
    known = {each["name"]: each["schema"] for each in operation(request.matched_route.name)["parameters"]
             if each["in"] == "query"}
    found = {name: schema["default"] for name, schema in known.items() if "default" in schema}
    for name in request.GET:
        if name not in known:
            raise BadParameter(f"没有参数 {name[:40]}；有 {'、'.join(known) or '（无）'}")
        values = request.GET.getall(name)
        try:
            if len(values) > 1:
                raise Wrong("只能给一次")
            found[name] = value(values[0], known[name])
        except Wrong as problem:
            raise BadParameter(f"参数 {name}：{problem}") from None
    return found


def value(written: str, schema: dict[str, Any]) -> Any:
    """A value as `schema` wants it. Raises `Wrong`."""
    if schema["type"] == "integer":
        return _integer(written, schema)
    if schema.get("format") == "date-time":
        return _moment(written)
    if "enum" in schema and written not in schema["enum"]:
        raise Wrong(f"只能是 {'、'.join(schema['enum'])}")
    if "pattern" in schema and not re.fullmatch(schema["pattern"], written):
        raise Wrong(f"要符合 {schema['pattern']}")
    if not schema.get("minLength", 0) <= len(written) <= schema.get("maxLength", 1000):
        raise Wrong(f"要有{schema.get('minLength', 0)}到{schema.get('maxLength', 1000)}个字")
    return written


def _integer(written: str, schema: dict[str, Any]) -> int:
    least, most = schema["minimum"], schema["maximum"]
    if not re.fullmatch(r"-?[0-9]{1,12}", written) or not least <= int(written) <= most:
        raise Wrong(f"要是{least}到{most}的整数")
    return int(written)


def _moment(written: str) -> dt.datetime:
    found = _MOMENT.fullmatch(written)
    try:
        if not found:
            raise ValueError
        moment = dt.datetime.fromisoformat(written.upper())
        return moment.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise Wrong("要是带时区的时刻，如 2026-01-31T08:00:00+08:00") from None
