"""Search inside PostgreSQL, without a further server or extension. `postgresql://user@host/database`.

`search = "postgresql"` in the settings is the portal's own database. Entries and cursor change in one transaction. A
rebuild fills a new generation of rows beside the one that is read, which is taken away when the new one is as far.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any
from urllib.parse import SplitResult, urlunsplit

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    any_,
    create_engine,
    delete,
    func,
    inspect,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from content.search.engines import Opener
from content.search.engines._asking import answer, printable
from content.search.engines._postgresql_reading import Frequencies, PostgresqlIndex
from content.search.engines._postgresql_tables import ENTRY, MAKE_ROOM, METADATA, PREFIX, STATE, TERMS, quoted
from content.search.engines._prepared import Prepared
from content.search.model import Entry, IndexAway, IndexBusy, Query, Results, SearchError
from content.search.synonyms import Synonyms

_BATCH = 500
"""Documents to one transaction at most."""
_MANY = 200
"""Documents of one update from which the index takes them in at once, not when the next search needs them."""
_WAIT = "10s"
"""How long to wait for another writer, who may just be dying."""
# The planner does not know that testing terms row by row opens every text: wherever an index can find, it shall.
_OPTIONS = f"-c enable_seqscan=off -c jit=off -c work_mem=32MB -c statement_timeout=30s -c lock_timeout={_WAIT}"
_LOCK = 7_304_611
"""The advisory lock under which the tables are made."""
_LOCKED = "55P03"  # lock_not_available
_C = ENTRY.c
_READ = select(STATE.c.reading).scalar_subquery()


class PostgresqlEngine:
    """A search engine in a database; see `content.search.model.Engine`."""

    shared = True

    def __init__(self, url: str, synonyms: Synonyms) -> None:
        self._synonyms, self._frequencies = synonyms, Frequencies()
        self._building: int | None = None
        try:
            self._database = create_engine(url, pool_pre_ping=True, hide_parameters=True,
                                           connect_args={"options": _OPTIONS, "connect_timeout": 10})
        except (ArgumentError, ModuleNotFoundError) as problem:
            raise SearchError(f"search in PostgreSQL needs an address and the extra `postgres`: {problem}") from None
        with self._writing() as connection:
            _make_tables(connection)

    def update(self, entries: Iterable[Entry], removed: Iterable[int] = (), cursor: int | None = None) -> None:
        """See `Engine.update`; large updates are committed batch by batch, the cursor with the last."""
        waiting, gone, count = iter(entries), set(removed), 0
        batch = list(islice(waiting, _BATCH))
        while True:
            following = list(islice(waiting, _BATCH))
            self._commit(batch, gone, None if following else cursor)
            count += len(batch)
            if not following:
                break
            batch, gone = following, set()
        if count >= _MANY:
            self._take_in()

    def _commit(self, batch: list[Entry], gone: set[int], cursor: int | None) -> None:
        unique = {entry.id: entry for entry in batch}
        rows = [_row(entry) for entry in unique.values()]
        with self._writing() as connection:
            connection.execute(text(f"LOCK TABLE {STATE.name} IN EXCLUSIVE MODE"))
            state = connection.execute(select(STATE)).one()
            building = state.building is not None and state.building == self._building
            generation = state.building if building else state.reading
            replaced = and_(ENTRY.c.generation == generation, _C.id == any_(_ids(unique)))
            connection.execute(delete(ENTRY).where(or_(replaced, _C.id == any_(_ids(gone)))))
            _copy(connection, generation, rows)
            if building and cursor is not None and cursor >= (state.cursor or 0):
                connection.execute(delete(ENTRY).where(_C.generation != generation))
                connection.execute(update(STATE).values(reading=generation, cursor=cursor, building=None))
                self._building = None
            elif cursor is not None:
                connection.execute(update(STATE).values({"next_cursor" if building else "cursor": cursor}))

    def _take_in(self) -> None:
        """New terms wait in a list that every search reads through; take them into the index proper."""
        with self._writing() as connection:
            connection.execute(select(func.gin_clean_pending_list(TERMS.name)))
            connection.execute(text(f"ANALYZE {ENTRY.name}"))

    def search(self, query: Query) -> Results:
        """See `Engine.search`."""
        with self._reading() as connection:
            generation = connection.scalar(select(STATE.c.reading))
            count = _estimate(connection)
            index = PostgresqlIndex(connection, generation, count, self._frequencies.at(generation, count))
            return answer(index, query, self._synonyms)

    def ids(self) -> set[int]:
        """See `Engine.ids`."""
        with self._reading() as connection:
            return set(connection.scalars(select(_C.id).where(_C.generation == _READ)))

    def count(self) -> int:
        """See `Engine.count`."""
        with self._reading() as connection:
            return connection.scalar(select(func.count()).where(_C.generation == _READ)) or 0

    def cursor(self) -> int | None:
        """See `Engine.cursor`; to who rebuilds, the position of what is being built."""
        with self._reading() as connection:
            state = connection.execute(select(STATE)).one()
        return state.next_cursor if state.building and state.building == self._building else state.cursor

    def renew(self) -> None:
        """See `Engine.renew`: what is written now goes into the next generation."""
        with self._writing() as connection:
            state = connection.execute(select(STATE).with_for_update()).one()
            connection.execute(delete(ENTRY).where(_C.generation != state.reading))
            self._building = state.reading + 1
            connection.execute(update(STATE).values(building=self._building, next_cursor=None))

    def clear(self) -> None:
        """See `Engine.clear`."""
        with self._writing() as connection:
            connection.execute(text(f"LOCK TABLE {STATE.name} IN EXCLUSIVE MODE"))
            connection.execute(delete(ENTRY))
            connection.execute(update(STATE).values(cursor=None, building=None, next_cursor=None))
        self._building = None

    def close(self) -> None:
        """See `Engine.close`."""
        self._database.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A transaction in which every statement sees the same commit."""
        with _said(), self._database.connect() as connection:
            yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _said(), self._database.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))  # nobody waits for a page
            yield connection


