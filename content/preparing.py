"""Preparing attachments: inspecting originals and making what the public gets, one at a time, outside transactions.

A turn takes an attachment under a lease, works on it without holding anything, and writes down what came of it in
one transaction, if the lease is still its own. Killed at any moment it leaves the attachment as it was, to be taken
again, after the others; one that brought its worker down five times is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from content import discarding, filing, journal, privacy
from content.base import now
from content.blobs import Blob
from content.documents import ARCHIVED, WITHDRAWN, Attachment, Document, FileRendition, lock
from content.filing import Filed
from content.house import House
from content.privacy import Decision
from content.privacy.renditions.model import Built, Choices, Inspection, Limits, Refused, Source

LEASE = dt.timedelta(minutes=15)
MOST_ATTEMPTS = 5
MOST_TEXT = 200_000  # characters of an attachment that the search reads
AT_REST = ("published", ARCHIVED, WITHDRAWN, "discarded")  # states in which nothing of a document is prepared


class Cleaned(Protocol):
    """What comes of making a rendition: it, its public name, and whether an independent look found nothing in it."""

    built: Built
    name: str
    verified: bool


@dataclass(frozen=True)
class Variant:
    """A smaller size of a cleaned picture."""

    name: str  # w320
    data: bytes
    media_type: str
    suffix: str
    width: int
    height: int


def _no_variants(built: Built) -> list[Variant]:
    return []


@dataclass(frozen=True)
class Tools:
    """Who does the work: both verbs raise `Refused`, and keep within the limits of the choices."""

    inspect: Callable[[Source, Choices], Inspection]
    clean: Callable[[Source, Choices], Cleaned]
    variants: Callable[[Built], list[Variant]] = _no_variants  # of a picture that stands in a text
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class _Job:
    """A piece of work: what to look at or make, with what was known when it was taken."""

    at: Filed
    data: bytes
    due: dt.datetime | None


# -- what is to be done -------------------------------------------------------------------------------------------

def wake(session: Session, documents: Collection[int], at: dt.datetime | None = None) -> None:
    """Something happened to these documents that may concern their attachments."""
    session.execute(update(Attachment).where(Attachment.document_id.in_(documents), Attachment.address.is_not(None))
                    .values(due=at or now()).execution_options(synchronize_session=False))


def on_their_way(session: Session, documents: Collection[int] | None = None) -> list[int]:
    """Those of `documents`, or of all, that have attachments and are not at rest."""
    query = (select(Document.id).join(Attachment, Attachment.document_id == Document.id)
             .where(Document.state.not_in(AT_REST)).distinct())
    if documents is not None:
        query = query.where(Document.id.in_(documents))
    return list(session.scalars(query))


def _free(at: dt.datetime) -> ColumnElement[bool]:
    return and_(Attachment.due.is_not(None), or_(Attachment.lease_until.is_(None), Attachment.lease_until < at))


def _take(house: House, owner: str, at: dt.datetime) -> int | None:
    """Lease the attachment that has waited longest; asked by a reader first, so that an idle worker takes no lock."""
    query = select(Attachment.id).where(_free(at)).order_by(Attachment.attempts, Attachment.due, Attachment.id).limit(1)
    with house.database.reader() as session:
        if session.scalar(query) is None:
            return None
    with house.database.writer.begin() as session:
        attachment_id = session.scalar(query.with_for_update(skip_locked=True))
        if attachment_id is None:
            return None
        session.execute(update(Attachment).where(Attachment.id == attachment_id).values(
            lease_owner=owner, lease_until=at + LEASE, attempts=Attachment.attempts + 1))
    return attachment_id


def release(session: Session, owner: str) -> None:
    """Give back what `owner`, who has died or stopped, had taken."""
    session.execute(update(Attachment).where(Attachment.lease_owner == owner)
                    .values(lease_owner=None, lease_until=None))


# -- one turn -----------------------------------------------------------------------------------------------------

def turn(house: House, owner: str, tools: Tools, at: dt.datetime | None = None) -> int:
    """Do the next piece of work; 0 when there is none."""
    attachment_id = _take(house, owner, at or now())
    if attachment_id is None:
        return 0
    with house.database.reader() as session:
        job = _job(session, house, session.get_one(Attachment, attachment_id), tools)
    if job.at.attachment.attempts > MOST_ATTEMPTS:
        result = _Inspected(refused=Refused("slow", "多次检查都没有完成，文件可能已损坏或者过于复杂：请另存后重新上传"))
    elif job.at.stage == filing.WAITING:
        result = _inspect(house, job, tools)
    elif job.at.stage == filing.PREPARING:
        result = _clean(house, job, tools)
    else:
        result = _Nothing()
    with house.database.writer.begin() as session:
        lock(session, session.get_one(Document, job.at.attachment.document_id))  # first, as everybody does
        attachment = session.get_one(Attachment, attachment_id, with_for_update=True)
        if attachment.lease_owner == owner:  # else it took too long, and somebody else is at it
            result.keep(session, house, attachment, job)
            attachment.lease_owner = attachment.lease_until = None
            attachment.attempts = 0
    return 1


def _job(session: Session, house: House, attachment: Attachment, tools: Tools) -> _Job:
    document = session.get_one(Document, attachment.document_id)
    at = filing.filed(session, house, document, [attachment], tools.limits)[0]
    unseen = attachment.id not in filing.shown(document.head)
    if unseen and (at.stage == filing.PREPARING or attachment.role == filing.FILE):
        at = Filed(attachment, at.label, filing.READY, at.choices)  # nobody asks for it any more
    heavy = at.stage in (filing.WAITING, filing.PREPARING)
    data = house.blobs.get(session, attachment.address) if heavy else b""
    return _Job(at, data, attachment.due)


def _source(job: _Job) -> Source:
    return Source(job.data, job.at.attachment.name)


class _Nothing:
    """There was nothing to do: it rests until something happens to it again."""

    def keep(self, session: Session, house: House, attachment: Attachment, job: _Job) -> None:
        if attachment.due == job.due:
            attachment.due = None


# -- inspecting ---------------------------------------------------------------------------------------------------

def _inspect(house: House, job: _Job, tools: Tools) -> _Inspected:
    try:
        found = tools.inspect(_source(job), job.at.choices)
    except Refused as refused:
        return _Inspected(refused=refused)
    with house.database.reader() as session:
        return _Inspected(found, house.blobs.write(session, filing.pack(found)))


@dataclass(frozen=True)
class _Inspected:
    """What came of an inspection; it stays due, for what follows from it."""

    found: Inspection | None = None
    blob: Blob | None = None
    refused: Refused | None = None

    def keep(self, session: Session, house: House, attachment: Attachment, job: _Job) -> None:
        before = attachment.inspection
        if self.blob is not None:
            session.add(self.blob)
            session.flush()
        attachment.inspection = self.blob.address if self.blob else None
        attachment.inspected_as = filing.mark(job.at.attachment, job.at.choices)
        attachment.format = self.found.format if self.found else ""
        attachment.refusal_code = self.refused.code if self.refused else ""
        attachment.refusal = self.refused.reason if self.refused else ""
        session.flush()
        if before is not None:
            house.blobs.drop(session, before)
        journal.record(session, "attachment.inspect", ("attachment", attachment.id), actor_id=None,
                       format=attachment.format, refused=attachment.refusal_code, sha256=attachment.sha256,
                       findings=len(self.found.findings) if self.found else 0)


# -- making -------------------------------------------------------------------------------------------------------

def _clean(house: House, job: _Job, tools: Tools) -> _Made:
    try:
        cleaned = tools.clean(_source(job), job.at.choices)
        problems = [*([] if cleaned.verified else ["公开版没有通过核验"]), *_told(cleaned.built.text, job.at.choices)]
    except Refused as refused:
        return _Made(problem=refused.reason)
    if problems:
        return _Made(problem="；".join(dict.fromkeys(problems)))
    return _written(house, job, cleaned, tools)


def _told(text: str, choices: Choices) -> list[str]:
    """What the text of a rendition, which the search will repeat, still tells."""
    found = privacy.scan_text(text[:MOST_TEXT], known_public=choices.known_public)
    return [f"公开版里仍有{privacy.KINDS[each.kind].zh}：{each.why}" for each in found
            if choices.decision(each.kind, each.normal) is not Decision.keep]


def _written(house: House, job: _Job, cleaned: Cleaned, tools: Tools) -> _Made:
    """The files of a rendition on the disk, their rows still to be added."""
    built, name = cleaned.built, cleaned.name.replace("*", "×")  # no disk takes asterisks
    variants = tools.variants(built) if job.at.attachment.role == filing.PICTURE else []
    with house.database.reader() as session:
        made = [_file(house, session, built.data, name=name, media_type=built.media_type, format=built.format,
                      text=built.text[:MOST_TEXT], removed=list(built.removed), changed=built.changed)]
        made += [_file(house, session, each.data, name=f"{each.name}{each.suffix}", media_type=each.media_type,
                       variant=each.name, width=each.width, height=each.height) for each in variants]
    return _Made(tuple(made))


def _file(house: House, session: Session, data: bytes, **values: object) -> tuple[FileRendition, Blob]:
    blob = house.blobs.write(session, data)
    return FileRendition(address=blob.address, size=len(data), sha256=hashlib.sha256(data).hexdigest(), **values), blob


@dataclass(frozen=True)
class _Made:
    """What came of making a rendition: its files, or why there are none."""

    files: tuple[tuple[FileRendition, Blob], ...] = ()
    problem: str = ""

    def keep(self, session: Session, house: House, attachment: Attachment, job: _Job) -> None:
        rows = [made for made, _blob in self.files] or [FileRendition(problem=self.problem)]
        session.add_all([blob for _made, blob in self.files])
        session.flush()
        for row in rows:
            row.attachment_id, row.digest, row.made = attachment.id, job.at.digest, now()
        session.add_all(rows)
        session.flush()
        discarding.prune(session, house, attachment, job.at.digest)
        journal.record(session, "attachment.prepare", ("attachment", attachment.id), actor_id=None,
                       original=attachment.sha256, sha256=rows[0].sha256, ok=not self.problem)
