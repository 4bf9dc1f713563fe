"""The search index: whether it can be read, how far it is behind the journal, and whether its engine is outgrown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select

from content import journal
from content.search import BadSynonyms, SearchError, UnknownEngine
from portal.doctor import BAD, WARN, Check, Found, Patient
from portal.i18n import _

# Documents up to which an engine answers and follows quickly enough; see docs/search.md.
WHOOSH_MOST, POSTGRESQL_MOST = 5000, 30_000
LATE = dt.timedelta(minutes=5)  # since the oldest row that is not in the index


def run(patient: Patient) -> Iterator[Found]:
    try:
        reached = patient.engine.cursor() or 0
        yield from _outgrown(patient, patient.engine.count())
    except UnknownEngine:
        yield Found(BAD, _("设置 search 写的不是已有的检索引擎"),
                    _("改为 whoosh、tantivy、postgresql 或 opensearch 的地址，见 docs/search.md"))
        return
    except BadSynonyms:
        yield Found(BAD, _("设置 synonyms 的同义词文件读不出来"), _("改正文件或设置；gongkai reindex 会说是哪一行"))
        return
    except (SearchError, OSError) as problem:
        yield Found(BAD, _("检索索引打不开（${kind}）", mapping={"kind": type(problem).__name__}),
                    _("执行 gongkai reindex"))
        return
    with patient.database.reader() as session:
        yield from behind(patient, journal.latest(session), reached, oldest_after(session, reached))


def _outgrown(patient: Patient, documents: int) -> Iterator[Found]:
    engine = patient.settings.search_url.partition(":")[0]
    if engine == "whoosh" and documents > WHOOSH_MOST:
        yield Found(WARN, _("Whoosh 里已有 ${n} 件，越来越慢", mapping={"n": documents}),
                    _("安装 gongkai[tantivy]，把 search 设为 tantivy:///路径，再执行 gongkai reindex"))
    if engine == "postgresql" and documents > POSTGRESQL_MOST:
        yield Found(WARN, _("PostgreSQL 里的检索已有 ${n} 件，常用词查得越来越慢", mapping={"n": documents}),
                    _("一台机器改用 tantivy，几台机器改用 OpenSearch：改设置 search，再执行 gongkai reindex"))


def oldest_after(session, reached: int) -> dt.datetime | None:
    """When the oldest row behind `reached` was written."""
    return session.scalar(select(journal.Row.at).where(journal.Row.seq > reached).order_by(journal.Row.seq).limit(1))


def behind(patient: Patient, head: int, reached: int, since: dt.datetime | None) -> Iterator[Found]:
    """How far something that follows the journal is behind it: by time, as many rows may be written at once."""
    if reached > head:
        yield Found(BAD, _("比日志还新：可能换过数据库"), _("执行 gongkai reindex，页面则执行 gongkai build"))
    elif since is not None and patient.at - since > LATE:
        yield Found(WARN, _("落后日志 ${n} 条，最早的在 ${m} 分钟以前", mapping={
            "n": head - reached, "m": int((patient.at - since).total_seconds() // 60)}),
            _("看看 gongkai worker 是不是在运行，它的日志说了什么"))


CHECK = Check("index", _("检索索引"), run, ready=True)
