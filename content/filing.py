"""Where an attachment stands: what it is inspected and made with, what was found in it, what stands in its way.

Nothing here is heavy, and nothing is decided by when something was done: an inspection counts while its mark, and a
rendition while its digest, are those of today's choices. Newer decisions, newer detectors, another rule of the
column: what was made before them is simply not found.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import privacy
from content.documents import Attachment, Document, FileRendition, Revision, Vouching
from content.house import House
from content.journal import canonical
from content.privacy import Decision
from content.privacy.renditions.model import Box, Choices, Finding, Inspection, Limits, Picture
from content.privacy.renditions.traces import telling
from content.privacy.renditions.worker import read_inspection, write_inspection
from content.scanning import pictures_in, scan
from content.tree import Node

FILE, PICTURE = "file", "picture"  # roles: listed below the text, standing in it
# Stages of the work. Only a `ready` one can go out.
WAITING, REFUSED, OPEN, PREPARING, FAILED, READY = "waiting", "refused", "open", "preparing", "failed", "ready"
_CELL = re.compile(r"[A-Z]{1,3}\d{1,7}")


@dataclass(frozen=True)
class Filed:
    """An attachment as of now. `noted` is what was found in it and stays in sight, each with its key.

    `vouching` is the statement about its pictures, where one holds; `label` its name without personal data.
    """

    attachment: Attachment
    label: str
    stage: str
    choices: Choices
    inspection: Inspection | None = None
    noted: tuple[tuple[str, Finding], ...] = ()
    digest: str = ""
    rendition: FileRendition | None = None
    variants: tuple[FileRendition, ...] = ()
    vouching: Vouching | None = None

    @property
    def unread(self) -> tuple[Picture, ...]:
        """The pictures that no program could read and that nobody has vouched for."""
        return self.inspection.unread if self.inspection and self.vouching is None else ()

    @property
    def dropped(self) -> tuple[Finding, ...]:
        """What was found where nobody will see it, and may therefore stand nowhere else."""
        kept = {finding.normal for _key, finding in self.noted}
        found = self.inspection.findings if self.inspection else ()
        return tuple(each for each in found if each.dropped and each.normal not in kept
                     and self.choices.decision(each.kind, each.normal) is not Decision.keep)

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.inspection.secrets if self.inspection else ()

    @property
    def reason(self) -> str:
        """Why it does not go on, where it was refused or could not be made."""
        if self.stage == REFUSED:
            return self.attachment.refusal
        return self.rendition.problem if self.stage == FAILED and self.rendition else ""


# -- which ones ---------------------------------------------------------------------------------------------------

def shown(revision: Revision) -> list[int]:
    """Ids of everything that a revision shows beside its words: its files in order, then its pictures."""
    return list(dict.fromkeys((*revision.attachments, *pictures_in(revision.body))))


def attachments_of(session: Session, revision: Revision) -> list[Attachment]:
    """The attachments that a revision shows, in order; those of other documents and erased ones are not among them."""
    ids = shown(revision)
    if not ids:
        return []
    query = select(Attachment).where(Attachment.id.in_(ids), Attachment.document_id == revision.document_id,
                                     Attachment.address.is_not(None))
    found = {each.id: each for each in session.scalars(query)}
    return [found[each] for each in ids if each in found]


# -- what each is looked at and made with -------------------------------------------------------------------------

@cache
def engine() -> str:
    """What looks and builds: the hash of its own source. Newer detectors believe no older inspection."""
    folder = Path(privacy.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def choices_of(attachment: Attachment, node: Node, known_public: frozenset[str],
               limits: Limits | None = None) -> Choices:
    """How an attachment is to be treated, but for the decisions about what is found in it."""
    boxes = tuple(Box(each["picture"], each["left"], each["top"], each["right"], each["bottom"])
                  for each in attachment.boxes)
    return Choices(masks=node.masks, known_public=known_public, mask_names=node.mask_names,
                   keep_hidden=attachment.keep_hidden, boxes=boxes, limits=limits or Limits())


def mark(attachment: Attachment, choices: Choices) -> str:
    """Of everything that decides what an inspection finds."""
    return _hash(attachment.sha256, attachment.name, engine(), choices.keep_hidden, choices.mask_names,
                 sorted(choices.known_public))


def _digest(attachment: Attachment, choices: Choices, decided: Mapping[str, str], elsewhere: Iterable[str]) -> str:
    """Of everything that decides what a rendition looks like; of the values found, their keys and decisions alone."""
    return _hash(attachment.sha256, attachment.name, engine(), choices.keep_hidden, choices.mask_names,
                 dict(choices.masks), [asdict(box) for box in choices.boxes], dict(decided), sorted(elsewhere))


def vouching_mark(attachment: Attachment) -> str:
    """Of what a statement about pictures is made of: this file, shown so, with these boxes."""
    boxes = [{name: value for name, value in box.items() if name not in ("by", "at")} for box in attachment.boxes]
    return _hash(attachment.sha256, attachment.keep_hidden, boxes)


def _hash(*parts: Any) -> str:
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


# -- what was found -----------------------------------------------------------------------------------------------

def pack(inspection: Inspection) -> bytes:
    """An inspection as it is sealed."""
    return json.dumps(write_inspection(inspection), ensure_ascii=False).encode()


@lru_cache(maxsize=64)
def unpack(packed: bytes) -> Inspection:
    return read_inspection(json.loads(packed))


@lru_cache(maxsize=4096)
def label(name: str, known_public: frozenset[str]) -> str:
    """A name without personal data: for sentences, which may be kept where it would not be."""
    return privacy.mask_text(name, privacy.scan_text(name, known_public=known_public))


def place(at: Filed, finding: Finding) -> str:
    """Where something stands in an attachment; a sheet may be called by somebody's number."""
    where, gap, cell = finding.where.rpartition(" ")
    if not _CELL.fullmatch(cell):
        where, gap, cell = finding.where, "", ""
    return f"附件“{at.label}” {label(where, at.choices.known_public)}{gap}{cell}"


