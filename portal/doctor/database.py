"""The database: whether it answers, and is of this version."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, NoSuchModuleError

from content.migrations import is_current
from portal.doctor import BAD, WARN, Check, Found, NoDatabase, Patient
from portal.i18n import _

LOG = 512 * 1024 * 1024  # octets of SQLite's write-ahead log, beyond which a reader must be holding it


def run(patient: Patient) -> Iterator[Found]:
    try:
        current = is_current(patient.database)
    except NoDatabase:
        if (patient.home / "blobs").exists():  # it had one
            yield Found(BAD, _("数据库文件不见了"),
                        _("不要执行 gongkai init；找回文件，或者从备份恢复（gongkai restore）"))
        else:
            yield Found(BAD, _("这里还没有数据库"), _("执行 gongkai init"))
        return
    except (DBAPIError, NoSuchModuleError, ImportError, OSError) as problem:
        yield Found(BAD, _("数据库没有应答（${kind}）", mapping={"kind": type(problem).__name__}),
                    _("检查数据库是否在运行、database 设置是否正确、磁盘是否已满"))
        return
    if not current:
        yield Found(BAD, _("数据库的结构不是这个版本的"), _("先备份，再执行 gongkai init"))
    if patient.database.is_sqlite:
        yield from _sqlite(patient)


def _sqlite(patient: Patient) -> Iterator[Found]:
    with patient.database.engine.connect() as connection:
        if connection.execute(text("PRAGMA journal_mode")).scalar() != "wal":
            yield Found(WARN, _("SQLite 没有用 WAL 方式"), _("不要把数据库放在网络文件系统上"))
    log = patient.home / "gongkai.db-wal"
    if log.exists() and log.stat().st_size > LOG:
        yield Found(WARN, _("SQLite 的 WAL 文件很大"),
                    _("重新启动服务；如果还是很大，看看有没有别的程序一直开着数据库"))


CHECK = Check("database", _("数据库"), run, ready=True)
