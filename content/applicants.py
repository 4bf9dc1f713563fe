"""Accounts of requesters (我的申请): who wants one follows his applications without number and query code; nobody must.

- An `Applicant` is a keyed hash of an e-mail address, by which he is found, the address sealed, and a password's hash.
- A `MailLink` is what was mailed to an address: who opens it has shown that the mailbox is his. One kind of link opens
  an account, sets a forgotten password and confirms a new address, so that nobody learns from asking for one whether
  an address is known.
- A `HeldCase` says that an account shows a case: one that was filed from it, or whose number and code were shown.

The hash is under a key of its own: it cannot be laid beside those of cases. The journal knows an account by its number
alone. With an account its links go; the cases stay as they are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import unicodedata

from sqlalchemy import ForeignKey, LargeBinary, Text, delete, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal, outbox
from content.base import Base
from content.house import House

GOOD_FOR = dt.timedelta(hours=24)  # for which a mailed link opens
IDLE = dt.timedelta(days=365)  # after which an account is of no use to anybody while it shows no case
MOST_LINKS = 3  # links to one address within `GOOD_FOR`: a stranger cannot fill a mailbox


class Applicant(Base):
    """An account. `epoch` is raised to end every session of it."""

    __tablename__ = "applicant_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str] = mapped_column(Text, unique=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)  # the address
    password_hash: Mapped[str] = mapped_column(Text)
    former_hashes: Mapped[list] = mapped_column(default=list)
    epoch: Mapped[int] = mapped_column(default=0)
    created: Mapped[dt.datetime]


class MailLink(Base):
    """A link that was mailed to an address; only the hash of its token is kept. `applicant_id`: whose new address."""

    __tablename__ = "applicant_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    email_hash: Mapped[str] = mapped_column(Text, index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)  # the address
    applicant_id: Mapped[int | None] = mapped_column(ForeignKey("applicant_account.id"), index=True)
    expires: Mapped[dt.datetime] = mapped_column(index=True)


class HeldCase(Base):
    """An account that shows a case; `filed`: it was filed from there, so what it says of the person is his own."""

    __tablename__ = "applicant_case"

    applicant_id: Mapped[int] = mapped_column(ForeignKey("applicant_account.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True, index=True)
    filed: Mapped[bool] = mapped_column(default=False)
    since: Mapped[dt.datetime]


_SHOWS = exists().where(HeldCase.applicant_id == Applicant.id).correlate(Applicant)


# -- addresses --------------------------------------------------------------------------------------------------

def normal_email(written: str) -> str:
    """An address as it is compared and mailed to: half-width, without blanks, in small letters."""
    return "".join(unicodedata.normalize("NFKC", written).split()).lower()


def email_hash(session: Session, house: House, email: str) -> str:
    secret = house.keys.derive(session, "applicants")
    return hmac.new(secret, normal_email(email).encode(), hashlib.sha256).hexdigest()


def by_email(session: Session, house: House, email: str) -> Applicant | None:
    return session.scalars(select(Applicant).where(Applicant.email_hash == email_hash(session, house, email))).first()


def email_of(session: Session, house: House, holder: Applicant | MailLink) -> str:
    """The address of an account, or to which a link was mailed."""
    return house.keys.open(session, holder.sealed).decode()


def _keep_email(session: Session, house: House, holder: Applicant | MailLink, email: str) -> None:
    holder.email_hash = email_hash(session, house, email)
    holder.sealed = house.keys.seal(session, normal_email(email).encode())


# -- accounts ---------------------------------------------------------------------------------------------------

def open_account(session: Session, house: House, email: str, password_hash: str, *, at: dt.datetime) -> Applicant:
    """A new account for an address whose owner has shown that it is his."""
    made = Applicant(password_hash=password_hash, former_hashes=[password_hash], created=at)
    _keep_email(session, house, made, email)
    session.add(made)
    session.flush()
    _record(session, made, "open", at)
    return made


def set_password(session: Session, applicant: Applicant, password_hash: str, *, remembered: int,
                 at: dt.datetime) -> None:
    """Another password: ends all his sessions, and what was asked for in them; the last `remembered` are kept, to be
    refused."""
    applicant.password_hash = password_hash
    applicant.former_hashes = [password_hash, *applicant.former_hashes][:remembered]
    applicant.epoch += 1
    session.execute(delete(MailLink).where(MailLink.applicant_id == applicant.id))
    session.flush()
    _record(session, applicant, "password", at)


def change_email(session: Session, house: House, applicant: Applicant, email: str, *, at: dt.datetime) -> None:
    """The address whose owner has shown that it is his, and which no other account has; ends all sessions."""
    _keep_email(session, house, applicant, email)
    applicant.epoch += 1
    session.flush()
    _record(session, applicant, "email", at)


def close(session: Session, applicant: Applicant, *, at: dt.datetime) -> None:
    """Delete an account with all that belongs to it; the cases stay, and are followed by number and query code."""
    for table in (MailLink, HeldCase):
        session.execute(delete(table).where(table.applicant_id == applicant.id))
    session.execute(delete(MailLink).where(MailLink.email_hash == applicant.email_hash))
    outbox.forget(session, about(applicant))
    _record(session, applicant, "close", at)
    session.delete(applicant)
    session.flush()


def idle(session: Session, at: dt.datetime, limit: int) -> list[int]:
    """Accounts a year old that show no case, or none any more: an address is kept no longer than it is needed
    (《个人信息保护法》第十九条)."""
    query = select(Applicant.id).where(Applicant.created < at - IDLE, ~_SHOWS)
    return list(session.scalars(query.order_by(Applicant.id).limit(limit)))


def shows_cases(session: Session, applicant_id: int) -> bool:
    return bool(session.scalar(select(_SHOWS).where(Applicant.id == applicant_id)))


def about(holder: Applicant | MailLink) -> str:
    """Whom a private delivery names (`content.outbox`): whoever has this address."""
    return f"address/{holder.email_hash}"


def _record(session: Session, applicant: Applicant, name: str, at: dt.datetime) -> None:
    journal.record(session, f"applicant.{name}", ("applicant", applicant.id), actor_id=None, at=at)


# -- links by mail ----------------------------------------------------------------------------------------------

def new_link(session: Session, house: House, email: str, *, at: dt.datetime,
             applicant_id: int | None = None) -> tuple[MailLink, str] | None:
    """A link and its token, told here and nowhere kept; None when the address got enough of them.

    The work is the same for every address, whether it has an account or not. What has expired goes.
    """
    session.execute(delete(MailLink).where(MailLink.expires <= at))
    made = MailLink(token_hash="", applicant_id=applicant_id, expires=at + GOOD_FOR)
    _keep_email(session, house, made, email)
    if session.scalar(select(func.count()).where(MailLink.email_hash == made.email_hash)) >= MOST_LINKS:
        return None
    token = secrets.token_urlsafe(24)
    made.token_hash = _token_hash(token)
    session.add(made)
    session.flush()
    return made, token


def by_link(session: Session, token: str, at: dt.datetime, *, lock: bool = False) -> MailLink | None:
    """The link of a token that is still good; `lock` it before it is used up."""
    query = select(MailLink).where(MailLink.token_hash == _token_hash(token), MailLink.expires > at)
    return session.scalars(query.with_for_update() if lock else query).first()


def use_up(session: Session, link: MailLink) -> None:
    """A link opens once, and with it go all others to the same address."""
    session.execute(delete(MailLink).where(MailLink.email_hash == link.email_hash))


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# -- cases of an account ----------------------------------------------------------------------------------------

def hold(session: Session, applicant_id: int, case_id: int, *, filed: bool = False, at: dt.datetime) -> bool:
    """Let the account show a case; False when it does already. The journal says that some account does, not which."""
    if holds(session, applicant_id, case_id):
        return False
    session.add(HeldCase(applicant_id=applicant_id, case_id=case_id, filed=filed, since=at))
    session.flush()
    journal.record(session, "case.hold", ("case", case_id), actor_id=None, at=at)
    return True


def holds(session: Session, applicant_id: int, case_id: int) -> bool:
    found = exists().where(HeldCase.applicant_id == applicant_id, HeldCase.case_id == case_id)
    return bool(session.scalar(select(found)))


def put_away(session: Session, applicant_id: int, case_id: int) -> None:
    """The account shows a case no more."""
    session.execute(delete(HeldCase).where(HeldCase.applicant_id == applicant_id, HeldCase.case_id == case_id))


def let_go(session: Session, case_id: int) -> None:
    """No account shows a case any more: it was erased, or its query code was lost and perhaps found by somebody."""
    session.execute(delete(HeldCase).where(HeldCase.case_id == case_id))
