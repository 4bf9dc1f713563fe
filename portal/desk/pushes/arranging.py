"""A new push: which account, which way, and which of the items that were lately published go together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from content import pushes
from content.base import begins
from content.documents import PUBLIC, Live
from content.pushes import KINDS, MOST, PUBLISH, BadPush, PushItem
from content.wechat import WechatAccount
from portal.desk.pushes._shared import URL, accounts, address
from portal.forms import whole
from portal.i18n import _
from portal.traversal import Desk
from workflows.access import Permission

DAYS, SHOWN = 7, 100  # items of so many days, at most so many


def form(request: Request, typed: Mapping[str, Any] | None = None, problem: str = "") -> dict[str, Any]:
    """`/desk/pushes/new?account=`: the items of the last days, those that were pushed before marked."""
    mine, typed = accounts(request), typed or {}
    chosen = next((each for each in mine if each.id == typed.get("account", whole(request.GET.get("account", "")))),
                  mine[0] if mine else None)
    lives = _lately(request, chosen) if chosen else []
    return {"title": _("编排一次推送"), "accounts": mine, "account": chosen, "lives": lives, "kinds": KINDS,
            "kind": typed.get("kind", PUBLISH), "picked": typed.get("documents", []), "problem": problem,
            "before": _before(request, chosen, lives) if chosen else set(), "most": MOST, "days": DAYS, "list_url": URL,
            "units": request.tree.departments.by_id, "columns": request.tree.by_id}


def _lately(request: Request, account: WechatAccount) -> list[Live]:
    """What the departments below that of the account lately made public."""
    units = request.tree.departments.below(account.department_id)
    since = begins(request.today - dt.timedelta(days=DAYS))
    query = select(Live).where(Live.state == PUBLIC, Live.audience == "public", Live.department_id.in_(units),
                               Live.published >= since).order_by(Live.published.desc(), Live.document_id.desc())
    return list(request.db.scalars(query.limit(SHOWN)))


def _before(request: Request, account: WechatAccount, lives: list[Live]) -> set[int]:
    """Which of them are in another push of the account already."""
    query = (select(PushItem.document_id).join(pushes.Push).where(
        PushItem.document_id.in_([each.document_id for each in lives]), pushes.Push.account_id == account.id,
        pushes.Push.state.not_in(("dropped", "recalled"))))
    return set(request.db.scalars(query))


def arrange(request: Request) -> Any:
    sent = request.POST
    typed = {"account": whole(sent.get("account", "")), "kind": sent.get("kind", ""),
             "documents": [number for each in sent.getall("document") if (number := whole(each)) is not None]}
    account = next((each for each in accounts(request) if each.id == typed["account"]), None)
    if account is None:
        return form(request, typed, _("请选择公众号"))
    offered = {live.document_id for live in _lately(request, account)}
    wanted = [number for number in typed["documents"] if number in offered]
    query = select(Live).where(Live.document_id.in_(wanted)).options(joinedload(Live.rendition))
    lives = sorted(request.db.scalars(query), key=lambda live: wanted.index(live.document_id))
    try:
        push = pushes.arrange(request.db, account, typed["kind"], lives, actor_id=request.identity.user_id)
    except BadPush as problem:
        return form(request, typed, str(problem))
    return HTTPSeeOther(address(push))


def includeme(config: Configurator) -> None:
    may = {"permission": Permission.PUSH, "renderer": "desk/pushes/new.pt"}
    config.add_route("desk.push.new", f"{URL}/new", factory=Desk)
    config.add_view(lambda request: form(request), route_name="desk.push.new", request_method="GET", **may)
    config.add_view(arrange, route_name="desk.push.new", request_method="POST", **may)
