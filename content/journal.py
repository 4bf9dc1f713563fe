"""The journal: one ordered, hash-chained record of everything that happens, written with the change itself.

Why it is so:

- *Order.* Rows get their number under a lock, as the last step before the commit, so that the order of numbers
  is the order of commits and a reader with a cursor never skips a late commit. On SQLite the writer's lock is
  that lock, on PostgreSQL `pg_advisory_xact_lock`.
- *Proof.* Each row's hash covers the row before it, and the salted hash of its payload.
- *Erasure.* Payloads lie in a table of their own. A journalled erasure may empty one (个人信息保护法 Art. 47);
  the chain still verifies, because rows keep only the salted hash.
- *Refusal.* The database itself refuses UPDATE and DELETE, by trigger (`content.migrations.triggers`).

History pages, the archive card (政务公开档案卡), followers and clocks all read this one account.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, ForeignKey, Index, Select, Text, event, func, select, text, union_all, update
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column, relationship

from content.base import Base, dialect_of, now
from content.bell import BELL

GENESIS = "0" * 64
ERASED = "journal.erased"
CHANNEL = "gongkai_journal"  # of PostgreSQL's notifications: which kinds of subject a commit told of, with commas
_LOCK = 0x676F6E67  # "gong": the advisory lock of this journal
_PENDING = "gongkai.journal.pending"
_GROWN = "gongkai.journal.grown"
_WRITTEN = "gongkai.journal.written"


class Row(Base):
    """One thing that happened. `subject` is what it happened to, as `kind` and `id`."""

    __tablename__ = "journal"
    __table_args__ = (
        Index("ix_journal_subject", "subject_kind", "subject_id", "seq"),
        Index("ix_journal_kind_seq", "subject_kind", "seq"),
        Index("ix_journal_actor", "actor_id", "seq"),
        Index("ix_journal_action", "action", "seq"),
        Index("ix_journal_at", "at"),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int]
    payload_hash: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)

    payload_row: Mapped[Payload] = relationship(lazy="joined", innerjoin=True)

    @property
    def payload(self) -> dict[str, Any]:
        """What was written of it; `{}` when it was erased."""
        body = self.payload_row.body
        return json.loads(body) if body is not None else {}


class Payload(Base):
    """The words of a row: canonical JSON and the salt of its hash; both NULL once erased."""

    __tablename__ = "journal_payload"

    seq: Mapped[int] = mapped_column(BigInteger, ForeignKey("journal.seq"), primary_key=True, autoincrement=False)
    salt: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True)
class Entry:
    """Something that happened and waits for the commit to get its number."""

    action: str
    subject_kind: str
    subject_id: int
    actor_id: int | None
    payload: dict[str, Any] = field(default_factory=dict)
    at: dt.datetime | None = None


def record(session: Session, action: str, subject: tuple[str, int], *, actor_id: int | None,
           at: dt.datetime | None = None, **payload: Any) -> Entry:
    """Gather an entry; it is written just before this session's transaction commits, or not at all.

    `action` is `kind.verb` (`document.publish`); `subject` is `(kind, id)`. Values of `payload` must be JSON.
    """
    if not session.in_transaction():
        session.begin()  # so that a rollback has something to undo, even before the first statement
    entry = Entry(action, subject[0], subject[1], actor_id, payload, at)
    session.info.setdefault(_PENDING, []).append(entry)
    return entry


def pending(session: Session) -> list[Entry]:
    """What this transaction has gathered so far, not yet numbered."""
    return list(session.info.get(_PENDING, ()))


def written(session: Session) -> tuple[Entry, ...]:
    """What this session's last commit wrote; nothing is asked of the database."""
    return session.info.get(_WRITTEN, ())


