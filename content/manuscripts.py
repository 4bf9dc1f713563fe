"""The questions that the desk asks of documents on their way, by name; a fixed number of queries each."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload

from content.documents import WITHDRAWN, Document, Live, Revision
from content.numbers import normal_number

_ADDRESS = re.compile(r"(?:https?://[^/]+)?/doc/((?:19|20)\d{2})/([1-9]\d{0,8})\.html")
_PLACE = re.compile(r"((?:19|20)\d{2})/([1-9]\d{0,8})")
LISTED = joinedload(Document.head).load_only(Revision.title, Revision.ordinal, Revision.created, Revision.author_id)


@dataclass(frozen=True)
class Wanted:
    """What narrows a list of manuscripts; None and empty narrow nothing. `columns` None means everywhere.

    Without `originals` words are looked for in public titles alone: who may not read a title may not guess at it.
    """

    owner_id: int | None = None
    columns: Collection[int] | None = None
    states: Collection[str] = ()
    words: str = ""
    originals: bool = True


def listed(session: Session, wanted: Wanted, offset: int, limit: int) -> list[Document]:
    """Manuscripts, those that moved last first; their texts are not loaded."""
    query = _narrow(select(Document), wanted).options(LISTED)
    return list(session.scalars(query.order_by(Document.state_since.desc(), Document.id.desc())
                                .offset(offset).limit(limit)).unique())


def count(session: Session, wanted: Wanted) -> int:
    return session.scalar(_narrow(select(func.count(Document.id)), wanted)) or 0


def _narrow(query: Select, wanted: Wanted) -> Select:
    if wanted.owner_id is not None:
        query = query.where(Document.owner_id == wanted.owner_id)
    if wanted.columns is not None:
        query = query.where(Document.column_id.in_(wanted.columns))
    if wanted.states:
        query = query.where(Document.state.in_(wanted.states))
    if wanted.words:
        return _saying(query, wanted)
    return query


def _saying(query: Select, wanted: Wanted) -> Select:
    """By id, or by every word in the title."""
    words, title = wanted.words, Revision.title if wanted.originals else Live.title
    head = select(title).where(Revision.id == Document.head_id if wanted.originals else Live.document_id == Document.id)
    for word in words.split():
        head = head.where(title.contains(word, autoescape=True))
    if words.isascii() and words.isdigit() and len(words) < 10:
        return query.where(or_(head.exists(), Document.id == int(words)))
    return query.where(head.exists())


def revisions(session: Session, document_id: int) -> list[Revision]:
    """Every revision (第n稿) of a document, the newest first, without their texts."""
    query = select(Revision).where(Revision.document_id == document_id).order_by(Revision.ordinal.desc())
    return list(session.scalars(query.options(defer(Revision.body), defer(Revision.data))).unique())


def revision(session: Session, document_id: int, ordinal: int) -> Revision | None:
    """第`ordinal`稿 of a document."""
    return session.scalars(select(Revision).where(Revision.document_id == document_id,
                                                  Revision.ordinal == ordinal)).first()


def find(session: Session, written: str) -> Document | None:
    """The document that somebody means by its id, its address or its 文号; the last published one of a number."""
    written = written.strip()
    if found := _ADDRESS.fullmatch(written):
        live = select(Live.document_id).where(Live.year == int(found[1]), Live.serial == int(found[2]))
    elif written.isascii() and written.isdigit():
        return session.get(Document, int(written)) if len(written) < 10 else None
    else:
        live = select(Live.document_id).where(Live.number == normal_number(written), Live.number != "",
                                              Live.state != WITHDRAWN)
    document_id = session.scalar(live.order_by(Live.published.desc()).limit(1))
    return session.get(Document, document_id) if document_id is not None else None


def published(session: Session, written: str) -> Document | None:
    """What was published under a number, withdrawn or not: by its 索引号, its 文号 (the last one that has it), its
    address, or `year/serial`."""
    written = written.strip()
    address = _ADDRESS.fullmatch(written) or _PLACE.fullmatch(written)
    if address:
        live = select(Live.document_id).where(Live.year == int(address[1]), Live.serial == int(address[2]))
    else:
        live = select(Live.document_id).where(or_(Live.index_number == written, Live.number == normal_number(written)))
    if not written:
        return None
    document_id = session.scalar(live.order_by(Live.published.desc()).limit(1))
    return session.get(Document, document_id) if document_id is not None else None


def newest_in(session: Session, column_id: int, type_name: str) -> Document | None:
    """The document of this type that was begun last in a column: of a 单页 column, its one text."""
    query = select(Document).where(Document.column_id == column_id, Document.type == type_name)
    return session.scalars(query.order_by(Document.id.desc()).limit(1)).first()


def last_issues(session: Session, columns: Collection[int]) -> dict[int, int]:
    """`{column id: document id}` of what was published last in each: the text that the next issue is copied from."""
    newest = (select(Live.column_id, func.max(Live.published).label("newest"))
              .where(Live.column_id.in_(columns), Live.rendition_id.is_not(None)).group_by(Live.column_id).subquery())
    query = select(Live.column_id, Live.document_id).join(
        newest, (newest.c.column_id == Live.column_id) & (newest.c.newest == Live.published))
    return dict(session.execute(query.order_by(Live.document_id)).all())
