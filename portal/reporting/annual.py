"""The annual report as a paper: six sections, tables 二, 三 and 四 as 国办公开办函〔2021〕30号 has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from portal.reporting.model import Cell, Grid, Paper, Section
from workflows.reports.annual import COLUMNS, Annual
from workflows.reports.rows import CLASSES, TOTAL, Row

# Sections whose words are written at the desk; 六 must state the fee, even where there was none (国办函〔2020〕109号).
TEXTS = {"overview": "一、总体情况", "problems": "五、存在的主要问题及改进情况", "other": "六、其他需要报告的事项"}
NO_FEE, FEES = "本年度未收取政府信息公开信息处理费。", "本年度有{}件申请收取了政府信息公开信息处理费。"
Link = Callable[[str, str], str]  # row and column of table 三 -> where its cases are listed


def paper(report: Annual, link: Link = lambda row, column: "") -> Paper:
    """The report in the order of its outline."""
    texts = report.texts
    return Paper(f"{report.department}{report.year}年政府信息公开工作年度报告", report.department, (
        Section(TEXTS["overview"], _words(texts.get("overview", ""))),
        Section("二、主动公开政府信息情况", grids=(active(report),)),
        Section("三、收到和处理政府信息公开申请情况", grids=(requests(report, link),)),
        Section("四、政府信息公开行政复议、行政诉讼情况", grids=(remedies(report),)),
        Section(TEXTS["problems"], _words(texts.get("problems", ""))),
        Section(TEXTS["other"], _words(texts.get("other", "")) or (_fee(report),))))


def _fee(report: Annual) -> str:
    return FEES.format(report.fees) if report.fees else NO_FEE


def _words(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _head(text: str, across: int = 1, down: int = 1) -> Cell:
    return Cell(text, across, down, head=True)


def _count(value: float, link: str = "") -> Cell:
    return Cell(f"{value:g}", number=value, link=link)


# -- table 二 ---------------------------------------------------------------------------------------------------

def active(report: Annual) -> Grid:
    chosen, cells = report.layout, report.active
    rows: list[tuple[Cell, ...]] = [(_head("第二十条第（一）项", 4),),
                                    tuple(map(_head, ("信息内容", "本年制发件数", "本年废止件数", "现行有效件数")))]
    rows += [(_head(title), *(_count(cells[code][name]) for name in ("made", "abolished", "valid")))
             for code, title in chosen.regulations.items()]
    for article, titles, words, name in (
            ("第二十条第（五）项", chosen.decisions, "本年处理决定数量", "decisions"),
            ("第二十条第（六）项", chosen.penalties, "本年处理决定数量", "decisions"),
            ("第二十条第（八）项", chosen.fees, "本年收费金额（单位：万元）", "amount")):
        rows += [(_head(article, 4),), (_head("信息内容"), _head(words, 3))]
        rows += [(_head(title), Cell(f"{cells[code][name]:g}", 3, number=cells[code][name]))
                 for code, title in titles.items()]
    return Grid("主动公开政府信息情况", tuple(rows))


# -- table 三 ---------------------------------------------------------------------------------------------------

def requests(report: Annual, link: Link) -> Grid:
    head = ((_head("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3),
             _head("申请人情况", 7)),
            (_head("自然人", down=2), _head("法人或其他组织", 5), _head("总计", down=2)),
            tuple(_head(CLASSES[code]) for code in CLASSES if code != "natural"))
    rows = [(*labels, *(_count(report.requests[row.code][column], link(row.code, column)) for column in COLUMNS))
            for row, labels in _labelled(report.layout.rows)]
    return Grid("收到和处理政府信息公开申请情况", (*head, *rows))


def _labelled(rows: tuple[Row, ...]) -> Iterable[tuple[Row, tuple[Cell, ...]]]:
    """Every row that has figures, with the cells that name it: three columns, of which groups reach down."""
    handled = [row for row in rows if row.level > 0 and not row.heading]
    before: list[Cell] = []
    for place, row in enumerate(rows):
        if row.heading and row.level == 0:
            before.append(_head(row.title, down=len(handled)))
        elif row.heading:
            leaves = _leaves(rows, place)
            before.append(_head(row.title, down=leaves))
        else:
            reach = {0: 3, 1: 2, 2: 1}[row.level]
            yield row, (*before, _head(row.title, reach))
            before = []


def _leaves(rows: tuple[Row, ...], place: int) -> int:
    count = 0
    while place + count + 1 < len(rows) and rows[place + count + 1].level == 2:
        count += 1
    return count


# -- table 四 ---------------------------------------------------------------------------------------------------

def remedies(report: Annual) -> Grid:
    chosen = report.layout
    results = {**chosen.results, TOTAL: "总计"}
    lawsuits = [code for code in chosen.remedies if code != "reconsideration"]
    head = ((_head("行政复议", len(results), 2), _head("行政诉讼", len(results) * len(lawsuits))),
            tuple(_head(chosen.remedies[code].partition("（")[2].rstrip("）"), len(results)) for code in lawsuits),
            tuple(_head(title) for _ in chosen.remedies for title in results.values()))
    figures = tuple(_count(report.remedies[code][result]) for code in chosen.remedies for result in results)
    return Grid("政府信息公开行政复议、行政诉讼情况", (*head, figures))
