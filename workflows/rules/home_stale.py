"""首页不更新: nothing was published anywhere for the public in two weeks, so that the home page stands still."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select

from content.base import local_date
from content.documents import ARCHIVED, PUBLIC, Live
from content.findings import RED, YELLOW
from workflows.looking import STATEMENT, Look
from workflows.rules import SITE, Found, Rule, Threshold


def find(look: Look) -> Iterator[Found]:
    """A portal that never published anything is judged from its first day."""
    if look.root is None:
        return
    start = newest_public(look) or look.began
    days, warn = RULE.threshold(look, "days"), RULE.threshold(look, "warn_days")
    due = start + dt.timedelta(days=days)
    if look.day > due:
        yield _found(look, RED, due, due + dt.timedelta(days=1), start, (look.day - start).days // max(days, 1))
    elif look.day >= due - dt.timedelta(days=warn):
        yield _found(look, YELLOW, due, max(due - dt.timedelta(days=warn), start), start, 0)


def newest_public(look: Look) -> dt.date | None:
    """The day of the newest publication for the public, by the index of publications."""
    query = select(Live.published).where(
        Live.state.in_((PUBLIC, ARCHIVED)), Live.audience == "public", Live.published < look.end,
        Live.type != STATEMENT).order_by(Live.published.desc()).limit(1)
    at = look.session.scalar(query)
    return local_date(at) if at else None


def _found(look: Look, severity: str, due: dt.date, since: dt.date, newest: dt.date, cycles: int) -> Found:
    return Found(*SITE, "/", look.root.id, severity, since, due.isoformat(),
                 f"全站最近一次发布是{newest.isoformat()}，首页{(look.day - newest).days}天没有更新", due=due,
                 cycles_late=cycles, evidence={"url": "/", "newest": newest.isoformat()})


RULE = Rule(
    "home_stale", "首页不更新", "Home page not updated", "site",
    "《政府网站与政务新媒体检查指标》单项否决“首页不更新”（国办秘函〔2019〕19号）", "发布应当公开的信息", find,
    frozenset({"document"}),
    {"days": Threshold(14, "首页多少天没有更新", "天", "国办秘函〔2019〕19号"),
     "warn_days": Threshold(3, "之前多少天起提醒", "天")})
