"""What costs a stranger nothing must cost us little: endless paths, fields and nonsense are refused unread."""

from __future__ import annotations

import pytest
from pyramid.request import Request
from webtest import TestApp

from portal import intake

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def citizen(wsgi):
    return TestApp(wsgi)


@pytest.fixture
def unread(monkeypatch):
    """Nothing may be read as fields."""
    monkeypatch.setattr(Request, "POST", property(lambda request: pytest.fail("read")))


def test_an_endless_path_is_not_walked(citizen, monkeypatch):
    monkeypatch.setattr("portal.traversal.Root.__getitem__", lambda *_given: pytest.fail("walked"))
    assert "没有找到这个页面" in citizen.get("/a" * intake.LONGEST_PATH, status=404)


def test_too_many_fields_are_refused_before_they_are_read(citizen, unread):
    citizen.post("/login", b"a" + b"&a" * (intake.MOST_FIELDS + 1), content_type=FORM, status=400)
    citizen.post("/login", [("a", "b")] * (intake.MOST_FIELDS + 1), status=400, content_type="multipart/form-data")
    citizen.get("/?a" + "&a" * (intake.MOST_FIELDS + 1), status=400)


@pytest.mark.parametrize("semicolon", [";", "%3B"])
def test_a_semicolon_is_a_character_of_what_is_asked(citizen, semicolon):
    """Not the beginning of another field, which the API would refuse."""
    assert citizen.get(f"/api/v1/documents.csv?q=a{semicolon}column=b").status_int == 200
    assert 'value="a;column=b"' in citizen.get(f"/search?q=a{semicolon}column=b")


@pytest.mark.parametrize("charset", ["utf-7", "nonsense"])
def test_a_form_in_another_charset_is_refused(citizen, charset):
    assert "看不懂" in citizen.post("/login", b"a=b", content_type=f"{FORM}; charset={charset}", status=400)


def test_a_file_in_place_of_a_word_is_refused(citizen):
    token = citizen.get("/login").forms["login-form"]["csrf_token"].value
    citizen.post("/login", {"csrf_token": token, "password": "x"}, upload_files=[("login", "a.txt", b"x")], status=400)


def test_a_word_with_a_zero_octet_is_refused(citizen):
    """SQLite would keep it, PostgreSQL refuses it in the middle of things."""
    token = citizen.get("/login").forms["login-form"]["csrf_token"].value
    citizen.post("/login", f"csrf_token={token}&login=li%00ming&password=x", status=400)


@pytest.mark.parametrize("fields", ["__end__=x", "__start__=a%3Amapping", "__start__=message%3Anothing"])
def test_marks_of_forms_that_make_no_sense_are_refused(citizen, fields):
    token = citizen.get("/report-error").forms["report"]["csrf_token"].value
    citizen.post("/report-error", f"csrf_token={token}&{fields}", status=400)


def test_what_a_login_carries_along_may_be_nonsense(citizen):
    form = citizen.get("/login").forms["login-form"]
    values = dict(form.submit_fields()) | {"login": "nobody", "password": "x", "kept": "[" * 100_000}
    citizen.post("/login", values, status=401)


# -- files --------------------------------------------------------------------------------------------------------

FILES = [("list", "a.txt", b"--\r\n--x\n" * 3000)]


@pytest.fixture
def taking(wsgi):
    """The routes that take files, for a test to add to."""
    takers = wsgi.registry.settings[intake._TAKERS]
    before = dict(takers)
    yield takers
    takers.clear()
    takers |= before


def test_a_route_that_takes_files_gets_them_whatever_lines_are_in_them(citizen, taking):
    taking["login"] = 0
    token = citizen.get("/login").forms["login-form"]["csrf_token"].value
    fields = {"csrf_token": token, "login": "nobody", "password": "x"}
    assert "不对" in citizen.post("/login", fields, upload_files=FILES, status=401)


def test_large_requests_are_for_files_of_those_who_logged_in(citizen, browser, taking, unread):
    large = b"x" * (intake.MOST_FORM * intake.MEGA + 1)
    kind = "multipart/form-data; boundary=y"
    assert "一次最多可以发送8兆字节" in citizen.post("/report-error", large, content_type=kind, status=413)
    taking["report"] = 0
    assert "需要登录" in citizen.post("/report-error", large, content_type=kind, status=401)


def test_what_is_counted_may_stand_across_two_pieces(monkeypatch):
    monkeypatch.setattr(intake, "MEGA", 5)
    request = Request.blank("/", POST=b"abc--xdef--x--xgh")
    assert intake._count(request, b"--x") == 3 and intake._count(request, b"b") == 1
