"""投递: what leaves the house by mail, WeChat and other channels; tried again or called off by who looks after it.

Whom a private delivery names nobody sees here; what it failed of is kept without the receiver.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content import outbox
from content.outbox import CANCELLED, FAILED, SENT, STATES, WAITING, Asked, Delivery, NotNow
from portal.desk.navigation import RECORDS, Entry
from portal.forms import whole
from portal.i18n import _
from portal.traversal import Desk
from workflows.access import Permission

URL = "/desk/deliveries"
SIZE = 50
DAYS = 30  # of the figures
WORDS = {WAITING: ("warn", _("待发")), SENT: ("ok", _("已发")), FAILED: ("late", _("没有发出")),
         CANCELLED: ("idle", _("已取消"))}
CHANNELS = {"mail": _("邮件"), "wechat": _("微信公众号"), "subscriptions": _("邮件订阅"), "websub": "WebSub"}


@dataclass(frozen=True)
class Tally:
    """How many deliveries of a channel, about the documents of one department, are in each state."""

    channel: Any
    unit: str
    counts: dict[str, int]


def listing(request: Request) -> dict[str, Any]:
    """`/desk/deliveries?channel=&state=&before=`: two queries, however many there are."""
    asked = {name: request.GET[name] for name in ("channel", "state") if request.GET.get(name)}
    states = [asked["state"]] if asked.get("state") in STATES else []
    rows = outbox.listed(request.db, Asked(asked.get("channel", ""), states, whole(request.GET.get("before", ""))),
                         SIZE + 1)
    older = f"{URL}?{urlencode(asked | {'before': rows[SIZE - 1].id})}" if len(rows) > SIZE else ""
    tallies = _tallies(request)
    return {"title": _("投递"), "rows": rows[:SIZE], "words": WORDS, "channels": CHANNELS, "asked": asked,
            "older": older, "tallies": tallies, "days": DAYS, "waits": WAITING, "failed": FAILED,
            "mail_ready": bool(request.registry.settings["gongkai"].mail_host)}


def _tallies(request: Request) -> list[Tally]:
    units, found = request.tree.departments.by_id, {}
    for channel, unit, state, count in outbox.counts(request.db, request.now - dt.timedelta(days=DAYS)):
        found.setdefault((channel, unit), {})[state] = count
    return [Tally(CHANNELS.get(channel, channel), units[unit].short_name if unit else "—", counts)
            for (channel, unit), counts in found.items()]


def act(request: Request) -> Response:
    """Try one again, or call it off."""
    delivery = request.db.get(Delivery, whole(request.matchdict["number"]) or 0, with_for_update=True)
    if delivery is None:
        raise HTTPNotFound()
    verb, words = {"retry": (outbox.retry, _("已安排重发")), "cancel": (outbox.cancel, _("已取消"))}[
        request.matchdict["verb"]]
    try:
        verb(request.db, delivery, actor_id=request.identity.user_id)
        request.session.flash(("ok", words))
    except NotNow as problem:
        request.session.flash(("late", str(problem)))
    return HTTPSeeOther(URL)


def includeme(config: Configurator) -> None:
    permission = Permission.MANAGE_DELIVERIES
    config.add_desk_entry(Entry(RECORDS, _("投递"), URL, "letter", permission, 80))
    config.add_route("desk.deliveries", URL, factory=Desk)
    config.add_route("desk.delivery", f"{URL}/{{number:\\d{{1,9}}}}/{{verb:retry|cancel}}", factory=Desk)
    config.add_view(listing, route_name="desk.deliveries", request_method="GET", permission=permission,
                    renderer="desk/admin/deliveries.pt")
    config.add_view(act, route_name="desk.delivery", request_method="POST", permission=permission)
