"""The database: declarative base, sessions, and what SQLite and PostgreSQL must be told to behave alike.

A session is either a *reader* or a *writer*. On SQLite a writer takes the write lock when it begins
(`BEGIN IMMEDIATE`): a transaction that read first and wrote later would fail with "database is locked" instead
of waiting. On PostgreSQL both are plain transactions.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import JSON, ColumnElement, DateTime, Engine, MetaData, TypeDecorator, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from content.bell import BELL, Bell

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

POOL = {"pool_size": 20, "max_overflow": 10, "pool_use_lifo": True}
"""Connections are kept for all threads of a process, not for five of them: the sixth would open its own with each
request. The one that was used last is used next, what it remembers being still at hand."""
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000",
                  "secure_delete=ON")  # what was erased by law is written over, not left in a free page

SHANGHAI = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")  # one zone, no summer time since 1991


class UTCDateTime(TypeDecorator):
    """An aware moment, kept in UTC; a naive one is refused, because nobody knows which it is."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        return None if value is None else value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """What every table of ours is declared on."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dt.datetime: UTCDateTime, dict: JSON, list: JSON}  # noqa: RUF012


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_date(moment: dt.datetime) -> dt.date:
    """The day on which `moment` falls in China: all limits of the law count such days."""
    return moment.astimezone(SHANGHAI).date()


def begins(day: dt.date) -> dt.datetime:
    """The first moment of `day` in China."""
    return dt.datetime.combine(day, dt.time(), SHANGHAI)


class Database:
    """An engine with its two kinds of session.

    `url`: an SQLAlchemy URL, `sqlite:////path/to/gongkai.db` or `postgresql+psycopg://…`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self.reader = sessionmaker(self.engine, autoflush=False, expire_on_commit=False)
        writing = self.engine.execution_options(gongkai_writer=True)
        self.bell = Bell()
        self.writer = sessionmaker(writing, expire_on_commit=False, info={BELL: self.bell})

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def dispose(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        # The journal reads its head under a lock: each statement must see what was committed before it.
        return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED", hide_parameters=True, **POOL)
    path = url.removeprefix("sqlite:///")
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 30, "check_same_thread": False}, **POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    # The driver's own transaction handling begins too late; `_begin_sqlite` says BEGIN instead.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    if connection.get_execution_options().get("gongkai_writer"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # waits for nobody and so cannot fail: all that SQLAlchemy would do around it is spared each reader
        connection.connection.driver_connection.execute("BEGIN")


def aside(column: ColumnElement[int]) -> ColumnElement[int]:
    """A column of numbers by which rows are not to be looked for, because another condition leads to fewer."""
    return column + 0


def dialect_of(session: Session) -> str:
    """`sqlite` or `postgresql`."""
    return session.get_bind().dialect.name
