"""Every answer, of whatever kind, tells the browser how to keep it safe."""

import pytest
from webtest import TestApp

from portal.headers import ALWAYS, content_policy

KINDS = {"home": "/", "login": "/login", "missing": "/nowhere", "redirect": "/desk", "file": "/static/site.css",
         "no such file": "/static/nothing.css", "feed": "/feeds/latest.rss", "robots": "/robots.txt",
         "health": "/healthz", "language": "/lang/en", "bad bytes": "/login?next=%ff"}


@pytest.fixture
def citizen(wsgi):
    return TestApp(wsgi)


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_answer_has_them(citizen, path):
    headers = citizen.get(path, expect_errors=True).headers
    assert headers["Content-Security-Policy"] == content_policy()
    assert {name: headers[name] for name in ALWAYS} == ALWAYS
    assert headers["X-Request-Id"]


def test_errors_and_refusals_have_them_too(citizen, browser):
    answers = [citizen.post("/login", status=400), citizen.post("/desk/columns/new", status=401),
               browser("zhangli").get("/desk/people", status=403)]
    assert all(answer.headers["Content-Security-Policy"] == content_policy() for answer in answers)


def test_the_policy_lets_nothing_in_from_elsewhere():
    policy = content_policy()
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
    assert not any(word in policy for word in ("unsafe", "http", "*"))


def test_editor_pages_alone_may_style_themselves(browser):
    client = browser("zhangli")
    assert "style-src 'self' 'unsafe-inline'" in content_policy(editor=True)
    assert "unsafe" not in client.get("/desk").headers["Content-Security-Policy"]
    assert "script-src 'self';" in content_policy(editor=True)


@pytest.mark.parametrize(("path", "said"), [
    ("/", "no-cache"), ("/login", "no-store"), ("/desk", "no-store"), ("/account/password", "no-store")])
def test_how_long_a_citizens_browser_may_keep_it(citizen, path, said):
    assert citizen.get(path).headers["Cache-Control"] == said


def test_what_somebody_logged_in_reads_is_kept_by_nobody_else(browser):
    client = browser("zhangli")
    assert client.get("/").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/desk").headers["Cache-Control"] == "no-store"


def test_files_are_kept_for_long_and_pages_differ_by_cookie(citizen):
    assert "max-age=31536000" in citizen.get("/static/site.css").headers["Cache-Control"]
    assert "Cookie" in citizen.get("/").headers["Vary"]
