"""Pictures in the text at the desk: uploaded from the editor or without it, and shown to those who read originals."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

from content import filing, picture_intake
from content.documents import Attachment, Document
from content.picture_encoding import run_encode
from content.picturing import PLACE, tag
from content.privacy.renditions.model import Refused
from portal.desk.brought import Bringing
from portal.desk.reading import sees_originals
from portal.desk.writing import NewPlace
from portal.errors import wants_json
from portal.forms import whole
from portal.i18n import _
from portal.traversal import DeskDocument
from workflows.access import Permission

MEDIA = {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png"}  # what is kept is one of these

WORDLESS = _("没有写替代文字，图片没有插入：请写明图上是什么，或者勾选“只是装饰”")


class DeskPicture(DeskDocument):
    """A picture of a document on its way; the factory of `/desk/file/{file}`. Raises `KeyError`."""

    def __init__(self, request: Request) -> None:
        self.attachment = request.db.get(Attachment, int(request.matchdict["file"]))
        if self.attachment is None or self.attachment.role != filing.PICTURE or self.attachment.address is None:
            raise KeyError(request.matchdict["file"])
        self.request = request
        self.document = request.db.get_one(Document, self.attachment.document_id)


def show(request: Request) -> Response:
    """`/desk/file/{file}`: the picture as it was kept; to those who read no originals what the public will get.

    It is read with the text that it stands in, and like this without an entry in the journal.
    """
    context = request.context
    if sees_originals(request, context.node):
        data = request.house.blobs.get(request.db, context.attachment.address)
    else:
        data = _cleaned(request)
    media_type = MEDIA.get(data[:3])
    if media_type is None:
        raise HTTPNotFound()
    return Response(body=data, content_type=media_type)


def _cleaned(request: Request) -> bytes:
    context = request.context
    at = filing.filed(request.db, request.house, context.document, [context.attachment])[0]
    if at.stage != filing.READY:
        raise HTTPNotFound()
    return request.house.blobs.get(request.db, at.rendition.address)


# -- into the text ----------------------------------------------------------------------------------------------

def bring(request: Request) -> Any:
    """Take the picture of the form, or one that is here already (`insert`), and put it at the end of the text.

    The editor's script asks for JSON: `{"location": …}` and, for a text that was new, where it is saved from now on.
    """
    bringing = Bringing(request)
    alt, decorates = request.POST.get("alt", "").strip(), "decorates" in request.POST
    if (again := whole(request.POST.get("insert", ""))) is not None:
        return _insert(request, bringing, again)
    sent = bringing.file("picture")
    if sent is None:
        return bringing.refused(request.localizer.translate(_("没有选图片：请先选图片，再按“插入”")))
    if not (alt or decorates or wants_json(request)):
        return bringing.refused(request.localizer.translate(WORDLESS))
    name, data = sent
    bringing.pause()
    try:
        made = run_encode(data)
    except Refused as refused:
        return bringing.refused(refused.reason)
    is_new, document = bringing.document is None, bringing.begin()
    kept = picture_intake.keep(request.db, request.house, document, made, name, alt, actor_id=request.identity.user_id)
    if wants_json(request):
        return _answer(document, kept, is_new)
    return _put(request, bringing, kept, alt, decorates)


def _insert(request: Request, bringing: Bringing, number: int) -> Any:
    document = bringing.begin()
    kept = next((each for each in picture_intake.pictures_of(request.db, document) if each.id == number), None)
    if kept is None:
        return bringing.refused(request.localizer.translate(_("这张图片不属于这一稿：请上传后插入")))
    return _put(request, bringing, kept, kept.alt, False)


def _put(request: Request, bringing: Bringing, kept: Attachment, alt: str, decorates: bool) -> Any:
    fields = bringing.fields
    bringing.keep(fields | {"body": f"{fields.get('body', '')}\n<p>{tag(kept.id, alt, decorates)}</p>"})
    request.session.flash(("ok", _("图片已放在正文末尾，可以移到合适的地方，然后保存")))
    return bringing.back()


def _answer(document: Document, kept: Attachment, is_new: bool) -> Response:
    told = {"location": PLACE.format(kept.id)}
    if is_new:
        base = f"/desk/document/{document.id}"
        told |= {"fields": {"document": str(document.id), "base": str(document.head_id), "draft": "",
                            "home": str(document.column_id)},
                 "action": f"{base}/edit", "pictures": f"{base}/picture"}
    return Response(json_body=told)


def includeme(config: Configurator) -> None:
    config.add_route("desk.picture", r"/desk/file/{file:\d{1,9}}", factory=DeskPicture)
    config.add_view(show, route_name="desk.picture", request_method="GET", permission=Permission.READ_WORK)
    config.add_route("desk.write.picture", "/desk/write/picture", factory=NewPlace)
    config.add_route("desk.document.picture", r"/desk/document/{id:\d{1,9}}/picture", factory=DeskDocument)
    for route in ("desk.write.picture", "desk.document.picture"):
        config.take_files(route)
        config.add_view(bring, route_name=route, request_method="POST", permission=Permission.WRITE)
