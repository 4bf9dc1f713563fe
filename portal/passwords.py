"""Passwords: how they are kept (Argon2id), what they must be like (GB/T 22239-2019 8.1.4 a), how one is set."""

from __future__ import annotations

import datetime as dt
import secrets
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy.orm import Session
from translationstring import TranslationString

from content import journal
from content.people import User
from portal.i18n import _

LEAST, MOST = 8, 128
CLASSES = 3
REMEMBERED = 5
# More than OWASP's least (46 MiB, one pass); one lane, because the threads of the server are the parallel ones.
HASHER = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
_UNAMBIGUOUS = ("abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789")


@lru_cache(maxsize=1)
def _nobody() -> str:
    """What is checked for who has no account: the same work."""
    return HASHER.hash(secrets.token_hex(16))


def hashed(plain: str) -> str:
    return HASHER.hash(_same(plain))


def matches(stored: str, plain: str) -> bool:
    """Whether `plain` is the password of `stored`; takes as long for no hash ("") as for a wrong password."""
    try:
        return HASHER.verify(stored or _nobody(), _same(plain[:MOST + 1])) and bool(stored)
    except (Argon2Error, InvalidHashError):
        return False


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def objections(plain: str, user: User) -> list[TranslationString]:
    """What is wrong with a new password, one sentence each, to be translated."""
    return wrongs(plain, (user.login, user.name), user.former_hashes)


def wrongs(plain: str, names: Iterable[str], former: Iterable[str]) -> list[TranslationString]:
    """The same for whoever has these names, of two letters and more, and had these passwords."""
    found = list(_shape(plain))
    folded = _same(plain).casefold()
    if any(len(part) > 1 and part.casefold() in folded for part in names):
        found.append(_("密码里不能有用户名或姓名"))
    if not found and used_before(plain, former):
        found.append(_("不能和最近${n}次用过的密码相同", mapping={"n": REMEMBERED}))
    return found


def _shape(plain: str) -> Iterable[TranslationString]:
    if len(plain) < LEAST:
        yield _("密码至少${n}个字符，现在是${m}个", mapping={"n": LEAST, "m": len(plain)})
    if len(plain) > MOST:
        yield _("密码最多${n}个字符", mapping={"n": MOST})
    if len({_class_of(character) for character in plain}) < CLASSES:
        yield _("大写字母、小写字母、数字、其他符号，至少要有其中${n}种", mapping={"n": CLASSES})


def _class_of(character: str) -> str:
    for name, belongs in (("lower", str.islower), ("upper", str.isupper), ("digit", str.isdigit)):
        if belongs(character):
            return name
    return "other"


def used_before(plain: str, former: Iterable[str]) -> bool:
    return any(matches(stored, plain) for stored in former)


def set_password(session: Session, user: User, plain: str, *, actor_id: int | None, now: dt.datetime,
                 must_change: bool = False) -> None:
    """Give `user` a password: ends his sessions, unlocks the account, remembers the last five."""
    user.password_hash = hashed(plain)
    user.former_hashes = [user.password_hash, *(user.former_hashes or [])][:REMEMBERED]
    user.password_set, user.must_change = now, must_change
    user.failures, user.locked_until = 0, None
    user.epoch = (user.epoch or 0) + 1
    session.flush()
    action = "user.reset_password" if must_change else "user.change_password"
    journal.record(session, action, ("user", user.id), actor_id=actor_id, at=now)


def initial() -> str:
    """A password for the first login: 14 letters and digits that cannot be mistaken for each other."""
    letters = [secrets.choice(kind) for kind in _UNAMBIGUOUS]
    letters += [secrets.choice("".join(_UNAMBIGUOUS)) for _ in range(14 - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def must_change(user: User, days: int, now: dt.datetime) -> str:
    """Why a new password is due: `first` (given by somebody else), `expired` (older than `days`), or "" (not)."""
    if user.must_change or user.password_set is None:
        return "first"
    return "expired" if days and now - user.password_set > dt.timedelta(days=days) else ""


def _same(plain: str) -> str:
    """One spelling of a text that keyboards write in several."""
    return unicodedata.normalize("NFC", plain)
