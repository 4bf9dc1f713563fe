"""A case as its requester follows it: what has happened, as dates and letters tell it; where it is; what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from content.base import local_date
from content.cases import Case
from content.house import House
from portal.i18n import _
from workflows.applications import facts_of_case
from workflows.clocks import WAITING_FEE, WAITING_SUPPLEMENT, Clock
from workflows.definition import Workflow


@dataclass(frozen=True)
class Event:
    """`kind`: done, pause, now; `until` where it lasted."""

    day: dt.date
    words: Any
    kind: str = "done"
    until: dt.date | None = None


def story(session: Session, house: House, case: Case, workflow: Workflow) -> list[Event]:
    """What happened, oldest first, and at its end where the case is now."""
    happened = sorted(_happened(case), key=lambda event: event.day)
    state = workflow.states[case.state]
    return [*happened, Event(local_date(case.state_since), state.public or state.title, "now")]


def _happened(case: Case) -> Iterator[Event]:
    facts = facts_of_case(case)
    yield Event(case.submitted, _("您提交了申请"))
    if case.received:
        yield Event(case.received, _("机关收到申请，期限从次日起算"))
    if facts.asked:
        yield Event(facts.asked.date, _("请您补正申请"))
    if facts.supplemented:
        yield Event(facts.supplemented, _("收到您的补正，期限重新计算"))
    for each in facts.consultations:
        words = _("征求第三方意见，时钟暂停") if each.kind == "third_party" else _("征求其他机关意见，时钟暂停")
        yield Event(each.start, words, "pause", each.end)
    if facts.extension:
        yield Event(facts.extension.date, _("延长答复期限${n}个工作日", mapping={"n": facts.extension.days}))
    if facts.delayed:
        yield Event(facts.delayed.date, _("确定了延迟答复的日期"))
    if facts.fee_asked:
        yield Event(facts.fee_asked, _("发出收费通知"))
    if facts.fee_paid:
        yield Event(facts.fee_paid, _("收到您缴的费用，期限重新计算"))
    if facts.answered:
        yield Event(facts.answered, _("答复了您的申请"))
    if facts.withdrawn:
        yield Event(facts.withdrawn, _("您撤回了申请"))


_NEXT = {
    "filed": _("机关登记以后，20个工作日的期限从收到之日的次日起算。"),
    "supplement": _("请在下面写好补正的内容，在期限以前提交。"),
    "fee": _("请按收费通知书上的方式缴费。缴费以后，期限从次日起重新计算。"),
    "answered": _("请看答复书。对答复不服的，答复书上写明了申请行政复议、提起行政诉讼的途径和期限。"),
    "closed": _("对答复不服的，答复书上写明了申请行政复议、提起行政诉讼的途径和期限。"),
    "dropped": _("您可以重新提出申请。"), "withdrawn": _("您随时可以重新提出申请。"),
    "merged": _("请查看并入的那一件申请。"),
}


def next_words(case: Case, clock: Clock) -> Any:
    """What happens next, or what the requester is to do."""
    if case.state in _NEXT:
        return _NEXT[case.state]
    if clock.status in (WAITING_SUPPLEMENT, WAITING_FEE) or clock.due is None:
        return ""
    return _("机关会在上面的日期以前答复。到时没有收到答复的，您可以申请行政复议。")
