"""Erasing a revision by law (依法清除), for whoever signs what goes out: 个人信息保护法 Art. 47."""

from __future__ import annotations

from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request

from content import erasure, journal
from content.documents import Revision
from portal.desk import reading
from portal.i18n import _
from portal.traversal import DeskDocument
from workflows.access import PERMISSIONS, Permission, holder

WHY = 2000  # characters of a reason
NO_REASON, NOT_SURE = _("请写明依据和理由"), _("请确认已经核实：清除以后不能恢复")
PUBLIC = _("公众正在看这一稿，请先撤回，再清除")


def page(request: Request, refused: tuple = (), typed: dict[str, str] | None = None) -> dict[str, Any]:
    """`/desk/document/{id}/erase?revision=`; a form that is refused comes back filled."""
    document, revision = request.context.document, _revision(request)
    gone = revision.ordinal in erasure.erased(journal.history(request.db, "document", document.id))
    public = erasure.is_public(request.db, document, revision)
    return {"title": _("依法清除第${n}稿", mapping={"n": revision.ordinal}), "document": document,
            "node": request.context.node, "revision": revision, "erased": gone, "public": public,
            "shown": reading.text(request, document, revision), "refused": refused, "typed": typed or {}, "most": WHY}


def _revision(request: Request) -> Revision:
    revision = reading.revision_asked(request, request.context.document, "revision")
    if revision is None:
        raise HTTPNotFound()
    return revision


def erase(request: Request) -> Any:
    """All of it or nothing; what stands in the way is said on the same page."""
    document, revision = request.context.document, _revision(request)
    why, sure = request.POST.get("why", "").strip()[:WHY], bool(request.POST.get("sure"))
    wrong = [words for words, holds in ((NO_REASON, not why), (NOT_SURE, not sure)) if holds]
    if not wrong:
        right = holder(request.identity, PERMISSIONS[Permission.ERASE], request.context.node, request.tree)
        behalf = right if right != request.identity.user_id else None
        try:
            erasure.erase_revision(request.db, request.house, document, revision.ordinal, why=why,
                                   actor_id=request.identity.user_id, on_behalf_of=behalf)
        except erasure.StillPublic:
            wrong.append(PUBLIC)
    if wrong:
        request.response.status_int = 409
        return page(request, tuple(wrong), {"why": why, "sure": "1" if sure else ""})
    done = _("第${n}稿的内容已经清除，日志记下了这件事", mapping={"n": revision.ordinal})
    request.session.flash(("ok", request.localizer.translate(done)))
    return HTTPSeeOther(f"/desk/document/{document.id}?view=history")


def includeme(config: Configurator) -> None:
    config.add_route("desk.erase", r"/desk/document/{id:\d{1,9}}/erase", factory=DeskDocument)
    behind = {"route_name": "desk.erase", "permission": Permission.ERASE, "renderer": "desk/erase.pt"}
    config.add_view(lambda request: page(request), request_method="GET", **behind)
    config.add_view(erase, request_method="POST", **behind)
