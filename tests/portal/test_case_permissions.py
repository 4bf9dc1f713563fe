"""Who may use which view of cases: every route that belongs to them is in the table, for every role."""

import re

import pytest
from factories import add_role
from introspection import routes, views
from webtest import TestApp

from content import cases, releases
from content.base import local_date, now
from content.cases import CaseFile
from content.people import Role
from portal.security import READ
from workflows.access import PERMISSIONS, Permission

OFFICER, REVIEWER, SIGNER, AUDITOR = "luoyan", "zhoumin", "wangjianguo", "zhengguodong"
OTHERS = {"zhangli", "fangkai", "shenjie", "sunjing"}  # editor, both administrators, an editor of another department
EVERYBODY = OTHERS | {OFFICER, REVIEWER, SIGNER, AUDITOR}
OPENS = {OFFICER, REVIEWER, SIGNER}
# (route, method) -> who may; whoever else is logged in is refused, and the public is led to the login.
TABLE = {
    ("desk.cases", "GET"): OPENS | {AUDITOR},
    ("desk.cases.search", "POST"): OPENS,
    ("desk.cases.enter", "GET"): {OFFICER},
    ("desk.cases.enter", "POST"): {OFFICER},
    ("desk.cases.fee", "GET"): OPENS | {AUDITOR},
    ("desk.cases.repeated", "GET"): OPENS,
    ("desk.case", "GET"): OPENS | {AUDITOR},
    ("desk.case.same", "GET"): {OFFICER},
    ("desk.case.same", "POST"): {OFFICER},
    ("desk.case.same.leave", "POST"): {OFFICER},
    ("desk.case.active", "GET"): {OFFICER},
    ("desk.case.active", "POST"): {OFFICER},
    ("desk.case.move", "POST"): OPENS,
    ("desk.case.annul", "POST"): {OFFICER},
    ("desk.case.reply", "GET"): {OFFICER},
    ("desk.case.reply", "POST"): {OFFICER},
    ("desk.case.letter", "GET"): OPENS,
    ("desk.case.letter.pdf", "GET"): OPENS,
    ("desk.case.letter.record", "GET"): OPENS,
    ("desk.case.file", "GET"): OPENS,
    ("desk.case.release", "POST"): {OFFICER},
    ("desk.case.values", "GET"): {OFFICER},
    ("desk.case.values", "POST"): {OFFICER},
    ("desk.case.release.vouch", "POST"): {REVIEWER, SIGNER},
    ("desk.case.release.drop", "POST"): {OFFICER},
}
PUBLIC = {"opinion", "opinion.received"}  # by link, number and code, or for everybody; the views themselves check
PUBLIC_PREFIX = "apply"


def belonging(wsgi):
    """`(route, methods, permission)` of every view of cases."""
    for view, permission in views(wsgi):
        name = view["route_name"] or ""
        if name.startswith(("desk.case", PUBLIC_PREFIX)) or name in PUBLIC:
            methods = view["request_methods"]
            yield name, (methods,) if isinstance(methods, str) else tuple(methods or ("GET", "POST")), permission


def test_every_view_of_cases_is_in_the_table(wsgi):
    found = {(name, method) for name, methods, _permission in belonging(wsgi) for method in methods
             if name.startswith("desk.") and method != "HEAD"}
    assert found == set(TABLE)


def test_the_publics_views_are_open_and_no_others(wsgi):
    for name, _methods, permission in belonging(wsgi):
        assert (permission == READ) is (name in PUBLIC or name.startswith(PUBLIC_PREFIX)), name


def test_the_table_is_what_the_permissions_say(wsgi):
    roles = {OFFICER: Role.CASE_OFFICER, REVIEWER: Role.REVIEWER, SIGNER: Role.SIGNER, AUDITOR: Role.AUDITOR}
    for name, methods, permission in belonging(wsgi):
        for method in {"GET", "POST"}.intersection(methods) if name.startswith("desk.") else ():
            may = {login for login, role in roles.items() if role in PERMISSIONS[Permission(permission)]}
            assert may == TABLE[name, method], name


@pytest.fixture
def there(house, county, wsgi):
    """`there(route)`: its address for a case that is handled, with an issued letter, a file and a release."""
    with house.database.writer.begin() as session:
        case, _code = county.apply(session)
        county.move(session, case, "register", OFFICER, received=local_date(now()))
        county.move(session, case, "assign", OFFICER, handler=None, department=county.departments["QY-mzj"])
        county.move(session, case, "ask_reasons", OFFICER, why="数量明显过多")
        letter = next(each for each in case.messages if each.issued)
        files: list[CaseFile] = [cases.add_file(session, house, case, role, "甲.txt", "text/plain", b"x")
                                 for role in (releases.ORIGINAL, releases.RELEASED)]
        sealed = cases.seal(session, house, {"values": [], "decisions": [], "reason": "", "hidden": [], "unread": []})
        release = releases.Release(case_id=case.id, original_id=files[0].id, released_id=files[1].id, sha256="",
                                   engine="", unread=0, taken_by=county.users[OFFICER], at=now(), sealed=sealed)
        session.add(release)
        session.flush()
        known = {"id": case.id, "message": letter.id, "file": files[0].id, "release": release.id}
    patterns = routes(wsgi)
    return lambda name: re.sub(r"\{(\w+)[^}]*\}+", lambda found: str(known[found[1]]), _plain(patterns[name]))


def _plain(pattern: str) -> str:
    """Without the braces inside its expressions."""
    return re.sub(r":\\d\{\d,\d\}", "", pattern)


@pytest.mark.parametrize("login", sorted(EVERYBODY))
def test_every_role_at_every_view(browser, there, login):
    client = browser(login)
    token = client.get("/desk").forms[0]["csrf_token"].value
    for (name, method), may in TABLE.items():
        address = there(name)
        answer = client.get(address, expect_errors=True) if method == "GET" else client.post(
            address, {"csrf_token": token}, expect_errors=True)
        assert (answer.status_int != 403) is (login in may), f"{login} {method} {address}: {answer.status_int}"
        assert answer.status_int < 500, name


def test_a_case_officer_of_another_department_is_refused(browser, there, house, county):
    with house.database.writer.begin() as session:
        add_role(session, county, "sunjing", Role.CASE_OFFICER, "QY-scj")
    client = browser("sunjing")
    for (name, method), _may in TABLE.items():
        if method == "GET" and not name.startswith("desk.cases"):  # of one case
            client.get(there(name), status=403)
    assert there("desk.case") not in client.get("/desk/cases?state=").text


def test_nothing_opens_to_the_public(wsgi, there):
    citizen = TestApp(wsgi)
    for (name, method) in TABLE:
        answer = citizen.get(there(name), expect_errors=True) if method == "GET" else citizen.post(
            there(name), expect_errors=True)
        assert answer.status_int in ((303,) if method == "GET" else (400, 401)), name
        assert "吴晓梅" not in answer.text
