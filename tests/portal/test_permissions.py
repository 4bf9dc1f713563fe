"""Who may use which view: walks over all views of the application, so that a new one is asked on the day it comes."""

import re

import pytest
from introspection import routes, views
from pyramid.security import NO_PERMISSION_REQUIRED
from webtest import TestApp

from portal.security import READ, SIGNED_IN
from workflows.access import Permission

# Routes that anybody may use, whatever he asks for; everything else names a permission.
# Routes whose requests are signed by a server, or known by the secret of a mail (RFC 8058): without form or session.
SIGNED = {"wechat", "subscribe.end"}
OPEN = {"login", "logout", "lang", "healthz", "readyz", "metrics", "__static/"}


def path_of(pattern: str) -> str:
    """An address that the pattern fits, of things that are not there."""
    filled = re.sub(r"\{[^{}:]+(:[^{}]*(\{[^{}]*\}[^{}]*)*)?\}", "1", pattern)
    return filled if filled.startswith("/") else f"/{filled}"


def test_every_view_names_its_permission(wsgi):
    known = {READ, SIGNED_IN, *Permission}
    for view, permission in views(wsgi):
        if permission == NO_PERMISSION_REQUIRED:
            assert view["route_name"] in OPEN, f"{view['route_name']} is open to everybody"
        else:
            assert permission in known, f"{view['route_name'] or view['context']} has the permission {permission!r}"


def test_every_view_asks_for_the_token(wsgi):
    free = {view["route_name"] for view, _permission in views(wsgi) if view["require_csrf"] is False}
    assert free <= SIGNED


def test_changing_views_take_posts_only(wsgi):
    """A view of the desk names its methods: none that changes something answers a link."""
    for view, _permission in views(wsgi):
        if (view["route_name"] or "").startswith(("desk", "password", "logout")):
            assert view["request_methods"] in ("GET", "POST", ("GET", "HEAD"), ("POST",)), view["route_name"]


def test_no_desk_page_opens_to_the_public(wsgi):
    citizen, patterns = TestApp(wsgi), routes(wsgi)
    asked = 0
    for view, permission in views(wsgi):
        if permission in (NO_PERMISSION_REQUIRED, READ) or view["request_methods"] not in ("GET", ("GET", "HEAD")):
            continue
        answer = citizen.get(path_of(patterns[view["route_name"]]), expect_errors=True)
        assert answer.status_int in (303, 404), view["route_name"]
        assert answer.status_int == 404 or answer.location.startswith("http://localhost/login?")
        asked += 1
    assert asked > 10


def test_no_desk_action_is_done_for_the_public(wsgi):
    citizen, patterns = TestApp(wsgi), routes(wsgi)
    for view, permission in views(wsgi):
        if permission not in (NO_PERMISSION_REQUIRED, READ) and view["request_methods"] == "POST":
            answer = citizen.post(path_of(patterns[view["route_name"]]), expect_errors=True)
            assert answer.status_int in (400, 401, 404), view["route_name"]


@pytest.mark.parametrize("login", ["zhangli", "fangkai", "shenjie", "zhengguodong"])
def test_every_post_needs_the_token_from_whoever_is_logged_in(wsgi, browser, login):
    client, patterns = browser(login), routes(wsgi)
    for view, _permission in views(wsgi):
        if view["request_methods"] == "POST" and view["route_name"]:
            answer = client.post(path_of(patterns[view["route_name"]]), {"x": "1"}, expect_errors=True)
            assert answer.status_int in (400, 403, 404), view["route_name"]


EVERYBODY = {"zhangli", "fangkai", "shenjie", "zhengguodong"}  # editor, system, security administrator, auditor
MATRIX = {
    "/desk": EVERYBODY, "/desk/flows": EVERYBODY, "/desk/delegations": EVERYBODY, "/account/password": EVERYBODY,
    "/desk/people": {"shenjie"}, "/desk/people/new": {"shenjie"}, "/desk/people/1": {"shenjie"},
    "/desk/columns": {"fangkai"}, "/desk/columns/new": {"fangkai"}, "/desk/columns/1": {"fangkai"},
    "/desk/deliveries": {"fangkai"}, "/desk/system": {"fangkai"},
    "/desk/wechat": {"fangkai"}, "/desk/pushes": {"zhangli"},
    "/desk/pushes/new": {"zhangli"}, "/desk/pushes/figures": {"zhangli"},
    "/desk/letters": {"fangkai"}, "/desk/letters/receipt": {"fangkai"},
    "/desk/journal": {"shenjie", "zhengguodong"}, "/desk/journal.csv": {"shenjie", "zhengguodong"},
    "/desk/reports": {"zhangli"}, "/desk/write": {"zhangli"}, "/desk/supervision/words": {"zhengguodong"},
    "/desk/supervision/words.csv": {"zhengguodong"}, "/desk/supervision": {"zhangli", "zhengguodong"},
    "/desk/supervision/scores/scheme": {"zhengguodong"}, "/desk/supervision/cards/limits": {"zhengguodong"},
    "/desk/supervision/report": {"zhengguodong"}, "/desk/supervision/report.html": {"zhengguodong"},
}


@pytest.mark.parametrize("login", sorted(EVERYBODY))
def test_the_matrix(browser, login):
    client = browser(login)
    answers = {path: client.get(path, expect_errors=True).status_int for path in MATRIX}
    assert answers == {path: 200 if login in may else 403 for path, may in MATRIX.items()}
