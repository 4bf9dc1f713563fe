"""链接打不开: links in what is published that lead nowhere; those outside the portal on two days at least."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold
from workflows.rules._checked import by_check, first_red


def find(look: Look) -> Iterator[Found]:
    days = RULE.threshold(look, "days")
    return by_check(look, "links", _words, lambda since, found: first_red(look, since, days))


def _words(found: list[dict[str, Any]]) -> str:
    more = f"等{len(found)}个链接" if len(found) > 1 else ""
    return f"链接 {found[0]['url']} {more}打不开：{found[0]['problem']}"


RULE = Rule(
    "broken_links", "链接打不开", "Broken links", "document",
    "《政府网站与政府系统政务新媒体检查指标》（国办秘函〔2019〕19号）：链接不可用",
    "改正或者去掉链接，更正后重新公开", find, frozenset({"document", "check"}),
    {"days": Threshold(7, "发现后多少天没有改正算红色", "天")}, scoped=True)
