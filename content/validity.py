"""Whether a text is in force on a day (有效性), as its own dates say; what others do to it is not known here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

IN_FORCE, NOT_YET, EXPIRED, ABOLISHED = "有效", "尚未施行", "失效", "废止"
OUT_OF_FORCE = (ABOLISHED, EXPIRED)
ENDED = (*OUT_OF_FORCE, "部分失效", "已修改")  # what no longer holds, or no longer as it reads
_TURNING = ("effective", "expires", "abolished")  # metadata whose day changes the validity by itself


def validity_on(data: Mapping[str, Any], day: dt.date) -> str:
    """The validity on `day` of a text with the metadata `data`; "" for what has none.

    From its 废止日期 on it is abolished, from its 失效日期 on expired, before its 实施日期 not yet in force.
    """
    said, dates = data.get("validity", ""), _dates(data)
    if "abolished" in dates and dates["abolished"] <= day:
        return ABOLISHED
    if "expires" in dates and dates["expires"] <= day:
        return said if said == ABOLISHED else EXPIRED
    if "effective" in dates and said in (IN_FORCE, NOT_YET):
        return NOT_YET if day < dates["effective"] else IN_FORCE
    return said


def next_turn(data: Mapping[str, Any], day: dt.date) -> dt.date | None:
    """The first day after `day` on which that may change."""
    return min((each for each in _dates(data).values() if each > day), default=None)


def _dates(data: Mapping[str, Any]) -> dict[str, dt.date]:
    return {name: dt.date.fromisoformat(data[name]) for name in _TURNING if data.get(name)}
