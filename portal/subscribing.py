"""What a subscription is called, where it is looked after, and the mails that it gets: as text and as HTML.

A mail is made when it goes: what has been withdrawn since then is not in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy.orm import Session

from content import repository, subscriptions
from content.base import local_date, now
from content.documents import Live
from content.house import House
from content.outbox import Parcel
from content.search import Query
from content.subscriptions import COLUMN, DEPARTMENT, SEARCH, Subscription
from content.tree import Tree
from portal.channels.mail import Mail
from portal.rendering import site_title, templates
from portal.settings import Settings

LINK, END = "/subscribe/link", "/subscribe/end"
MOST = 50  # items of one digest; of what is more the number is said
_NUMBERS = ("column", "department", "year")


def label(tree: Tree, kind: str, what: str) -> str:
    """How it is called, in Chinese; of what is no longer there the kind alone."""
    if kind == COLUMN:
        node = tree.by_id.get(int(what))
        return f"栏目“{node.name}”" if node is not None and node.is_public() else "停用的栏目"
    if kind == DEPARTMENT:
        unit = tree.departments.by_id.get(int(what))
        return unit.name if unit is not None else "撤销的机构"
    return f"搜索“{query_of(what).text}”" if kind == SEARCH else f"主题“{what}”"


def query_of(what: str) -> Query:
    """The search of a subscription, which finds only what its words say."""
    asked = dict(parse_qsl(what))
    numbers = {name: int(asked[name]) for name in _NUMBERS if asked.get(name, "").isdigit()}
    return Query(asked.get("q", ""), type=asked.get("type"), validity=asked.get("validity"), sort="date", strict=True,
                 **numbers)


def digests(house: House) -> int:
    """A part of the worker: what is due of the daily digests."""
    at = now()
    with house.database.reader() as session:
        if not subscriptions.digests_due(session, at):
            return 0
    with house.database.writer.begin() as session:
        return subscriptions.make_digests(session, at)


# -- the mails ----------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Item:
    """A document in a mail."""

    title: str
    url: str
    summary: str
    about: str  # whose it is, and when it was published


@dataclass(frozen=True)
class Words:
    """What a mail says. `button` and `links` are `(words, address)`."""

    subject: str
    heading: str
    lead: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    button: tuple[str, str] | None = None


def compose(session: Session, house: House, settings: Settings, mail: Mail, subscription: Subscription,
            parcel: Parcel) -> EmailMessage | None:
    """The mail of a delivery; None when nothing of what it was about may be read any more."""
    token = subscriptions.token_of(session, house, subscription)
    words = _words(session, house, settings, subscription, parcel.message, token)
    if words is None:
        return None
    message = mail.envelope(parcel.key, subscriptions.email_of(session, house, subscription), words.subject)
    confirmed = subscription.confirmed is not None
    base = settings.base_url.rstrip("/")
    if confirmed:
        message["List-Unsubscribe"] = f"<{base}{END}/{token}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    links = (("退订", f"{base}{END}/{token}"), ("管理我的订阅", f"{base}{LINK}/{token}")) if confirmed else ()
    foot = ("您收到这封邮件，是因为这个邮箱订阅了" + label(house.tree(session), subscription.kind, subscription.what)
            + "。" if confirmed else "不是您本人填写的，不用理会，不会再发。")
    site = site_title(settings.site, "zh")
    message.set_content(_text(words, foot, links, site))
    message.add_alternative(_html(settings.theme, words, foot, links, site), subtype="html")
    return message


def _words(session: Session, house: House, settings: Settings, subscription: Subscription, asked: dict[str, Any],
           token: str) -> Words | None:
    called, base = label(house.tree(session), subscription.kind, subscription.what), settings.base_url.rstrip("/")
    if asked.get("confirm"):
        return _confirming(called, subscription, f"{base}{LINK}/{token}")
    if "documents" not in asked:  # what the outbox says of something withdrawn
        lead = tuple(line for line in asked["text"].replace(asked["url"], base + asked["url"]).splitlines() if line)
        return Words(asked["subject"], asked["subject"], lead)
    lives = repository.by_ids(session, asked["documents"], now(), texts=True).values()
    found = sorted(lives, key=lambda live: (live.published, live.document_id), reverse=True)
    return _news(called, [_item(house.tree(session), base, live) for live in found]) if found else None


def _confirming(called: str, subscription: Subscription, address: str) -> Words:
    if subscription.confirmed is not None:
        return Words(f"您已经订阅：{called}", f"您已经订阅{called}", ("可以在下面的网页修改或者退订。",),
                     button=("管理我的订阅", address))
    hours = int(subscriptions.GOOD_FOR / dt.timedelta(hours=1))
    return Words(f"请确认订阅：{called}", f"请确认订阅{called}",
                 (f"有人（应当是您本人）填写了这个邮箱，要订阅{called}新公开的信息。请在{hours}小时以内打开下面的网页，按“确认订阅”。",),
                 button=("打开确认的网页", address))


def _news(called: str, items: list[Item]) -> Words:
    if len(items) == 1:
        return Words(items[0].title[:100], f"{called}有新公开的信息", items=tuple(items))
    more = (f"这里列出最新的{MOST}条，其余请到网站查看。",) if len(items) > MOST else ()
    told = f"{len(items)}条新公开的信息"
    return Words(f"{called}：{told}", f"{called}有{told}", more, tuple(items[:MOST]))


def _item(tree: Tree, base: str, live: Live) -> Item:
    day = local_date(live.published)
    about = f"{tree.departments.by_id[live.department_id].name}　{day.year}年{day.month}月{day.day}日"
    return Item(" ".join(live.title.split()), base + live.url, live.rendition.summary, about)


def _text(words: Words, foot: str, links: Iterable[tuple[str, str]], site: str) -> str:
    lines = [site, words.heading, "", *words.lead]
    for item in words.items:
        lines += ["", item.title, *([item.summary] if item.summary else []), item.about, item.url]
    if words.button:
        lines += ["", "：".join(words.button)]
    return "\n".join([*lines, "", "-- ", foot, *("：".join(each) for each in links)]) + "\n"


def _html(theme: str, words: Words, foot: str, links: Iterable[tuple[str, str]], site: str) -> str:
    page = templates(theme)["mail/subscription.pt"]
    return page(subject=words.subject, heading=words.heading, lead=words.lead, items=words.items, button=words.button,
                foot=foot, links=links, site=site)
