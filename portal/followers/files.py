"""Attachments are looked at again after whatever may concern them: their text, decisions, their column, the directory.

Nothing is worked on here: those of documents that are on their way are marked as due, and the worker's own part for
attachments finds out for each whether there is anything to do.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal, preparing
from content.documents import Document
from content.house import House
from portal.followers import Maker
from portal.instance import Instance
from workflows.followers import documents_in


class FilesFollower:
    """Marks attachments of `house` as due; marking them again does no harm."""

    name = "files"

    def __init__(self, house: House) -> None:
        self.house = house

    def position(self) -> None:
        return None

    def follow(self, session: Session, rows: list[journal.Row]) -> None:
        ids = preparing.on_their_way(session, self._touched(session, rows))
        if ids:
            with self.house.database.writer.begin() as writer:
                preparing.wake(writer, ids)

    def _touched(self, session: Session, rows: list[journal.Row]) -> set[int] | None:
        """The documents that the rows may concern; None for all: the directory says which phones are the offices'."""
        if any(row.subject_kind == "department" for row in rows):
            return None
        tree = self.house.tree(session)
        columns = {below.id for row in rows if row.subject_kind == "column"
                   for below in tree.by_id[row.subject_id].walk()}
        found = set(documents_in(rows))
        if columns:
            found.update(session.scalars(select(Document.id).where(Document.column_id.in_(columns))))
        return found

    def reset(self) -> None:
        """Nothing is kept here."""


def _make(instance: Instance) -> FilesFollower:
    return FilesFollower(instance.house)


FOLLOWER = Maker(FilesFollower.name, _make)
