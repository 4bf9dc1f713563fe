"""找错没有答复: what a citizen pointed out (我为政府网站找错) was not answered within 5 working days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import load_only

from content.base import local_date
from content.feedback import ANSWER_WORKDAYS, WAITING, ErrorReport
from content.findings import RED, YELLOW
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold


def find(look: Look) -> Iterator[Found]:
    """Neither what was written nor how its writer is reached is read."""
    near = RULE.threshold(look, "warn_days")
    for report in _waiting(look):
        received = local_date(report.received)
        due = look.calendar.add_workdays(received, RULE.threshold(look, "days", received)).date
        if look.day > due:
            late = look.calendar.workdays_between(due, look.day)
            yield _found(report, RED, due, due + dt.timedelta(days=1), f"超过答复期限{late}个工作日")
        elif look.day >= (since := look.calendar.workdays_back(due, near)):
            yield _found(report, YELLOW, due, max(since, received), f"{due.isoformat()}前要答复")


def _waiting(look: Look) -> Iterator[ErrorReport]:
    reports = look.session.scalars(
        select(ErrorReport).where(ErrorReport.received < look.end,
                                  or_(ErrorReport.state == WAITING, ErrorReport.answered >= look.end))
        .options(load_only(ErrorReport.page, ErrorReport.received, ErrorReport.department_id, ErrorReport.column_id))
        .order_by(ErrorReport.id))
    return iter(reports)


def _found(report: ErrorReport, severity: str, due: dt.date, since: dt.date, words: str) -> Found:
    received = local_date(report.received).isoformat()
    return Found("report", report.id, f"找错{report.id}", report.department_id, severity, since, received, words,
                 due=due, column_id=report.column_id,
                 evidence={"url": f"/desk/reports/{report.id}", "received": received, "due": due.isoformat()})


RULE = Rule(
    "report_unanswered", "找错没有答复", "Error report left unanswered", "report",
    "《政府网站发展指引》“我为政府网站找错”；本网站承诺5个工作日内答复",
    "核实群众指出的问题，改正后答复", find, frozenset({"report"}),
    {"days": Threshold(ANSWER_WORKDAYS, "收到后多少个工作日内答复", "工作日", "本网站的承诺"),
     "warn_days": Threshold(1, "期限前多少个工作日起提醒", "工作日")})
