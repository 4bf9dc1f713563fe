"""推送失败: what was to go out (mail, feeds to partners, recalls) and did not, by organ, channel and day.

A recall that failed is red at once: what was withdrawn is still outside. Otherwise a day is yellow, and red from a
number of failures on. Nobody's address is in the evidence. Failures are looked for a year back; they are not in the
journal, so that only a full look finds them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Select, select

from content.base import local_date
from content.documents import Live
from content.findings import RED, YELLOW
from content.outbox import FAILED, Delivery
from workflows.looking import Look
from workflows.rules import SITE, Found, Rule, Threshold

BACK = dt.timedelta(days=366)
SHOWN = 10  # addresses of documents in the evidence

Group = tuple[int | None, dt.date, str]  # department, day, channel


def find(look: Look) -> Iterator[Found]:
    groups: dict[Group, list[tuple[bool, str]]] = {}
    for channel, at, recalls, live_department, year, serial in look.session.execute(_query(look)):
        url = f"/doc/{year}/{serial}.html" if serial else ""
        groups.setdefault((live_department, local_date(at), channel), []).append((recalls is not None, url))
    for (department, day, channel), failures in sorted(groups.items(), key=lambda each: (each[0][1], str(each[0]))):
        yield _found(look, department, day, channel, failures)


def _query(look: Look) -> Select:
    """The moment of the last attempt is when it was given up."""
    return (select(Delivery.channel, Delivery.next_at, Delivery.recalls, Live.department_id, Live.year, Live.serial)
            .outerjoin(Live, Live.document_id == Delivery.document_id)
            .where(Delivery.state == FAILED, Delivery.next_at < look.end, Delivery.next_at >= look.end - BACK)
            .order_by(Delivery.id))


def _found(look: Look, department: int | None, day: dt.date, channel: str,
           failures: list[tuple[bool, str]]) -> Found:
    recalls, count = sum(recall for recall, _url in failures), len(failures)
    red = bool(recalls) or count >= RULE.threshold(look, "red", day)
    words = f"{day.isoformat()}有{count}次“{channel}”推送失败" + (f"，其中{recalls}次是撤回通知" if recalls else "")
    units = look.tree.departments
    kind, number = SITE if department is None else ("department", department)
    urls = sorted({url for _recall, url in failures if url})[:SHOWN]
    return Found(kind, number, units.by_id[department].code if department else "/", department or look.root.id,
                 RED if red else YELLOW, day, f"{day.isoformat()} {channel}", words,
                 evidence={"channel": channel, "day": day.isoformat(), "failed": count, "recalls": recalls,
                           "urls": urls})


RULE = Rule(
    "push_failures", "推送失败", "Push failed", "site", "《政府网站发展指引》（信息推送、协同联动）",
    "检查推送渠道的设置和对方是否可用，重新推送；撤回通知没有送到的，另行通知对方删除", find, frozenset(),
    {"red": Threshold(5, "同一渠道一天失败多少次起为红色", "次", "县级规定")}, lasting=True)
