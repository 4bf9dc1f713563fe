"""Published pages: whether they lie where web servers look for them, and whether those that are due are made.

Only a few places are looked at, as this is asked often: `gongkai verify` looks at each document, `gongkai build
--check` at each page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from content import published
from content.tallies import SITE, ListTally
from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _
from portal.published.store import DEFAULT, ENDING, Store, stores

LATE = dt.timedelta(minutes=15)  # site maps take ten


def run(patient: Patient) -> Iterator[Found]:
    if not patient.settings.published_pages:
        return
    store, host = stores(patient.home)[DEFAULT], patient.house.host
    with patient.database.reader() as session:
        since = published.oldest_due(session, host)
        counted = select(ListTally.year).where(ListTally.column_id == SITE, ListTally.audience == "public")
        years = sorted(session.scalars(counted.group_by(ListTally.year).having(func.sum(ListTally.documents) > 0)))
        known = published.any_known(session, host)
    if not known:
        if years:
            yield Found(WARN, _("还没有生成网页文件，每一页都由程序现做"),
                        _("启动 gongkai worker，或者执行 gongkai build"))
        return
    yield from _missing(store, years)
    if since is not None and patient.at - since > LATE:
        yield Found(WARN, _("有网页该更新了还没有更新，最早的在 ${m} 分钟以前", mapping={
            "m": int((patient.at - since).total_seconds() // 60)}),
            _("看看 gongkai worker 是不是在运行，它的日志说了什么"))


def _missing(store: Store, years: list[int]) -> Iterator[Found]:
    absent = [f"doc/{year}" for year in years if not any((top / "doc" / str(year)).is_dir() for top in _tops(store))]
    if store.read("/") is None:
        absent.insert(0, "index.html")
    if absent:
        yield Found(BAD, _("网页文件不见了：${names}", mapping={"names": "、".join(absent)}),
                    _("如果不是谁移走的，检查磁盘；再执行 gongkai build"))


def _tops(store: Store) -> tuple[Path, Path]:
    return store.folder, store.folder / ENDING


CHECK = Check("pages", _("网页文件"), run)
