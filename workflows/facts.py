"""The dated facts of a case on which its clock depends; what contradicts itself is refused, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

LONGEST_EXTENSION = 20  # working days (Art. 33)
YEARS = (1949, 2200)  # dates beyond are slips of the keyboard
_WITH_WHOM = {"third_party": "征求第三方意见", "co_agency": "征求其他机关意见"}


class Contradiction(ValueError):
    """Facts that cannot all be true; the message says which, in Chinese."""


@dataclass(frozen=True)
class Asked:
    """A supplement notice (补正告知): when, and the last day for the supplement."""

    date: dt.date
    until: dt.date


@dataclass(frozen=True)
class Extension:
    """An extension (延长答复期限) by so many working days, with the consent of the office's head."""

    date: dt.date
    days: int


@dataclass(frozen=True)
class Consultation:
    """A third party (Art. 32) or another organ (Art. 34) was asked; `end` is None while it has not answered."""

    start: dt.date
    end: dt.date | None
    delivered: dt.date | None = None  # when the letter reached them; its 15 working days run from here
    kind: str = "third_party"

    @property
    def with_whom(self) -> str:
        return _WITH_WHOM[self.kind]


@dataclass(frozen=True)
class Delayed:
    """A reasonable delayed date (Art. 35)."""

    date: dt.date
    until: dt.date


@dataclass(frozen=True)
class Facts:
    """What happened, as dates."""

    received: dt.date
    asked: Asked | None = None
    supplemented: dt.date | None = None
    consultations: tuple[Consultation, ...] = ()
    extension: Extension | None = None
    fee_asked: dt.date | None = None
    fee_paid: dt.date | None = None
    delayed: Delayed | None = None
    answered: dt.date | None = None
    withdrawn: dt.date | None = None

    def until(self, day: dt.date) -> Facts:
        """What was known at the end of `day`."""
        def known(date: dt.date | None) -> dt.date | None:
            return date if date is not None and date <= day else None

        return replace(
            self, supplemented=known(self.supplemented), fee_asked=known(self.fee_asked),
            fee_paid=known(self.fee_paid), answered=known(self.answered), withdrawn=known(self.withdrawn),
            asked=self.asked if self.asked and self.asked.date <= day else None,
            extension=self.extension if self.extension and self.extension.date <= day else None,
            delayed=self.delayed if self.delayed and self.delayed.date <= day else None,
            consultations=tuple(replace(each, end=known(each.end))
                                for each in self.consultations if each.start <= day))

    @property
    def last(self) -> dt.date:
        """The day of the last thing that happened; what is only a limit (a supplement's last day) is none."""
        moments = [self.received, self.supplemented, self.fee_asked, self.fee_paid, self.answered, self.withdrawn]
        moments += [each.date for each in (self.asked, self.extension, self.delayed) if each]
        moments += [day for each in self.consultations for day in (each.start, each.delivered, each.end)]
        return max(moment for moment in moments if moment is not None)

    def without_extension(self) -> Facts:
        return replace(self, extension=None)


# -- from plain data --------------------------------------------------------------------------------------------

def facts_of(case: Mapping[str, Any]) -> Facts:
    """Facts from `{"received", "events": [{"type", …}]}`, dates as ISO strings. Raises `Contradiction`.

    Types: supplement_asked (date, supplement_by), supplement_received (date), third_party and co_agency (start, end
    or none, delivered), extension (date, working_days), fee_notice (date), fee_paid (date), delayed (date, until),
    answered (date), withdrawn (date).
    """
    facts = Facts(_date(case, "received", "收到日"))
    events = case.get("events") or []
    if not isinstance(events, list) or not all(isinstance(each, Mapping) for each in events):
        raise Contradiction("events 应当是事件的列表")
    for event in sorted(events, key=_when):
        read = _READ.get(str(event.get("type")))
        if read is None:
            raise Contradiction(f"没有“{event.get('type')}”这种事件；有：{'、'.join(_READ)}")
        facts = read(facts, event)
        if _when(event) < facts.received.isoformat():
            raise Contradiction(f"{_when(event)}的事件（{event['type']}）早于收到申请之日{facts.received.isoformat()}")
    return _ended(facts, [_when(event) for event in events])


def _when(event: Mapping[str, Any]) -> str:
    return str(event.get("date") or event.get("start") or "")


def _ended(facts: Facts, moments: list[str]) -> Facts:
    """Nothing moves a clock after the reply or the withdrawal."""
    if facts.answered and facts.withdrawn:
        raise Contradiction("既已答复，又已撤回")
    for word, end in (("答复", facts.answered), ("撤回", facts.withdrawn)):
        if end and any(moment > end.isoformat() for moment in moments):
            raise Contradiction(f"{end.isoformat()}{word}之后还有事件")
    return facts


