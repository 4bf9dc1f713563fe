"""The annual report on disclosure (政府信息公开工作年度报告): its tables, counted by a few queries, and their checks.

Law: Regulation Art. 49, 50; format: 国办公开办函〔2021〕30号. A case counts as new in the year in which it was
received, as brought over from the year before when it was not finished on 1 January, and under its outcome in the
year in which it was finished. Nothing is stored: the same cases give the same figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, extract, func, or_, select
from sqlalchemy.orm import Session

from content import annual
from content.cases import Case, Fact, Remedy
from content.documents import WITHDRAWN, Live, Rendition
from content.tree import Tree
from content.types import STANDINGS
from workflows.outcomes import OUTCOMES
from workflows.reports.rows import BROUGHT, CLASSES, DONE, LEFT, NEW, TOTAL, Layout, layout

REQUEST = "disclosure_request"
COLUMNS = (*CLASSES, TOTAL)
received = func.coalesce(Case.received, Case.submitted, type_=Date)

Figures = dict[str, dict[str, int]]  # row -> column -> count


@dataclass(frozen=True)
class Check:
    """A cross-sum (勾稽关系): what it says, and whether it holds."""

    says: str
    holds: bool


@dataclass(frozen=True)
class Annual:
    """The report of one organ for one year.

    `active` is table 二: row -> cells; `requests` table 三; `remedies` table 四: kind -> result -> count;
    `fees` how many applications a fee was paid for: section 六 must tell.
    """

    year: int
    department: str
    department_id: int
    layout: Layout
    active: dict[str, dict[str, Any]]
    requests: Figures
    remedies: Figures
    texts: dict[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    fees: int = 0

    @property
    def failed(self) -> list[str]:
        return [check.says for check in self.checks if not check.holds]

    def plain(self) -> dict[str, Any]:
        """As the command line prints it."""
        return {"year": self.year, "department": self.department, "table2": self.active, "table3": self.requests,
                "table4": self.remedies, "texts": self.texts,
                "checks": [{"check": check.says, "ok": check.holds} for check in self.checks]}


def report(session: Session, tree: Tree, year: int, department_id: int) -> Annual:
    """The report of a department and all below it. Eleven queries, however many cases there are."""
    units, name = below(tree, department_id), tree.departments.by_id[department_id].name
    chosen, entered = layout(year), annual.of(session, year, department_id)
    figures, texts = (entered.figures, entered.texts) if entered else ({}, {})
    requests = _requests(session, year, units, chosen, figures)
    remedies = _remedies(session, year, units, chosen, figures)
    active = _active(session, year, units, chosen, figures)
    before = _left_before(session, year, units, department_id)
    return Annual(year, name, department_id, chosen, active, requests, remedies, dict(texts),
                  tuple(_checks(chosen, requests, remedies, active, before)), _fees_paid(session, year, units))


def below(tree: Tree, department_id: int) -> list[int]:
    """A department and all below it: whose cases and documents its report counts."""
    units = tree.departments
    return [unit.id for unit in units.by_id.values() if department_id in units.chain(unit.id)]


# -- table 三 ---------------------------------------------------------------------------------------------------

def of_row(row: str, year: int, units: Iterable[int]) -> list[ColumnElement[bool]]:
    """The conditions under which a case is counted in a row: what a figure is linked to."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    ours = [Case.type == REQUEST, Case.office_id.in_(list(units))]
    if row == NEW:
        return [*ours, received >= first, received <= last]
    if row == BROUGHT:
        return [*ours, received < first, or_(Case.finished.is_(None), Case.finished >= first)]
    if row == LEFT:
        return [*ours, received <= last, or_(Case.finished.is_(None), Case.finished > last)]
    done = [*ours, Case.finished >= first, Case.finished <= last]
    return done if row == DONE else [*done, Case.outcome == row]


def _requests(session: Session, year: int, units: list[int], chosen: Layout, entered: Mapping[str, Any]) -> Figures:
    rows = {row.code: dict.fromkeys(COLUMNS, 0) for row in chosen.rows if not row.heading}
    for row in (NEW, BROUGHT, LEFT):
        _fill(rows[row], session.execute(_by_class(of_row(row, year, units))))
    done = select(Case.outcome, Case.applicant_class, func.count()).where(*of_row(DONE, year, units))
    for outcome, kind, count in session.execute(done.group_by(Case.outcome, Case.applicant_class)):
        for row in (outcome, DONE):
            if row in rows:
                _add(rows[row], kind, count)
    for row, counts in entered.get("requests", {}).items():  # of years before this portal
        for kind, count in counts.items():
            _add(rows[row], kind, count)
    return rows


def _by_class(conditions: list[ColumnElement[bool]]) -> Select[tuple[str, int]]:
    return select(Case.applicant_class, func.count()).where(*conditions).group_by(Case.applicant_class)


def _fill(row: dict[str, int], counted: Iterable[Any]) -> None:
    for kind, count in counted:
        _add(row, kind, count)


def _add(row: dict[str, int], kind: str, count: int) -> None:
    row[kind if kind in CLASSES else "other"] += count
    row[TOTAL] += count


def _left_before(session: Session, year: int, units: list[int], department_id: int) -> int:
    """What the report of last year said was left: what is counted, and what was on paper."""
    entered = annual.of(session, year - 1, department_id)
    paper = entered.figures.get("requests", {}).get(LEFT, {}) if entered else {}
    counted = session.scalar(select(func.count()).select_from(Case).where(*of_row(LEFT, year - 1, units))) or 0
    return counted + sum(paper.values())


