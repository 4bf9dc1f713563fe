"""空白栏目: a column that shows nothing.

Yellow from its opening, red once its first promised day has passed; where its rule sets no day, after two weeks. A
column of which nobody knows since when it is open is not young: it is red at once. Containers without a rule, ways
out and pages that are a form are never blank; a statement that there is nothing to disclose fills a column.
"""

from __future__ import annotations

from collections.abc import Iterator

from content.findings import RED, YELLOW
from content.promises import EMPTY, LATE
from content.tree import Node
from workflows.looking import Look
from workflows.rhythm import BLANK_DAYS, Owed
from workflows.rhythms import rhythms_of
from workflows.rules import Found, Rule, Threshold


def find(look: Look) -> Iterator[Found]:
    for node in look.columns:
        for owed in rhythms_of(look).of(node).owed:
            if owed.debt.blank and owed.state in (EMPTY, LATE):
                yield _found(node, owed)


def _found(node: Node, owed: Owed) -> Found:
    words = "栏目是空白的"
    if owed.due is not None:
        words += f"，应当在{owed.due.isoformat()}前有内容"
    return Found("column", node.id, node.path, node.department_id, RED if owed.state == LATE else YELLOW, owed.since,
                 "blank", words, due=owed.due, cycles_late=len(owed.missed), column_id=node.id,
                 evidence={"url": node.url, "rule": dict(node.rule)})


RULE = Rule(
    "column_empty", "空白栏目", "Blank column", "column",
    "《政府网站与政务新媒体检查指标》单项否决“栏目不更新”（国办秘函〔2019〕19号）；《政府网站发展指引》（国办发〔2017〕47号）",
    "发布应当公开的信息；没有应当公开的，发布无应公开信息说明；不需要的栏目停用或者合并", find,
    frozenset({"document", "column"}),
    {"days": Threshold(BLANK_DAYS, "没有规定更新日期的栏目，开设后可以空白多少天", "天")}, scoped=True)
