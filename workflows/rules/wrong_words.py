"""错别字和禁用表述: entries of the word lists (错敏词) in what is published.

Forbidden forms are red at once, wrong words after some days, and recommended forms (规范表述) stay yellow. The text of
what was brought along is what it was made of elsewhere, where another form may have been right: it is not held to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from content.checks import Checked
from content.documents import Document
from content.findings import RED, YELLOW
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold
from workflows.rules._checked import by_check, first_red, listed


def find(look: Look) -> Iterator[Found]:
    days = RULE.threshold(look, "days")

    def judge(since: dt.date, found: list[dict[str, Any]]) -> tuple[str, dt.date]:
        kinds = {each["kind"] for each in found}
        if "forbidden" in kinds:
            return RED, since
        return first_red(look, since, days) if "wrong" in kinds else (YELLOW, since)

    found = list(by_check(look, "words", _words, judge))
    brought = _brought(look) if found else set()
    return (each for each in found if each.id not in brought or not _forms_alone(each))


def _brought(look: Look) -> set[int]:
    """The documents among those with bad words that were brought along."""
    bad = select(Checked.document_id).where(Checked.check_name == "words", Checked.bad)
    return set(look.session.scalars(select(Document.id).where(Document.imported, Document.id.in_(bad))))


def _forms_alone(found: Found) -> bool:
    return found.evidence["places"][0]["kind"] == "form"  # the worst comes first


def _words(found: list[dict[str, Any]]) -> str:
    return listed([f"“{each['word']}”" + (f"应为“{each['right']}”" if each["right"] else "不宜使用") for each in found])


RULE = Rule(
    "wrong_words", "错别字和禁用表述", "Wrong words and forbidden forms", "document",
    "《政府网站与政府系统政务新媒体检查指标》（国办秘函〔2019〕19号）：内容准确、严重表述错误",
    "改正后重新公开；词库有误的，在错敏词里加上例外", find, frozenset({"document", "check"}),
    {"days": Threshold(10, "错别字发现后多少天没有改正算红色", "天")}, scoped=True)
