"""Figures of official accounts (公众号数据): followers of a day, and who read and shared each article on it.

WeChat tells them on the day after, and counts people: who reads an article on two days counts on each of them. An
article is named by the push (`data_id`, msg_data_id) and its place in it, from 1; what was published by hand has
figures as well, and no push here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ForeignKey, Index, Text, false, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import pushes
from content.base import Base
from content.pushes import Push


class WechatDay(Base):
    """Figures of an account on a day: followers at its end, and how many began and ceased to follow as events said.

    `asked` is when WeChat was last asked for the day, `complete` whether it has told everything.
    """

    __tablename__ = "wechat_day"

    account_id: Mapped[int] = mapped_column(ForeignKey("wechat_account.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    followers: Mapped[int | None]
    came: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)
    asked: Mapped[dt.datetime | None]
    complete: Mapped[bool] = mapped_column(default=False, server_default=false())


class WechatArticleDay(Base):
    """How many people read and shared an article on a day."""

    __tablename__ = "wechat_article_day"
    __table_args__ = (Index("ix_wechat_article_day_data_id", "data_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("wechat_account.id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    data_id: Mapped[str] = mapped_column(Text, primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    reads: Mapped[int] = mapped_column(default=0)
    shares: Mapped[int] = mapped_column(default=0)


Article = tuple[str, int]  # data_id, place


@dataclass(frozen=True)
class Sum:
    """Of an article over some days: each day's readers and sharers added up."""

    article: Article
    reads: int
    shares: int
    first: dt.date


@dataclass(frozen=True)
class Named:
    """What is known here of an article: the push, the document, the title that readers saw, unless it is unsaid."""

    push_id: int
    document_id: int
    title: str


# -- writing down -------------------------------------------------------------------------------------------------

def day_of(session: Session, account_id: int, day: dt.date) -> WechatDay:
    """The row of a day, locked; made where there is none."""
    row = session.get(WechatDay, (account_id, day), with_for_update=True)
    if row is None:
        row = WechatDay(account_id=account_id, day=day, came=0, left=0, complete=False)
        session.add(row)
    return row


def incomplete(session: Session, account_id: int, days: Collection[dt.date]) -> dict[dt.date, WechatDay | None]:
    """Those of the days of which WeChat has not told everything, with what there is; one query."""
    rows = {row.day: row for row in session.scalars(select(WechatDay).where(
        WechatDay.account_id == account_id, WechatDay.day.in_(days)))}
    return {day: rows.get(day) for day in days if day not in rows or not rows[day].complete}


def note(session: Session, account_id: int, day: dt.date, reads: Mapping[Article, int] | None,
         shares: Mapping[Article, int] | None, *, complete: bool, at: dt.datetime) -> WechatDay:
    """What WeChat told of a day when it was asked, in place of what it told before; None of what it did not tell."""
    kept = {(row.data_id, row.place): row for row in session.scalars(select(WechatArticleDay).where(
        WechatArticleDay.account_id == account_id, WechatArticleDay.day == day))}
    for name, told in (("reads", reads), ("shares", shares)):
        for article, count in (told or {}).items():
            if article not in kept:
                kept[article] = WechatArticleDay(account_id=account_id, day=day, data_id=article[0], place=article[1],
                                                 reads=0, shares=0)
                session.add(kept[article])
            setattr(kept[article], name, count)
    row = day_of(session, account_id, day)
    row.asked, row.complete = at, complete and row.followers is not None
    return row


# -- reading ------------------------------------------------------------------------------------------------------

def days(session: Session, account_id: int, since: dt.date) -> dict[dt.date, WechatDay]:
    """What is known of the account on each day."""
    query = select(WechatDay).where(WechatDay.account_id == account_id, WechatDay.day >= since)
    return {row.day: row for row in session.scalars(query)}


def by_day(session: Session, account_id: int, since: dt.date,
           article: Article | None = None) -> dict[dt.date, tuple[int, int]]:
    """Readers and sharers of all articles, or of one, on each day that has any."""
    query = (select(WechatArticleDay.day, func.sum(WechatArticleDay.reads), func.sum(WechatArticleDay.shares))
             .where(*_among(account_id, since)).group_by(WechatArticleDay.day))
    if article is not None:
        query = query.where(WechatArticleDay.data_id == article[0], WechatArticleDay.place == article[1])
    return {day: (int(reads), int(shares)) for day, reads, shares in session.execute(query)}


def by_article(session: Session, account_id: int, since: dt.date, limit: int) -> list[Sum]:
    """The most read articles, the first of them first."""
    reads, shares = func.sum(WechatArticleDay.reads), func.sum(WechatArticleDay.shares)
    query = (select(WechatArticleDay.data_id, WechatArticleDay.place, reads, shares, func.min(WechatArticleDay.day))
             .where(*_among(account_id, since)).group_by(WechatArticleDay.data_id, WechatArticleDay.place)
             .order_by(reads.desc(), WechatArticleDay.data_id.desc(), WechatArticleDay.place).limit(limit))
    return [Sum((data_id, place), int(read), int(shared), first)
            for data_id, place, read, shared, first in session.execute(query)]


def of_articles(session: Session, account_id: int, since: dt.date,
                articles: Collection[Article]) -> dict[Article, dict[dt.date, int]]:
    """Readers of each of these articles by day; one query."""
    found: dict[Article, dict[dt.date, int]] = {article: {} for article in articles}
    query = select(WechatArticleDay).where(*_among(account_id, since),
                                           WechatArticleDay.data_id.in_({data_id for data_id, _place in articles}))
    for row in session.scalars(query):
        if (row.data_id, row.place) in found:
            found[row.data_id, row.place][row.day] = row.reads
    return found


def parts(session: Session, account_id: int, since: dt.date, size: int) -> Iterator[Sequence[WechatArticleDay]]:
    """Each article on each day, the newest day first, so many rows at a time."""
    query = select(WechatArticleDay).where(*_among(account_id, since)).order_by(
        WechatArticleDay.day.desc(), WechatArticleDay.reads.desc(), WechatArticleDay.data_id, WechatArticleDay.place)
    return session.scalars(query.execution_options(yield_per=size)).partitions(size)


def _among(account_id: int, since: dt.date) -> tuple[ColumnElement[bool], ...]:
    return WechatArticleDay.account_id == account_id, WechatArticleDay.day >= since


def of_push(session: Session, push: Push) -> dict[int, tuple[int, int]]:
    """Readers and sharers so far by the place of the article in the push."""
    query = (select(WechatArticleDay.place, func.sum(WechatArticleDay.reads), func.sum(WechatArticleDay.shares))
             .where(WechatArticleDay.account_id == push.account_id, WechatArticleDay.data_id == push.data_id)
             .group_by(WechatArticleDay.place))
    found = session.execute(query) if push.data_id else ()
    return {place: (int(reads), int(shares)) for place, reads, shares in found}


def named(session: Session, account_id: int, data_ids: Iterable[str]) -> dict[Article, Named]:
    """The articles of our pushes among them; two queries."""
    wanted = {each for each in data_ids if each}
    found = {push.id: push for push in session.scalars(select(Push).where(
        Push.account_id == account_id, Push.data_id.in_(wanted))).unique()}
    titles = pushes.titles(session, found)
    return {(push.data_id, place): Named(push.id, document, titles.get((push.id, document), ""))
            for push in found.values() for place, document in enumerate(push.drafted, start=1)}
