"""Corrections (更正): which parts of a public text a new one changes, and the public record of it (更正记录)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from content.documents import Rendition, Revision
from content.marks import about
from content.types import type_of

NOTE = "correction"  # the metadata field of the public note (更正说明)
UNTOLD = (NOTE, "pinned_until")
AGAIN, REMADE = "撤回后重新公开", "公开版重新生成"


@dataclass(frozen=True)
class Correction:
    """One line of the record: the moment, the parts that changed, and what was said of it."""

    at: dt.datetime
    parts: tuple[str, ...]
    note: str


def last_public(session: Session, document_id: int) -> Revision | None:
    """The revision that the public has, or had last."""
    query = (select(Revision).join(Rendition, Rendition.revision_id == Revision.id)
             .where(Revision.document_id == document_id).order_by(Rendition.id.desc()).limit(1))
    return session.scalars(query).first()


def parts(before: Revision, after: Revision) -> list[str]:
    """What is called differently in `after`: 标题, 正文, 附件, and the titles of metadata fields."""
    changed = [title for title, one, other in (("标题", before.title, after.title), ("正文", before.body, after.body),
                                               ("附件", before.attachments, after.attachments)) if one != other]
    return changed + [node.title for node in type_of(after.document.type).fields()
                      if node.name not in UNTOLD and before.data.get(node.name) != after.data.get(node.name)]


@about(lambda _session, document_id: [f"document:{document_id}"])
def record(session: Session, document_id: int) -> list[Correction]:
    """Every correction that the public was told of, the newest first. One query."""
    query = (select(Rendition.made, Rendition.changes, Rendition.data)
             .join(Revision, Revision.id == Rendition.revision_id)
             .where(Revision.document_id == document_id).order_by(Rendition.id.desc()))
    return [Correction(made, tuple(changes), data.get(NOTE, "")) for made, changes, data in session.execute(query)
            if changes]
