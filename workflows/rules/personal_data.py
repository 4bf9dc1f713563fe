"""公开内容含个人信息: today's detectors find personal data in what is published that nobody decided to keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from content.privacy import KINDS
from workflows.looking import Look
from workflows.rules import Found, Rule
from workflows.rules._checked import by_check


def find(look: Look) -> Iterator[Found]:
    return by_check(look, "personal_data", _words)


def _words(found: list[dict[str, Any]]) -> str:
    kinds = "、".join(dict.fromkeys(KINDS[each["kind"]].zh for each in found))
    places = "、".join(dict.fromkeys(each["place"] for each in found))
    return f"{places}里有{sum(each['count'] for each in found)}处个人信息：{kinds}"


RULE = Rule(
    "personal_data", "公开内容含个人信息", "Personal data in what is published", "document",
    "《个人信息保护法》第六条、第二十五条；《政府信息公开条例》第十五条；《2018年政务公开工作要点》（去标识化处理）",
    "马上撤回或者更正，遮盖后重新公开；确需保留的写明理由", find, frozenset({"document", "check"}), scoped=True)
