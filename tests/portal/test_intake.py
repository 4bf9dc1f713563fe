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
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
    citizen.post("/login", part * (intake.MOST_FIELDS + 1) + b"--x--", status=400,
                 content_type="multipart/form-data; boundary=x")
    citizen.get("/?a" + "&a" * (intake.MOST_FIELDS + 1), status=400)


@pytest.mark.parametrize("charset", ["utf-7", "nonsense"])
def test_a_form_in_another_charset_is_refused(citizen, charset):
    assert "看不懂" in citizen.post("/login", b"a=b", content_type=f"{FORM}; charset={charset}", status=400)


def test_a_file_in_place_of_a_word_is_refused(citizen):
    token = citizen.get("/login").forms["login-form"]["csrf_token"].value
    citizen.post("/login", {"csrf_token": token, "password": "x"}, upload_files=[("login", "a.txt", b"x")], status=400)


@pytest.mark.parametrize("fields", ["__end__=x", "__start__=a%3Amapping", "__start__=message%3Anothing"])
def test_marks_of_forms_that_make_no_sense_are_refused(citizen, fields):
    token = citizen.get("/report-error").forms["report"]["csrf_token"].value
    citizen.post("/report-error", f"csrf_token={token}&{fields}", status=400)


def test_what_a_login_carries_along_may_be_nonsense(citizen):
    form = citizen.get("/login").forms["login-form"]
    values = dict(form.submit_fields()) | {"login": "nobody", "password": "x", "kept": "[" * 100_000}
    citizen.post("/login", values, status=401)