# -- table 四 ---------------------------------------------------------------------------------------------------

def _remedies(session: Session, year: int, units: list[int], chosen: Layout, entered: Mapping[str, Any]) -> Figures:
    """Results of the year, and what was filed by its end and has none yet; what was on paper is added."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    rows = {kind: dict.fromkeys((*chosen.results, TOTAL), 0) for kind in chosen.remedies}
    ended = and_(Remedy.result != "pending", Remedy.day >= first, Remedy.day <= last)
    open_then = and_(Remedy.filed <= last, or_(Remedy.result == "pending", Remedy.day > last))
    for result, condition in (("", ended), ("pending", open_then)):
        query = (select(Remedy.kind, Remedy.result, func.count()).join(Case, Case.id == Remedy.case_id)
                 .where(condition, Case.type == REQUEST, Case.office_id.in_(units))
                 .group_by(Remedy.kind, Remedy.result))
        for kind, said, count in session.execute(query):
            rows[kind][result or said] += count
            rows[kind][TOTAL] += count
    for kind, counts in entered.get("remedies", {}).items():  # of years before this portal
        for said, count in counts.items():
            rows[kind][said] += count
            rows[kind][TOTAL] += count
    return rows


# -- table 二 ---------------------------------------------------------------------------------------------------

def _active(session: Session, year: int, units: list[int], chosen: Layout,
            entered: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Rules and normative documents are counted; what no document tells (permits, fees) was entered, or is 0."""
    known, counted = entered.get("active", {}), _regulations(session, year, units)
    rows: dict[str, dict[str, Any]] = {code: counted[code] | known.get(code, {}) for code in chosen.regulations}
    for code in (*chosen.decisions, *chosen.penalties):
        rows[code] = {"decisions": 0} | known.get(code, {})
    for code in chosen.fees:
        rows[code] = {"amount": 0} | known.get(code, {})  # 万元
    return rows


def _regulations(session: Session, year: int, units: list[int]) -> dict[str, dict[str, int]]:
    """Rules and normative documents that were made and abolished in the year, and valid at its end; one query."""
    found = {code: {"made": 0, "abolished": 0, "valid": 0} for code in STANDINGS}
    standing = Rendition.data["standing"].as_string()
    formed = extract("year", Live.formed)
    ended = func.substr(func.coalesce(Rendition.data["abolished"].as_string(), ""), 1, 4)
    rows = session.execute(
        select(standing, formed, ended, func.count()).select_from(Live)
        .join(Rendition, Rendition.id == Live.rendition_id)
        .where(Live.type == "policy", Live.department_id.in_(units), Live.state != WITHDRAWN, standing.in_(STANDINGS))
        .group_by(standing, formed, ended))
    for code, made, over, count in rows:
        cells, begun = found[code], int(made or 0)
        cells["made"] += count if begun == year else 0
        cells["abolished"] += count if over == str(year) else 0
        cells["valid"] += count if begun <= year and (not over or over > str(year)) else 0
    return found


def _fees_paid(session: Session, year: int, units: list[int]) -> int:
    kind, day = Fact.data["type"].as_string(), Fact.data["date"].as_string()
    return session.scalar(
        select(func.count()).select_from(Fact).join(Case, Case.id == Fact.case_id)
        .where(Case.office_id.in_(units), Fact.annulled.is_(False), kind == "fee_paid",
               day.between(f"{year}-01-01", f"{year}-12-31"))) or 0


# -- checks -----------------------------------------------------------------------------------------------------

def _checks(chosen: Layout, requests: Figures, remedies: Figures, active: Mapping[str, Any],
            before: int) -> Iterable[Check]:
    leaves = [row.code for row in chosen.rows if row.code in OUTCOMES]
    for column, title in (CLASSES | {TOTAL: "总计"}).items():
        new, brought, done, left = (requests[row][column] for row in (NEW, BROUGHT, DONE, LEFT))
        yield Check(f"表三“{title}”：一（{new}）＋二（{brought}）＝三（七）（{done}）＋四（{left}）",
                    new + brought == done + left)
        total = sum(requests[leaf][column] for leaf in leaves)
        yield Check(f"表三“{title}”：三（七）总计（{done}）＝各项之和（{total}）", done == total)
    for row in (each for each in chosen.rows if not each.heading):
        parts = sum(requests[row.code][kind] for kind in CLASSES)
        yield Check(f"表三“{row.title}”：总计（{requests[row.code][TOTAL]}）＝六类申请人之和（{parts}）",
                    requests[row.code][TOTAL] == parts)
    yield Check(f"表三：二、上年结转（{requests[BROUGHT][TOTAL]}）＝上年报告的四、结转下年度（{before}）",
                requests[BROUGHT][TOTAL] == before)
    for kind, title in chosen.remedies.items():
        parts = sum(remedies[kind][result] for result in chosen.results)
        total = remedies[kind][TOTAL]
        yield Check(f"表四“{title}”：总计（{total}）＝四种结果之和（{parts}）", total == parts)
    for code, title in chosen.regulations.items():
        cells = active[code]
        if "before" in cells:
            sums = cells["before"] + cells["made"] - cells["abolished"]
            yield Check(f"表二“{title}”：现行有效（{cells['valid']}）＝上年有效＋本年制发－本年废止（{sums}）",
                        cells["valid"] == sums)
