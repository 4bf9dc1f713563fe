"""How a database is copied while others write in it, and how a copy is read and put back.

SQLite writes a compact copy of one moment (`VACUUM INTO`), in which nothing is left of what was erased; writers do
not wait for it. PostgreSQL is copied by its own `pg_dump`, at a snapshot that this process holds as well, so that
the list of blobs is of the same moment.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from content.base import Database
from portal.backup.manifest import BadBackup

_LIBPQ = {"host": "PGHOST", "port": "PGPORT", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}


@contextmanager
def snapshot(database: Database, into: Path) -> Iterator[Session]:
    """Copy the database to the file `into`; gives a session that reads what the copy holds.

    Raises `BadBackup` when the program for it is missing or fails.
    """
    os.close(os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if database.is_sqlite:
        _vacuum(Path(make_url(database.url).database), into)
        with reading(into) as session:
            yield session
        return
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        name = connection.scalar(text("SELECT pg_export_snapshot()"))
        _run("pg_dump", database.url, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}",
             f"--file={into}")
        with Session(connection) as session:
            yield session


def _vacuum(source: Path, into: Path) -> None:
    with closing(sqlite3.connect(source, timeout=60, isolation_level=None)) as connection:
        try:
            connection.execute("VACUUM INTO ?", (str(into),))
        except sqlite3.Error as problem:
            raise BadBackup(f"the database cannot be copied: {problem}") from None


@contextmanager
def reading(file: Path) -> Iterator[Session]:
    """A copy of SQLite, to be read alone: nothing is written beside it, and nothing in its schema is believed."""
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"

    def connect() -> sqlite3.Connection:
        made = sqlite3.connect(address, uri=True, check_same_thread=False)
        made.execute("PRAGMA trusted_schema=OFF")
        return made

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    try:
        with Session(engine) as session:
            yield session
    finally:
        engine.dispose()


def schema(session: Session) -> str:
    """The migration that it stands at."""
    return " ".join(sorted(MigrationContext.configure(session.connection()).get_current_heads()))


def broken(file: Path, kind: str) -> Iterator[str]:
    """What is wrong with a copy as a file of its kind."""
    if kind == "sqlite":
        try:
            with reading(file) as session:
                found = session.scalars(text("PRAGMA integrity_check")).all()
            yield from (f"{file.name}: {each}" for each in found if each != "ok")
        except Exception as problem:  # not a database at all: the driver says it in many ways
            yield f"{file.name} cannot be opened: {str(problem).partition(chr(10))[0]}"
        return
    try:
        _run("pg_restore", "", "--list", str(file))
    except BadBackup as problem:
        yield str(problem)


def put_back(file: Path, kind: str, url: str) -> None:
    """The copy at its new place, which is empty; all of it or nothing. Raises `BadBackup`."""
    if kind == "sqlite":
        into = Path(make_url(url).database)
        shutil.copyfile(file, into, follow_symlinks=False)
        into.chmod(0o600)
        sync(into)
        return
    require_empty(kind, url)
    _run("pg_restore", url, "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", str(file))


def require_empty(kind: str, url: str) -> None:
    """Raises `BadBackup` for a database on a server that holds something; a file of SQLite is made with its folder."""
    if kind == "sqlite":
        return
    engine = create_engine(url, hide_parameters=True)
    try:
        if inspect(engine).get_table_names():
            raise BadBackup("the database is not empty: name a new one with --database")
    finally:
        engine.dispose()


def _run(program: str, url: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs; the password goes by its environment, where nobody lists it."""
    found = shutil.which(program)
    if found is None:
        raise BadBackup(f"{program} is not installed: install PostgreSQL's client programs (postgresql-client), of the "
                        "server's version or a newer one")
    environment, where = dict(os.environ), []
    if url:
        at = make_url(url)
        told = {"host": at.host, "port": at.port, **{key: at.query[key] for key in _LIBPQ if key in at.query}}
        environment |= {_LIBPQ[key]: str(value) for key, value in told.items() if value}
        environment |= {"PGUSER": at.username or "", "PGPASSWORD": at.password or ""}
        environment = {key: value for key, value in environment.items() if value or not key.startswith("PG")}
        where = [f"--dbname={at.database}"]
    done = subprocess.run([found, *where, *arguments], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise BadBackup(f"{program}: {words[0][:300]}")


def sync(path: Path) -> None:
    """What was written is on the disk; of a folder, its names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
