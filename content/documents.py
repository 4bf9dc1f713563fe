"""Documents: identity, immutable revisions, settled findings, renditions, and the one row that says what is live.

- A `Document` is an identity: type, home column, state in its workflow, and once published a number and address.
- A `Revision` is immutable content; saving makes a new one. `Draft` keeps what was typed and not yet saved.
- An `Attachment` is an uploaded original; `FileRendition` is what was made of it for the public, and checked.
- A `Settlement` is an editor's decision about one found value of personal data in one document.
- A `Rendition` is what the public gets: a revision from which personal data was cut out, and its files.
- `Live` is the gate: every public read, and every follower before and after it writes, asks this row.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    and_,
    event,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from content.base import SHANGHAI, Base
from content.people import User

PUBLIC, ARCHIVED, WITHDRAWN = "public", "archived", "withdrawn"
# Why something was withdrawn (撤回原因): what the tombstone says of it.
REASONS = {"error": "信息有误", "privacy": "涉及个人隐私", "secrecy": "涉密或不宜公开",
           "superseded": "已被新的信息代替", "court": "依法院裁判或行政复议决定"}
UNSAID = frozenset({"privacy", "secrecy"})  # reasons for which neither title nor words stay on the tombstone


class Document(Base):
    """What stays the same while the text changes. `state` is a state of its `workflow`."""

    __tablename__ = "document"
    __table_args__ = (Index("ix_document_state", "state", "column_id"), Index("ix_document_owner", "owner_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    column_id: Mapped[int] = mapped_column(ForeignKey("site_column.id"))
    also: Mapped[list] = mapped_column(default=list)  # further columns that list it
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    workflow: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    state_since: Mapped[dt.datetime]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))  # who writes; a return goes here
    head_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id", use_alter=True))
    source_id: Mapped[str | None] = mapped_column(Text, unique=True)  # its id where it was imported from
    imported: Mapped[bool] = mapped_column(default=False)  # exempt from rules of lateness
    emergency: Mapped[bool] = mapped_column(default=False)  # published without the usual people; not yet confirmed
    publish_at: Mapped[dt.datetime | None]  # scheduled moment of release
    copied_from: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    created: Mapped[dt.datetime]

    head: Mapped[Revision | None] = relationship(foreign_keys=[head_id], lazy="joined", post_update=True)
    owner: Mapped[User | None] = relationship(lazy="joined")
    live: Mapped[Live | None] = relationship(back_populates="document", uselist=False, lazy="joined")
    settlements: Mapped[list[Settlement]] = relationship(lazy="select", order_by="Settlement.key")

    @property
    def title(self) -> str:
        return self.head.title if self.head else ""


class Revision(Base):
    """One saved text of a document; never changed. `data` holds the metadata of its type, dates as ISO strings."""

    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("document_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    ordinal: Mapped[int]  # 第 n 稿, from 1
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created: Mapped[dt.datetime]
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    data: Mapped[dict]
    attachments: Mapped[list] = mapped_column(default=list)  # ids of `Attachment`, in order, without pictures
    note: Mapped[str] = mapped_column(Text, default="")

    author: Mapped[User | None] = relationship(lazy="joined")
    document: Mapped[Document] = relationship(foreign_keys=[document_id])


class Draft(Base):
    """What a person typed and has not saved: kept by autosave, and when somebody else saved first."""

    __tablename__ = "draft"
    __table_args__ = (Index("ix_draft_user", "user_id", "document_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    column_id: Mapped[int | None] = mapped_column(ForeignKey("site_column.id"))
    type: Mapped[str] = mapped_column(Text)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("revision.id"))  # the revision it was typed upon
    fields: Mapped[dict]
    saved: Mapped[dt.datetime]


class Attachment(Base):
    """An uploaded original, sealed in the blob store; the public never gets it, only a rendition of it.

    What was uploaded never changes; what was chosen about it does, and how far the work on it is.
    """

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_due", "due"), Index("ix_attachment_address", "address"),
                      Index("ix_attachment_inspection", "inspection"))

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int]  # in bytes
    sha256: Mapped[str] = mapped_column(Text)  # of the original, not of what is stored
    address: Mapped[str | None] = mapped_column(ForeignKey("blob.address"))  # None once erased by law
    role: Mapped[str] = mapped_column(Text, default="file")  # or `picture`, one that stands in the text
    uploaded: Mapped[dt.datetime]
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    # what people chose
    alt: Mapped[str] = mapped_column(Text, default="")  # 替代文字 that was given with a picture
    keep_hidden: Mapped[bool] = mapped_column(default=False)  # show hidden rows, sheets, text
    boxes: Mapped[list] = mapped_column(default=list)  # [{picture, left, top, right, bottom, by, at}], drawn by hand
    # how far the work is
    format: Mapped[str] = mapped_column(Text, default="")  # by its content, once inspected
    inspection: Mapped[str | None] = mapped_column(ForeignKey("blob.address"))  # sealed: it holds personal data
    inspected_as: Mapped[str] = mapped_column(Text, default="")  # mark of what it was inspected with
    refusal_code: Mapped[str] = mapped_column(Text, default="")
    refusal: Mapped[str] = mapped_column(Text, default="")  # why it cannot be published, and the way out
    due: Mapped[dt.datetime | None]  # since when there may be something to do
    attempts: Mapped[int] = mapped_column(default=0)  # in a row that never came to an end
    lease_owner: Mapped[str | None] = mapped_column(Text)
    lease_until: Mapped[dt.datetime | None]


class FileRendition(Base):
    """What was made of an attachment by certain choices; never changed. `variant` is a size of a picture (`w640`).

    With a `problem` there is no file: by these choices it cannot be published, and why.
    """

    __tablename__ = "file_rendition"
    __table_args__ = (UniqueConstraint("attachment_id", "digest", "variant"),
                      Index("ix_file_rendition_address", "address"))

    id: Mapped[int] = mapped_column(primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"))
    digest: Mapped[str] = mapped_column(Text)  # of everything that decides what it looks like
    variant: Mapped[str] = mapped_column(Text, default="")
    made: Mapped[dt.datetime]
    problem: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str | None] = mapped_column(ForeignKey("blob.address"))
    name: Mapped[str] = mapped_column(Text, default="")  # as the public sees it, with its suffix
    format: Mapped[str] = mapped_column(Text, default="")
    media_type: Mapped[str] = mapped_column(Text, default="")
    size: Mapped[int] = mapped_column(default=0)  # in bytes
    sha256: Mapped[str] = mapped_column(Text, default="")  # of the file that the public gets
    text: Mapped[str] = mapped_column(Text, default="")  # what it says, for the search
    removed: Mapped[list] = mapped_column(default=list)  # codes of what it does not take along
    changed: Mapped[bool] = mapped_column(default=False)  # whether a reader of the original sees less in it
    width: Mapped[int | None]  # of a picture, in pixels
    height: Mapped[int | None]


class Vouching(Base):
    """A reviewer's statement that he looked at the pictures of an attachment which no program could read.

    It holds for what `mark` names: this file with these boxes.
    """

    __tablename__ = "vouching"

    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), primary_key=True)
    mark: Mapped[str] = mapped_column(Text, primary_key=True)
    words: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[dt.datetime]


class Settlement(Base):
    """A decision about one value: mask, delete, or keep with a reason. `key` is keyed, so that it tells nothing."""

    __tablename__ = "settlement"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[dt.datetime]


class Rendition(Base):
    """What the public gets of a revision. Holds nothing that was to be cut out; never changed."""

    __tablename__ = "rendition"

    id: Mapped[int] = mapped_column(primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"), index=True)
    made: Mapped[dt.datetime]
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)  # the body as plain text: snippets, search, feeds
    data: Mapped[dict]
    chain: Mapped[list]  # who made, reviewed, cleared, published: [[step, department or person, day], …]
    files: Mapped[list] = mapped_column(default=list, server_default="[]")  # as `content.filing.entry` writes them
    changes: Mapped[list] = mapped_column(default=list, server_default="[]")  # of a correction: which parts it changed


class Addressed:
    """What follows from the columns of the gate, whether its row was loaded or only read (`content.shown`)."""

    related = True  # whether any document speaks of another here; where nobody asked it may be so

    @property
    def url(self) -> str:
        """The document's own address; it never changes, whatever column it moves to."""
        return f"/doc/{self.year}/{self.serial}.html"

    @property
    def is_withdrawn(self) -> bool:
        return self.state == WITHDRAWN