# -- where each stands --------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class _Case:
    """What all attachments of a document have in common while they are looked at."""

    session: Session
    house: House
    node: Node
    known_public: frozenset[str]
    settled: Mapping[str, str] = field(default_factory=dict)  # key of a value -> decision
    limits: Limits | None = None


def filed(session: Session, house: House, document: Document, attachments: Iterable[Attachment],
          limits: Limits | None = None) -> list[Filed]:
    """Where each stands. A few queries for all of them, and none where there are none.

    What is cut out of the newest revision or of another of its attachments is cut out of these wherever it stands.
    """
    wanted = list(attachments)
    if not wanted:
        return []
    tree = house.tree(session)
    case = _Case(session, house, tree.by_id[document.column_id], house.known_public(tree),
                 {each.key: each.decision for each in document.settlements}, limits)
    all_of = {each.id: each for each in (*attachments_of(session, document.head), *wanted)}
    looked = {number: _looked_at(case, each) for number, each in all_of.items()}
    words = scan(document.head, house.finding_secret, case.known_public)
    cut = _cut(case, [*((key, each) for key, each, _place in words.items), *_keyed_of_all(case, looked.values())])
    judged = [_judged(case, looked[each.id], cut) for each in wanted]
    made, vouched = _made(session, judged), _vouched(session, wanted)
    return [_with_rendition(each, made.get((each.attachment.id, each.digest), ()),
                            vouched.get((each.attachment.id, vouching_mark(each.attachment)))) for each in judged]


def _looked_at(case: _Case, attachment: Attachment) -> Filed:
    """With its inspection, where one counts."""
    choices = choices_of(attachment, case.node, case.known_public, case.limits)
    at = Filed(attachment, label(attachment.name, case.known_public), WAITING, choices)
    if attachment.inspected_as != mark(attachment, choices):
        return at
    if attachment.refusal:
        return replace(at, stage=REFUSED)
    if attachment.inspection is None:
        return at
    return replace(at, inspection=unpack(case.house.blobs.get(case.session, attachment.inspection)))


def _keyed(case: _Case, at: Filed) -> list[tuple[str, Finding]]:
    found = at.inspection.findings if at.inspection else ()
    return [(privacy.value_key(case.house.finding_secret, each), each) for each in found]


def _keyed_of_all(case: _Case, looked: Iterable[Filed]) -> list[tuple[str, Finding]]:
    return [pair for at in looked for pair in _keyed(case, at)]


def _cut(case: _Case, found: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Findings by key, of values that name somebody wherever they stand and that nobody decided to keep."""
    return {key: each for key, each in found if case.settled.get(key) != Decision.keep and telling(each.normal)}


def _judged(case: _Case, at: Filed, cut: Mapping[str, Any]) -> Filed:
    """With what was found, what was decided of it, and the choices that follow."""
    if at.inspection is None:
        return at
    keyed = _keyed(case, at)
    noted = tuple((key, each) for key, each in keyed if not each.dropped)
    decisions = {(each.kind, each.normal): Decision(case.settled[key]) for key, each in keyed if key in case.settled}
    own = dict(keyed)
    elsewhere = {key: each for key, each in cut.items() if key not in own}
    choices = replace(at.choices, decisions=decisions,
                      everywhere={each.normal: each.kind for each in elsewhere.values()})
    is_open = bool(at.inspection.secrets) or any(key not in case.settled for key, _found in noted)
    decided = {key: case.settled.get(key, "") for key in own}
    return replace(at, stage=OPEN if is_open else PREPARING, choices=choices, noted=noted,
                   digest=_digest(at.attachment, choices, decided, elsewhere))


def _made(session: Session, looked: list[Filed]) -> dict[tuple[int, str], list[FileRendition]]:
    digests = {each.attachment.id: each.digest for each in looked if each.stage == PREPARING}
    found: dict[tuple[int, str], list[FileRendition]] = {}
    if digests:
        query = select(FileRendition).where(FileRendition.attachment_id.in_(digests),
                                            FileRendition.digest.in_(digests.values()))
        for made in session.scalars(query):
            found.setdefault((made.attachment_id, made.digest), []).append(made)
    return found


def _vouched(session: Session, attachments: list[Attachment]) -> dict[tuple[int, str], Vouching]:
    query = select(Vouching).where(Vouching.attachment_id.in_([each.id for each in attachments]))
    return {(each.attachment_id, each.mark): each for each in session.scalars(query)}


def _with_rendition(at: Filed, made: Iterable[FileRendition], vouching: Vouching | None) -> Filed:
    at = replace(at, vouching=vouching)
    rendition = next((each for each in made if not each.variant), None)
    if rendition is None or at.stage != PREPARING:
        return at
    variants = tuple(sorted((each for each in made if each.variant), key=lambda each: each.width or 0))
    return replace(at, stage=FAILED if rendition.problem else READY, rendition=rendition, variants=variants)


def entry(at: Filed) -> dict[str, Any]:
    """A ready attachment as the public rendition lists it; `file` is the id of its `FileRendition`."""
    made = at.rendition
    found = {"id": at.attachment.id, "file": made.id, "role": at.attachment.role, "name": made.name,
             "format": made.format, "media_type": made.media_type, "size": made.size, "sha256": made.sha256,
             "changed": made.changed}
    if at.attachment.role == PICTURE:
        found["variants"] = [{"variant": each.variant, "file": each.id, "name": each.name, "width": each.width,
                              "height": each.height} for each in at.variants]
    return found
