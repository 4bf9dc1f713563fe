"""从Word导入: a .docx becomes the text in the form, with its pictures; its metadata are offered, never forced.

The file itself is not kept: what it hides (comments, deleted words, authors) is no part of the text and is nobody's
to store. The journal has its hash.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from pyramid.config import Configurator
from pyramid.request import Request

from content import journal, picture_intake, privacy, writing
from content.documents import Document
from content.late import Late
from content.picturing import PLACE
from content.privacy.renditions.model import Refused
from content.types import DocumentType
from portal.desk.brought import Bringing
from portal.desk.writing import NewPlace
from portal.i18n import _
from portal.traversal import DeskDocument
from workflows.access import Permission

if TYPE_CHECKING:
    from content.word import WordText

word, running = Late("content.word"), Late("content.word.running")
REPLACE = "replace"


def bring(request: Request) -> Any:
    """Read the Word file of the form, and lead to the form filled with it."""
    bringing = Bringing(request)
    sent = bringing.file("word")
    if sent is None:
        return bringing.refused(request.localizer.translate(_("没有选文件：请先选一个Word文件（.docx），再按“导入”")))
    name, data = sent
    bringing.pause()
    try:
        text = running.run(data, name)
        if len(text.body) > writing.MOST_BODY:
            raise Refused("large", f"文件的正文超过{writing.MOST_BODY}个字符：请分成几篇导入")
    except Refused as refused:
        return bringing.refused(refused.reason)
    document = bringing.begin(text.title)
    body = _with_pictures(request, document, text)
    fields, notes = merged(bringing.fields, text, bringing.kind, body, request.POST.get("word_how") == REPLACE)
    bringing.keep(fields, notes | {"file": name[-100:]})
    journal.record(request.db, "document.word", ("document", document.id), actor_id=request.identity.user_id,
                   at=request.now, sha256=hashlib.sha256(data).hexdigest(), pictures=len(text.pictures))
    request.session.flash(("ok", _("已从Word导入，请核对后保存")))
    return bringing.back()


def _with_pictures(request: Request, document: Document, text: WordText) -> str:
    """The body, its pictures kept by the document."""
    addresses = {}
    for each in text.pictures:
        kept = picture_intake.keep(request.db, request.house, document, (each.data, each.media_type), f"图片{each.id}",
                                   each.alt, actor_id=request.identity.user_id)
        addresses[each.id] = PLACE.format(kept.id)
    return word.placed(text.body, addresses)


def merged(typed: dict[str, Any], text: WordText, kind: DocumentType, body: str, replaces: bool,
           ) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form with the Word file in it, and what its editor should look at: `hidden` and `messages` in sentences,
    `filled` and `differs` as pairs of field and value.

    What was typed is not overwritten: the text comes after it, unless it `replaces` it; only empty fields are filled.
    """
    own, titles = typed.get("data") or {}, {node.name: node.title for node in kind.fields()}
    proposed = {name: value for name, value in text.data.items() if name in titles}
    filled = {name: value for name, value in proposed.items() if not own.get(name)}
    differs = {name: value for name, value in proposed.items() if own.get(name) not in (None, "", value)}
    before = "" if replaces or not privacy.plain_text(typed.get("body") or "").strip() else typed["body"]
    fields = typed | {"title": typed.get("title") or text.title, "body": before + body, "data": own | filled}
    notes = {"hidden": list(text.hidden), "messages": list(text.messages),
             "filled": [(titles[name], value) for name, value in filled.items()],
             "differs": [(titles[name], value) for name, value in differs.items()]}
    if typed.get("title") and text.title != typed["title"]:
        notes["differs"].insert(0, ("标题", text.title))
    return fields, notes


def includeme(config: Configurator) -> None:
    config.add_route("desk.write.word", "/desk/write/word", factory=NewPlace)
    config.add_route("desk.word", r"/desk/document/{id:\d{1,9}}/word", factory=DeskDocument)
    for route in ("desk.write.word", "desk.word"):
        config.take_files(route)
        config.add_view(bring, route_name=route, request_method="POST", permission=Permission.WRITE)
