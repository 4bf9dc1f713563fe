"""The house: what a verb needs beside the session. One per process; the picture of the tree is renewed in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy.orm import Session

from content import holidays, hosts, journal, marks
from content.base import Database
from content.blobs import BlobStore
from content.calendar import Calendar
from content.keys import KeyStore, MasterKey
from content.numbers import INDEX_RULE, LETTER_RULE
from content.replicas import Replicas
from content.stores import Store
from content.tree import TREE_KINDS, Tree, tree_version


@dataclass
class House:
    """An instance: its folder, database, keys and files."""

    home: Path
    database: Database
    keys: KeyStore
    blobs: BlobStore
    index_rule: str = INDEX_RULE
    letter_rule: str = LETTER_RULE
    superior_organ: str = ""  # to which appeals against the county's government itself go (行政复议机关)
    host_name: str = ""  # as the settings say it
    replica_urls: tuple[str, ...] = ()
    archived_for: tuple | None = field(default=None, repr=False)  # (day, version of the tree) that was looked at last
    _tree: Tree | None = field(default=None, repr=False)
    _calendar: tuple[int, Calendar] | None = field(default=None, repr=False)
    _known_public: tuple[int, frozenset[str]] | None = field(default=None, repr=False)

    @classmethod
    def open(cls, home: Path, database_url: str | None = None, index_rule: str = INDEX_RULE,
             letter_rule: str = LETTER_RULE, superior_organ: str = "", host_name: str = "",
             store: Store | None = None, replica_urls: tuple[str, ...] = ()) -> House:
        """Raises `content.keys.KeyProblem` when the master key is missing."""
        keys = KeyStore(MasterKey.load(home / "secrets" / "master.key"))
        database = Database(database_url or f"sqlite:///{home / 'gongkai.db'}")
        return cls(home, database, keys, BlobStore(store or home / "blobs", keys), index_rule, letter_rule,
                   superior_organ, host_name, replica_urls)

    @property
    def host(self) -> str:
        """This host among those that share the database; see `content.hosts`."""
        return self.host_name or hosts.default_name(self.home)

    @cached_property
    def replicas(self) -> Replicas:
        """Where the public's questions are answered."""
        return Replicas(self.database, self.replica_urls)

    def close(self) -> None:
        """Let go of the databases; the house is not used afterwards."""
        if "replicas" in self.__dict__:
            self.replicas.dispose()
        self.database.dispose()

    def has_column(self, slug: str) -> bool:
        """Whether a column at the top has this path, as far as this process knows; nothing is asked."""
        return self._tree is not None and slug in self._tree.by_path

    def tree(self, session: Session, version: int | None = None) -> Tree:
        """The picture as of now: one query for its version, more only when it changed.

        A transaction that has changed the tree gets a picture of its own: nobody else may see it before it commits.
        """
        if any(entry.subject_kind in TREE_KINDS for entry in journal.pending(session)):
            return Tree.load(session)
        with marks.asking():  # every page depends on the tree, so none says so
            version, tree = tree_version(session) if version is None else version, self._tree
            if tree is None or tree.version < version:
                tree = self._tree = Tree.load(session)
            return tree

    def calendar(self, session: Session) -> Calendar:
        """Working days as of now: one query for the version, one more only when a year was imported."""
        version, known = holidays.version(session), self._calendar
        if known is None or known[0] != version:
            known = (version, holidays.picture(session))
            if not any(entry.subject_kind == holidays.KIND for entry in journal.pending(session)):
                self._calendar = known
        return known[1]

    @cached_property
    def finding_secret(self) -> bytes:
        """The key of the keyed hashes by which settled findings are recognised, also after the keys were rewrapped."""
        with self.database.reader() as session:
            return self.keys.derive(session, "findings")

    def known_public(self, tree: Tree) -> frozenset[str]:
        """Office phones and mailboxes of the organ directory: publishing them is a duty (Art. 12, 20 (2))."""
        known = self._known_public
        if known is None or known[0] != tree.version:
            units = tree.departments.by_id.values()
            phones = {re.sub(r"\D", "", part) for unit in units for part in re.split(r"[、,，;；/ ]", unit.phone)}
            mail = {unit.email.strip().lower() for unit in units}
            known = self._known_public = (tree.version, frozenset((phones | mail) - {""}))
        return known[1]
