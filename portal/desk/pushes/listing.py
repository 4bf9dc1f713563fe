"""推送 of one's accounts, the newest first, with the figures of each account: followers, what was pushed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from sqlalchemy import func, select

from content import pushes
from content.base import SHANGHAI
from content.pushes import KINDS, Push, PushItem
from content.wechat import WechatAccount
from content.wechat_figures import WechatDay
from portal.desk.navigation import WORK, Entry
from portal.desk.pushes._shared import URL, accounts, address, state_words, waiting
from portal.forms import whole
from portal.i18n import _
from portal.traversal import Desk
from workflows.access import Permission

SIZE = 30
GONE = ("accepted", "arrived", "recalled")  # states in which articles count as pushed


@dataclass(frozen=True)
class Figures:
    """Of one account: `followers` with the day of the figure, pushes and articles of the year so far."""

    account: WechatAccount
    followers: int | None
    day: dt.date | None
    pushes: int
    articles: int


def listing(request: Request) -> dict[str, Any]:
    """`/desk/pushes?before=`: five queries, however many there are."""
    mine = accounts(request)
    query = (select(Push).where(Push.account_id.in_([each.id for each in mine])).order_by(Push.id.desc())
             .limit(SIZE + 1))
    if (before := whole(request.GET.get("before", ""))) is not None:
        query = query.where(Push.id < before)
    found = list(request.db.scalars(query).unique())
    titles: dict[int, list[str]] = {}
    for (number, _document), title in pushes.titles(request.db, [each.id for each in found[:SIZE]]).items():
        titles.setdefault(number, []).append(title)
    rows = [(push, address(push), titles.get(push.id, []), state_words(request, push)) for push in found[:SIZE]]
    return {"title": _("微信推送"), "rows": rows, "figures": figures(request, mine), "kinds": KINDS,
            "accounts": mine, "older": f"{URL}?before={found[SIZE - 1].id}" if len(found) > SIZE else ""}


def figures(request: Request, mine: list[WechatAccount]) -> list[Figures]:
    """The figures of some accounts (推送条数、关注人数); three queries."""
    ids = [each.id for each in mine]
    newest = (select(WechatDay.account_id, func.max(WechatDay.day)).where(
        WechatDay.account_id.in_(ids), WechatDay.followers.is_not(None)).group_by(WechatDay.account_id))
    days = dict(request.db.execute(newest).all())
    followers = {(row.account_id, row.day): row.followers for row in request.db.scalars(
        select(WechatDay).where(WechatDay.account_id.in_(ids), WechatDay.day.in_(set(days.values()))))}
    year = dt.datetime(request.today.year, 1, 1, tzinfo=SHANGHAI)
    counted = (select(Push.account_id, func.count(func.distinct(Push.id)), func.count(PushItem.document_id))
               .join(PushItem, PushItem.push_id == Push.id)
               .where(Push.account_id.in_(ids), Push.state.in_(GONE), Push.sent >= year).group_by(Push.account_id))
    pushed = {number: (pushes, articles) for number, pushes, articles in request.db.execute(counted)}
    return [Figures(each, followers.get((each.id, days.get(each.id))), days.get(each.id),
                    *pushed.get(each.id, (0, 0))) for each in mine]


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(WORK, _("微信推送"), URL, "share", Permission.PUSH, 40, waiting))
    config.add_route("desk.pushes", URL, factory=Desk)
    config.add_view(listing, route_name="desk.pushes", request_method="GET", permission=Permission.PUSH,
                    renderer="desk/pushes/listing.pt")
