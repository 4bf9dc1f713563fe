"""Erasing by law: a revision that should never have been kept is emptied, and that it was is on record.

Where the law demands it (个人信息保护法 Art. 47), the words of a revision, of the renditions made of it and of the
drafts typed upon it go, and the files that it alone showed; that there was one, whose and when, stays. The database
allows it only after the journal's row, so both happen at the commit.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from content import corrections, discarding, journal
from content.documents import Document, Draft, Rendition, Revision, lock
from content.house import House

ERASED = "revision.erased"


class StillPublic(ValueError):
    """The public has this very text; the message says what to do first, in Chinese."""


def erase_revision(session: Session, house: House, document: Document, ordinal: int, *, actor_id: int, why: str,
                   on_behalf_of: int | None = None) -> None:
    """Empty 第`ordinal`稿 of a document: title, body, metadata, note, attachments, and what was made of it.

    `on_behalf_of`: whom `actor_id` stands in for. Raises `LookupError` when there is none, `StillPublic` while it is
    what the public reads, `ValueError` without a reason. The sealed files of attachments that no other revision shows
    are gone with the commit. What was erased already stays as it is.
    """
    if not why.strip():
        raise ValueError("依法清除要写明理由")
    lock(session, document)
    revision = session.scalar(select(Revision).where(Revision.document_id == document.id,
                                                     Revision.ordinal == ordinal))
    if revision is None:
        raise LookupError(f"document {document.id} has no revision {ordinal}")
    if ordinal in erased(journal.history(session, "document", document.id)):
        return
    if is_public(session, document, revision):
        raise StillPublic(f"第{ordinal}稿正在公开，请先撤回再清除")
    _empty_tombstone(session, document, revision)
    session.execute(delete(Draft).where(Draft.document_id == document.id))
    discarding.erase(session, house, discarding.shown_only_by(session, revision))
    behalf = {} if on_behalf_of is None else {"on_behalf_of": on_behalf_of}
    journal.record(session, "document.erase", ("document", document.id), actor_id=actor_id, why=why.strip(),
                   ordinal=ordinal, **behalf)
    journal.record(session, ERASED, ("revision", revision.id), actor_id=actor_id, why=why.strip())


def is_public(session: Session, document: Document, revision: Revision) -> bool:
    """Whether the public reads this very revision."""
    live = document.live
    return live is not None and live.rendition_id is not None \
        and session.get_one(Rendition, live.rendition_id).revision_id == revision.id


def erased(rows: Iterable[journal.Entry]) -> set[int]:
    """The ordinals that were erased, by the journal of a document."""
    return {row.payload["ordinal"] for row in rows if row.action == "document.erase"}


def _empty_tombstone(session: Session, document: Document, revision: Revision) -> None:
    """What a withdrawn document's tombstone still says of this very text."""
    last, live = corrections.last_public(session, document.id), document.live
    if live is not None and last is not None and last.id == revision.id:
        live.title = live.reason = ""


def _empty(session: Session, ids: list[int]) -> None:
    session.execute(update(Revision).where(Revision.id.in_(ids))
                    .values(title="", body="", data={}, note="", attachments=[]))
    session.execute(update(Rendition).where(Rendition.revision_id.in_(ids))
                    .values(title="", summary="", body="", text="", data={}, files=[]))


journal.empties(ERASED, _empty)
