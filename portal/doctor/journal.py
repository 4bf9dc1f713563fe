"""The journal: whether its newest rows still chain; `gongkai verify` reads all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select

from content import journal
from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _

ROWS = 500
AHEAD = dt.timedelta(minutes=2)


def run(patient: Patient) -> Iterator[Found]:
    with patient.database.reader() as session:
        head = journal.latest(session)
        if (broken := next(journal.verify(session, first=max(1, head - ROWS + 1)), None)) is not None:
            yield Found(BAD, _("日志被改动过：${where}", mapping={"where": broken}),
                        _("执行 gongkai verify 查明全部情况，保留现场，从备份核对"))
        newest = session.scalar(select(journal.Row.at).where(journal.Row.seq == head))
    if newest is not None and newest > patient.at + AHEAD:
        yield Found(WARN, _("日志最后一条的时间在未来"), _("核对各台机器的时钟"))


CHECK = Check("journal", _("日志"), run)
