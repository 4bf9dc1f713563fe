"""One attachment at the desk: what was found in it beside what the public gets, its pages, and who vouches for them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import attachments
from content.filing import Filed
from portal.desk import reading
from portal.desk.file_pictures import Look, base, listed
from portal.desk.file_places import Side
from portal.desk.file_shown import Shown, shown
from portal.desk.files import DeskFile, file_parts
from portal.desk.findings import panel, parts
from portal.i18n import _
from workflows.access import Permission
from workflows.manuscripts import may_edit

MOST_PLACES = 200  # rows of one page; decisions are made by value, beside it
MOST_PICTURES = 60
STATEMENT = "已逐幅看过这个附件里程序不能识别的图片和页面，没有应当遮盖而没有遮盖的个人信息，也没有不能公开的内容"


def page(request: Request) -> dict[str, Any]:
    """`/desk/document/{id}/files/{file}`."""
    document, at = request.context.document, request.context.filed
    beside = panel(request, document, document.head)
    file = shown(request, document, [at], originals=beside.originals)[0]
    pictures = listed(request, at)
    places = Side.of(at, beside, request.context.node.masks, {each.name: each.number for each in pictures}).places()
    return {
        "title": file.name, "heading": reading.shown_title(request, document), "document": document,
        "node": request.context.node, "file": file, "panel": beside.only([key for key, _found in at.noted]),
        "parts": parts(request), "file_parts": file_parts(request), "pinned": (), "back": request.path,
        "editable": may_edit(request.identity, document, request.tree), "places": places[:MOST_PLACES],
        "count": len(places), "pictures": pictures[:MOST_PICTURES] if beside.originals else [],
        "more_pictures": len(pictures) > MOST_PICTURES, **_vouching(request, at, file, pictures),
    }


# -- vouching -----------------------------------------------------------------------------------------------------

def _vouching(request: Request, at: Filed, file: Shown, pictures: list[Look]) -> dict[str, Any]:
    names = {each.name for each in file.unread}
    unread = [each for each in pictures if each.name in names]
    may = bool(request.has_permission(Permission.VOUCH)) and at.attachment.uploaded_by != request.identity.user_id
    return {"unread": unread, "unopened": [each for each in unread if not each.opened], "may_vouch": may,
            "statement": STATEMENT}


def vouch(request: Request) -> HTTPSeeOther:
    """A named person states that he has looked at every picture that no program could read."""
    document, at = request.context.document, request.context.filed
    left = [each for each in listed(request, at) if not each.opened and not each.picture.read]
    if left or not request.POST.get("words"):
        why = _("还有${n}幅没有打开看过：看完才能声明。", mapping={"n": len(left)}) if left else _("请先在声明前面打勾")
        request.session.flash(("late", request.localizer.translate(why)))
        return HTTPSeeOther(f"{base(request)}#vouch")
    try:
        attachments.vouch(request.db, request.house, document, at.attachment, STATEMENT,
                          actor_id=request.identity.user_id, at=request.now)
        request.session.flash(("ok", _("已声明，记入日志")))
    except attachments.Unfit as problem:
        request.session.flash(("late", str(problem)))
    return HTTPSeeOther(f"{base(request)}#vouch")


# -- the files themselves -----------------------------------------------------------------------------------------

def public_copy(request: Request) -> Response:
    """What the public gets, or would get once this is published."""
    made = request.context.filed.rendition
    if made is None or made.address is None:
        raise HTTPNotFound()
    return _download(request.house.blobs.get(request.db, made.address), made.name, made.media_type)


def original(request: Request) -> Response:
    """The original as it was uploaded; who opened it is in the journal."""
    attachment = request.context.attachment
    data = attachments.open_original(request.db, request.house, attachment, actor_id=request.identity.user_id)
    return _download(data, attachment.name, "application/octet-stream")


def disposition(name: str) -> str:
    """The header of a download: the name for every browser (RFC 6266)."""
    return f"attachment; filename*=UTF-8''{quote(name)}"


def _download(data: bytes, name: str, media_type: str) -> Response:
    response = Response(data, content_type=media_type)
    response.headers["Content-Disposition"] = disposition(name)
    return response


def includeme(config: Configurator) -> None:
    one = r"/desk/document/{id:\d{1,9}}/files/{file:\d{1,9}}"
    config.add_route("desk.file", one, factory=DeskFile)
    config.add_view(page, route_name="desk.file", request_method="GET", permission=Permission.READ_WORK,
                    renderer="desk/file.pt")
    for name, view, method, permission in (("public", public_copy, "GET", Permission.READ_WORK),
                                           ("original", original, "POST", Permission.READ_ORIGINALS),
                                           ("vouch", vouch, "POST", Permission.VOUCH)):
        config.add_route(f"desk.file.{name}", f"{one}/{name}", factory=DeskFile)
        config.add_view(view, route_name=f"desk.file.{name}", request_method=method, permission=permission)
