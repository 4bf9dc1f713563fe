"""办件超期: an open case whose limit comes near or is over (《条例》第三十三条; letters, by what a column promises).

While the clock stands still (a supplement or a payment is waited for) there is no limit, and nothing is found. The
cycle is the day from which the clock counts: an extension goes on with the same finding, a supplement begins anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from content.findings import RED, YELLOW
from workflows.clocks import RUNNING
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold
from workflows.rules._cases import OpenCase, open_cases


def find(look: Look) -> Iterator[Found]:
    near = RULE.threshold(look, "days")
    for each in open_cases(look):
        due = each.clock.due
        if each.clock.status != RUNNING or due is None:
            continue
        if look.day > due:
            late = look.calendar.workdays_between(due, look.day)
            yield _found(each, RED, due + dt.timedelta(days=1), f"超过办理期限{late}个工作日，还没有答复")
        elif look.day >= (since := look.calendar.workdays_back(due, near)):
            left = look.calendar.workdays_between(look.day, due)
            words = f"离办理期限还有{left}个工作日，还没有答复" if left else "今天是办理期限的最后一天，还没有答复"
            yield _found(each, YELLOW, max(since, each.received), words)


def _found(each: OpenCase, severity: str, since: dt.date, words: str) -> Found:
    case, due = each.case, each.clock.due
    return Found("case", case.id, case.number, case.department_id, severity, since, each.begun.isoformat(), words,
                 due=due, evidence=each.evidence(due=due.isoformat()))


RULE = Rule(
    "case_due", "办件超期", "Case over its limit", "case", "《政府信息公开条例》第三十三条",
    "马上答复；确实不能按期答复的，在期限内依法延长并告知申请人", find, frozenset({"case"}),
    {"days": Threshold(3, "期限前多少个工作日起提醒", "工作日", "电子监察的通行做法")})
