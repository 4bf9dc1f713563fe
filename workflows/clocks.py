"""Statutory clocks (答复期限): pure functions from the facts of a case to dates, each day of them explained.

Law: 政府信息公开条例 (State Council Order 711) Art. 30–35; 国办函〔2020〕109号 for the fee; 民法典 Art. 201 for the day
of receipt, which is not counted. Nothing here is stored: a due date is derived again whenever it is asked for, so
that a new fact or a new calendar holds at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from content.calendar import Calendar
from workflows.facts import Consultation, Facts

REPLY = 20  # working days from receipt (Art. 33)
SUPPLEMENT = 7  # working days within which a supplement is asked for (Art. 30)
CONSULTATION = 15  # working days that a third party or another organ has (Art. 32, 34)
PAYMENT = 20  # working days for paying the fee (109号文)

RUNNING, ANSWERED, WITHDRAWN = "running", "answered", "withdrawn"
WAITING_SUPPLEMENT, ABANDONED = "waiting_supplement", "abandoned"
WAITING_FEE, UNPAID = "waiting_fee", "unpaid"


@dataclass(frozen=True)
class Limit:
    """How many working days from receipt there are for the reply, and what was received, Chinese."""

    days: int = REPLY
    what: str = "申请"


STATUTE = Limit()


@dataclass(frozen=True)
class Step:
    """One day on the way to the due date; `number` where it is counted, `why` in Chinese."""

    date: dt.date
    number: int | None
    why: str


@dataclass(frozen=True)
class Clock:
    """What follows from the facts on a day.

    `due` is the last day for the reply, None while nothing runs. `until` is what is waited for: the last day for the
    supplement or the payment. `provisional` when a date touches a year not announced yet, or a consultation that is
    still open (`pending`: its 15 working days are not over). `warnings` are breaches of the law that the facts
    show, in Chinese.
    """

    status: str
    supplement_notice_due: dt.date
    due: dt.date | None
    until: dt.date | None = None
    provisional: bool = False
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    pending: bool = False

    def explanation(self) -> list[dict[str, object]]:
        """The steps as plain data: `{"date": "2026-11-23", "day": 1, "why": "工作日"}`."""
        return [{"date": step.date.isoformat(), "day": step.number, "why": step.why} for step in self.steps]


def reckon(facts: Facts, calendar: Calendar, as_of: dt.date, limit: Limit = STATUTE) -> Clock:
    """The clock as it stood on `as_of`: what happened later is not known then."""
    known = facts.until(as_of)
    notice = calendar.add_workdays(known.received, SUPPLEMENT)
    status, until = _status(known, calendar, as_of)
    warnings = tuple(_warnings(known, calendar, notice.date, limit))
    if status in (WAITING_SUPPLEMENT, ABANDONED, WAITING_FEE, UNPAID):
        steps = tuple(_waiting(known, until, limit))
        return Clock(status, notice.date, None, until, notice.provisional, steps, warnings)
    steps, provisional = _count(known, calendar, as_of, limit)
    due = known.delayed.until if known.delayed else steps[-1].date
    if known.delayed:
        steps.append(Step(due, None, "依第三十五条确定的延迟答复日"))
    if known.answered and known.answered > due:
        warnings += (f"答复晚于期限{due.isoformat()}",)
    pending = any(each.end is None and _pause(each, calendar, as_of)[1] for each in known.consultations)
    return Clock(status, notice.date, due, None, provisional or notice.provisional, tuple(steps), warnings, pending)


def _status(facts: Facts, calendar: Calendar, as_of: dt.date) -> tuple[str, dt.date | None]:
    """The status, and the day until which something is waited for."""
    if facts.withdrawn:
        return WITHDRAWN, None
    if facts.answered:
        return ANSWERED, None
    if facts.asked and not facts.supplemented:
        late = as_of > facts.asked.until
        return (ABANDONED if late else WAITING_SUPPLEMENT), facts.asked.until
    if facts.fee_asked and not facts.fee_paid:
        until = calendar.add_workdays(facts.fee_asked, PAYMENT).date
        return (UNPAID if as_of > until else WAITING_FEE), until
    return RUNNING, None


def _waiting(facts: Facts, until: dt.date | None, limit: Limit) -> Iterable[Step]:
    yield Step(facts.received, None, f"收到{limit.what}")
    if facts.asked and not facts.supplemented:
        yield Step(facts.asked.date, None, "通知补正，期限停止；收到补正之日重新起算（第三十条）")
        yield Step(until, None, "补正的最后一日；无正当理由逾期不补正的，视为放弃申请")
    else:
        yield Step(facts.fee_asked, None, "通知缴费；缴费次日起重新计算期限（国办函〔2020〕109号）")
        yield Step(until, None, "缴费的最后一日；逾期未缴的，视为放弃申请")


def begin(facts: Facts, limit: Limit = STATUTE) -> tuple[dt.date, str]:
    """The day from which the present count runs, itself not counted, and why."""
    starts = [(facts.received, f"收到{limit.what}，次日起算")]
    if facts.supplemented:
        starts.append((facts.supplemented, "收到补正，重新起算（第三十条）"))
    if facts.fee_paid:
        starts.append((facts.fee_paid, "缴费，次日起重新计算"))
    return max(starts, key=lambda start: start[0])


def total(facts: Facts, limit: Limit = STATUTE) -> int:
    """How many working days there are, with the extension (Art. 33)."""
    return limit.days + (facts.extension.days if facts.extension else 0)


def _count(facts: Facts, calendar: Calendar, as_of: dt.date, limit: Limit) -> tuple[list[Step], bool]:
    """Every day from the beginning of the count to its last one."""
    day, why = begin(facts, limit)
    steps, number, provisional = [Step(day, None, why)], 0, False
    pauses = [(each, *_pause(each, calendar, as_of)) for each in facts.consultations]
    while number < total(facts, limit):
        day += dt.timedelta(days=1)
        working, unknown = calendar.is_workday(day)
        provisional |= unknown
        pause = next((each for each in pauses if each[0].start < day <= each[1]), None)
        if pause is not None and working:
            provisional |= pause[2]
            steps.append(Step(day, None, f"{pause[0].with_whom}，不计入期限"))
        else:
            number += working
            why = _why(facts, calendar, day, number > limit.days, unknown)
            steps.append(Step(day, number if working else None, why))
    return steps, provisional


def _pause(consultation: Consultation, calendar: Calendar, as_of: dt.date) -> tuple[dt.date, bool]:
    """The last day that is not counted, and whether it may still change: silence ends on the 15th working day."""
    if consultation.end is not None:
        return consultation.end, False
    last = calendar.add_workdays(consultation.delivered or consultation.start, CONSULTATION).date
    return last, as_of <= last


def _why(facts: Facts, calendar: Calendar, day: dt.date, beyond: bool, unknown: bool) -> str:
    word = calendar.why(day) + ("（放假安排未公布，暂按周一至周五）" if unknown else "")
    if beyond and facts.extension and calendar.is_workday(day)[0]:
        return f"{word}，延长期（第三十三条）"
    return word


def _warnings(facts: Facts, calendar: Calendar, notice_due: dt.date, limit: Limit) -> Iterable[str]:
    if facts.asked and facts.asked.date > notice_due:
        yield f"补正通知晚于第{SUPPLEMENT}个工作日（{notice_due.isoformat()}，第三十条）"
    if facts.supplemented and facts.supplemented > facts.asked.until:
        yield "补正晚于通知的期限"
    for each in facts.consultations:
        last = calendar.add_workdays(each.delivered or each.start, CONSULTATION).date
        if each.end is not None and each.end > last:
            yield f"{each.with_whom}超过{CONSULTATION}个工作日（{last.isoformat()}）"
    if facts.extension:
        before, _ = _count(facts.without_extension(), calendar, facts.extension.date, limit)
        if facts.extension.date > before[-1].date:
            yield f"延长决定晚于原期限（{before[-1].date.isoformat()}）"


# -- the day of receipt (Art. 31) -------------------------------------------------------------------------------

IN_PERSON, SIGNED_POST, PLAIN_POST, INTERNET, FAX = "in_person", "signed_post", "plain_post", "internet", "fax"


def received_day(channel: str, submitted: dt.date, *, signed: dt.date | None = None,
                 confirmed: dt.date | None = None, receipt_confirms: bool = True) -> dt.date | None:
    """The day of receipt (收到日) of an application, None while it is not certain yet.

    Handed in: that day. Post that is signed for: the day of the signature. Plain post, internet and fax: the day on
    which both sides confirm; online, the portal's receipt counts as confirmation where `receipt_confirms`. Raises
    `LookupError` for an unknown channel.
    """
    table = {IN_PERSON: submitted, SIGNED_POST: signed, PLAIN_POST: confirmed, FAX: confirmed,
             INTERNET: confirmed or (submitted if receipt_confirms else None)}
    return table[channel]
