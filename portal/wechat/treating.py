"""What a refusal of WeChat asks for: later and when, tomorrow when the quota is new, or never by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from content.base import SHANGHAI
from content.late import Late
from portal.delivering import NotDeliverable, NotYet
from portal.wechat.errors import Treatment, WechatError

httpx = Late("httpx")
HOUR = dt.timedelta(hours=1)
NEVER = frozenset({Treatment.CONTENT, Treatment.BY_HAND, Treatment.BUG})  # a person has to do something first
UNTOUCHED = frozenset({Treatment.ACCOUNT, Treatment.TOMORROW})  # refused at the door: WeChat did nothing of it


def tomorrow(at: dt.datetime) -> dt.datetime:
    """When the quotas of the next day have begun."""
    day = at.astimezone(SHANGHAI).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(0, 5), SHANGHAI)


_UNTIL: dict[Treatment, Callable[[dt.datetime], dt.datetime]] = {
    Treatment.MINUTE: lambda at: at + dt.timedelta(minutes=1), Treatment.TOMORROW: tomorrow,
    Treatment.ACCOUNT: lambda at: at + HOUR}


def until(problem: WechatError, at: dt.datetime) -> dt.datetime | None:
    """Before when it is of no use to try again; None where the code does not say."""
    found = _UNTIL.get(problem.treatment)
    return found(at) if found else None


def outcome(problem: WechatError, at: dt.datetime) -> Exception:
    """What the outbox is told: `NotYet`, `NotDeliverable`, or an error after which it tries again with back-off."""
    if (moment := until(problem, at)) is not None:
        return NotYet(moment, str(problem))
    return NotDeliverable(str(problem)) if problem.treatment in NEVER else httpx.TransportError(str(problem))
