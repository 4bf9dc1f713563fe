"""附件打不开: files of what is published that are missing, changed, or do not open as what they are called."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.looking import Look
from workflows.rules import Found, Rule
from workflows.rules._checked import by_check, listed


def find(look: Look) -> Iterator[Found]:
    return by_check(look, "files", _words)


def _words(found: list[dict[str, Any]]) -> str:
    return listed([f"附件“{each['file']}”：{each['problem']}" for each in found])


RULE = Rule(
    "broken_files", "附件打不开", "Files that do not open", "document",
    "《政府信息公开条例》第二十四条；《政府网站与政府系统政务新媒体检查指标》（国办秘函〔2019〕19号）：附件不能下载",
    "重新上传附件，更正后重新公开；文件在盘上损坏的，由系统管理员从备份恢复", find,
    frozenset({"document", "check"}), scoped=True)
