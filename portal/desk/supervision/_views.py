"""What the auditor's pages share: whose columns and findings are shown, the tabs, the look, periods, words."""

from __future__ import annotations

import calendar as months
import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from pyramid.request import Request

from content.findings import Finding
from content.people import Unit
from content.promises import EMPTY, FREE, LATE, OK, SOON
from content.tree import Node
from portal.desk.words import Status
from portal.i18n import _
from portal.rendering import loader, translator
from workflows.access import Permission, permits, units_for
from workflows.looking import Look
from workflows.reports import upkeep
from workflows.rhythm import CLOSED, Verdict
from workflows.rhythms import Rhythms, rhythms_of

URL = "/desk/supervision"
TABS = (("board", _("一览"), URL), ("matrix", _("部门矩阵"), f"{URL}/matrix"),
        ("columns", _("栏目日历"), f"{URL}/columns"), ("forecast", _("30天预测"), f"{URL}/forecast"),
        ("trend", _("一年走势"), f"{URL}/trend"), ("comparison", _("部门比较"), f"{URL}/comparison"),
        ("cards", _("红黄牌"), f"{URL}/cards"), ("scores", _("考核评分"), f"{URL}/scores"))
STATES: dict[str, Status] = {
    LATE: ("late", _("超期")), SOON: ("warn", _("临期")), EMPTY: ("idle", _("空白")), OK: ("ok", _("按期")),
    FREE: ("idle", _("不考核")), CLOSED: ("idle", _("没有开设"))}
SEVERITIES: dict[str, Status] = {"red": ("late", _("红色")), "yellow": ("warn", _("黄色"))}


class Supervision:
    """The auditor's desk: the factory of these pages. Heads of departments see their own alone.

    `units` are the departments that the person may see, narrowed to the one asked for with `?department=` and
    those below it. Raises `KeyError` for a department that is not there or not his.
    """

    node = None

    def __init__(self, request: Request) -> None:
        self.request = request
        if request.identity is not None:
            self.chosen = self._chosen()

    @cached_property
    def allowed(self) -> set[int]:
        return units_for(self.request.identity, Permission.READ_FINDINGS, self.request.tree)

    def _chosen(self) -> Unit | None:
        code = self.request.GET.get("department", "")
        unit = self.request.tree.departments.by_code[code] if code else None
        if unit is not None and unit.id not in self.allowed:
            raise KeyError(code)
        return unit

    @cached_property
    def units(self) -> set[int]:
        if self.chosen is None:
            return self.allowed
        return self.allowed & set(self.request.tree.departments.below(self.chosen.id))

    @cached_property
    def nodes(self) -> list[Node]:
        return upkeep.columns(self.request.tree, self.units)

    @cached_property
    def look(self) -> Look:
        return Look(self.request.db, self.request.house, self.request.today)

    @cached_property
    def rhythms(self) -> Rhythms:
        return rhythms_of(self.look)

    def short(self, unit: int) -> str:
        return self.request.tree.departments.by_id[unit].short_name

    def say(self, words: Any) -> str:
        """A message in the language of the page, for what is drawn."""
        return translator(self.request)(words)

    def address(self, path: str, **asked: Any) -> str:
        """An address below these pages that keeps the department."""
        asked = {name: value for name, value in asked.items() if value not in (None, "")}
        if self.chosen is not None:
            asked["department"] = self.chosen.code
        return f"{URL}{path}?{urlencode(asked)}" if asked else f"{URL}{path}"

    def page(self, current: str, title: Any, **values: Any) -> dict[str, Any]:
        """What every one of these pages has, and `values`."""
        asked = f"?{urlencode({'department': self.chosen.code})}" if self.chosen else ""
        units = self.request.tree.departments.by_id
        offered = sorted((units[each] for each in self.allowed), key=lambda unit: unit.code)
        return {"title": title, "context": self, "url": URL, "chosen": self.chosen, "offered": offered,
                "tabs": [(words, f"{address}{asked}", name == current) for name, words, address in TABS],
                "parts": loader(self.request)["desk/supervision/figures.pt"].macros, "chart": chart,
                "short": self.short, **values}

    @property
    def may_set(self) -> bool:
        """Whether the person sets what holds for the whole county."""
        county = CountySupervision(self.request).department_id
        return permits(self.request.identity, Permission.SUPERVISE, None, self.request.tree, county)


class CountySupervision(Supervision):
    """What holds for the whole county, the scheme of scores and the limits of cards: its auditors alone set it."""

    @property
    def department_id(self) -> int:
        return self.request.tree.departments.children(None)[0].id


@dataclass(frozen=True)
class Period:
    """A quarter or a year; `last` is not after today."""

    name: str
    words: Any
    first: dt.date
    last: dt.date


def periods(today: dt.date) -> list[Period]:
    """The present quarter and the four before it, this year and the last, the newest first."""
    found, year, quarter = [], today.year, (today.month - 1) // 3 + 1
    for _number in range(5):
        first, last = dt.date(year, quarter * 3 - 2, 1), dt.date(year, quarter * 3, 1)
        last = last.replace(day=months.monthrange(last.year, last.month)[1])
        found.append(Period(f"{year}q{quarter}", _("${year}年第${n}季度", mapping={"year": year, "n": quarter}),
                            first, min(last, today)))
        year, quarter = (year, quarter - 1) if quarter > 1 else (year - 1, 4)
    return found + [Period(f"{each}", _("${year}年", mapping={"year": each}), dt.date(each, 1, 1),
                           min(dt.date(each, 12, 31), today)) for each in (today.year, today.year - 1)]


def period(request: Request) -> Period:
    """The one asked for with `?period=`; the present quarter where none is, or none that is offered."""
    offered = periods(request.today)
    return next((each for each in offered if each.name == request.GET.get("period")), offered[0])


def verdict_words(verdict: Verdict, today: dt.date) -> Status:
    """How a column stands today, with days."""
    kind, words = STATES[verdict.state]
    if verdict.state == LATE:
        return kind, _("超期${n}天", mapping={"n": days_late(verdict, today)})
    if verdict.state == SOON and verdict.due is not None:
        left = (verdict.due - today).days
        return kind, _("剩${n}天", mapping={"n": left}) if left else _("今天到期")
    return kind, words


def days_late(verdict: Verdict, today: dt.date) -> int:
    """How many days it has been late: since the day that was missed, or since it was found to be."""
    if verdict.state != LATE:
        return 0
    return (today - verdict.due).days if verdict.due else (today - (verdict.since or today)).days + 1


def subject_words(context: Supervision, finding: Finding) -> str:
    """What a finding is about, as people call it."""
    node = context.request.tree.by_id.get(finding.column_id or 0)
    if finding.subject_kind == "column" and node is not None:
        return node.name
    unit = context.request.tree.departments.by_code.get(finding.subject)
    return unit.short_name if unit is not None else finding.subject


def chart(**values: Any) -> str:
    """What `charts.js` draws, for the attribute `data-chart`."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=str)
