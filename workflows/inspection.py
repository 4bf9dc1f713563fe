"""The inspection of government websites (政府网站与政务新媒体检查指标, 国办秘函〔2019〕19号): the lines of 单项否决.

Any one of them fails a site. A line is data, `LINES`: what it counts and from which count on it fails. What no program
can judge (leaks, whether the site answers, whether an interaction works) is left to people and never passed in
silence: such a line is `manual`. Only what the public can read counts.

How the counts are taken, where the text leaves it open: a blank column (空白栏目) counts as blank and not as stale as
well; 应更新 are those that are red by their own promise; 一级栏目 of 通知公告 and 政策文件 are the topmost of their
kind (by ColumnType of the site tags, or by name); a container without a rule is none of the 动态、要闻 columns.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from content.base import local_date
from content.documents import Live, Rendition
from content.outbox import SENT, Delivery
from content.promises import LATE
from content.pushes import CHANNEL
from content.tree import Node
from content.wechat import WechatAccount
from workflows.looking import Look
from workflows.rhythm import REPLY
from workflows.rhythms import is_form, rhythms_of
from workflows.rules import Threshold
from workflows.rules._days import months_after
from workflows.rules.home_stale import newest_public
from workflows.rules.letter_unanswered import consultations

HIT, CLEAR, MANUAL = "hit", "clear", "manual"
SETTING = "national_veto"  # the rule whose thresholds these are
BASIS = "国办秘函〔2019〕19号"
DAY = dt.timedelta(days=1)

THRESHOLDS = {
    "home_days": Threshold(14, "首页多少天没有更新", "天", BASIS),
    "news_days": Threshold(14, "动态、要闻类栏目多少天没有更新", "天", BASIS),
    "first_level_months": Threshold(6, "通知公告、政策文件类一级栏目多少个月没有更新", "个月", BASIS),
    "not_updated": Threshold(5, "动态、要闻、通知公告、政策文件类栏目累计多少个没有更新", "个", BASIS),
    "long_not_updated": Threshold(10, "应更新但长期没有更新的栏目多少个", "个", BASIS),
    "blank": Threshold(5, "空白栏目多少个", "个", BASIS),
    "letters": Threshold(1, "超过三个月没有答复的留言多少件", "件", BASIS),
    "guides": Threshold(5, "要素缺失的办事指南多少项", "项", BASIS),
    "guide_elements": Threshold(4, "办事指南缺几类要素算缺失", "类", BASIS),
    "media_days": Threshold(14, "政务新媒体多少天没有更新", "天", BASIS),
}

NEWS = (frozenset({"工作动态", "动态要闻", "动态、要闻"}), re.compile(r"动态|要闻|新闻"))
FIRST_LEVEL = (frozenset({"公告通知", "通知公告", "政策文件"}), re.compile(r"通知公告|公告通知|公示公告|政策文件"))
GUIDE_ELEMENTS = ("legal_basis", "conditions", "materials", "place", "hours", "phone", "process")  # and the title


@dataclass(frozen=True)
class Hit:
    """Something that a line counts: a column's path or a document's number, since when, and what is wrong with it."""

    subject: str
    url: str
    since: dt.date
    words: str


@dataclass(frozen=True)
class Count:
    """What was counted for a line; `left` says what people must still look at, empty where the count settles it.

    `least` stands in for the threshold where there are fewer things than that.
    """

    hits: tuple[Hit, ...] = ()
    left: str = ""
    least: int | None = None


@dataclass(frozen=True)
class Line:
    """A line of the indicators: `code`, what it is about, what counts for it, and the threshold of that (or one).

    Without `count` no program can judge it, and `look` says what people have to look at.
    """

    code: str
    item: str
    title: str
    threshold: str = ""
    count: Callable[[Look], Count] | None = None
    look: str = ""


@dataclass(frozen=True)
class Result:
    """A line as it came out. `limit` is the count from which on it fails, `number` what was counted; None for none."""

    line: Line
    state: str
    limit: int | None = None
    number: int | None = None
    hits: tuple[Hit, ...] = ()
    left: str = ""

    @property
    def since(self) -> dt.date | None:
        """The day on which the count reached its limit."""
        days = sorted(hit.since for hit in self.hits)
        return days[self.limit - 1] if self.state == HIT and self.limit else (days[0] if days else None)


@dataclass(frozen=True)
class Inspection:
    """All lines of a day. It never says that a site passed: some lines are for people to judge."""

    day: dt.date
    results: tuple[Result, ...]

    @property
    def failed(self) -> bool:
        return any(result.state == HIT for result in self.results)

    @property
    def words(self) -> str:
        """The verdict, one sentence."""
        hits = [result.line for result in self.results if result.state == HIT]
        manual = sum(result.state == MANUAL for result in self.results)
        if hits:
            return f"不合格：触及单项否决{len(hits)}项（{'、'.join(line.title for line in hits)}）"
        return f"没有发现单项否决情形，另有{manual}项要人工判断"


def preset(look: Look) -> Inspection:
    """Every line, judged on the day of a full look."""
    return Inspection(look.day, tuple(_judged(look, line) for line in LINES))


def value(look: Look, name: str) -> int:
    """A threshold as it holds on the day of the look."""
    return look.setting(SETTING).get(name, THRESHOLDS[name].default)


def _judged(look: Look, line: Line) -> Result:
    if line.count is None:
        return Result(line, MANUAL, left=line.look)
    counted, limit = line.count(look), value(look, line.threshold) if line.threshold else 1
    if counted.least is not None:
        limit = min(limit, counted.least)
    number = len(counted.hits)
    state = HIT if number >= limit else MANUAL if counted.left else CLEAR
    return Result(line, state, limit, number, counted.hits, counted.left)


# -- what is counted ----------------------------------------------------------------------------------------------

def _home(look: Look) -> Count:
    newest, days = newest_public(look), value(look, "home_days")
    if newest is None:
        return Count(left="还没有公开过任何信息")
    due = newest + days * DAY
    late = look.day > due
    return Count((Hit("/", "/", due + DAY, f"最近一次更新是{newest.isoformat()}"),) if late else ())


def _columns(look: Look) -> list[Node]:
    """The columns of an inspection: open, public, with something of their own to show."""
    return [node for node in look.columns if node.kind != "external" and node.id not in look.internal
            and not is_form(node)]


def _is(node: Node, kind: tuple[frozenset[str], re.Pattern]) -> bool:
    """Whether a list is of a kind: by its ColumnType, or where that is not said by its name."""
    types, names = kind
    if node.kind != "list":
        return False
    return node.column_type in types if node.column_type else bool(names.search(node.name))


def _not_updated(look: Look) -> Count:
    hits = []
    for node in _columns(look):
        newest = look.newest_below(node)
        if newest is None:
            continue
        if _is(node, NEWS) and not (node.children and node.rule.get("type", "static") == "static"):
            due = newest + value(look, "news_days") * DAY
        elif _is(node, FIRST_LEVEL) and not any(_is(above, FIRST_LEVEL) for above in node.chain[1:]):
            due = months_after(newest, value(look, "first_level_months"))
        else:
            continue
        if look.day > due:
            hits.append(_hit(node, due + DAY, f"最近一次更新是{newest.isoformat()}"))
    return Count(tuple(hits))


def _long_not_updated(look: Look) -> Count:
    hits = []
    for node in _columns(look):
        found = rhythms_of(look).of(node)
        if found.state == LATE and not found.blank:
            words = f"按承诺应在{found.due.isoformat()}前更新" if found.due else "从来没有更新过"
            hits.append(_hit(node, found.since, words))
    return Count(tuple(hits))


def _blank(look: Look) -> Count:
    verdicts = [(node, rhythms_of(look).of(node)) for node in _columns(look)]
    return Count(tuple(_hit(node, found.since, "空白栏目") for node, found in verdicts if found.blank))


def _hit(node: Node, since: dt.date, words: str) -> Hit:
    return Hit(node.path, node.url, since, f"{node.name}：{words}")


def _letters(look: Look) -> Count:
    """Letters of the last year; whether there is a way to write at all is seen, whether it works is not."""
    year_ago, hits = months_after(look.day, -12), []
    for each in consultations(look):
        due = months_after(each.received, 3)
        if each.received >= year_ago and look.day > due:
            number = each.case.number
            hits.append(Hit(number, f"/desk/cases/{each.case.id}", due + DAY, f"{number}收到3个月以上没有答复"))
    return Count(tuple(hits), "" if _has_channel(look) else "没有找到咨询建言栏目，请确认公众在哪里可以咨询、建言")


def _has_channel(look: Look) -> bool:
    return any(node.rule.get("type") == REPLY or (is_form(node) and "申请公开" not in node.name)
               for node in look.columns if node.id not in look.internal)


def _guides(look: Look) -> Count:
    """Service guides that lack too many of the eight classes of elements; of fewer than five, all must lack them."""
    query = select(Live.index_number, Live.document_id, Live.year, Live.serial, Live.title, Live.published,
                   Rendition.data).join(Rendition, Rendition.id == Live.rendition_id).where(
        Live.type == "guide", look.readable())
    rows, most, hits = look.session.execute(query).all(), value(look, "guide_elements"), []
    for row in rows:
        missing = sum(not row.data.get(name) for name in GUIDE_ELEMENTS) + (not row.title.strip())
        if missing >= most:
            hits.append(Hit(row.index_number, f"/doc/{row.year}/{row.serial}.html", local_date(row.published),
                            f"缺{missing}类要素"))
    if not rows:
        return Count(left="本平台没有办事指南，请确认办事服务在哪里提供")
    return Count(tuple(hits), least=len(rows))


def _media(look: Look) -> Count:
    """What was pushed from here is known; what was posted at the platform itself is not: such a line is for people."""
    accounts = look.session.scalar(select(func.count()).select_from(WechatAccount).where(WechatAccount.active))
    if not accounts:
        return Count(left="没有登记政务新媒体账号，请确认有没有、更新了没有")
    query = select(func.max(Delivery.sent_at)).where(Delivery.channel == CHANNEL, Delivery.state == SENT,
                                                     Delivery.sent_at < look.end)
    newest = look.session.scalar(query)
    days = value(look, "media_days")
    if newest is not None and local_date(newest) + days * DAY >= look.day:
        return Count()
    return Count(left=f"{days}天内没有从本平台推送，请确认账号有没有在别处更新")


LINES = (
    Line("1", "安全、泄密事故等严重问题", "安全、泄密事故", look="严重表述错误、泄密、被攻击篡改、弄虚作假等情形"),
    Line("2", "站点无法访问", "站点无法访问", look="一周内每天间隔访问20次以上，超过15秒打不开的次数占比达到5%"),
    Line("3", "首页不更新", "首页不更新", count=_home),
    Line("4a", "栏目不更新", "动态、要闻、通知公告、政策文件类栏目不更新", "not_updated", _not_updated),
    Line("4b", "栏目不更新", "应更新栏目长期不更新", "long_not_updated", _long_not_updated),
    Line("4c", "栏目不更新", "空白栏目", "blank", _blank),
    Line("5", "互动回应差", "互动回应差", "letters", _letters),
    Line("6", "服务不实用", "服务不实用", "guides", _guides),
    Line("7", "政务新媒体安全、泄密事故等严重问题", "新媒体安全、泄密事故", look="严重表述错误、泄密、弄虚作假等情形"),
    Line("8", "政务新媒体内容不更新", "新媒体内容不更新", count=_media),
    Line("9", "政务新媒体互动回应差", "新媒体互动回应差", look="有没有有效的互动功能，有没有购买粉丝、强制点赞等情形"),
)