class Live(Addressed, Base):
    """The gate. One row for each document that was ever published; changed in the journal's transaction."""

    __tablename__ = "live"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        Index("ix_live_newest", "published", "document_id"),
        Index("ix_live_type", "type", "published"),
        Index("ix_live_department", "department_id", "published"),
        Index("ix_live_number", "number"),
        # Of few among many; what is asked by them says the same word for word (`in_state`).
        Index("ix_live_ends", "ends", sqlite_where=text("state = 'public'"),
              postgresql_where=text("state = 'public'")),
        Index("ix_live_lasts", "ends", sqlite_where=text("state = 'archived'"),
              postgresql_where=text("state = 'archived'")),
        Index("ix_live_gone", "changed", sqlite_where=text("state = 'withdrawn'"),
              postgresql_where=text("state = 'withdrawn'")),
        Index("ix_live_topic", "topic", "published"),
        Index("ix_live_column_id", "column_id", "published"),
        Index("ix_live_turns", "turns"),
        Index("ix_live_pinned", "pinned_until"),
        Index("ix_live_changed", "changed"),
        Index("ix_live_validity", "validity", "changed"),
    )

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(Text)
    cleared_for: Mapped[str] = mapped_column(Text, server_default="internal")  # the widest that it was reviewed for
    year: Mapped[int]
    serial: Mapped[int]
    index_number: Mapped[str] = mapped_column(Text, unique=True)  # 索引号, never changes
    rendition_id: Mapped[int | None] = mapped_column(ForeignKey("rendition.id"))  # None once withdrawn
    type: Mapped[str] = mapped_column(Text)
    column_id: Mapped[int] = mapped_column(ForeignKey("site_column.id"))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    title: Mapped[str] = mapped_column(Text)
    published: Mapped[dt.datetime]  # 发布日期
    changed: Mapped[dt.datetime]
    formed: Mapped[dt.date | None]  # 成文日期 or 信息形成日期: starts the 20 working days of Art. 26
    limit_days: Mapped[int | None]  # 法定公开期限 of its own, in working days, where a law says other than Art. 26
    ends: Mapped[dt.date | None]  # last day of a 公示
    pinned_until: Mapped[dt.date | None]
    number: Mapped[str] = mapped_column(Text, default="")  # 文号 in its standard spelling
    validity: Mapped[str] = mapped_column(Text, default="")  # 有效性
    topic: Mapped[str] = mapped_column(Text, default="")
    turns: Mapped[dt.date | None]  # the next day on which its 有效性 changes by itself
    archived: Mapped[dt.datetime | None]  # 归档日期
    corrections: Mapped[int] = mapped_column(default=0, server_default="0")  # how often it was corrected in public
    reason_kind: Mapped[str] = mapped_column(Text, default="", server_default="")  # one of `REASONS`, once withdrawn
    reason: Mapped[str] = mapped_column(Text, default="")  # … and the words that the public may read

    document: Mapped[Document] = relationship(back_populates="live", lazy="select")
    rendition: Mapped[Rendition | None] = relationship(lazy="select")


