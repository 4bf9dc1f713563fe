"""Keys: that the master key opens this database, and how old the data key is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import func, select

from content.keys import DataKey
from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _

OLD = dt.timedelta(days=730)


def run(patient: Patient) -> Iterator[Found]:
    master = patient.house.keys.master
    with patient.database.reader() as session:
        masters = set(session.scalars(select(DataKey.master).distinct()))
        newest = session.scalar(select(func.max(DataKey.created)))
    if newest is None:
        yield Found(BAD, _("还没有数据密钥"), _("执行 gongkai init"))
        return
    if masters != {master.fingerprint}:
        yield Found(BAD, _("主密钥打不开全部数据密钥"), _("把这个数据库的主密钥放回 secrets/master.key"))
    if patient.at - newest > OLD:
        yield Found(WARN, _("数据密钥用了 ${n} 天", mapping={"n": (patient.at - newest).days}),
                    _("执行 gongkai keys rotate"))


CHECK = Check("keys", _("密钥"), run)
