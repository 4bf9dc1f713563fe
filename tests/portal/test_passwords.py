"""Passwords: the rules of GB/T 22239-2019 8.1.4, Argon2id, the same work for nobody's password."""

import datetime as dt

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from content.base import now
from content.people import User
from portal import passwords

USER = User(login="zhangli", name="张丽", former_hashes=[])


@pytest.mark.parametrize(("plain", "wrong"), [
    ("Ab1-567", "至少8个字符"), ("abcdefgh1", "至少要有其中3种"), ("Zhangli-2026", "用户名或姓名"),
    ("张丽Ab123456", "用户名或姓名"), ("A1-" + "x" * 126, "最多128个字符"),
])
def test_what_a_password_must_not_be(plain, wrong):
    assert any(wrong in sentence.interpolate() for sentence in passwords.objections(plain, USER))


@pytest.mark.parametrize("plain", ["Ab1-5678", "abcdefg-1", "ABC 1234 ，。", "清源县A1清源县"])
def test_what_will_do(plain):
    assert passwords.objections(plain, USER) == []


def test_the_last_five_are_refused_and_the_sixth_is_not(session, county):
    user = session.get_one(User, county.users["zhangli"])
    given = [f"Qingyuan-{number}" for number in range(6)]
    for plain in given:
        passwords.set_password(session, user, plain, actor_id=user.id, now=now())
    assert all(passwords.objections(plain, user) for plain in given[1:])
    assert passwords.objections(given[0], user) == []


def test_a_hash_is_argon2id_and_is_not_the_password(real_hasher):
    stored = passwords.hashed("Qingyuan-2026")
    assert extract_parameters(stored).type is Type.ID
    assert extract_parameters(stored).memory_cost >= 46 * 1024
    assert passwords.matches(stored, "Qingyuan-2026") and not passwords.matches(stored, "Qingyuan-2027")


def test_nobodys_password_takes_the_same_work(monkeypatch):
    checked = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(PasswordHasher, "verify", lambda *given: checked.append(1) or verify(*given))
    assert not passwords.matches("", "Qingyuan-2026")
    assert not passwords.matches(passwords.hashed("another"), "Qingyuan-2026")
    assert len(checked) == 2


def test_setting_one_ends_sessions_and_unlocks(session, county):
    user = session.get_one(User, county.users["zhangli"])
    user.failures, user.locked_until, before = 5, now(), user.epoch
    passwords.set_password(session, user, "Qingyuan-99", actor_id=None, now=now(), must_change=True)
    assert (user.failures, user.locked_until, user.must_change) == (0, None, True)
    assert user.epoch == before + 1


def test_when_a_new_one_is_due():
    present = now()
    user = User(must_change=False, password_set=present - dt.timedelta(days=91))
    assert passwords.must_change(user, 90, present) == "expired"
    assert passwords.must_change(user, 0, present) == ""
    user.must_change = True
    assert passwords.must_change(user, 0, present) == "first"


def test_an_initial_password_fits_the_rules_and_is_never_the_same():
    made = {passwords.initial() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.objections(plain, USER) == [] for plain in made)
