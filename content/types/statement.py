"""Statements that there is nothing to disclose (无应公开信息说明): for a period, or because an item does not apply.

They go through review like anything else. For a column's promise they count where its rule says so
(`statement_counts`), for the items of Art. 20 always.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from content.types import Common, DocumentType, choice, text

REASONS = (("period", "本期没有应当公开的信息"), ("never", "本单位不涉及此项"))


class Schema(Common):
    nothing = choice("说明的事项", REASONS)
    period = text("所属时期", most=40, hint="如 2026年第三季度")


TYPE = DocumentType("statement", "无应公开信息说明", "Statement of nothing to disclose", Schema, required=("nothing",))


def proposed(column: str, organ: str, rule: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    """The form of a statement for a column, filled: the period that its promise asks for next, and usual words."""
    period = period_of(rule, today)
    return {"title": f"{organ}{period}“{column}”无应公开信息说明",
            "body": f"<p>经核查，{period}{organ}没有应当在“{column}”栏目公开的政府信息，特此说明。</p>",
            "data": {"nothing": "period", "period": period}}


def period_of(rule: Mapping[str, Any], today: dt.date) -> str:
    """The period that an update would be about on `today`: a quarter, a month or a year that is over, else the month
    that is going on."""
    kind = rule.get("type")
    month_before = today.replace(day=1) - dt.timedelta(days=1)
    if kind == "quarterly":
        quarter_before = dt.date(today.year, (today.month - 1) // 3 * 3 + 1, 1) - dt.timedelta(days=1)
        return f"{quarter_before.year}年第{'一二三四'[(quarter_before.month - 1) // 3]}季度"
    if kind == "yearly":
        return f"{today.year - 1}年度"
    month = month_before if kind == "monthly" else today
    return f"{month.year}年{month.month}月"
