"""What an attempt to log in comes to: the check, the counting of failures, the lock.

GB/T 22239-2019 8.1.4, 身份鉴别 b, asks for the count and the lock. Only a lock is journalled, not each
failure: otherwise whoever guesses passwords could fill the journal.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal
from content.people import User
from portal import passwords
from portal.settings import Settings


@dataclass(frozen=True)
class Arrival:
    """Somebody who has come in: since when he was away, and how many wrong passwords came in between."""

    user: User
    last_login: dt.datetime | None
    failures: int


def attempt(session: Session, login: str, password: str, settings: Settings, now: dt.datetime) -> Arrival | None:
    """Who logs in, or None; the caller commits either way.

    The answer is the same, and takes the same work, for an unknown name, a wrong password and a locked account.
    """
    user = session.scalars(select(User).where(User.login == login.strip().lower()).with_for_update(of=User)).first()
    open_to_him = user is not None and user.active and not is_locked(user, now)
    right = passwords.matches(user.password_hash if open_to_him else "", password)
    if right:
        return _come_in(session, user, password, now)
    if open_to_him:
        _count(session, user, settings, now)
    return None


def is_locked(user: User, now: dt.datetime) -> bool:
    return user.locked_until is not None and now < user.locked_until


def unlock(session: Session, user: User, *, actor_id: int | None, now: dt.datetime) -> None:
    user.failures, user.locked_until = 0, None
    journal.record(session, "user.unlock", ("user", user.id), actor_id=actor_id, at=now)


def _come_in(session: Session, user: User, password: str, now: dt.datetime) -> Arrival:
    arrival = Arrival(user, _last_login(session, user), user.failures)
    user.failures, user.locked_until = 0, None
    if passwords.outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
    journal.record(session, "user.login", ("user", user.id), actor_id=user.id, at=now)
    return arrival


def _count(session: Session, user: User, settings: Settings, now: dt.datetime) -> None:
    user.failures = 1 if user.locked_until else user.failures + 1  # a lock that has ended counts anew
    user.locked_until = None
    if user.failures >= settings.lock_failures:  # who is in already stays: a stranger who guesses ends no session
        user.locked_until = now + dt.timedelta(minutes=settings.lock_minutes)
        journal.record(session, "user.lock", ("user", user.id), actor_id=None, at=now, failures=user.failures,
                       minutes=settings.lock_minutes)


def _last_login(session: Session, user: User) -> dt.datetime | None:
    row = journal.Row
    query = select(row.at).where(row.subject_kind == "user", row.subject_id == user.id, row.action == "user.login")
    return session.scalar(query.order_by(row.seq.desc()).limit(1))
