"""The clock: limits of law are reckoned by it, and so are leases. Compared with the database's and with the site's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx
from sqlalchemy import func, select
from translationstring import TranslationString

from content.base import now
from portal.accepted import HERE
from portal.doctor import BAD, NOT_MADE, WARN, Check, Found, Patient
from portal.i18n import _

FAR, OFF = dt.timedelta(minutes=5), dt.timedelta(seconds=20)
WAIT = 3.0  # seconds


def run(patient: Patient) -> Iterator[Found]:
    if not patient.database.is_sqlite:
        with patient.database.reader() as session:
            yield from _apart(session.scalar(select(func.clock_timestamp())), _("时钟和数据库服务器差 ${n} 秒"))
    if urlsplit(patient.settings.base_url).hostname in HERE:
        if patient.database.is_sqlite:
            yield Found(NOT_MADE, _("没有别的时钟可以对：数据库和网站都在本机"), _("在各台机器上启用 NTP 对时"))
        return
    try:
        told = httpx.head(patient.settings.base_url, timeout=WAIT).headers["Date"]
        yield from _apart(parsedate_to_datetime(told), _("时钟和网站差 ${n} 秒"))
    except (httpx.HTTPError, KeyError, ValueError):
        yield Found(NOT_MADE, _("base_url 没有应答，没有和它对时"), _("从这台机器打开 base_url 试试"))


def _apart(other: dt.datetime, words: TranslationString) -> Iterator[Found]:
    off = abs(now() - other)
    if off > OFF:
        yield Found(BAD if off > FAR else WARN, TranslationString(words, mapping={"n": int(off.total_seconds())}),
                    _("在各台机器上启用 NTP 对时"))


CHECK = Check("clock", _("时钟"), run, outside=True)
