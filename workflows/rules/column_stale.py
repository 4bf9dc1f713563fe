"""长期未更新栏目: a column does not keep the promise of its own rule; yellow before the day, red after it.

What is judged is what is owed: the next update, a text about each event, an answer to each letter (`workflows.rhythm`).
Each missed one is a finding of its own. What a column shows nothing of at all is for `column_empty`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from content.findings import RED, YELLOW
from content.privacy import scan_text
from content.promises import LATE, SOON
from content.tree import Node
from workflows.looking import Look
from workflows.rhythm import EVENT, UPDATE, Owed, Verdict
from workflows.rhythms import rhythms_of
from workflows.rules import Found, Rule


def find(look: Look) -> Iterator[Found]:
    for node in look.columns:
        verdict = rhythms_of(look).of(node)
        for owed in verdict.owed:
            if owed.state in (SOON, LATE) and not owed.debt.blank:
                yield _found(look.day, node, verdict, owed)


def _found(day: dt.date, node: Node, verdict: Verdict, owed: Owed) -> Found:
    debt = owed.debt
    cycle = debt.key or (owed.due.isoformat() if owed.due else "never")
    evidence = {"url": node.url, "rule": dict(verdict.rule or {}), "newest": _iso(verdict.newest), "kind": debt.kind}
    if debt.key:
        evidence |= {"about": debt.key, "day": _iso(debt.start)}
    if owed.missed:
        evidence["missed"] = [each.isoformat() for each in owed.missed[-12:]]
    return Found("column", node.id, node.path, node.department_id, RED if owed.state == LATE else YELLOW, owed.since,
                 cycle, _words(day, owed), due=owed.due, cycles_late=len(owed.missed), column_id=node.id,
                 evidence=evidence)


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _words(day: dt.date, owed: Owed) -> str:
    """What is owed, and by when it was or is to come."""
    if owed.due is None:
        return "栏目从来没有更新过"
    left = (owed.due - day).days
    when = f"已经超过{-left}天" if left < 0 else f"还有{left}天" if left else "今天到期"
    return f"{_subject(owed)}，期限是{owed.due.isoformat()}，{when}"


def _subject(owed: Owed) -> str:
    debt = owed.debt
    if debt.kind == UPDATE:
        return f"最近一次更新是{debt.start.isoformat()}" if debt.start else "栏目从来没有更新过"
    if debt.kind != EVENT:
        return f"{debt.start.isoformat()}收到的{debt.about}还没有答复"
    named = debt.about and not scan_text(debt.about)
    return f"{debt.start.isoformat()}" + (f"的“{debt.about}”还没有公开" if named else "形成的信息还没有公开")


RULE = Rule(
    "column_stale", "长期未更新栏目", "Stale column", "column",
    "《政府网站与政务新媒体检查指标》单项否决“栏目不更新”（国办秘函〔2019〕19号）；栏目更新承诺",
    "补发应当更新的信息，或者答复来信；本期没有应当公开的，发布无应公开信息说明", find,
    frozenset({"document", "column", "event", "case"}), scoped=True)
