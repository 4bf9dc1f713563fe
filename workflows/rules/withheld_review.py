"""不予公开事项到期复审: what is withheld is looked at again from time to time, and disclosed when things have
changed (《条例》第十八条). The law sets no period; a year is the usual one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import or_, select

from content.findings import RED, YELLOW
from content.withheld import ATTRIBUTES, Withheld
from workflows.looking import Look
from workflows.rules import Found, Rule, Threshold
from workflows.rules._days import months_after


def find(look: Look) -> Iterator[Found]:
    """Evidence leads to the register; what is withheld is not named elsewhere."""
    warn = dt.timedelta(days=RULE.threshold(look, "warn_days"))
    query = select(Withheld).where(or_(Withheld.closed.is_(None), Withheld.closed > look.day, Withheld.undone),
                                   Withheld.reviewed <= look.day).order_by(Withheld.id)
    for item in look.session.scalars(query):
        due = due_of(look, item)
        if item.undone:
            yield _found(item, RED, due, item.reviewed, "评估为转为公开，草稿却作废了，要重新评估")
        elif look.day > due:
            yield _found(item, RED, due, due + dt.timedelta(days=1), f"{due.isoformat()}前应当复审，还没有复审")
        elif look.day >= due - warn:
            yield _found(item, YELLOW, due, max(due - warn, item.reviewed), f"{due.isoformat()}前要复审")


def due_of(look: Look, item: Withheld) -> dt.date:
    """The last day for the next review: by the period that held when it was last reviewed; that of the review itself
    where nothing came of it."""
    if item.undone:
        return item.reviewed
    return months_after(item.reviewed, RULE.threshold(look, "months", item.reviewed))


def _found(item: Withheld, severity: str, due: dt.date, since: dt.date, words: str) -> Found:
    return Found("withheld", item.id, f"不公开事项{item.id}", item.department_id, severity, since,
                 item.reviewed.isoformat(), f"{ATTRIBUTES.get(item.attribute, '不公开')}的事项，{words}", due=due,
                 evidence={"url": f"/desk/supervision/withheld/{item.id}", "reviewed": item.reviewed.isoformat(),
                           "due": due.isoformat()})


RULE = Rule(
    "withheld_review", "不公开事项到期未复审", "Withheld item to be reviewed", "withheld",
    "《政府信息公开条例》第十八条", "复审这一事项：情形没有变化的说明理由继续不公开，已经变化的转为公开", find,
    frozenset({"withheld"}),
    {"months": Threshold(12, "多少个月复审一次", "个月", "《条例》第十八条（定期评估）"),
     "warn_days": Threshold(30, "之前多少天起提醒", "天")})
