"""The worker: whether one lives on this host, and has turned lately."""

from __future__ import annotations

import time
from collections.abc import Iterator

from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _
from portal.presence import living

SILENT = 300.0  # seconds without a turn


def run(patient: Patient) -> Iterator[Found]:
    seen = living(patient.home / "run")
    if not seen:
        grade = BAD if patient.database.is_sqlite else WARN  # elsewhere there may be others
        yield Found(grade, _("这台机器上没有 gongkai worker 在运行"),
                    _("启动 gongkai worker，或者不带 --no-worker 启动 gongkai serve"))
    elif time.time() - max(seen.values()) > SILENT:
        yield Found(WARN, _("gongkai worker 超过 ${n} 分钟没有动静", mapping={"n": int(SILENT // 60)}),
                    _("看它的日志；必要时重新启动"))


CHECK = Check("worker", _("后台程序"), run, ready=True)
