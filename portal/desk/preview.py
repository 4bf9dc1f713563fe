"""The preview: a document exactly as the public would see it, rendered by the public page itself, stored nowhere."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from sqlalchemy.orm.attributes import set_committed_value

from content import corrections
from content.documents import PUBLIC, Document, Live, Rendition
from content.numbers import normal_number
from content.validity import validity_on
from portal.desk import reading
from portal.i18n import _
from portal.public.documents import document_values
from portal.traversal import DeskDocument
from workflows.access import Permission

BANNER = _("预览：最新一稿公开以后的样子。还没有处理的个人信息在这里一律遮盖。")
UNNUMBERED = _("网址和索引号在公开时编定")


def preview(request: Request) -> dict[str, Any]:
    """`/desk/document/{id}/preview`."""
    document = request.context.document
    made = reading.rendition(request, document, document.head)
    values = document_values(request, _would_be(request, document, made))
    if (before := corrections.last_public(request.db, document.id)) is not None and before.id != document.head_id:
        parts, note = corrections.parts(before, document.head), made.data.get(corrections.NOTE, "")
        values["corrections"] = [corrections.Correction(request.now, tuple(parts), note), *values["corrections"]]
    if document.live is None:
        values |= {"qr": "", "address": request.localizer.translate(UNNUMBERED)}
    return values | {"title": made.title, "flashes": lambda: [("info", BANNER)],
                     "breadcrumb": [(_("回到稿件"), f"/desk/document/{document.id}"), (_("预览"), "")]}


def _would_be(request: Request, document: Document, made: Rendition) -> Live:
    """The gate's row as publication would fill it; never added to a session."""
    data, former = made.data, document.live
    live = Live(
        document_id=document.id, state=PUBLIC, audience="public" if request.context.node.is_public() else "internal",
        year=former.year if former else request.today.year, serial=former.serial if former else 0,
        index_number=former.index_number if former else "公开时编定", type=document.type,
        column_id=document.column_id, department_id=document.department_id, title=made.title,
        published=former.published if former else request.now, changed=request.now, formed=_day(data.get("formed")),
        ends=_day(data.get("ends")), number=normal_number(data.get("number") or ""),
        validity=validity_on(data, request.today), corrections=former.corrections if former else 0,
        topic=data.get("topic", ""), reason="")
    set_committed_value(live, "rendition", made)  # without the cascades that would bring it into the session
    set_committed_value(live, "document", document)
    return live


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def includeme(config: Configurator) -> None:
    config.add_route("desk.preview", r"/desk/document/{id:\d{1,9}}/preview", factory=DeskDocument)
    config.add_view(preview, route_name="desk.preview", request_method="GET", permission=Permission.READ_WORK,
                    renderer="public/document.pt")
