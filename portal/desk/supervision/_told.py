"""A finding told: its evidence with where to look, its life from the journal, the order as it was given."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from content import journal
from content.findings import Finding
from content.journal import Row
from content.people import User
from content.promises import sentence as sentence_of
from portal.desk.words import names
from portal.i18n import _
from portal.wording import sentence

MOST_SHOWN = 50  # parts of one piece of evidence; the rest is counted
# What rules write into evidence, as a page says it; what is not here is shown under its own name.
TITLES: dict[str, Any] = {
    "url": _("在哪里看"), "formed": _("形成日"), "published": _("公开日"), "received": _("收到日"), "due": _("期限"),
    "working_days_late": _("超期工作日"), "newest": _("最近更新"), "rule": _("更新承诺"), "about": _("事项"),
    "day": _("发生日"), "missed": _("错过的期限"), "kind": _("欠什么"), "title": _("标题"), "number": _("文号"),
    "missing": _("缺少"), "places": _("位置"), "count": _("数量"), "limit": _("上限"), "subjects": _("是哪些"),
    "year": _("年度"), "first_day": _("开始"), "last_day": _("结束"), "waiting": _("等着办的件数"),
    "item": _("法定事项"), "fields": _("字段"), "problems": _("问题"), "document": _("文件"), "basis": _("依据"),
    "shown": _("显示的有效性"), "asked": _("通知补正日"), "reviewed": _("上次审查"), "channel": _("渠道"),
    "failed": _("失败次数"), "recalls": _("其中撤回"), "urls": _("在哪里看")}
HIDDEN = frozenset({"type", "line", "check", "provisional"})  # for programs
DEBTS = {"update": _("更新"), "event": _("事件发生后的公开"), "reply": _("答复")}


@dataclass(frozen=True)
class Part:
    """One thing that evidence says: words, with the address where one sees it, if there is one."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened to a finding, with who did it; `more` is what was asked or answered with it."""

    at: dt.datetime
    who: str
    what: str
    more: tuple[tuple[Any, str], ...]


@dataclass(frozen=True)
class Order:
    """An order (督办单) as it stands: who gave it when, to whom, what is demanded, until when."""

    number: str
    given: dt.datetime
    by: str
    office: str
    unit: str
    person: str
    due: dt.date
    demand: tuple[str, ...]


# -- evidence ---------------------------------------------------------------------------------------------------

def evidence(request: Request, finding: Finding) -> list[tuple[Any, list[Part], int]]:
    """`(title, parts, how many more)` of each piece; empty ones, and what is for programs, are left out."""
    found = []
    for name, value in finding.evidence.items():
        values = _shown(request, name, value)
        parts = [_part(each) for each in values[:MOST_SHOWN] if each not in (None, "", [], {})]
        if parts and name not in HIDDEN:
            found.append((TITLES.get(name, name), parts, max(0, len(values) - MOST_SHOWN)))
    return found


def _shown(request: Request, name: str, value: Any) -> list[Any]:
    say = request.localizer.translate
    if name == "rule" and isinstance(value, dict) and "type" in value:
        return [say(sentence_of(value))]
    if name == "kind" and value in DEBTS:
        return [say(DEBTS[value])]
    return value if isinstance(value, list) else [value]


def _part(value: Any) -> Part:
    if isinstance(value, dict):
        url = str(value.get("url") or "")
        words = "，".join(str(each) for name, each in value.items() if name != "url" and each not in (None, "", []))
        return Part(words or url, _safe(url))
    written = str(value)
    return Part(written, _safe(written))


def _safe(url: str) -> str:
    """Addresses of this site alone: a page at the desk leads nobody to where a dead or doubtful link points."""
    return url if url.startswith("/") and not url.startswith("//") and " " not in url else ""


# -- what happened ----------------------------------------------------------------------------------------------

def rows_of(request: Request, finding: Finding) -> list[Row]:
    return [row for row in journal.told(request.db, "finding", finding.id) if isinstance(row, Row)]


def history(request: Request, rows: list[Row]) -> list[Event]:
    """The life of a finding, oldest first."""
    people = names(request.db, [each for row in rows for each in (
        row.actor_id, row.payload.get("on_behalf_of"), row.payload.get("person"))])
    return [Event(row.at, _who(request, row, people), sentence(request, row), _more(row, people))
            for row in rows]


def _who(request: Request, row: Row, people: dict[int, str]) -> str:
    if row.actor_id is None:
        return request.localizer.translate(_("系统"))
    who, behalf = people.get(row.actor_id, ""), people.get(row.payload.get("on_behalf_of") or 0)
    return f"{who}（代{behalf}）" if behalf else who


def _more(row: Row, people: dict[int, str]) -> tuple[tuple[Any, str], ...]:
    said = row.payload
    found = ((_("整改要求"), said.get("demand")), (_("责任人"), people.get(said.get("person") or 0)),
             (_("整改期限"), said.get("order_due")), (_("督办单"), said.get("order")))
    return tuple((title, str(words)) for title, words in found if words)


# -- the order --------------------------------------------------------------------------------------------------

def order(request: Request, finding: Finding, rows: list[Row]) -> Order | None:
    """As it was last given; None where none was."""
    given = next((row for row in reversed(rows) if row.action == "finding.order"), None)
    if given is None or finding.order_number is None or finding.order_due is None:
        return None
    units = request.tree.departments.by_id
    by = request.db.scalars(select(User).where(User.id == given.actor_id)).first()
    person = names(request.db, [finding.person_id]).get(finding.person_id or 0, "")
    return Order(finding.order_number, given.at, by.name if by else "", units[by.department_id].name if by else "",
                 units[finding.department_id].name, person, finding.order_due,
                 tuple(line.strip() for line in str(given.payload.get("demand", "")).splitlines() if line.strip()))


