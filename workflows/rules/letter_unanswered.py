"""来信长期不答复: a letter or another consultation has no answer for three months.

With one such letter a site fails the inspection (政府网站与政务新媒体检查指标, 单项否决: 互动回应差). Every type of
case counts but those for which the law has a procedure of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from content.findings import RED, YELLOW
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold
from workflows.rules._cases import OpenCase, open_cases
from workflows.rules._days import months_after

OWN_PROCEDURE = frozenset({"disclosure_request", "record_correction"})  # 《条例》第二十七条、第四十一条


def find(look: Look) -> Iterator[Found]:
    warn = dt.timedelta(days=RULE.threshold(look, "warn_days"))
    for each in consultations(look):
        count = RULE.threshold(look, "months", each.received)
        due = months_after(each.received, count)
        if look.day > due:
            yield _found(each, RED, due, due + dt.timedelta(days=1), f"收到{count}个月以上还没有答复")
        elif look.day >= due - warn:
            yield _found(each, YELLOW, due, max(due - warn, each.received),
                         f"{due.isoformat()}就满{count}个月，还没有答复")


def consultations(look: Look) -> list[OpenCase]:
    """The letters and other consultations that have no answer on the day."""
    return [each for each in open_cases(look) if each.case.type not in OWN_PROCEDURE]


def _found(each: OpenCase, severity: str, due: dt.date, since: dt.date, words: str) -> Found:
    return Found("case", each.case.id, each.case.number, each.case.department_id, severity, since,
                 each.received.isoformat(), words, due=due, evidence=each.evidence(due=due.isoformat()))


RULE = Rule(
    "letter_unanswered", "来信长期不答复", "Letter left unanswered", "case",
    "《政府网站与政务新媒体检查指标》单项否决“互动回应差”（国办秘函〔2019〕19号）",
    "马上答复来信人；不归本单位管的，告知应当向哪里反映", find, frozenset({"case"}),
    {"months": Threshold(3, "收到后多少个月没有答复", "个月", "国办秘函〔2019〕19号"),
     "warn_days": Threshold(30, "之前多少天起提醒", "天")})
