"""Hosts: whether this one has its name to itself.

What a host has read of the journal, and which pages it has, is kept under its name. Two folders with one name confirm
for each other that what was withdrawn is gone, and one of them still shows it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from content import hosts
from content.base import now
from portal.doctor import BAD, Check, Found, Patient
from portal.i18n import _
from portal.presence import SILENCE

RECENT = dt.timedelta(seconds=2 * SILENCE)  # clocks of hosts need not agree to the second


def run(patient: Patient) -> Iterator[Found]:
    if patient.database.is_sqlite:  # all are on this machine, and there is one folder
        return
    with patient.database.reader() as session:
        beats = [each for each in hosts.beats(session) if each.host == patient.house.host]
    folder = patient.home / "run"
    others = [each for each in beats if not (folder / each.owner).exists() and abs(now() - each.seen) < RECENT]
    if others:
        yield Found(BAD, _("另一个文件夹也以主机名 ${host} 在运行（${owner}）",
                           mapping={"host": patient.house.host, "owner": others[0].owner}),
                    _("在 settings.toml 里给每个文件夹各写一个 host_name，再运行 gongkai build"))


CHECK = Check("hosts", _("主机名"), run)