@contextmanager
def _said() -> Iterator[None]:
    """What the database has against it, in our words."""
    try:
        yield
    except DBAPIError as problem:
        if getattr(problem.orig, "sqlstate", None) == _LOCKED:
            raise IndexBusy("another process is writing to the search index; only one may") from None
        if isinstance(problem, OperationalError) or problem.connection_invalidated:
            reason = str(problem.orig).strip().partition("\n")[0]
            raise IndexAway(f"the database that keeps the search index does not answer: {reason}") from None
        raise


def _ids(ids: Iterable[int]) -> ColumnElement[Any]:
    return literal(sorted(ids), ARRAY(BigInteger))


def _make_tables(connection: Connection) -> None:
    """Make what is not there, and take away the tables of other versions; several processes may start at once."""
    if inspect(connection).has_table(STATE.name):
        return
    connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    for name in inspect(connection).get_table_names():
        if name.startswith(PREFIX) and name not in METADATA.tables:
            connection.execute(text(f'DROP TABLE "{name}"'))
    METADATA.create_all(connection)
    for statement in MAKE_ROOM:
        connection.execute(text(statement))
    connection.execute(insert(STATE).values(only=1, reading=1).on_conflict_do_nothing())


def _estimate(connection: Connection) -> int:
    """About how many documents there are: exact counting would read them all."""
    rows = connection.scalar(text("SELECT reltuples FROM pg_class WHERE relname = :name"), {"name": ENTRY.name})
    return max(0, int(rows or 0))


def _row(entry: Entry) -> tuple[Any, ...]:
    """The values of an entry in the order of `ENTRY`'s columns, without the generation."""
    ready = Prepared.of(entry)
    said = [entry.type, entry.validity, entry.number]
    return (
        entry.id, printable(entry.title), ready.normal, " ".join(ready.spoken), "".join(ready.spoken),
        "".join(one[0] for one in ready.spoken), " ".join(map(quoted, ready.heavy)), entry.date, entry.year,
        *map(printable, said), ready.number_key, ready.index_key, list(entry.column_ids), list(entry.department_ids),
        printable(entry.url), printable(entry.source_id), printable(entry.summary), len(ready.body),
        printable(entry.text), ready.body, " ".join(map(quoted, ready.terms)))


def _copy(connection: Connection, generation: int, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    driver = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {ENTRY.name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row((row[0], generation, *row[1:]))


def _open(address: SplitResult, synonyms: Synonyms) -> PostgresqlEngine:
    if not address.netloc and not address.query:
        raise SearchError('search in PostgreSQL: `search = "postgresql"` needs `database` to be in PostgreSQL too; '
                          "or name another database, postgresql://user@host/name")
    return PostgresqlEngine(urlunsplit(address._replace(scheme="postgresql+psycopg")), synonyms)


ENGINE = Opener("postgresql", _open)
