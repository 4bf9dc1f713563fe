"""A question that is always the same, put to the database's driver itself.

To put a statement together anew, to begin a transaction for it and to end that again costs SQLAlchemy ten times what
SQLite takes to answer. A statement that is always the same is written once for each database; around it stands only
what others rely on: the pool of connections, who listens to statements, what a failure is called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from content import marks


class _Written(NamedTuple):
    """A statement as a database takes it; `order` of its values where they have places, `readers` by column."""

    text: str
    values: dict[str, Any]
    order: tuple[str, ...] | None
    readers: tuple[tuple[int, Callable[[Any], Any]], ...]

    def values_for(self, given: dict[str, Any]) -> Any:
        known = self.values | given
        return known if self.order is None else tuple(known[name] for name in self.order)


class Question:
    """A statement that takes values as they are when it is asked, and no lists (`IN`)."""

    def __init__(self, statement: Select) -> None:
        self.statement = statement
        self._written: WeakKeyDictionary[Dialect, _Written] = WeakKeyDictionary()

    def rows(self, session: Session, **values: Any) -> list[list[Any]]:
        """The rows, read in the transaction of the session where it has begun one, otherwise by itself.

        Raises `sqlalchemy.exc.DBAPIError` as the session would.
        """
        engine = session.get_bind().engine
        if session.in_transaction():
            if session.autoflush:
                session.flush()
            return self._asked(engine, session.connection().connection, values)
        connection = engine.raw_connection()
        try:
            return self._asked(engine, connection, values)
        finally:
            connection.close()

    def row(self, session: Session, **values: Any) -> list[Any] | None:
        """The first row; None where there is none."""
        found = self.rows(session, **values)
        return found[0] if found else None

    def _asked(self, engine: Engine, connection: Any, given: dict[str, Any]) -> list[list[Any]]:
        written = self._written.get(engine.dialect) or self._write(engine.dialect)
        marks.executed(written.text)
        values, cursor = written.values_for(given), connection.cursor()
        told = (connection, cursor, written.text, values, None, False)
        try:
            for listener in engine.dispatch.before_cursor_execute:
                listener(*told)
            cursor.execute(written.text, values)
            for listener in engine.dispatch.after_cursor_execute:
                listener(*told)
            rows = cursor.fetchall()
        except engine.dialect.loaded_dbapi.Error as problem:
            raise _named(engine.dialect, problem, written.text) from problem
        finally:
            cursor.close()
        return [_read(row, written) for row in rows]

    def _write(self, dialect: Dialect) -> _Written:
        compiled = self.statement.compile(dialect=dialect)
        types = (column.type for column in self.statement.selected_columns)
        readers = (type_.dialect_impl(dialect).result_processor(dialect, None) for type_ in types)
        order = tuple(compiled.positiontup) if compiled.positional else None
        found = self._written[dialect] = _Written(
            compiled.string, compiled.params, order,
            tuple((at, reader) for at, reader in enumerate(readers) if reader is not None))
        return found


def _read(row: Sequence[Any], written: _Written) -> list[Any]:
    found = list(row)
    for at, reader in written.readers:
        found[at] = reader(found[at])
    return found


def _named(dialect: Dialect, problem: Exception, text: str) -> Exception:
    """What SQLAlchemy calls a failure of the driver; what was asked with is not told."""
    return DBAPIError.instance(text, None, problem, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect)