class Listing(Base):
    """A document in a list: one row for its home column and one for each further column."""

    __tablename__ = "listing"
    __table_args__ = (Index("ix_listing_column", "column_id", "published", "document_id"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("live.document_id"), primary_key=True)
    column_id: Mapped[int] = mapped_column(ForeignKey("site_column.id"), primary_key=True)
    published: Mapped[dt.datetime]


class Relation(Base):
    """One document speaks of another: `interprets`, `abolishes`, `supersedes`, `corrects`."""

    __tablename__ = "relation"

    source_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)


class Counter(Base):
    """A gap-free number: raised in the transaction that uses it."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[int]


def in_state(state: str) -> ColumnElement[bool]:
    """The condition of what is in one state, spelled as in the indexes of what is in that state alone."""
    return Live.state == literal_column(f"'{state}'")


def audiences(audience: str) -> tuple[str, ...]:
    """Whose documents somebody of `audience` may read."""
    return ("public",) if audience == "public" else ("public", "internal")


def readable(now: dt.datetime, audience: str = "public") -> ColumnElement[bool]:
    """The condition under which somebody of `audience` may read a document at `now`: asked by every query."""
    return readable_on(now.astimezone(SHANGHAI).date(), audience)


def readable_on(today: Any, audience: str = "public") -> ColumnElement[bool]:
    """The same on a day, or on a parameter for one, of a statement that is written once."""
    return and_(Live.state.in_((PUBLIC, ARCHIVED)), Live.audience.in_(audiences(audience)),
                or_(Live.ends.is_(None), Live.ends >= today))


def lock(session: Session, document: Document) -> None:
    """The document as of now, held until the transaction ends.

    Two statements: what PostgreSQL joins to a row that it had to wait for is what was joined before the wait.
    """
    session.execute(select(Document.id).where(Document.id == document.id).with_for_update())
    session.refresh(document)


class Immutable(RuntimeError):
    """Somebody tried to change what never changes; a new revision or rendition is the way."""


def _refuse(mapper: Any, connection: Any, target: Any) -> None:
    raise Immutable(f"{type(target).__name__} {target.id} cannot be changed: save a new one")


event.listen(Revision, "before_update", _refuse)
event.listen(Rendition, "before_update", _refuse)
event.listen(FileRendition, "before_update", _refuse)
