"""Logging in and out: locks, sessions that end, where one may go on to, and one's own password."""

import datetime as dt

import pytest
import time_machine
from argon2 import PasswordHasher
from factories import PASSWORD
from sqlalchemy import select
from webtest import TestApp

from content import journal, people
from content.journal import Row
from content.people import User
from portal import passwords

WRONG = "用户名或密码不对，或者账号已锁定"


def actions(house, name: str) -> list[Row]:
    with house.database.reader() as session:
        return list(session.scalars(select(Row).where(Row.action == name)).unique())


def user(house, login: str) -> User:
    with house.database.reader() as session:
        return session.scalars(select(User).where(User.login == login)).one()


def test_a_login_opens_the_desk_and_is_in_the_journal(house, browser, county):
    client = browser("zhangli")
    assert "张丽" in client.get("/desk").text
    assert [row.actor_id for row in actions(house, "user.login")] == [county.users["zhangli"]]


def test_the_desk_says_when_he_was_here_last(browser, wsgi, enter):
    assert "第一次登录" in browser("zhangli").get("/desk").text
    client = TestApp(wsgi)
    enter(client, "zhangli", "wrong")
    enter(client, "zhangli")
    page = client.get("/desk").text
    assert "上次登录" in page and "有1次密码不对" in page


def test_unknown_wrong_and_locked_are_answered_alike(house, wsgi, enter):
    client, pages = TestApp(wsgi), []
    for login in ("zhangli", "nobody"):
        pages += [enter(client, login, "wrong") for _ in range(6)]
    assert {page.status_int for page in pages} == {401}
    assert all(WRONG in page for page in pages)
    assert "wrong" not in pages[0].text


def test_five_failures_lock_for_thirty_minutes_and_are_one_row(house, wsgi, enter):
    client = TestApp(wsgi)
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False) as clock:
        for _ in range(5):
            enter(client, "zhangli", "wrong")
        assert enter(client, "zhangli").status_int == 401
        clock.shift(29 * 60)
        assert enter(client, "zhangli").status_int == 401
        clock.shift(2 * 60)
        assert enter(client, "zhangli").status_int == 303
    assert len(actions(house, "user.lock")) == 1
    assert user(house, "zhangli").failures == 0


def test_a_stranger_who_guesses_throws_nobody_out(house, wsgi, enter):
    inside, stranger = TestApp(wsgi), TestApp(wsgi)
    enter(inside, "zhangli")
    for _ in range(5):
        enter(stranger, "zhangli", "wrong")
    assert enter(stranger, "zhangli").status_int == 401
    inside.get("/desk", status=200)


def test_after_a_lock_the_count_begins_anew(house, wsgi, enter):
    client = TestApp(wsgi)
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False) as clock:
        for _ in range(5):
            enter(client, "zhangli", "wrong")
        clock.shift(31 * 60)
        enter(client, "zhangli", "wrong")
        assert enter(client, "zhangli").status_int == 303


def test_failures_alone_leave_no_row(house, wsgi, enter):
    enter(TestApp(wsgi), "zhangli", "wrong")
    assert user(house, "zhangli").failures == 1
    with house.database.reader() as session:
        assert not session.scalars(select(Row).where(Row.action.startswith("user.lo"))).unique().all()


def test_who_is_deactivated_cannot_log_in(house, wsgi, enter):
    with house.database.writer.begin() as session:
        session.scalars(select(User).where(User.login == "zhangli")).one().active = False
    assert enter(TestApp(wsgi), "zhangli").status_int == 401


def test_a_hash_of_older_parameters_is_renewed_at_login(real_hasher, house, wsgi, enter):
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    with house.database.writer.begin() as session:
        session.scalars(select(User).where(User.login == "zhangli")).one().password_hash = old
    enter(TestApp(wsgi), "zhangli")
    stored = user(house, "zhangli").password_hash
    assert stored != old and passwords.matches(stored, PASSWORD) and not passwords.outdated(stored)


def test_a_session_begins_anew_at_login(wsgi, enter):
    client = TestApp(wsgi)
    before = client.get("/login")
    token, cookie = before.forms["login-form"]["csrf_token"].value, client.cookies["gongkai"]
    enter(client, "zhangli")
    assert client.cookies["gongkai"] != cookie
    assert client.get("/account/password").form["csrf_token"].value != token
    client.set_cookie("gongkai", cookie)
    assert client.get("/desk").status_int == 303


def test_a_copied_cookie_is_worth_nothing_after_the_logout(browser):
    client = browser("zhangli")
    copied = client.cookies["gongkai"]
    client.get("/desk").forms[0].submit()
    thief = browser()
    thief.set_cookie("gongkai", copied)
    assert thief.get("/desk").location.startswith("http://localhost/login?")


