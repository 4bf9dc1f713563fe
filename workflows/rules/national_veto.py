"""单项否决: a line of the national inspection is reached, with which the whole site fails; yellow once it is near.

The lines and how they are counted are in `workflows.inspection`. Counts of columns warn from the first one on. Looked
at with the whole portal, once a day: its counts are sums of what the other rules find within the day.
"""

from __future__ import annotations

from collections.abc import Iterator

from content.findings import RED, YELLOW
from workflows.inspection import HIT, SETTING, THRESHOLDS, Result, preset
from workflows.looking import Look
from workflows.rules import SITE, Found, Rule

SHOWN = 20  # how many of what was counted the evidence names


def find(look: Look) -> Iterator[Found]:
    if look.root is not None:
        for result in preset(look).results:
            if result.hits:
                yield _found(look, result)


def _found(look: Look, result: Result) -> Found:
    line = result.line
    words = f"{line.title}：{result.number}（达到{result.limit}即不合格）"
    evidence = {"line": line.code, "count": result.number, "limit": result.limit,
                "subjects": [{"subject": hit.subject, "url": hit.url, "words": hit.words}
                             for hit in result.hits[:SHOWN]]}
    return Found(*SITE, "/", look.root.id, RED if result.state == HIT else YELLOW, result.since, f"line {line.code}",
                 words, evidence=evidence)


RULE = Rule(
    SETTING, "单项否决", "National veto line", "site", "《政府网站与政务新媒体检查指标》（国办秘函〔2019〕19号）",
    "马上整改所列栏目、留言和办事指南；单项否决一项即判定全站不合格", find, frozenset(), THRESHOLDS)
