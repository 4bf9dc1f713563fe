"""Room on the disks: a full one stops everything that writes."""

from __future__ import annotations

import os
from collections.abc import Iterator

from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _

MEGA = 1024 * 1024
FEW, LOW = 512 * MEGA, 4096 * MEGA  # octets: below the first nothing is safe any more
SHARE = 0.01  # of the files that a file system can hold


def run(patient: Patient) -> Iterator[Found]:
    room = os.statvfs(patient.home)
    free = room.f_bavail * room.f_frsize
    if free < LOW:
        yield Found(BAD if free < FEW else WARN, _("只剩 ${n} MB 空间", mapping={"n": free // MEGA}),
                    _("清理磁盘或者扩容；空间用完以后什么都保存不了"))
    if room.f_files and room.f_favail < room.f_files * SHARE:
        yield Found(WARN, _("文件数快用完了，还能建 ${n} 个", mapping={"n": room.f_favail}),
                    _("清理小文件，或者换一个能放更多文件的文件系统"))


CHECK = Check("disk", _("磁盘空间"), run, ready=True)
