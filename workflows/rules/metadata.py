"""要素不全或者矛盾: metadata that the type of a document needs are missing, or contradict each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.looking import Look
from workflows.rules import Found, Rule
from workflows.rules._checked import by_check, listed


def find(look: Look) -> Iterator[Found]:
    return by_check(look, "metadata", _words)


def _words(found: list[dict[str, Any]]) -> str:
    return listed([f"{each['field']}{each['problem']}" for each in found])


RULE = Rule(
    "metadata", "信息要素不全或者矛盾", "Metadata missing or contradictory", "document",
    "《政府信息公开条例》第六条、第十二条；国办发〔2017〕47号", "按原件核对，更正后重新公开", find,
    frozenset({"document", "check"}), scoped=True)
