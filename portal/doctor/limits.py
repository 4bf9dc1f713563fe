"""What the system allows a process: files open at once, and the zone by which its log is read."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

from portal.doctor import WARN, Check, Found, Patient
from portal.i18n import _

FILES = 4096
EAST = -8 * 3600  # seconds west of Greenwich, as `time.timezone` counts


def run(patient: Patient) -> Iterator[Found]:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 0 <= most < FILES:
        yield Found(WARN, _("一个进程最多只能打开 ${n} 个文件", mapping={"n": most}),
                    _("在 systemd 里设 LimitNOFILE=65536，或者用 ulimit -n 调高"))
    if time.timezone not in (EAST, 0):
        yield Found(WARN, _("系统时区既不是北京时间也不是 UTC，系统日志的时间不好对照"),
                    _("执行 timedatectl set-timezone Asia/Shanghai；期限总是按北京时间计算，不受影响"))


CHECK = Check("limits", _("系统限制"), run)