def _date(data: Mapping[str, Any], name: str, title: str) -> dt.date:
    written = data.get(name)
    try:
        if not isinstance(written, str) or len(written) != 10:
            raise ValueError
        day = dt.date.fromisoformat(written)
    except ValueError:
        raise Contradiction(f"{title}（{name}）应当是 2026-11-22 这样的日期，现在是 {written!r}") from None
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Contradiction(f"{title}（{name}）{written} 不在 {YEARS[0]} 至 {YEARS[1]} 年之间")
    return day


def _maybe(data: Mapping[str, Any], name: str, title: str) -> dt.date | None:
    return None if data.get(name) is None else _date(data, name, title)


def _once(present: object, sentence: str) -> None:
    if present is not None:
        raise Contradiction(sentence)


def _asked(facts: Facts, event: Mapping[str, Any]) -> Facts:
    _once(facts.asked, "补正只能一次性告知，事件里有两次（第三十条）")
    made = Asked(_date(event, "date", "补正通知日"), _date(event, "supplement_by", "补正期限"))
    if made.until < made.date:
        raise Contradiction(f"补正期限{made.until.isoformat()}早于补正通知日{made.date.isoformat()}")
    return replace(facts, asked=made)


def _supplemented(facts: Facts, event: Mapping[str, Any]) -> Facts:
    _once(facts.supplemented, "补正收到了两次")
    if facts.asked is None:
        raise Contradiction("收到补正之前没有通知补正")
    return replace(facts, supplemented=_date(event, "date", "收到补正之日"))


def _consulted(facts: Facts, event: Mapping[str, Any]) -> Facts:
    start = _date(event, "start" if "start" in event else "date", "发函日")
    made = Consultation(start, _maybe(event, "end", "收到意见之日"), _maybe(event, "delivered", "送达日"),
                        event["type"])
    if made.end is not None and made.end < start:
        raise Contradiction(f"收到意见之日{made.end.isoformat()}早于发函日{start.isoformat()}")
    if made.delivered is not None and (made.delivered < start or (made.end and made.end < made.delivered)):
        raise Contradiction(f"送达日{made.delivered.isoformat()}不在发函日与收到意见之日之间")
    return replace(facts, consultations=(*facts.consultations, made))


def _extended(facts: Facts, event: Mapping[str, Any]) -> Facts:
    _once(facts.extension, "答复期限只能延长一次")
    count = event.get("working_days")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= LONGEST_EXTENSION:
        raise Contradiction(f"延长1至{LONGEST_EXTENSION}个工作日（第三十三条），现在是 {count!r}")
    return replace(facts, extension=Extension(_date(event, "date", "延长决定日"), count))


def _fee_asked(facts: Facts, event: Mapping[str, Any]) -> Facts:
    _once(facts.fee_asked, "收费通知有两次")
    return replace(facts, fee_asked=_date(event, "date", "收费通知日"))


def _fee_paid(facts: Facts, event: Mapping[str, Any]) -> Facts:
    _once(facts.fee_paid, "缴费有两次")
    if facts.fee_asked is None:
        raise Contradiction("缴费之前没有收费通知")
    return replace(facts, fee_paid=_date(event, "date", "缴费日"))


def _delayed(facts: Facts, event: Mapping[str, Any]) -> Facts:
    _once(facts.delayed, "延迟答复日定了两次")
    made = Delayed(_date(event, "date", "告知日"), _date(event, "until", "延迟答复日"))
    if made.until < made.date:
        raise Contradiction(f"延迟答复日{made.until.isoformat()}早于告知日{made.date.isoformat()}")
    return replace(facts, delayed=made)


def _answered(facts: Facts, event: Mapping[str, Any]) -> Facts:
    _once(facts.answered, "答复有两次")
    return replace(facts, answered=_date(event, "date", "答复日"))


def _withdrawn(facts: Facts, event: Mapping[str, Any]) -> Facts:
    _once(facts.withdrawn, "撤回有两次")
    return replace(facts, withdrawn=_date(event, "date", "撤回日"))


_READ: dict[str, Callable[[Facts, Mapping[str, Any]], Facts]] = {
    "supplement_asked": _asked, "supplement_received": _supplemented, "third_party": _consulted,
    "co_agency": _consulted, "extension": _extended, "fee_notice": _fee_asked, "fee_paid": _fee_paid,
    "delayed": _delayed, "answered": _answered, "withdrawn": _withdrawn}
