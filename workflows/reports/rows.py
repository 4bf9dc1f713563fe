"""The rows and columns of the annual report's tables, as data; which set holds depends on the year.

Source: 国办公开办函〔2021〕30号. An older or newer format is one more `Layout` in `LAYOUTS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from workflows.outcomes import GROUPS, OUTCOMES

NEW, BROUGHT, DONE, LEFT = "new", "brought", "done", "left"
CLASSES = {"natural": "自然人", "company": "商业企业", "research": "科研机构", "charity": "社会公益组织",
           "legal": "法律服务机构", "other": "其他"}
TOTAL = "total"
_NUMBERED = {"withheld", "unavailable", "not_handled", "other"}  # groups whose leaves are rows of their own


@dataclass(frozen=True)
class Row:
    """A row of table 三. `code` is an outcome, or one of the headings; `level` is how far it is indented."""

    code: str
    title: str
    level: int
    heading: bool = False  # without figures of its own


@dataclass(frozen=True)
class Layout:
    """The tables of one format. `regulations` and the others are the rows of table 二: code -> title."""

    first_year: int
    rows: tuple[Row, ...]
    regulations: dict[str, str]
    decisions: dict[str, str]
    penalties: dict[str, str]
    fees: dict[str, str]
    remedies: dict[str, str]
    results: dict[str, str]


def _handled() -> tuple[Row, ...]:
    found = []
    for group, title in GROUPS.items():
        leaves = [outcome for outcome in OUTCOMES.values() if outcome.group == group]
        if group not in _NUMBERED:
            words = "（区分处理的，只计这一情形，不计其他情形）" if group == "partly" else ""
            found.append(Row(leaves[0].code, title + words, 1))
            continue
        found.append(Row(group, title, 1, heading=True))
        found += [Row(leaf.code, f"{number}.{leaf.title}", 2) for number, leaf in enumerate(leaves, 1)]
    return tuple(found)


LAYOUTS = (
    Layout(2021, (Row(NEW, "一、本年新收政府信息公开申请数量", 0), Row(BROUGHT, "二、上年结转政府信息公开申请数量", 0),
                  Row("handled", "三、本年度办理结果", 0, heading=True), *_handled(), Row(DONE, "（七）总计", 1),
                  Row(LEFT, "四、结转下年度继续办理", 0)),
           regulations={"rules": "规章", "normative": "行政规范性文件"},
           decisions={"permits": "行政许可"},
           penalties={"penalties": "行政处罚", "coercion": "行政强制"},
           fees={"fees": "行政事业性收费"},
           remedies={"reconsideration": "行政复议", "litigation": "行政诉讼（未经复议直接起诉）",
                     "litigation_after": "行政诉讼（复议后起诉）"},
           results={"upheld": "结果维持", "corrected": "结果纠正", "other": "其他结果", "pending": "尚未审结"}),
)


def layout(year: int) -> Layout:
    """The format for the report of a year: the newest that had begun by then, the oldest for years before."""
    begun = [each for each in LAYOUTS if each.first_year <= year]
    return max(begun, key=lambda each: each.first_year) if begun else LAYOUTS[0]
