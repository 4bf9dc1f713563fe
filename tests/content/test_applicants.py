"""Accounts of requesters: found by a keyed hash, sealed, lasting through a change of keys, and letting go."""

import datetime as dt

from sqlalchemy import func, select

from content import applicants, cases
from content.applicants import HeldCase, MailLink
from content.base import now
from content.keys import KeyStore, MasterKey
from workflows.applications import renew_code

EMAIL = "Wu.Xiaomei@Example.org"


def opened(county, session):
    return applicants.open_account(session, county.house, EMAIL, "$argon2id$", at=now())


def test_an_account_is_found_by_its_address_however_it_is_written_and_kept_readable_nowhere(county, session):
    holder = opened(county, session)
    assert applicants.by_email(session, county.house, " wu.xiaomei＠example.ORG") is holder
    assert applicants.by_email(session, county.house, "wu.xiaomei@example.com") is None
    assert applicants.email_of(session, county.house, holder) == EMAIL.lower()
    assert b"xiaomei" not in holder.sealed
    assert holder.email_hash != cases.keyed_hash(county.house, session, "email", EMAIL)  # not to be laid beside a case


def test_it_outlives_the_change_of_keys(county, session, tmp_path):
    holder, house = opened(county, session), county.house
    house.keys.rotate(session, actor_id=None)
    new = MasterKey.create(tmp_path / "new.key")
    house.keys.rewrap(session, new, actor_id=None)
    session.flush()
    house.keys = KeyStore(new)
    assert applicants.by_email(session, house, EMAIL) is holder
    assert applicants.email_of(session, house, holder) == EMAIL.lower()


def test_a_link_expires_and_what_has_expired_goes(county, session):
    at, house = now(), county.house
    _link, token = applicants.new_link(session, house, EMAIL, at=at)
    assert applicants.by_link(session, token, at) and not applicants.by_link(session, token, at + applicants.GOOD_FOR)
    applicants.new_link(session, house, "other@example.org", at=at + dt.timedelta(days=2))
    assert session.scalar(select(func.count()).select_from(MailLink)) == 1


def test_a_case_that_is_erased_or_gets_a_new_code_is_in_no_account(county, session):
    holder, house = opened(county, session), county.house
    first, second = (county.apply(session)[0] for _turn in range(2))
    for case in (first, second):
        assert applicants.hold(session, holder.id, case.id, at=now())
        assert not applicants.hold(session, holder.id, case.id, at=now())
    cases.erase(session, house, first, actor_id=None, why="保存期满")
    renew_code(session, house, second)
    assert session.scalar(select(func.count()).select_from(HeldCase)) == 0
