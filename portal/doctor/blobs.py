"""The files: whether the store where they lie has one of them, takes another and gives it back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator

from sqlalchemy import select

from content.blobs import Blob, key_of
from content.stores import Store
from portal.doctor import BAD, Check, Found, Patient
from portal.i18n import _

SMALL = 100_000  # octets of a file that is read to see whether it is there


def run(patient: Patient) -> Iterator[Found]:
    store = patient.house.blobs.store
    with patient.database.reader() as session:
        one = session.scalar(select(Blob.address).where(Blob.size < SMALL).order_by(Blob.address).limit(1))
    try:
        if one is not None:
            store.get(key_of(one))
        if not _keeps(store):
            yield Found(BAD, _("存进去的文件取出来不一样"), _("检查存放文件的磁盘"))
    except FileNotFoundError:  # before anything is put there, which would make a folder that is away
        yield Found(BAD, _("数据库里有的文件，文件库里没有"), _("检查存放文件的地方是不是移走了；不然从备份恢复"))
    except OSError as problem:
        yield Found(BAD, _("文件保存不了（${kind}）", mapping={"kind": problem.strerror or type(problem).__name__}),
                    _("检查存放文件的地方：权限、空间，是否连得上"))


def _keeps(store: Store) -> bool:
    """Under the key that stands for the words, as stores compare the two."""
    words = secrets.token_bytes(16)
    key = key_of(hashlib.sha256(words).hexdigest())
    store.put(key, words)
    try:
        return store.get(key) == words
    finally:
        store.remove(key)


CHECK = Check("blobs", _("文件库"), run, ready=True)
