"""Cases (事项): what a person asks of an organ, one table for every case type; what names the person lies sealed.

- A `Case` is its number, its state, its dates and its outcome: all that figures and lists need, and nobody's name.
- `contents` (the person, the words, the answers) are one sealed JSON; `CaseKey` holds keyed hashes by which a case
  is found again by an identity number or a phone, without keeping either readable (个人信息保护法 Art. 51).
- A `Fact` is a dated event on which the clock depends; it is never changed, a wrong one is annulled.
- A `Message` is a letter or a note, sealed; once issued it is frozen, with its hash in the journal.
- A `CaseFile` is what came or went with it: the original and what is shown of it, both sealed blobs.
- A `Remedy` is a reconsideration or a lawsuit against the reply, with its result.
- A `ReplyLink` lets a third party answer without an account, until it expires.

Every look at sealed contents goes through `look`, which writes the journal. Nothing sealed is ever in a payload of
the journal, so that erasing a person leaves chain and figures as they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from content import applicants, journal, outbox
from content.base import Base, now
from content.house import House

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look alike
CODE_LENGTH = 10  # 31 ** 10 codes: 49 bits beside a rate limit
_NOT_WORD = re.compile(r"[\W_]+")


class Case(Base):
    """One case. Days are those of China; `due` is kept for lists and renewed whenever a fact or the calendar changes.

    `applicant_class` is one of the six of the annual table, `outcome` a code of `workflows.outcomes`.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        Index("ix_case_file_state", "state", "due"),
        Index("ix_case_file_department", "department_id", "received"),
        Index("ix_case_file_received", "type", "received"),
        Index("ix_case_file_finished", "type", "finished"),
        Index("ix_case_file_merged_into", "merged_into_id"),
        Index("ix_case_file_open", "finished", "due"),
        Index("ix_case_file_office", "office_id", "received"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text, unique=True)  # 受理编号
    code_hash: Mapped[str] = mapped_column(Text)  # of the query code (查询码), keyed
    workflow: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    state_since: Mapped[dt.datetime]
    office_id: Mapped[int] = mapped_column(ForeignKey("department.id"))  # the organ that was asked
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))  # who handles it now
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    channel: Mapped[str] = mapped_column(Text)
    applicant_class: Mapped[str] = mapped_column(Text, default="")
    submitted: Mapped[dt.date]
    signed: Mapped[dt.date | None]  # when post was signed for
    confirmed: Mapped[dt.date | None]  # when both sides confirmed (Art. 31)
    received: Mapped[dt.date | None]  # 收到日, from which the clock runs
    clock: Mapped[str] = mapped_column(Text, default="")  # status of the clock
    due: Mapped[dt.date | None]
    provisional: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(Text, default="")
    finished: Mapped[dt.date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    satisfaction: Mapped[int | None]  # 1 to 5, given by the requester
    imported: Mapped[bool] = mapped_column(default=False)
    created: Mapped[dt.datetime]
    erased: Mapped[dt.datetime | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)

    facts: Mapped[list[Fact]] = relationship(order_by="Fact.id", lazy="select")
    messages: Mapped[list[Message]] = relationship(order_by="Message.id", lazy="select")
    files: Mapped[list[CaseFile]] = relationship(order_by="CaseFile.id", lazy="select")
    remedies: Mapped[list[Remedy]] = relationship(order_by="Remedy.id", lazy="select")


class CaseKey(Base):
    """A keyed hash of one thing that names a person: `field` says which."""

    __tablename__ = "case_key"
    __table_args__ = (Index("ix_case_key_hash", "field", "hash"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    hash: Mapped[str] = mapped_column(Text)


class Fact(Base):
    """A dated event: `data` is what `workflows.facts.facts_of` reads, dates as ISO strings, no words."""

    __tablename__ = "case_fact"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    data: Mapped[dict]
    at: Mapped[dt.datetime]
    actor_id: Mapped[int | None]
    annulled: Mapped[bool] = mapped_column(default=False)


class Message(Base):
    """A letter or a note of a case. `direction`: in, out, inside. `kind`: of letters, those of `workflows.letters`."""

    __tablename__ = "case_message"
    __table_args__ = (Index("ix_case_message_kind", "kind", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    direction: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text, index=True)  # X信公开〔2026〕12号
    at: Mapped[dt.datetime]
    author_id: Mapped[int | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(Text, default="")  # of what was issued
    issued: Mapped[dt.datetime | None]  # frozen from then on
    delivered: Mapped[dt.date | None]


class CaseFile(Base):
    """A file of a case. `role`: id_photo, evidence, supplement, opinion, letter, scan; of `content.releases`: original,
    released."""

    __tablename__ = "case_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("case_message.id"))
    role: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sealed_name: Mapped[bytes] = mapped_column(LargeBinary)
    address: Mapped[str] = mapped_column(ForeignKey("blob.address"), index=True)
    at: Mapped[dt.datetime]


class Remedy(Base):
    """What was done against the reply: reconsideration or litigation (`workflows.asks.REMEDIES`), and its result.

    `day` is that of the result; while it is pending, the day on which it was filed.
    """

    __tablename__ = "case_remedy"
    __table_args__ = (UniqueConstraint("case_id", "kind"), Index("ix_case_remedy_day", "day"))

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    kind: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text)
    filed: Mapped[dt.date]
    day: Mapped[dt.date]


class ReplyLink(Base):
    """A link by which somebody outside answers one letter; only the hash of its token is kept."""

    __tablename__ = "case_reply_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("case_message.id"), index=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    expires: Mapped[dt.datetime]
    answered: Mapped[dt.datetime | None]


class LetterTemplate(Base):
    """A template of a letter as the house has edited it; the newest version of a kind holds (`workflows.letters`)."""

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("kind", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class Frozen(RuntimeError):
    """Somebody tried to change a letter that was issued."""


class Erased(LookupError):
    """The contents of a case were erased; its figures remain."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"受理编号{case.number}的个人信息已依规清除，只保留统计数据")


# -- sealing ----------------------------------------------------------------------------------------------------

def seal(session: Session, house: House, value: Any) -> bytes:
    """Any JSON value under the newest data key."""
    return house.keys.seal(session, journal.canonical(value).encode())


def unseal(session: Session, house: House, sealed: bytes) -> Any:
    return json.loads(house.keys.open(session, sealed))


def contents(session: Session, house: House, case: Case) -> dict[str, Any]:
    """What is sealed, for the machinery itself (letters, clocks); a person looks by `look`. Raises `Erased`."""
    if case.erased is not None:
        raise Erased(case)
    return unseal(session, house, case.sealed)


def look(session: Session, house: House, case: Case, *, actor_id: int, part: str = "contents") -> dict[str, Any]:
    """The contents, for somebody at the desk; that he looked is in the journal. Raises `Erased`."""
    found = contents(session, house, case)
    journal.record(session, "case.look", ("case", case.id), actor_id=actor_id, part=part)
    return found


def write(session: Session, house: House, case: Case, changed: Mapping[str, Any], keyed: Mapping[str, str]) -> None:
    """Seal new contents, and the keyed hashes of what it may be found by."""
    case.sealed = seal(session, house, dict(changed))
    session.execute(delete(CaseKey).where(CaseKey.case_id == case.id))
    for field, value in keyed.items():
        if normal_key(value):
            session.add(CaseKey(case_id=case.id, field=field, hash=keyed_hash(house, session, field, value)))
    session.flush()


# -- finding again ----------------------------------------------------------------------------------------------

def normal_key(value: str) -> str:
    """Letters and digits in their plain form, so that the same thing written differently is found."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", value)).upper()


def keyed_hash(house: House, session: Session, field: str, value: str) -> str:
    """HMAC-SHA256 under a key of its own: without it, an identity number could be found by trying all."""
    secret = house.keys.derive(session, "cases")
    return hmac.new(secret, f"{field}\0{normal_key(value)}".encode(), hashlib.sha256).hexdigest()


def by_key(session: Session, house: House, field: str, value: str, limit: int = 50) -> list[Case]:
    """The cases of whoever has this identity number, phone, …; newest first."""
    query = (select(Case).join(CaseKey, CaseKey.case_id == Case.id)
             .where(CaseKey.field == field, CaseKey.hash == keyed_hash(house, session, field, value))
             .order_by(Case.id.desc()).limit(limit))
    return list(session.scalars(query))


def new_code() -> str:
    """A query code (查询码), as it is printed: two groups of five."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def by_code(session: Session, house: House, number: str, code: str) -> Case | None:
    """The case with this number, if the code is right. A wrong number costs and tells the same as a wrong code."""
    case = session.scalars(select(Case).where(Case.number == number.strip())).first()
    right = case.code_hash if case is not None else "0" * 64
    fits = hmac.compare_digest(right, keyed_hash(house, session, "code", code))
    return case if fits and case is not None and case.erased is None else None


# -- letters and notes ------------------------------------------------------------------------------------------

def add_message(session: Session, house: House, case: Case, direction: str, kind: str, body: Mapping[str, Any], *,
                author_id: int | None, at: dt.datetime | None = None) -> Message:
    """A message with sealed `body`; a letter stays a draft until it is issued."""
    made = Message(case_id=case.id, direction=direction, kind=kind, at=at or now(), author_id=author_id,
                   sealed=seal(session, house, dict(body)))
    session.add(made)
    session.flush()
    session.expire(case, ["messages"])
    return made


def change_message(session: Session, house: House, message: Message, body: Mapping[str, Any]) -> None:
    """New words of a draft. Raises `Frozen` once it was issued."""
    if message.issued is not None:
        raise Frozen(f"{message.number or '这份文书'}已经发出，不能再改；要更正，请另发一份")
    message.sealed = seal(session, house, dict(body))
    session.flush()


def read_message(session: Session, house: House, message: Message) -> dict[str, Any]:
    return unseal(session, house, message.sealed)


def issue(session: Session, house: House, message: Message, number: str, body: Mapping[str, Any], *,
          actor_id: int | None, at: dt.datetime | None = None) -> None:
    """Freeze a letter under its number; the journal gets its hash. Raises `Frozen` the second time."""
    change_message(session, house, message, body)
    message.number, message.issued = number, at or now()
    message.sha256 = hashlib.sha256(journal.canonical(dict(body)).encode()).hexdigest()
    session.flush()
    journal.record(session, "case.issue", ("case", message.case_id), actor_id=actor_id, at=at, letter=message.kind,
                   number=number, message=message.id, sha256=message.sha256)


# -- files ------------------------------------------------------------------------------------------------------

def add_file(session: Session, house: House, case: Case, role: str, name: str, media_type: str, data: bytes, *,
             message: Message | None = None, at: dt.datetime | None = None) -> CaseFile:
    """Keep a file, sealed; its name too, for names tell."""
    made = CaseFile(case_id=case.id, message_id=message.id if message else None, role=role, media_type=media_type,
                    size=len(data), sealed_name=seal(session, house, name), at=at or now(),
                    address=house.blobs.put(session, data))
    session.add(made)
    session.flush()
    session.expire(case, ["files"])
    return made


def file_name(session: Session, house: House, file: CaseFile) -> str:
    return unseal(session, house, file.sealed_name)


def open_file(session: Session, house: House, file: CaseFile, *, actor_id: int | None) -> bytes:
    """The plain bytes; somebody of the staff who looks at them is in the journal, the requester himself is not."""
    if actor_id is not None:
        journal.record(session, "case.look", ("case", file.case_id), actor_id=actor_id, part=f"file {file.id}")
    return house.blobs.get(session, file.address)


# -- links for those outside ------------------------------------------------------------------------------------

def new_link(session: Session, message: Message, expires: dt.datetime) -> str:
    """A token for answering `message` once; it is told here and nowhere kept."""
    token = secrets.token_urlsafe(24)
    session.add(ReplyLink(message_id=message.id, token_hash=_token_hash(token), expires=expires))
    session.flush()
    return token


def by_link(session: Session, token: str, at: dt.datetime) -> ReplyLink | None:
    """The link of a token that is still good."""
    found = session.scalars(select(ReplyLink).where(ReplyLink.token_hash == _token_hash(token))).first()
    good = found is not None and found.answered is None and found.expires > at
    return found if good else None


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# -- erasing ----------------------------------------------------------------------------------------------------

def erase(session: Session, house: House, case: Case, *, actor_id: int | None, why: str,
          at: dt.datetime | None = None) -> None:
    """Take out everything that names the person; dates, outcome and hashes stay, so figures and chain do too.

    Files go from the store once the transaction has committed (`content.blobs.BlobStore.drop`).
    """
    case.sealed, case.erased, case.code_hash = b"", at or now(), ""
    session.execute(delete(CaseKey).where(CaseKey.case_id == case.id))
    applicants.let_go(session, case.id)
    outbox.forget(session, f"case/{case.id}")
    for message in case.messages:
        message.sealed = b""
        session.execute(delete(ReplyLink).where(ReplyLink.message_id == message.id))
    for file in case.files:
        session.delete(file)
        session.flush()
        house.blobs.drop(session, file.address)
    session.flush()
    session.expire(case, ["files"])
    journal.record(session, "case.erase", ("case", case.id), actor_id=actor_id, at=at, why=why)
