"""An instance: the folder in which one portal lives, how it is made, and how it is opened.

Making is safe to repeat: what is there stays, what is missing is added, and what cannot be mended (a database whose
master key is gone) is refused before anything is touched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from content.base import Database
from content.house import House
from content.keys import DataKey, KeyProblem, KeyStore, MasterKey
from content.migrations import is_current, upgrade
from content.problems import Trouble
from content.search import Engine, open_engine
from content.stores import open_store
from portal.published import withdrawing
from portal.settings import Settings, Site, write_settings


class NotReady(Trouble, RuntimeError):
    """There is no instance here, or it cannot be used as it is; the message says what to do."""


@dataclass
class Instance:
    """An open instance: its settings and its house; the search engine is opened when it is first asked for."""

    settings: Settings
    house: House

    @classmethod
    def open(cls, home: Path) -> Instance:
        """Raises `NotReady`, `portal.settings.BadSettings`."""
        settings = Settings.load(home)
        if not home.is_dir() or (not settings.database and not (home / "gongkai.db").exists()):
            raise NotReady(f"there is no instance in {home}: make one with `gongkai --home {home} init`")
        try:
            house = open_house(settings)
        except KeyProblem as problem:
            raise NotReady(str(problem)) from None
        _require_current(house.database, home)
        withdrawing.attend(house, settings)
        return cls(settings, house)

    @cached_property
    def engine(self) -> Engine:
        """The search engine of this process. Raises `content.search.SearchError`."""
        synonyms = self.settings.synonyms
        return open_engine(self.settings.search_url, Path(synonyms) if synonyms else None)

    def close(self) -> None:
        if "engine" in self.__dict__:
            self.engine.close()
        self.house.close()


def open_house(settings: Settings) -> House:
    """The house as the settings say it. Raises `content.keys.KeyProblem`, `content.stores.BadStore`."""
    store = open_store(settings.blobs, settings.home, settings.blobs_secret_file)
    return House.open(settings.home, settings.database_url, settings.index_rule, settings.letter_rule,
                      settings.superior_organ, settings.host_name, store, tuple(settings.replicas.split()))


def _require_current(database: Database, home: Path) -> None:
    try:
        current = is_current(database)
    except DBAPIError as problem:
        raise NotReady(f"the database cannot be reached: {_first_line(problem)}") from None
    if not current:
        raise NotReady(f"the database is not of this version: bring it up to date with `gongkai --home {home} init`")


def make(home: Path, site: Site | None = None, **chosen: Any) -> Iterator[str]:
    """Make the folder, its settings (`chosen` ones set), the master key and the database, or complete them; a sentence
    for each step."""
    settings = _settings_of(home)
    if (written := write_settings(home, site or Site(), **chosen)) is not None:
        yield f"设置：已写好，{written}（网站名称、标识码等在 [site] 里填写）"
    database = Database(settings.database_url)
    try:
        keys = _wrapped_keys(database)
        master, sentence = _master_key(home, bool(keys))
        _check_fits(keys, master)
        yield sentence
        fresh = not inspect(database.engine).has_table("alembic_version")
        upgrade(database)
        yield "数据库：已建立" if fresh else "数据库：已有，结构是最新的"
        with database.writer.begin() as session:
            KeyStore(master).begin(session)
        (home / "blobs").mkdir(exist_ok=True, mode=0o700)
    except DBAPIError as problem:
        raise NotReady(f"the database cannot be made: {_first_line(problem)}") from None
    finally:
        database.dispose()


def _settings_of(home: Path) -> Settings:
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o750)
    except OSError as problem:
        raise NotReady(f"{home} cannot be made: {problem.strerror}") from None
    return Settings.load(home)


def _wrapped_keys(database: Database) -> set[str]:
    """Fingerprints of the master keys under which this database's data keys are wrapped."""
    if not inspect(database.engine).has_table(DataKey.__tablename__):
        return set()
    with database.reader() as session:
        return set(session.scalars(select(DataKey.master)))


def _master_key(home: Path, in_use: bool) -> tuple[MasterKey, str]:
    path = home / "secrets" / "master.key"
    try:
        return MasterKey.load(path), "主密钥：已有"
    except KeyProblem as problem:
        if path.exists():
            raise NotReady(f"{path}: {problem}; put the right key back") from None
    if in_use:
        raise NotReady(f"the database holds data keys, but {path} is missing: put the key back from its safe place; "
                       "a new one would open nothing")
    return MasterKey.create(path), f"主密钥：已生成，{path}（请另存一份，丢失后加密的内容无法恢复）"


def _check_fits(wrapped: set[str], master: MasterKey) -> None:
    if wrapped - {master.fingerprint}:
        raise NotReady(f"the database belongs to master key {', '.join(sorted(wrapped))}, "
                       f"this one is {master.fingerprint}: put the right key back")


def _first_line(problem: DBAPIError) -> str:
    return str(problem.orig).strip().partition("\n")[0]
