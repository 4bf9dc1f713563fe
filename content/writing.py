"""Writing: new documents, new revisions, kept drafts, copies, other columns. Nothing typed is ever lost.

Saving names the revision it was typed upon. When somebody else saved in between, the newcomer's text is kept as
his draft and `Conflict` shows both; neither overwrites the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from content import journal, places
from content.base import now
from content.documents import Document, Draft, Listing, Relation, Revision, lock
from content.numbers import DocumentNumber, normal_number
from content.privacy import sanitise_html
from content.tree import Node
from content.types import type_of

MOST_BODY = 400_000  # characters of a body with its markup; looking for personal data takes time in proportion
DRAFT = "draft"  # the state in which every workflow begins
PERIOD_FIELDS = ("ends", "formed", "pinned_until", "number", "effective", "expires", "abolished", "abolishes",
                 "supersedes", "correction")  # what belongs to one issue and is not carried into the next


class Conflict(Exception):
    """Somebody else saved first; `draft` keeps what was typed now, `theirs` is the newer revision."""

    def __init__(self, draft: Draft, theirs: Revision) -> None:
        super().__init__("别人先保存了这一稿；您写的内容已另存为草稿，没有丢失")
        self.draft, self.theirs = draft, theirs


class NotHere(ValueError):
    """The column does not take this; the message says why, in Chinese."""


class TooLong(ValueError):
    """The body is longer than `MOST_BODY`; the message says so, in Chinese."""


def _check_length(body: str) -> None:
    if len(body) > MOST_BODY:
        raise TooLong(f"正文（连同格式）最多{MOST_BODY}个字符，现在是{len(body)}个；请分成几篇")


def create(session: Session, node: Node, type_name: str, *, actor_id: int | None, title: str = "",
           body: str | Callable[[Document], str] = "", data: dict[str, Any] | None = None,
           also: list[int] | None = None, department_id: int | None = None, at: dt.datetime | None = None,
           **values: Any) -> Document:
    """A new document with its first revision. `body` may be made once there is a document that can keep its pictures.

    Raises `NotHere`, `TooLong`, or `colander.Invalid` for bad metadata.
    """
    _check_home(node, type_name)
    at = at or now()
    document = Document(type=type_name, column_id=node.id, department_id=department_id or node.department_id,
                        workflow=node.workflow, state=DRAFT, state_since=at, owner_id=actor_id, created=at,
                        also=also or [], **values)
    session.add(document)
    session.flush()
    words = body(document) if callable(body) else body
    _check_length(words)
    revision = _revise(session, document, title, words, data or {}, actor_id, at, ())
    journal.record(session, "document.create", ("document", document.id), actor_id=actor_id, at=at,
                   type=type_name, column=node.code, revision=revision.id)
    return document


def _check_home(node: Node, type_name: str) -> None:
    if not node.takes(type_name):
        raise NotHere(f"栏目“{node.name}”不收“{type_of(type_name).title}”")
    if node.kind == "external":
        raise NotHere(f"栏目“{node.name}”是外部链接，不能放文章")


def save(session: Session, document: Document, *, base_id: int | None, title: str, body: str, data: dict[str, Any],
         actor_id: int, attachments: tuple[int, ...] | None = None, note: str = "",
         at: dt.datetime | None = None) -> Revision:
    """A new revision typed upon revision `base_id`. Raises `TooLong`, or `Conflict` after keeping the text as a draft.

    Saving what is there already makes no revision and returns the present one.
    """
    _check_length(body)
    at = at or now()
    lock(session, document)
    head = document.head
    if head is not None and base_id != head.id and not (attachments is None and _same_words(session, base_id, head)):
        fields = {"title": title, "body": body, "data": data}
        raise Conflict(keep_draft(session, actor_id, fields, document=document, base_id=base_id, at=at), head)
    clean, files = _clean(document, data), tuple(head.attachments) if attachments is None and head else attachments
    if head and (head.title, head.body, head.data) == (title.strip(), sanitise_html(body), clean) \
            and tuple(head.attachments) == (files or ()):
        forget_draft(session, actor_id, document.id)
        return head
    revision = _revise(session, document, title, body, data, actor_id, at, files or (), note)
    forget_draft(session, actor_id, document.id)
    journal.record(session, "document.save", ("document", document.id), actor_id=actor_id, at=at,
                   revision=revision.id, ordinal=revision.ordinal, note=note)
    return revision


def _same_words(session: Session, base_id: int | None, head: Revision) -> bool:
    """Whether nothing but files came or went since revision `base_id`: what is typed upon it loses nothing."""
    base = session.get(Revision, base_id) if base_id is not None else None
    return base is not None and (base.document_id, base.title, base.body, base.data) == (
        head.document_id, head.title, head.body, head.data)


def attach(session: Session, document: Document, attachments: Iterable[int], *, actor_id: int | None, note: str,
           at: dt.datetime | None = None) -> Revision:
    """A new revision with the same words and these files. What anybody has typed and not saved stays kept."""
    lock(session, document)
    at, head = at or now(), document.head
    revision = _revise(session, document, head.title, head.body, head.data, actor_id, at, tuple(attachments), note)
    journal.record(session, "document.save", ("document", document.id), actor_id=actor_id, at=at,
                   revision=revision.id, ordinal=revision.ordinal, note=note)
    return revision


def _revise(session: Session, document: Document, title: str, body: str, data: dict[str, Any],
            actor_id: int | None, at: dt.datetime, files: tuple[int, ...], note: str = "") -> Revision:
    ordinal = session.scalar(select(func.max(Revision.ordinal)).where(Revision.document_id == document.id)) or 0
    revision = Revision(document_id=document.id, ordinal=ordinal + 1, author_id=actor_id, created=at,
                        title=title.strip(), body=sanitise_html(body), data=_clean(document, data),
                        attachments=list(files), note=note)
    session.add(revision)
    session.flush()
    document.head = revision
    session.flush()
    return revision


def _clean(document: Document, data: dict[str, Any]) -> dict[str, Any]:
    clean = type_of(document.type).clean(data)
    if clean.get("number") and DocumentNumber.parse(clean["number"]):
        clean["number"] = normal_number(clean["number"])
    return clean


# -- drafts -----------------------------------------------------------------------------------------------------

def keep_draft(session: Session, user_id: int, fields: dict[str, Any], *, document: Document | None = None,
               draft_id: int | None = None, column_id: int | None = None, type_name: str = "",
               base_id: int | None = None, at: dt.datetime | None = None) -> Draft:
    """Keep what a person has typed: one draft for each person and document, or the draft `draft_id`."""
    query = select(Draft).where(Draft.user_id == user_id)
    found = None
    if document is not None:
        found = session.scalars(query.where(Draft.document_id == document.id)).first()
    elif draft_id is not None:
        found = session.scalars(query.where(Draft.id == draft_id)).first()
    if found is None:
        found = Draft(user_id=user_id, document_id=document.id if document else None, base_id=base_id)
        session.add(found)
    found.type = document.type if document else type_name
    found.column_id = document.column_id if document else column_id
    found.base_id, found.fields, found.saved = base_id, fields, at or now()
    session.flush()
    return found


def draft_of(session: Session, user_id: int, document_id: int) -> Draft | None:
    """What this person typed into this document and did not save."""
    query = select(Draft).where(Draft.user_id == user_id, Draft.document_id == document_id)
    return session.scalars(query).first()


def unsaved(session: Session, user_id: int, limit: int = 50) -> list[Draft]:
    """What this person typed of documents that were never saved, newest first."""
    query = select(Draft).where(Draft.user_id == user_id, Draft.document_id.is_(None))
    return list(session.scalars(query.order_by(Draft.saved.desc()).limit(limit)))


def forget_draft(session: Session, user_id: int, document_id: int) -> None:
    session.execute(delete(Draft).where(Draft.user_id == user_id, Draft.document_id == document_id))


def drop_draft(session: Session, user_id: int, draft_id: int) -> None:
    """Throw one kept draft away; nobody throws away another's."""
    session.execute(delete(Draft).where(Draft.user_id == user_id, Draft.id == draft_id))


