"""Databases for tests: SQLite files, or a throwaway PostgreSQL cluster, by GONGKAI_TEST_DATABASE.

The cluster listens on a socket in a folder of its own, without flushing to disk; each test gets a database copied
from a template that has every table. An existing server is used instead when GONGKAI_TEST_POSTGRESQL names it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.orm import sessionmaker

from content.base import BELL, Database
from content.migrations import upgrade

KIND = os.environ.get("GONGKAI_TEST_DATABASE", "sqlite")
SERVER = os.environ.get("GONGKAI_TEST_POSTGRESQL", "")  # postgresql+psycopg://…/postgres, with the right to create
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
_numbers = count(1)
_spare: dict[str, list[Borrowed]] = {}
_TEMPLATE = f"gongkai_template_{os.getpid()}"


class Borrowed(Database):
    """A database over an engine that others had before: what SQLAlchemy compiled once it need not compile again.

    Half of what a small test costs is the compiling of its queries, and an engine keeps what it compiled.
    """

    def __init__(self, url: str) -> None:
        self._at = make_url(url)
        super().__init__(url)
        event.listen(self.engine, "do_connect", self._connect)

    def _connect(self, dialect: Any, record: Any, arguments: list, named: dict) -> None:
        asked, given = dialect.create_connect_args(self._at)
        arguments[:] = asked
        named.update(given)

    def move(self, url: str) -> Borrowed:
        self.url, self._at = url, make_url(url)
        # What somebody hung on its sessions was about another instance.
        self.writer = sessionmaker(**self.writer.kw | {"info": {BELL: self.bell}})
        return self


def borrow(url: str) -> Borrowed:
    """The database at `url`, over an engine that was given back if there is one."""
    spare = _spare.get(make_url(url).get_backend_name())
    return spare.pop().move(url) if spare else Borrowed(url)


def give_back(database: Borrowed) -> None:
    """Nobody uses it any more."""
    database.dispose()
    _spare.setdefault(make_url(database.url).get_backend_name(), []).append(database)


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, of the newest version that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _unprivileged() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; as root, it is started as the user that the packages made."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}


@contextmanager
def cluster() -> Iterator[str]:
    """A server of its own; gives the URL of its database `postgres`."""
    folder, found = Path(tempfile.mkdtemp(prefix="gk-pg-", dir="/tmp")), programs()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed: install it, or name a server in GONGKAI_TEST_POSTGRESQL")
    who = _unprivileged()
    if who:
        os.chown(folder, who["user"], who["group"])
    data, control = folder / "data", [str(found / "pg_ctl"), "-D", str(folder / "data"), "-w", "-s"]
    _run([str(found / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync",
          "--locale=C.UTF-8"], who)
    _run([*control, "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses='' {FAST}", "start"], who)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        _run([*control, "-m", "immediate", "stop"], who)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def standby(url: str) -> Iterator[str]:
    """A streaming replica of the cluster in which the database at `url` lies; gives that database's URL there."""
    folder, found, who = Path(tempfile.mkdtemp(prefix="gk-pg-", dir="/tmp")), programs(), _unprivileged()
    if who:
        os.chown(folder, who["user"], who["group"])
    data, control = folder / "data", [str(found / "pg_ctl"), "-D", str(folder / "data"), "-w", "-s"]
    _run([str(found / "pg_basebackup"), "-h", make_url(url).query["host"], "-U", "postgres", "-D", str(data), "-R",
          "-X", "stream", "--checkpoint=fast", "--no-sync"], who)
    _run([*control, "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses='' {FAST}", "start"], who)
    try:
        yield make_url(url).set(query={"host": str(folder)}).render_as_string(hide_password=False)
    finally:
        _run([*control, "-m", "immediate", "stop"], who)
        shutil.rmtree(folder, ignore_errors=True)


def _run(command: list[str], who: dict[str, Any]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=120, **who)


class Server:
    """Makes databases on a PostgreSQL server, each a copy of one that was migrated once."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._strategy = " STRATEGY FILE_COPY" if self._version() >= 150000 else ""  # half the time for a small one
        self.create(_TEMPLATE, "template1")
        template = Database(self._named(_TEMPLATE))
        upgrade(template)
        template.dispose()

    def create(self, name: str, template: str = _TEMPLATE) -> str:
        """A database that stays, to be copied; gives its URL."""
        self._do(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE {template}")
        return self._named(name)

    def _named(self, name: str) -> str:
        return self.url.set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def database(self, template: str = _TEMPLATE) -> Iterator[str]:
        """A fresh, migrated database, or a copy of another; gives its URL."""
        name = f"gongkai_test_{os.getpid()}_{next(_numbers)}"
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}{self._strategy}")
        try:
            yield self._named(name)
        finally:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def _version(self) -> int:
        engine = create_engine(self.url)
        with engine.connect() as connection:
            found = int(connection.scalar(text("SHOW server_version_num")))
        engine.dispose()
        return found

    def _do(self, *statements: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@contextmanager
def server() -> Iterator[Server | None]:
    """The server that the tests of this run use; None for SQLite."""
    if KIND == "sqlite":
        yield None
    elif KIND != "postgresql":
        raise RuntimeError(f"GONGKAI_TEST_DATABASE is sqlite or postgresql, not {KIND!r}")
    elif SERVER:
        yield Server(SERVER)
    else:
        with cluster() as url:
            yield Server(url)


def lacking() -> str:
    """Why this run's database cannot be had; empty when it can."""
    if KIND == "postgresql" and not SERVER and programs() is None:
        return "PostgreSQL is not installed, and GONGKAI_TEST_POSTGRESQL names no server"
    return ""
