"""阅读数据: who read and shared the articles of an account, by day and by article, drawn and as numbers.

WeChat tells them on the morning after (`portal.wechat.asking`). Charts are drawn here, without a script; the numbers
that they stand for are in the table below, and all of them in the file.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy.orm import Session

from content import wechat_figures
from content.base import local_date
from content.wechat import WechatAccount
from content.wechat_figures import Article, Named, Sum, WechatDay
from portal.desk.pushes._shared import URL, accounts
from portal.forms import whole
from portal.i18n import _
from portal.tables import csv_file
from portal.traversal import Desk
from workflows.access import Permission

PAGE = f"{URL}/figures"
RANGES = {7: _("近7天"), 30: _("近30天"), 90: _("近90天"), 365: _("近一年")}
USUAL = 30
SHOWN = 50  # articles
CHUNK = 500  # rows of the file that are read at once
TALL, WIDE, GAP = 100, 10, 2  # units of a chart: its height, a day, and the space between two
_ARTICLE = re.compile(r"(\d{1,20})_(\d{1,3})")


@dataclass(frozen=True)
class Column:
    """A day as it is drawn: `x`, `y`, `height` in units of the chart."""

    day: dt.date
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Line:
    """A day in numbers; `row` is what is known of the account."""

    day: dt.date
    reads: int
    shares: int
    row: WechatDay | None


@dataclass(frozen=True)
class Row:
    """An article: `named` is None for what was published without a push of ours, `columns` its days."""

    sum: Sum
    named: Named | None
    columns: list[Column]

    @property
    def key(self) -> str:
        return key_of(self.sum.article)


def key_of(article: Article) -> str:
    return f"{article[0]}_{article[1]}"


def columns(days: Collection[dt.date], counts: Mapping[dt.date, int], most: int) -> list[Column]:
    """A column for each day that has one, those of the same `most` comparable; however small, it is seen."""
    drawn = []
    for place, day in enumerate(days):
        if count := counts.get(day, 0):
            height = max(round(TALL * count / most, 1), 1.0)
            drawn.append(Column(day, count, place * WIDE + GAP // 2, round(TALL - height, 1), height))
    return drawn


def figures(request: Request) -> dict[str, Any]:
    """`/desk/pushes/figures?account=&days=&article=`: seven queries, however much there is."""
    mine = accounts(request)
    if not mine:
        return {"title": _("阅读数据"), "account": None, "accounts": [], "list_url": URL}
    account, length, article = _asked(request, mine)
    days = _days(request, length)
    counts = wechat_figures.by_day(request.db, account.id, days[0], article)
    known = wechat_figures.days(request.db, account.id, days[0])
    rows = _rows(request.db, account, days)
    reads = {day: read for day, (read, _shared) in counts.items()}
    lines = [Line(day, *counts.get(day, (0, 0)), known.get(day)) for day in reversed(days)]
    return {"title": _("阅读数据"), "account": account, "accounts": mine, "ranges": RANGES, "length": length,
            "rows": rows, "lines": lines, "most": max(reads.values(), default=0), "list_url": URL, "url": PAGE,
            "chart": columns(days, reads, max(reads.values(), default=0) or 1), "wide": WIDE * len(days),
            "tall": TALL, "bar": WIDE - GAP, "reads": sum(reads.values()), "shown": SHOWN,
            "shares": sum(shared for _read, shared in counts.values()), "followers": _followers(lines),
            "article": next((row for row in rows if article and row.key == key_of(article)), None),
            "waiting": _waiting(account, lines)}


def _waiting(account: WechatAccount, lines: list[Line]) -> list[dt.date]:
    """The days since the account was entered of which WeChat has not told everything, the latest first."""
    began = local_date(account.created)
    return [line.day for line in lines if line.day >= began and (line.row is None or not line.row.complete)]


def _asked(request: Request, mine: list[WechatAccount]) -> tuple[WechatAccount, int, Article | None]:
    """What the address asks for. Raises `HTTPNotFound` for an account of others."""
    wanted, length = whole(request.GET.get("account", "")), whole(request.GET.get("days", ""))
    account = next((each for each in mine if each.id == wanted), None) if wanted is not None else mine[0]
    if account is None:
        raise HTTPNotFound()
    found = _ARTICLE.fullmatch(request.GET.get("article", ""))
    return account, length if length in RANGES else USUAL, (found[1], int(found[2])) if found else None


def _days(request: Request, length: int) -> list[dt.date]:
    """The days up to yesterday, of which alone WeChat has figures."""
    return [request.today - dt.timedelta(days=back) for back in range(length, 0, -1)]


def _rows(session: Session, account: WechatAccount, days: list[dt.date]) -> list[Row]:
    sums = wechat_figures.by_article(session, account.id, days[0], SHOWN)
    named = wechat_figures.named(session, account.id, [each.article[0] for each in sums])
    read = wechat_figures.of_articles(session, account.id, days[0], [each.article for each in sums])
    most = max((count for each in read.values() for count in each.values()), default=0) or 1
    return [Row(each, named.get(each.article), columns(days, read[each.article], most)) for each in sums]


def _followers(lines: list[Line]) -> tuple[int, int] | None:
    """How many follow, and how many more than at the beginning; `lines` are the newest first."""
    known = [line.row.followers for line in lines if line.row is not None and line.row.followers is not None]
    return (known[0], known[0] - known[-1]) if known else None


def download(request: Request) -> Response:
    """`/desk/pushes/figures.csv?account=&days=`: each article on each day."""
    mine = accounts(request)
    if not mine:
        raise HTTPNotFound()
    account, length, _article = _asked(request, mine)
    return csv_file("微信阅读数据", _lines(request, account, _days(request, length)[0]))


def _lines(request: Request, account: WechatAccount, since: dt.date) -> Iterator[tuple]:
    """In a session of its own: the request's is gone when the lines are sent."""
    house, name, number = request.house, account.name, account.id
    yield "日期", "公众号", "标题", "推送", "第几篇", "阅读人数", "分享人数", "微信编号"
    with house.database.reader() as session:
        for part in wechat_figures.parts(session, number, since, CHUNK):
            named = wechat_figures.named(session, number, [row.data_id for row in part])
            for row in part:
                found = named.get((row.data_id, row.place))
                yield (row.day, name, found.title if found else "", found.push_id if found else "", row.place,
                       row.reads, row.shares, key_of((row.data_id, row.place)))


def includeme(config: Configurator) -> None:
    config.add_route("desk.push.figures", PAGE, factory=Desk)
    config.add_route("desk.push.figures.csv", f"{PAGE}.csv", factory=Desk)
    config.add_view(figures, route_name="desk.push.figures", request_method="GET", permission=Permission.PUSH,
                    renderer="desk/pushes/figures.pt")
    config.add_view(download, route_name="desk.push.figures.csv", request_method="GET", permission=Permission.PUSH)
