"""政府信息公开工作年度报告 (《条例》第四十九条): the report of last year is not public by its day.

The government's own is due on 31 March, that of every other organ on 31 January. Asked for are the organs that answer
for a column or had a report here before; not village committees, which are no organs, nor the office that published
the government's report. A report is known by its title (organ and year), by the entry it was made from, or else by the
department that published it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from content.annual import AnnualReport
from content.base import local_date
from content.documents import Listing, Live
from content.findings import RED, YELLOW
from content.people import Unit
from content.tree import Node
from workflows.looking import Look
from workflows.reports.publishing import organs
from workflows.rules import SITE, Found, Rule, Threshold

NAME = re.compile(r"年报|年度报告")
YEAR = re.compile(r"(20\d{2})\s*年")
ARTICLES = ("第四十九条", "第五十条")


@dataclass(frozen=True)
class Report:
    """A public report: of which organ and year, and by which department it was published."""

    organ: int
    year: int
    department: int


def find(look: Look) -> Iterator[Found]:
    if look.root is None:
        return
    columns = _columns(look)
    if not columns:
        yield Found(*SITE, "/", look.root.id, RED, look.began, "no column", "没有政府信息公开年报栏目")
        return
    reports, year = _reports(look, columns), look.day.year - 1
    done = {each.organ for each in reports if each.year == year}
    done |= {each.department for each in reports if each.organ == look.root.id and each.department != look.root.id}
    for unit in _asked(look, reports):
        if unit.id not in done and (found := _missing(look, unit, year, columns[0])) is not None:
            yield found


def _columns(look: Look) -> list[Node]:
    return [node for node in look.columns if node.id not in look.internal and node.kind != "external"
            and NAME.search(node.name)
            and (not node.basis or any(article in node.basis for article in ARTICLES))]


def _reports(look: Look, columns: list[Node]) -> list[Report]:
    """Every report that is public in these columns, or was made from an entry; two queries."""
    listed = {each.id for node in columns for each in look.counted(node)}
    query = select(Live.title, Live.department_id, Live.published).join(
        Listing, Listing.document_id == Live.document_id).where(
        Listing.column_id.in_(listed), Live.type != "statement", look.readable())
    found = [_report(look, *row) for row in look.session.execute(query)]
    entries = select(AnnualReport.department_id, AnnualReport.year, Live.department_id).join(
        Live, Live.document_id == AnnualReport.document_id).where(look.readable())
    return found + [Report(*row) for row in look.session.execute(entries)]


def _report(look: Look, title: str, department_id: int, published: dt.datetime) -> Report:
    named = [unit for unit in look.tree.departments.by_id.values() if unit.name in title]
    organ = max(named, key=lambda unit: len(unit.name)).id if named else department_id
    year = YEAR.search(title)
    return Report(organ, int(year[1]) if year else local_date(published).year - 1, department_id)


def _asked(look: Look, reports: list[Report]) -> list[Unit]:
    answering = {node.department_id for node in look.columns if node.id not in look.internal}
    answering |= {each.organ for each in reports} | {look.root.id}
    return [unit for unit in organs(look.tree) if unit.id in answering]


def _missing(look: Look, unit: Unit, year: int, column: Node) -> Found | None:
    due = dt.date(year + 1, 3, 31) if unit.id == look.root.id else dt.date(year + 1, 1, 31)
    warned = due - dt.timedelta(days=RULE.threshold(look, "warn_days"))
    if look.day < warned:
        return None
    late = look.day > due
    return Found("department", unit.id, unit.code, unit.id, RED if late else YELLOW,
                 due + dt.timedelta(days=1) if late else warned, str(year),
                 f"{unit.short_name}{year}年政府信息公开工作年度报告没有公开，期限是{due.isoformat()}", due=due,
                 cycles_late=int(late), column_id=column.id, evidence={"url": column.url, "year": year})


RULE = Rule(
    "annual_report", "年度报告未按期公开", "Annual report not published in time", "department",
    "《政府信息公开条例》第四十九条、第五十条", "公布上一年度的政府信息公开工作年度报告", find,
    frozenset({"document", "column", "annual"}), {"warn_days": Threshold(15, "到期前多少天起提醒", "天")})
