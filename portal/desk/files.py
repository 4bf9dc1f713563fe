"""The attachments of a document at the desk: how far each is, uploading, replacing, their order, hidden content."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import attachments, filing
from content.documents import Attachment, Document, lock
from content.filing import Filed
from portal.desk import reading
from portal.desk.file_shown import shown
from portal.desk.findings import Panel, panel
from portal.errors import wants_json
from portal.i18n import _
from portal.rendering import loader
from portal.traversal import DeskDocument
from workflows.access import Permission
from workflows.manuscripts import may_edit

MOST_SAID = 5  # problems that one answer repeats: a session is a cookie, which holds no long lists


class DeskFile(DeskDocument):
    """An attachment of a document on its way; the factory of `/desk/document/{id}/files/{file}…`.

    Raises `KeyError` for one that is not there, or no longer.
    """

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        attachment = attachments.of(request.db, self.document, int(request.matchdict["file"]))
        if attachment is None:
            raise KeyError(request.matchdict["file"])
        self.attachment = attachment

    @property
    def filed(self) -> Filed:
        """How far it is."""
        return filing.filed(self.request.db, self.request.house, self.document, [self.attachment])[0]


def file_parts(request: Request) -> Any:
    """The macros that the pages about attachments share."""
    return loader(request)["desk/file_parts.pt"].macros


# -- the page ---------------------------------------------------------------------------------------------------

def page(request: Request) -> dict[str, Any]:
    """`/desk/document/{id}/files`."""
    document = request.context.document
    beside = panel(request, document, document.head)
    files, pictures = (shown(request, document, _of_role(beside, role), originals=beside.originals)
                       for role in (filing.FILE, filing.PICTURE))
    heading = reading.shown_title(request, document)
    return {"title": _("附件：${title}", mapping={"title": heading}), "heading": heading, "document": document,
            "node": request.context.node, "panel": beside, "blockers": [*beside.review.blockers, *beside.review.unseen],
            "files": files, "pictures": pictures, "waiting": any(each.working for each in (*files, *pictures)),
            "editable": may_edit(request.identity, document, request.tree), "file_parts": file_parts(request),
            "most": request.registry.settings["gongkai"].file_megabytes}


def _of_role(beside: Panel, role: str) -> list[Filed]:
    return [each for each in beside.review.files if each.attachment.role == role]


# -- uploading --------------------------------------------------------------------------------------------------

def upload(request: Request) -> Any:
    """Take the files of the form, each for itself: what is wrong with one keeps no other out."""
    return _answer(request, *_taken(request, _editable(request)))


def replace(request: Request) -> Any:
    """Put another file in the place of this one; decisions about the same values stay."""
    return _answer(request, *_taken(request, _editable(request), request.context.attachment.id))


def _taken(request: Request, document: Document, replaces: int | None = None) -> tuple[list[Attachment], list[str]]:
    """What was taken in, and what was wrong with the rest."""
    taken, problems = [], []
    most = request.registry.settings["gongkai"].file_megabytes * 1024 * 1024
    for name, data in _sent(request):
        try:
            taken.append(attachments.take(request.db, request.house, document, name, data, replaces=replaces,
                                          most=most, actor_id=request.identity.user_id, at=request.now))
        except attachments.Unfit as problem:
            problems.append(f"{attachments.clean_name(name)}：{problem}")
    return taken, problems


def _sent(request: Request) -> Iterator[tuple[str, bytes]]:
    """Name and octets of every file of the form."""
    for field in request.POST.getall("file"):
        if not isinstance(field, str):
            yield field.filename, field.file.read()


def _answer(request: Request, taken: list[Attachment], problems: list[str]) -> Any:
    """What became of an upload: for the script of the page, or as the page says it."""
    if not taken and not problems:
        problems = [request.localizer.translate(_("没有选文件：请先选文件，再按“上传”"))]
    if wants_json(request):
        status = 422 if problems else 200
        return Response(json_body={"taken": [each.id for each in taken], "message": "；".join(problems)}, status=status)
    for problem in problems[:MOST_SAID]:
        request.session.flash(("late", problem))
    if taken:
        said = _("已上传${n}个文件，正在检查", mapping={"n": len(taken)})
        request.session.flash(("ok", request.localizer.translate(said)))
    return _back(request)


# -- what is chosen about them ------------------------------------------------------------------------------------

def remove(request: Request) -> HTTPSeeOther:
    """Take it off the document; earlier texts keep it."""
    document = _editable(request)
    return _do(request, _("已移除"), partial(attachments.drop, request.db, document, request.context.attachment))


def move(request: Request) -> HTTPSeeOther:
    """One place up or down."""
    document, attachment = _editable(request), request.context.attachment
    order = list(document.head.attachments)
    if attachment.id not in order:
        raise HTTPNotFound()
    at = order.index(attachment.id)
    to = max(0, at - 1) if request.POST.get("to") == "up" else min(len(order) - 1, at + 1)
    order.insert(to, order.pop(at))
    return _do(request, _("顺序已调整"), partial(attachments.order, request.db, document, order))


def choose(request: Request) -> HTTPSeeOther:
    """Whether hidden rows, columns, sheets and text are left out or shown; it is looked at again either way."""
    document, keep = _editable(request), request.POST.get("hidden") == "keep"
    said = _("隐藏内容会公开出来，正在重新检查") if keep else _("隐藏内容不公开，正在重新检查")
    return _do(request, said, partial(attachments.choose, request.db, document, request.context.attachment,
                                      keep_hidden=keep))


def again(request: Request) -> HTTPSeeOther:
    """Look at it once more: what stood in its way may be mended."""
    document = _editable(request)
    return _do(request, _("正在重新检查"), partial(attachments.again, request.db, document, request.context.attachment))


def _do(request: Request, said: Any, verb: Callable[..., None]) -> HTTPSeeOther:
    """Do it in this person's name, say so, and go back to the file in the list."""
    try:
        verb(actor_id=request.identity.user_id)
        request.session.flash(("ok", said))
    except attachments.Unfit as problem:
        request.session.flash(("late", str(problem)))
    return _back(request)


def _editable(request: Request) -> Document:
    """The document, held, for somebody who may change it now. Raises `HTTPForbidden`."""
    document = request.context.document
    lock(request.db, document)
    if not may_edit(request.identity, document, request.tree):
        raise HTTPForbidden()
    return document


def _back(request: Request) -> HTTPSeeOther:
    attachment = getattr(request.context, "attachment", None)
    at = f"#file-{attachment.id}" if attachment is not None else ""
    return HTTPSeeOther(f"/desk/document/{request.context.document.id}/files{at}")


def includeme(config: Configurator) -> None:
    base = r"/desk/document/{id:\d{1,9}}/files"
    one = base + r"/{file:\d{1,9}}"
    config.add_route("desk.files", base, factory=DeskDocument)
    config.add_view(page, route_name="desk.files", request_method="GET", permission=Permission.READ_WORK,
                    renderer="desk/files.pt")
    config.add_view(upload, route_name="desk.files", request_method="POST", permission=Permission.WRITE)
    for name, view in (("replace", replace), ("remove", remove), ("move", move), ("choose", choose),
                       ("again", again)):
        config.add_route(f"desk.file.{name}", f"{one}/{name}", factory=DeskFile)
        config.add_view(view, route_name=f"desk.file.{name}", request_method="POST", permission=Permission.WRITE)
    config.take_files("desk.files")
    config.take_files("desk.file.replace")
