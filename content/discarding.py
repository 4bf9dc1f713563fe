"""Letting go of sealed files: renditions that nothing shows any more, and all of an attachment erased by law."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from content import filing
from content.documents import Attachment, FileRendition, Rendition, Revision, Vouching
from content.house import House


def prune(session: Session, house: House, attachment: Attachment, digest: str) -> None:
    """Drop the renditions of an attachment by other choices than `digest`, but those that the public has or had.

    The caller has locked the document: somebody may be publishing one of them at this moment.
    """
    listed = _listed(session, attachment.document_id)
    query = select(FileRendition).where(FileRendition.attachment_id == attachment.id, FileRendition.digest != digest)
    _drop(session, house, [made for made in session.scalars(query) if made.id not in listed])


def _listed(session: Session, document_id: int) -> set[int]:
    """Ids of the file renditions that any rendition of a document lists."""
    query = select(Rendition.files).join(Revision, Revision.id == Rendition.revision_id)
    entries = [entry for files in session.scalars(query.where(Revision.document_id == document_id)) for entry in files]
    return {number for entry in entries
            for number in (entry["file"], *(each["file"] for each in entry.get("variants", ())))}


def _drop(session: Session, house: House, made: Collection[FileRendition]) -> None:
    if made:
        session.execute(delete(FileRendition).where(FileRendition.id.in_([each.id for each in made])))
        for address in [each.address for each in made if each.address is not None]:
            house.blobs.drop(session, address)


def shown_only_by(session: Session, revision: Revision) -> list[Attachment]:
    """The attachments that no other revision of its document shows."""
    query = select(Revision).where(Revision.document_id == revision.document_id, Revision.id != revision.id)
    elsewhere = {number for other in session.scalars(query) for number in filing.shown(other)}
    return [each for each in filing.attachments_of(session, revision) if each.id not in elsewhere]


def erase(session: Session, house: House, attachments: Iterable[Attachment]) -> None:
    """Leave of attachments that there were some: originals, inspections, renditions, names and statements go."""
    for each in attachments:
        _drop(session, house, session.scalars(select(FileRendition).where(
            FileRendition.attachment_id == each.id)).all())
        session.execute(delete(Vouching).where(Vouching.attachment_id == each.id))
        gone = [address for address in (each.address, each.inspection) if address is not None]
        each.name, each.alt, each.sha256, each.boxes, each.refusal = "", "", "", [], ""
        each.address = each.inspection = each.due = None
        session.flush()
        for address in gone:
            house.blobs.drop(session, address)
