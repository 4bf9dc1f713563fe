"""What changed in a manuscript, for the one who reviews it: text and metadata against an earlier revision."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyramid.request import Request
from sqlalchemy.orm import Session

from content import journal, manuscripts
from content.clearing import Found
from content.differences import REMOVED, Comparison, Piece, compare_html, compare_words
from content.documents import Document, Rendition, Revision
from portal.desk import reading
from portal.desk.findings import CLASSES, Panel
from workflows.engine import workflow_of


@dataclass(frozen=True)
class Segment:
    """A run of text on the page: `tag` is `ins`, `del` or "", `number` that of a finding in it."""

    tag: str
    text: str
    number: int | None = None
    css: str = ""


@dataclass(frozen=True)
class Change:
    """A field of the metadata, before and after."""

    title: str
    old: str
    new: str

    @property
    def changed(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True)
class Changes:
    """The two revisions side by side: `heading` the titles, `text` the bodies, `fields` the metadata."""

    before: Revision
    heading: tuple[Piece, ...]
    text: Comparison
    fields: tuple[Change, ...]


def changes(request: Request, document: Document, before: Revision, after: Revision) -> Changes:
    """The differences of two revisions, in the words that this person may see."""
    old, new = (reading.text(request, document, each) for each in (before, after))
    titles = dict.fromkeys((*old.data, *new.data))
    fields = tuple(Change(title, old.data.get(title, ""), new.data.get(title, "")) for title in titles)
    return Changes(before, compare_words(old.title, new.title), compare_html(old.body, new.body), fields)


def earlier(session: Session, document: Document, rows: list[journal.Row]) -> Revision | None:
    """What a reviewer compares with: the text that the public has, else the last one that was sent on, else the
    one before."""
    head = document.head
    candidates = [_live_revision(session, document), *_sent_on(document, rows)]
    for number in candidates:
        if number is not None and number != head.id:
            return session.get(Revision, number)
    return manuscripts.revision(session, document.id, head.ordinal - 1)


def _live_revision(session: Session, document: Document) -> int | None:
    if document.live is None or document.live.rendition_id is None:
        return None
    return session.get_one(Rendition, document.live.rendition_id).revision_id


def _sent_on(document: Document, rows: list[journal.Row]) -> Iterator[int | None]:
    """Ids of the revisions with which the text left its writer, the last first."""
    states = workflow_of(document.workflow).states
    for row in reversed(rows):
        source = row.payload.get("from")
        if source in states and states[source].editable:
            yield row.payload.get("revision")


# -- as segments of a page --------------------------------------------------------------------------------------

def segments(pieces: tuple[Piece, ...], beside: Panel) -> list[Segment]:
    """Pieces as they are written on the page, with the findings of the new text marked in them."""
    found = {each.value: each for each in beside.review.found} if beside.originals else {}
    return [segment for piece in pieces for segment in _marked(piece, found)]


def _marked(piece: Piece, found: dict[str, Found]) -> Iterator[Segment]:
    tag = {"added": "ins", "removed": "del"}.get(piece.kind, "")
    here = [value for value in found if value in piece.text] if piece.kind != REMOVED else []
    if not here:
        yield Segment(tag, piece.text)
        return
    for part in re.split(f"({'|'.join(map(re.escape, sorted(here, key=len, reverse=True)))})", piece.text):
        each = found.get(part)
        if each is not None:
            yield Segment(tag, part, each.number, CLASSES[each.decision])
        elif part:
            yield Segment(tag, part)
