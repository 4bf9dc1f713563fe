"""After a withdrawal: what is gone from where, and how far the recall of what was pushed has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from content import cursors, journal, outbox
from content.documents import REASONS, Document
from content.outbox import CANCELLED, FAILED, SENT, WAITING, Delivery
from portal.desk.words import Status
from portal.i18n import _
from workflows import engine
from workflows.engine import Offer

CHANNELS = {"mail": _("邮件")}
_ORIGINAL = {WAITING: ("warn", _("等待发送")), SENT: ("info", _("已发出")), CANCELLED: ("ok", _("没有发出，已取消")),
             FAILED: ("ok", _("没有发出"))}
_RECALL = {WAITING: ("warn", _("撤回通知等待发送")), SENT: ("ok", _("撤回通知已发出")),
           FAILED: ("late", _("撤回通知没有送到，请直接联系收件人"))}


@dataclass(frozen=True)
class Push:
    """One delivery of the document, and what became of calling it back."""

    channel: Any
    receiver: str
    status: Status
    recall: Status | None


@dataclass(frozen=True)
class Traces:
    """What a withdrawal has reached: `places` are (name, status), `pushes` what had left the house."""

    reason: str
    places: tuple[tuple[Any, Status], ...]
    pushes: tuple[Push, ...]


def kinds(request: Request, document: Document, offer: Offer) -> list[tuple[str, str]]:
    """The kinds of reason that this person may name for a step, as (value, words); empty where none is wanted."""
    node = request.tree.by_id[document.column_id]
    return [(kind, REASONS[kind]) for kind in engine.kinds_open(request.identity, offer.transition, node, request.tree)]


def traces(request: Request, document: Document, rows: list[journal.Row]) -> Traces | None:
    """None for what is not withdrawn."""
    live = document.live
    if live is None or not live.is_withdrawn:
        return None
    seq = next(row.seq for row in reversed(rows) if row.payload.get("to") == "withdrawn")
    return Traces(REASONS.get(live.reason_kind, ""), tuple(_places(request, seq)),
                  tuple(_pushes(outbox.of_document(request.db, document.id))))


def _places(request: Request, seq: int) -> list[tuple[Any, Status]]:
    gone = "ok", _("已移除")
    found = [(_("页面、列表、目录、站点地图、订阅"), gone), (_("附件、缩略图"), gone)]
    late = (request.search.cursor() or 0) < seq
    found.append((_("检索"), ("ok", _("已移除；索引文件等待更新")) if late else gone))
    if request.registry.settings["gongkai"].purge:
        told = cursors.furthest(request.db, "published") >= seq
        found.append((_("缓存服务器"), ("ok", _("已通知清除")) if told else ("warn", _("等待通知清除"))))
    return found


def _pushes(deliveries: list[Delivery]) -> list[Push]:
    back = {each.recalls: each for each in deliveries if each.recalls is not None}
    return [Push(CHANNELS.get(each.channel, each.channel), each.receiver, _ORIGINAL[each.state],
                 _RECALL[back[each.id].state] if each.id in back else None)
            for each in deliveries if each.recalls is None]