def test_fifteen_idle_minutes_end_a_session_and_the_page_says_so(wsgi, enter):
    client = TestApp(wsgi)
    with time_machine.travel(dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC), tick=False) as clock:
        enter(client, "zhangli")
        for _ in range(3):
            clock.shift(14 * 60)
            assert client.get("/desk").status_int == 200
        clock.shift(15 * 60 + 1)
        answer = client.get("/desk")
        assert answer.status_int == 303
        assert "超过15分钟没有操作" in answer.follow()


@pytest.mark.parametrize("change", ["password", "role", "active"])
def test_a_session_ends_when_the_account_changes(house, county, browser, change):
    client = browser("zhangli")
    with house.database.writer.begin() as session:
        found = session.get_one(User, county.users["zhangli"])
        if change == "password":
            passwords.set_password(session, found, "Qingyuan-99", actor_id=None, now=journal.now())
        elif change == "role":
            people.revoke(session, found.grants[0], actor_id=county.users["shenjie"])
        else:
            people.change_user(session, found, actor_id=county.users["shenjie"], active=False)
    assert "这次登录已经结束" in client.get("/desk").follow()


@pytest.mark.parametrize(("wanted", "reached"), [
    ("/desk/flows", "/desk/flows"), ("//evil.example/x", "/"), ("https://evil.example", "/"), ("/\\evil.example", "/"),
    ("javascript:alert(1)", "/"), ("", "/desk"),
])
def test_a_login_leads_to_this_site_only(wsgi, enter, wanted, reached):
    answer = enter(TestApp(wsgi), "zhangli", path=f"/login?next={wanted}")
    assert answer.location == f"http://localhost{reached}"


def test_who_comes_to_the_desk_logs_in_first_and_gets_there(browser, enter):
    client = browser()
    answer = client.get("/desk/flows?x=1")
    path = answer.location.removeprefix("http://localhost")
    assert enter(client, "zhangli", path=path).location == "http://localhost/desk/flows?x=1"


def test_who_is_logged_in_is_not_asked_again(browser):
    assert browser("zhangli").get("/login").location == "http://localhost/desk"


def test_too_many_attempts_from_one_address(made, enter):
    client = TestApp(made(login_rate="3/minute"))
    assert [enter(client, "zhangli", "wrong").status_int for _ in range(3)] == [401] * 3
    form = client.get("/login").forms["login-form"]
    form["login"], form["password"] = "zhangli", PASSWORD
    answer = form.submit(status=429)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert "太频繁了" in answer


def test_behind_tls_the_cookie_is_secure_and_https_is_remembered(made):
    answer = TestApp(made(behind_tls=True)).get("/login")
    assert "secure" in answer.headers["Set-Cookie"].lower()
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


def test_on_plain_http_the_cookie_is_not_secure_but_closed_to_scripts(browser):
    answer = browser().get("/login")
    cookie = answer.headers["Set-Cookie"].lower()
    assert "secure" not in cookie and "httponly" in cookie and "samesite=lax" in cookie
    assert "Strict-Transport-Security" not in answer.headers


# -- one's own password -------------------------------------------------------------------------------------------

def new_password(client: TestApp, current: str, plain: str, again: str | None = None):
    form = client.get("/account/password").forms["password"]
    form["current"], form["new"], form["new-confirm"] = current, plain, plain if again is None else again
    return form.submit(expect_errors=True)


def test_a_first_password_must_be_changed_before_anything_else(house, browser, enter):
    with house.database.writer.begin() as session:
        session.scalars(select(User).where(User.login == "zhangli")).one().must_change = True
    client = browser("zhangli")
    answer = client.get("/desk")
    assert answer.location == "http://localhost/account/password?next=%2Fdesk"
    assert "请先设一个自己的密码" in answer.follow()
    assert new_password(client, PASSWORD, "Xinmima-77").status_int == 303
    assert client.get("/desk").status_int == 200
    assert enter(browser(), "zhangli", "Xinmima-77").status_int == 303


def test_a_password_of_ninety_days_must_be_changed(house, browser):
    with house.database.writer.begin() as session:
        found = session.scalars(select(User).where(User.login == "zhangli")).one()
        found.password_set -= dt.timedelta(days=91)
    assert "密码到期了" in browser("zhangli").get("/desk").follow()


@pytest.mark.parametrize(("current", "plain", "again", "said"), [
    ("wrong", "Xinmima-77", None, "现在的密码不对"), (PASSWORD, "short", None, "至少8个字符"),
    (PASSWORD, PASSWORD, None, "最近5次"), (PASSWORD, "Xinmima-77", "Xinmima-78", "error-summary"),
])
def test_a_password_that_will_not_do_is_said_at_its_field(browser, current, plain, again, said):
    answer = new_password(browser("zhangli"), current, plain, again)
    assert answer.status_int == 200 and said in answer
    assert plain not in answer.text


def test_changing_it_ends_the_other_sessions_only(browser):
    one, other = browser("zhangli"), browser("zhangli")
    assert new_password(one, PASSWORD, "Xinmima-77").status_int == 303
    assert one.get("/desk").status_int == 200
    assert other.get("/desk").status_int == 303
