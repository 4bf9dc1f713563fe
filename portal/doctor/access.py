"""Who may read and write the instance's files: secrets nobody else, and we ourselves all that we write."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _

WRITTEN = ("", "run", "blobs", "index", "site", "site.en", "gongkai.db")  # where they are there


def run(patient: Patient) -> Iterator[Found]:
    home = patient.home
    for path in _secret(patient):
        if path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Found(BAD, _("别的用户也能读写 ${path}", mapping={"path": str(path)}),
                        _("执行 chmod go= ${path}", mapping={"path": str(path)}))
    for path in (home / "settings.toml", home / "gongkai.db"):
        if path.exists() and path.stat().st_mode & stat.S_IWOTH:
            yield Found(BAD, _("谁都能写 ${path}", mapping={"path": str(path)}),
                        _("执行 chmod o-w ${path}", mapping={"path": str(path)}))
    database = home / "gongkai.db"
    if database.exists() and database.stat().st_mode & stat.S_IROTH and home.stat().st_mode & stat.S_IXOTH:
        yield Found(WARN, _("这台机器上谁都能读 ${path}", mapping={"path": str(database)}),
                    _("执行 chmod o= ${path}", mapping={"path": str(home)}))
    for name in WRITTEN:
        path = home / name
        if path.exists() and not os.access(path, os.W_OK):
            yield Found(BAD, _("不能写 ${path}", mapping={"path": str(path)}), _("把它的属主改成运行本系统的用户"))


def _secret(patient: Patient) -> Iterator[Path]:
    folder = patient.home / "secrets"
    yield folder
    yield from sorted(folder.glob("*")) if os.access(folder, os.R_OK) else ()
    if patient.settings.mail_password_file:
        yield Path(patient.settings.mail_password_file)


CHECK = Check("access", _("文件权限"), run)
