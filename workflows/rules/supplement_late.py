"""补正告知超期: an application was not looked at, or its supplement not asked for, within 7 working days (第三十条).

One finding for each application: not looked at in time, it is red until somebody does; where a supplement is then
asked for, it was asked for too late, a fact that nothing undoes. That a form was looked at shows in its being passed
on. Applications brought along from elsewhere are exempt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from content import journal
from content.cases import Case, Fact
from content.findings import RED, YELLOW
from workflows.clocks import SUPPLEMENT
from workflows.engine import workflow_of
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold
from workflows.rules._cases import OpenCase, open_cases

TYPE = "disclosure_request"
UNREAD = frozenset({"filed", "registered"})  # states in which nobody has yet looked whether the form is complete


def find(look: Look) -> Iterator[Found]:
    yield from _asked_late(look)
    near = RULE.threshold(look, "days")
    for each in _unread(look):
        due = each.clock.supplement_notice_due
        if look.day > due:
            yield _unread_found(each, RED, due + dt.timedelta(days=1), "收到已满7个工作日，还没有审查申请是否需要补正")
        elif look.day >= (since := look.calendar.workdays_back(due, near)):
            yield _unread_found(each, YELLOW, since, f"{due.isoformat()}以前要审查完申请，需要补正的一次性告知")


def _unread(look: Look) -> list[OpenCase]:
    """Those that nobody had passed on by the end of the day; for a look back, the journal says when that was done."""
    mine = [each for each in open_cases(look) if each.case.type == TYPE and not each.case.imported
            and each.facts.asked is None]
    later = {each.case.id for each in mine if each.case.state not in UNREAD and each.case.state_since >= look.end}
    left = _left(look, later) if later else {}
    return [each for each in mine if each.case.state in UNREAD
            or (each.case.id in left and left[each.case.id] >= look.end)]


def _left(look: Look, numbers: Iterable[int]) -> dict[int, dt.datetime]:
    """`{case: when it first left the unread states}`; one query."""
    steps = [step for step in workflow_of(TYPE).transitions if UNREAD & set(step.sources) and step.target not in UNREAD]
    rows = look.session.execute(
        select(journal.Row.subject_id, func.min(journal.Row.at)).where(
            journal.Row.subject_kind == "case", journal.Row.subject_id.in_(numbers),
            journal.Row.action.in_([f"case.{step.name}" for step in steps])).group_by(journal.Row.subject_id))
    return dict(rows.all())


def _unread_found(each: OpenCase, severity: str, since: dt.date, words: str) -> Found:
    due = each.clock.supplement_notice_due
    return Found("case", each.case.id, each.case.number, each.case.department_id, severity, since,
                 each.received.isoformat(), words, due=due, evidence=each.evidence(due=due.isoformat()))


def _asked_late(look: Look) -> Iterator[Found]:
    rows = look.session.execute(
        select(Case, Fact.data).join(Fact, Fact.case_id == Case.id).options(defer(Case.sealed))
        .where(Case.type == TYPE, Case.received.is_not(None), Case.imported.is_(False), Fact.annulled.is_(False),
               Fact.data["type"].as_string() == "supplement_asked").order_by(Case.id))
    for case, data in rows:
        asked = dt.date.fromisoformat(data["date"])
        if asked > look.day or (asked - case.received).days <= SUPPLEMENT:
            continue
        due = look.calendar.add_workdays(case.received, SUPPLEMENT).date
        if asked > due:
            yield Found("case", case.id, case.number, case.department_id, RED, due + dt.timedelta(days=1),
                        case.received.isoformat(), f"补正告知晚了{look.calendar.workdays_between(due, asked)}个工作日",
                        due=due, evidence={"url": f"/desk/cases/{case.id}", "received": case.received.isoformat(),
                                           "asked": asked.isoformat(), "due": due.isoformat()})


RULE = Rule(
    "supplement_late", "补正告知超期", "Supplement asked for late", "case", "《政府信息公开条例》第三十条",
    "收到申请后马上审查，需要补正的在7个工作日内一次性告知；已经晚了的说明原因", find, frozenset({"case"}),
    {"days": Threshold(1, "期限前多少个工作日起提醒", "工作日", "电子监察的通行做法")}, lasting=True)