def canonical(value: Any) -> str:
    """The one spelling of a JSON value that is hashed: sorted keys, no spaces, plain UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _digest(*parts: str) -> str:
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def _row_hash(row: Row) -> str:
    at = row.at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return _digest(row.previous, str(row.seq), at, str(row.actor_id), row.action, row.subject_kind,
                   str(row.subject_id), row.payload_hash)


# -- writing: the last step before the commit -------------------------------------------------------------------

@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    entries = session.info.get(_PENDING)
    if not entries or session.in_nested_transaction():
        return
    session.flush()
    if dialect_of(session) == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    seq, previous = head(session)
    for entry in entries:
        seq += 1
        previous = _write(session, entry, seq, previous)
    session.flush()
    for action, empty in _emptying.items():
        if ids := [entry.subject_id for entry in entries if entry.action == action]:
            empty(session, ids)
    if dialect_of(session) == "postgresql":  # sent with the commit, or not at all
        kinds = ",".join(sorted({entry.subject_kind for entry in entries}))
        session.execute(text("SELECT pg_notify(:channel, :kinds)"), {"channel": CHANNEL, "kinds": kinds})
    session.info[_WRITTEN] = tuple(entries)
    entries.clear()
    session.info[_GROWN] = True


@event.listens_for(Session, "after_commit")
def _ring(session: Session) -> None:
    if session.info.pop(_GROWN, False) and BELL in session.info:
        session.info[BELL].ring()


def _write(session: Session, entry: Entry, seq: int, previous: str) -> str:
    salt, body = secrets.token_hex(16), canonical(entry.payload)
    row = Row(seq=seq, at=entry.at or now(), actor_id=entry.actor_id, action=entry.action,
              subject_kind=entry.subject_kind, subject_id=entry.subject_id,
              payload_hash=_digest(salt, body), previous=previous, payload_row=Payload(salt=salt, body=body))
    row.hash = _row_hash(row)
    session.add(row)
    return row.hash


def _empty_payloads(session: Session, ids: list[int]) -> None:
    session.execute(update(Payload).where(Payload.seq.in_(ids)).values(body=None, salt=None))


_emptying: dict[str, Callable[[Session, list[int]], None]] = {ERASED: _empty_payloads}


def empties(action: str, empty: Callable[[Session, list[int]], None]) -> None:
    """Call `empty` with the subjects of `action` once its rows are written: the triggers ask for them."""
    _emptying[action] = empty


_savepoints: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _savepoints[transaction] = len(pending(session))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    """What was undone did not happen: drop what was gathered since the savepoint, or all of it.

    A flush that fails tells of itself alone, and has rolled back to the savepoint around it.
    """
    undone: SessionTransaction | None = transaction
    while undone is not None and not undone.nested:
        undone = undone.parent
    del session.info.get(_PENDING, [])[_savepoints[undone] if undone else 0:]


@event.listens_for(Session, "after_transaction_end")
def _clear(session: Session, transaction: SessionTransaction) -> None:
    """A session that is closed without a word and used again keeps nothing of its former transaction."""
    if transaction.parent is None:
        session.info.pop(_PENDING, None)
        session.info.pop(_GROWN, None)


# -- reading ----------------------------------------------------------------------------------------------------

def head(session: Session) -> tuple[int, str]:
    """Number and hash of the newest row; `(0, GENESIS)` of an empty journal."""
    found = session.execute(select(Row.seq, Row.hash).order_by(Row.seq.desc()).limit(1)).first()
    return (found.seq, found.hash) if found else (0, GENESIS)


def latest(session: Session, *kinds: str) -> int:
    """Number of the newest row about one of `kinds`, or about anything: the version of what is derived."""
    return session.scalar(newest_row(kinds)) or 0


@cache
def newest_row(kinds: tuple[str, ...]) -> Select:
    """What `latest` asks: the end of the index for each kind; of several at once a database would read all rows."""
    if not kinds:
        return select(func.max(Row.seq))
    each = union_all(*(select(func.max(Row.seq).label("seq")).where(Row.subject_kind == kind) for kind in kinds))
    return select(func.max(each.subquery().c.seq))


def after(session: Session, cursor: int, limit: int = 200) -> list[Row]:
    """The rows behind `cursor`, oldest first, at most `limit`."""
    query = select(Row).where(Row.seq > cursor).order_by(Row.seq).limit(limit)
    return list(session.scalars(query).unique())


def history(session: Session, kind: str, subject_id: int) -> list[Row]:
    """Everything that happened to one subject, oldest first."""
    query = select(Row).where(Row.subject_kind == kind, Row.subject_id == subject_id).order_by(Row.seq)
    return list(session.scalars(query).unique())


def told(session: Session, kind: str, subject_id: int) -> list[Row | Entry]:
    """`history`, and behind it what this transaction has gathered and not yet numbered: what guards read."""
    waiting = [each for each in pending(session) if (each.subject_kind, each.subject_id) == (kind, subject_id)]
    return [*history(session, kind, subject_id), *waiting]


@dataclass(frozen=True)
class Query:
    """What narrows a reading of the journal; None and empty narrow nothing. Moments: `since` <= at < `until`."""

    actor_id: int | None = None
    action: str = ""
    kind: str = ""
    subject_id: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def newest(session: Session, asked: Query, before: int | None = None, limit: int = 50) -> list[Row]:
    """The rows that `asked` leaves, newest first, those with numbers below `before`; one query."""
    conditions = [(asked.actor_id, Row.actor_id == asked.actor_id), (asked.action, Row.action == asked.action),
                  (asked.kind, Row.subject_kind == asked.kind), (asked.subject_id, Row.subject_id == asked.subject_id),
                  (before, Row.seq < (before or 0))]
    query = select(Row).where(*(condition for given, condition in conditions if given not in (None, "")))
    if asked.since is not None:
        query = query.where(Row.at >= asked.since)
    if asked.until is not None:
        query = query.where(Row.at < asked.until)
    return list(session.scalars(query.order_by(Row.seq.desc()).limit(limit)).unique())


# -- erasing and verifying --------------------------------------------------------------------------------------

def erase(session: Session, seq: int, *, actor_id: int, why: str) -> Entry:
    """Empty the payload of row `seq`, by law; that it was done, by whom and why is itself in the journal.

    Both happen at the commit, the record first: the trigger empties no payload without it.
    """
    if session.get(Row, seq) is None:
        raise LookupError(f"the journal has no row {seq}")
    return record(session, ERASED, ("journal", seq), actor_id=actor_id, why=why)


def verify(session: Session, batch: int = 1000, first: int = 1, last: int | None = None) -> Iterator[str]:
    """Recompute the chain; yields one sentence for each break, the first break first.

    From row `first` to row `last`, both included; the row before `first` is believed.
    """
    erased = set(session.scalars(select(Row.subject_id).where(Row.action == ERASED)))
    seq, previous = first - 1, GENESIS
    if first > 1:
        previous = session.scalar(select(Row.hash).where(Row.seq == seq)) or GENESIS
    while rows := [row for row in after(session, seq, batch) if last is None or row.seq <= last]:
        for row in rows:
            yield from _check(row, seq + 1, previous, erased)
            seq, previous = row.seq, row.hash
        session.expunge_all()


def _check(row: Row, expected: int, previous: str, erased: set[int]) -> Iterator[str]:
    if row.seq != expected:
        yield f"journal row {expected} is missing: the next one is {row.seq}"
    if row.previous != previous:
        yield f"journal row {row.seq} does not follow the row before it"
    if row.hash != _row_hash(row):
        yield f"journal row {row.seq} was changed: its hash is wrong"
    payload = row.payload_row
    if payload.body is None:
        if row.seq not in erased:
            yield f"the payload of journal row {row.seq} is gone without a journalled erasure"
    elif row.payload_hash != _digest(payload.salt or "", payload.body):
        yield f"the payload of journal row {row.seq} was changed"
