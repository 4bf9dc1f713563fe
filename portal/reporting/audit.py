"""The audit report as a paper, and the proof that is signed with it.

In Chinese whatever the language of the desk: it goes into the office's records.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from content import promises
from content.base import SHANGHAI
from content.findings import RED, YELLOW
from content.house import House
from content.promises import EMPTY, FREE, LATE, OK, SOON
from portal.reporting import excel, html, pdf
from portal.reporting.model import Cell, Grid, Paper, Section
from portal.reporting.proof import EMPTY as PROOF
from portal.reporting.proof import seal
from workflows.engine import workflow_of
from workflows.inspection import CLEAR, HIT, MANUAL
from workflows.reports.audit import MOST, Audit, Life, Line
from workflows.reports.rates import TITLES, Rate, total
from workflows.rules import all_rules
from workflows.supervision import WORKFLOW

STATES = {LATE: "超期", SOON: "临期", EMPTY: "空白未到期限", OK: "按期", FREE: "长期有效"}
COLOURS = {RED: "红", YELLOW: "黄"}
VERDICTS = {HIT: "触及", CLEAR: "未触及", MANUAL: "人工判断"}
NONE_WORDS = "目前无空白栏目及长期未更新栏目。"
METHOD = ("评判方法：逐个栏目、逐日按当日有效的更新规则评判，修改规则不影响已经形成的超期；"
          "栏目的更新包括它的全部下级栏目；从旧网站导入的信息不按公开时限评判；依法不予认定和已经销号的问题不计入现存问题，另行列数。")
HTML, XLSX, PDF = "html", "xlsx", "pdf"
FORMS = (HTML, XLSX, PDF)


def write(session: Session, house: House, found: Audit, form: str) -> bytes:
    """The octets of the report as one of `FORMS`, with its proof. Raises `content.keys.KeyProblem`."""
    made = paper(found, form != PDF)
    data = {HTML: lambda: html.page(made).encode(), XLSX: lambda: excel.write(made),
            PDF: lambda: pdf.write(made, found.made)}[form]()
    return seal(house.keys, session, data, found.claim())


def paper(found: Audit, with_proof: bool = True) -> Paper:
    """The report; with room for the line of its proof where that stands in the text."""
    return Paper(f"{found.unit.name}政务公开监察报告", found.unit.name, tuple(_sections(found, with_proof)))


def _sections(found: Audit, with_proof: bool) -> Iterator[Section]:
    parts = [("总体情况", tuple(_overall(found)), ()),
             ("单项否决指标", (f"全站：{found.inspection.words}。",), (_national(found),)),
             ("监督规则", (), (_by_rule(found),)), ("各单位情况", (), (_by_unit(found), _rates(found))),
             ("现存问题", *_open(found)), ("督办单", *_orders(found)), ("栏目更新情况", *_columns(found)),
             ("证明", (*_proof(found), *((PROOF,) if with_proof else ())), (_thresholds(found),))]
    kept = [part for part in parts if part[1] or part[2]]
    for number, (heading, words, grids) in zip("一二三四五六七八", kept, strict=False):
        yield Section(f"{number}、{heading}", words, grids)


# -- words ----------------------------------------------------------------------------------------------------------

def _overall(found: Audit) -> Iterator[str]:
    blank, stale = found.empty, found.stale
    yield (f"截至{_long(found.day)}，{found.unit.name}共评判栏目{len(found.columns)}个，其中空白栏目{blank}个，"
           f"长期未更新栏目{stale}个。" + (NONE_WORDS if not blank + stale and found.columns else ""))
    states = Counter(line.verdict.state for line in found.columns)
    yield "栏目状态：" + "，".join(f"{words}{states[state]}个" for state, words in STATES.items()) + "。"
    yield f"现存问题：红色{found.telling.red}项，黄色{found.telling.yellow}项。"
    lives = found.lives.values()
    yield (f"{_long(found.since)}至{_long(found.day)}：新发现问题{sum(each.new for each in lives)}项，"
           f"消除{sum(each.ended for each in lives)}项，核验销号{sum(each.verified for each in lives)}项，"
           f"不予认定{sum(each.dismissed for each in lives)}项；正在督办{sum(each.ordered for each in lives)}项，"
           f"其中超过整改期限{sum(each.overdue for each in lives)}项。")


def _proof(found: Audit) -> Iterator[str]:
    seq, digest = found.head
    yield METHOD
    yield (f"本报告于{found.made.astimezone(SHANGHAI):%Y年%m月%d日 %H:%M:%S}制成，所依据的业务日志截至第{seq}条，"
           f"该条的校验值为{digest}。")
    yield ("本报告由平台的签名密钥（Ed25519）签名，签名附在本文件中。核对：gongkai verify --report 文件。"
           "改动本报告的任何内容，核对都不会通过。")


def _long(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


# -- tables ---------------------------------------------------------------------------------------------------------

def _grid(title: str, header: Sequence[str], rows: Iterable[Sequence[Any]], note: str = "") -> Grid:
    """Figures stay figures; nothing at all is a dash."""
    return Grid(title, (tuple(Cell(name, head=True) for name in header), *(tuple(map(_cell, row)) for row in rows)),
                note)


def _cell(value: Any) -> Cell:
    if isinstance(value, int):
        return Cell(str(value), number=value)
    return Cell(str(value) if value not in (None, "") else "—")


def _national(found: Audit) -> Grid:
    return _grid("政府网站与政务新媒体检查指标", ("项目", "指标", "计数", "否决线", "结论", "需要人工判断"), (
        (result.line.code, result.line.title, result.number, result.limit, VERDICTS[result.state], result.left)
        for result in found.inspection.results))


def _by_rule(found: Audit) -> Grid:
    counts = found.telling.by_rule()
    return _grid("按规则", ("规则", "红色", "黄色", *_LIFE, "依据"), (
        (rule.title, counts.get(name, {}).get(RED, 0), counts.get(name, {}).get(YELLOW, 0),
         *_life(found.lives.get(name)), rule.basis) for name, rule in sorted(all_rules().items())))


_LIFE = ("新发现", "已消除", "督办中", "督办超期", "已销号", "不予认定")


def _life(life: Life | None) -> tuple[int, ...]:
    life = life or Life()
    return life.new, life.ended, life.ordered, life.overdue, life.verified, life.dismissed


def _by_unit(found: Audit) -> Grid:
    units, counts = found.tree.departments, found.telling.by_department(found.tree.departments)
    wanted = [units.by_id[number] for number in units.below(found.unit.id)]
    return _grid("按单位", ("单位", "红色", "黄色", *_LIFE), (
        (unit.short_name, counts.get(unit.code, {}).get(RED, 0), counts.get(unit.code, {}).get(YELLOW, 0),
         *_life(found.units.get(unit.id))) for unit in wanted if unit.code in counts or unit.id in found.units))


def _rates(found: Audit) -> Grid:
    units = found.tree.departments.by_id
    rows = [(units[number].short_name, each) for number, each in found.rates.items()
            if any(rate.whole for rate in each.values())]
    rows.append(("合计", total(found.rates.values())))
    return _grid("工作指标", ("单位", *TITLES.values()),
                 ((name, *(_rate(each[key]) for key in TITLES)) for name, each in rows),
                 "分母为0的不计算，记为“—”；没有可计算指标的单位不列。")


def _rate(rate: Rate) -> str:
    return f"{rate.words}（{rate.part}/{rate.whole}）" if rate.whole else rate.words


def _open(found: Audit) -> tuple[tuple[str, ...], tuple[Grid, ...]]:
    states, units = workflow_of(WORKFLOW).states, found.tree.departments.by_id
    told = found.telling.open
    rows = [(COLOURS[each.judged.found.severity], each.judged.rule.title, each.judged.found.subject,
             units[each.judged.found.department_id].short_name, each.judged.found.words,
             each.judged.found.since.isoformat(), states[each.state].title) for each in told[:MOST]]
    if not rows:
        return ("没有现存问题。",), ()
    return (), (_grid("现存问题", ("级别", "规则", "对象", "单位", "问题", "自", "状态"), rows, _more(len(told))),)


def _orders(found: Audit) -> tuple[tuple[str, ...], tuple[Grid, ...]]:
    states, units, rules = workflow_of(WORKFLOW).states, found.tree.departments.by_id, all_rules()
    rows = [(each.order_number, rules[each.rule].title if each.rule in rules else each.rule, each.subject,
             units[each.department_id].short_name, each.order_due and each.order_due.isoformat(), each.reminders,
             states[each.state].title) for each in found.orders]
    if not rows:
        return ("没有督办单。",), ()
    return (), (_grid("督办单", ("编号", "规则", "对象", "单位", "整改期限", "催办次数", "状态"), rows),)


def _columns(found: Audit) -> tuple[tuple[str, ...], tuple[Grid, ...]]:
    if not found.columns:
        return ("没有需要评判的栏目。",), ()
    rows = [_column(found, line) for line in found.columns[:MOST]]
    header = ("栏目", "路径", "单位", "更新承诺", "最近更新", "状态", "应更新", "超期次数")
    return (), (_grid("栏目更新情况", header, rows, _more(len(found.columns))),)


def _column(found: Audit, line: Line) -> tuple[Any, ...]:
    node, verdict = line.node, line.verdict
    words = promises.sentence(verdict.rule or node.rule).interpolate()
    return (node.name, f"/{node.path}/", found.tree.departments.by_id[node.department_id].short_name, words,
            verdict.newest, STATES.get(verdict.state, verdict.state), verdict.due, verdict.cycles_late)


def _more(count: int) -> str:
    return f"另有{count - MOST}项，见工作台。" if count > MOST else ""


def _thresholds(found: Audit) -> Grid:
    rules = all_rules()
    return _grid("评判所用的阈值", ("规则", "阈值", "取值", "依据"), (
        (rules[name].title, rules[name].thresholds[key].title,
         f"{value}{rules[name].thresholds[key].unit}", rules[name].thresholds[key].basis)
        for name, values in found.thresholds.items() for key, value in values.items()))
