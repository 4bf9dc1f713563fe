"""The files of a document as the public fetches them: stored renditions, through the gate, never an original.

A file is read again through the gate each time (no-cache): the tag tells a browser that has it already that nothing
changed, and a withdrawal holds at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from content import marks, repository
from content.documents import FileRendition
from content.filing import FILE
from portal.navigation import audience
from portal.public import _files
from portal.public.documents import tombstone
from portal.security import READ
from portal.traversal import DocumentContext, below_document

SHOWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp", "image/gif"})  # what browsers show
RUNS = ("html", "xml", "svg", "script")  # what no file of ours is; never told to a browser


@view_config(route_name="file", permission=READ, renderer="public/tombstone.pt", request_method="GET")
def file(context: DocumentContext, request: Request) -> Any:
    """`/doc/<year>/<serial>/files/<attachment id>/<name>`."""
    live = context.live
    if not repository.may_read(live, request.now, audience(context.node)):
        return tombstone(request, live)
    entry = next((each for each in live.rendition.files if each["id"] == int(request.matchdict["id"])), None)
    if entry is None:
        raise HTTPNotFound()
    if (file_id := _named(entry, request.matchdict["name"])) is None:
        if entry["role"] != FILE:
            raise HTTPNotFound()
        return HTTPFound(_files.url(live, entry, entry["name"]))  # a corrected document may call it otherwise
    with marks.asking():  # what the page of the document depends on
        return answer(request, request.db.get_one(FileRendition, file_id))


def _named(entry: Mapping[str, Any], name: str) -> int | None:
    """Which rendition of an attachment has this name: itself, or a size of the picture."""
    names = {entry["name"]: entry["file"]} | {each["name"]: each["file"] for each in entry.get("variants", ())}
    return names.get(name)


def answer(request: Request, made: FileRendition) -> Response:
    """The octets of a rendition: parts of them for those who ask, nothing for those who have them."""
    data = request.house.blobs.get(request.db, made.address)
    response = Response(body=data, conditional_response=True)
    response.headers["Content-Type"] = _media_type(made)
    response.headers["Content-Disposition"] = disposition(made.attachment_id, made.name, made.media_type)
    response.etag = made.sha256
    response.last_modified = made.made
    response.accept_ranges = "bytes"
    return response


def _media_type(made: FileRendition) -> str:
    written = made.media_type.lower()
    if any(word in written for word in RUNS) and "openxmlformats" not in written:
        return "application/octet-stream"
    return f"{made.media_type}; charset=utf-8" if written == "text/csv" else made.media_type


def disposition(number: int | str, name: str, media_type: str) -> str:
    """Shown or kept, under its name (RFC 6266); old programs get a name in ASCII."""
    how = "inline" if media_type in SHOWN else "attachment"
    suffix = name.rpartition(".")[2]
    plain = f"file-{number}" + (f".{suffix}" if suffix.isascii() and suffix.isalnum() else "")
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def includeme(config: Configurator) -> None:
    config.add_route("file", r"/doc/{year:(?:19|20)\d\d}/{serial:[1-9]\d{0,8}}/files/{id:\d{1,9}}/{name}",
                     factory=below_document)