# -- agreed moments, copies and places ---------------------------------------------------------------------------

def agree(session: Session, document: Document, moment: dt.datetime | None, *, actor_id: int) -> None:
    """Agree on the moment before which the document is not published; None takes the agreement back."""
    if document.publish_at == moment:
        return
    document.publish_at = moment
    journal.record(session, "document.agree", ("document", document.id), actor_id=actor_id,
                   publish_at=moment.isoformat() if moment else None)


def copy_as_new(session: Session, source: Document, node: Node, *, actor_id: int, at: dt.datetime | None = None,
                body: Callable[[Document], str] | None = None) -> Document:
    """The next issue of a recurring notice: the last text, without what belongs to that issue alone.

    `body` gives the text where it has pictures, which the new document needs of its own.
    """
    head = source.head
    data = {key: value for key, value in head.data.items() if key not in PERIOD_FIELDS}
    return create(session, node, source.type, actor_id=actor_id, title=head.title, body=body or head.body, data=data,
                  also=list(source.also), department_id=source.department_id, copied_from=source.id, at=at)


def relocate(session: Session, document: Document, node: Node, *, actor_id: int, also: list[int] | None = None,
             why: str = "") -> None:
    """Another home column, other lists; the address stays. Permissions and audience are those of the new home.

    A draft goes on by the new home's workflow; what is further on, or was reviewed for inside alone, is not opened
    to the public by a move (先审查、后公开). Whether the actor may write there is for the caller to ask.
    """
    lock(session, document)
    _check_home(node, document.type)
    before = {"column": document.column_id, "also": list(document.also)}
    document.column_id = node.id
    if document.state == DRAFT:
        document.workflow = node.workflow
    document.also = [each for each in (document.also if also is None else also) if each != node.id]
    if document.live is not None and not document.live.is_withdrawn:
        live = document.live
        live.column_id, live.audience = node.id, live.cleared_for if node.is_public() else "internal"
        session.execute(delete(Listing).where(Listing.document_id == document.id))
        session.flush()
        for column_id in dict.fromkeys((node.id, *document.also)):
            session.add(Listing(document_id=document.id, column_id=column_id, published=live.published))
        places.settle(session, document.id, (node.id, *document.also))
    session.flush()
    journal.record(session, "document.relocate", ("document", document.id), actor_id=actor_id, why=why, before=before,
                   after={"column": node.id, "also": list(document.also)})


def related(session: Session, document_id: int) -> list[Relation]:
    """Every relation from or to this document."""
    query = select(Relation).where((Relation.source_id == document_id) | (Relation.target_id == document_id))
    return list(session.scalars(query))
