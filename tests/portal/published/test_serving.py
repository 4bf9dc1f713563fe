"""The application serves its published pages as a web server would, and goes on where there is none."""

from __future__ import annotations

import gzip

import pytest
from webob import Request
from webtest import TestApp

from portal.headers import safety
from portal.published import FRESH, HELD
from portal.published.serving import SMALL
from portal.settings import Settings

PAGE = "<!DOCTYPE html><title>关于供水管网改造的通知</title>".encode() * 20
FILE = "姓名,街道\n王芳,城关镇\n".encode() * 40
ADDRESS = "/doc/2026/1/files/5/%E5%90%8D%E5%8D%95.csv"


class Empty:
    """Stands for the application: says so when it is asked."""

    def __init__(self, registry):
        self.registry = registry

    def __call__(self, environ, start_response):
        start_response("418 The application", [("Content-Type", "text/plain")])
        return [b"made anew"]


@pytest.fixture
def stores(wsgi):
    """The published pages, none yet."""
    return wsgi.registry.settings[HELD].stores


@pytest.fixture
def citizen(wsgi, stores):
    """A visitor; status 418 tells that the application was asked."""
    stores["zh"].write("/doc/2026/1.html", PAGE)
    stores["zh"].write("/doc/2026/1/files/5/名单.csv", FILE)
    return TestApp(type(wsgi)(Empty(wsgi.registry)))


def test_a_page_with_everything_that_belongs_to_it(citizen, wsgi):
    page = citizen.get("/doc/2026/1.html")
    assert page.body == PAGE and page.content_type == "text/html" and page.charset == "utf-8"
    assert page.headers["Cache-Control"] == "no-cache" and page.headers["Vary"] == "Accept-Encoding, Cookie"
    assert page.headers["ETag"].startswith('"') and page.headers["Last-Modified"].endswith("GMT")
    expected = safety(wsgi.registry.settings["gongkai"])
    assert {name: page.headers[name] for name in expected} == expected
    assert "Content-Disposition" not in page.headers and "Accept-Ranges" not in page.headers
    head = citizen.head("/doc/2026/1.html")
    assert head.body == b"" and head.headers == page.headers


def test_the_same_headers_as_the_application_gives(wsgi, stores):
    fresh = TestApp(wsgi).get("/")
    stores["zh"].write("/", fresh.body)
    served = TestApp(wsgi).get("/")
    assert served.body == fresh.body and served.headers["ETag"]
    later = {"ETag", "Last-Modified", "Vary", "X-Request-Id"}
    told = [{name: value.lower() for name, value in answer.headers.items() if name not in later}
            for answer in (fresh, served)]
    assert told[0] == told[1]


def test_who_has_it_gets_nothing_again(citizen, stores):
    page = citizen.get("/doc/2026/1.html")
    tag, modified = page.headers["ETag"], page.headers["Last-Modified"]
    for asked in ({"If-None-Match": tag}, {"If-None-Match": f'"other",W/{tag}'}, {"If-None-Match": "*"},
                  {"If-Modified-Since": modified}):
        answer = citizen.get("/doc/2026/1.html", headers=asked, status=304)
        assert answer.body == b"" and answer.headers["ETag"] == tag and "Content-Security-Policy" in answer.headers
    for asked in ({"If-None-Match": '"other"', "If-Modified-Since": modified},
                  {"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}):
        assert citizen.get("/doc/2026/1.html", headers=asked, status=200).body == PAGE
    stores["zh"].write("/doc/2026/1.html", PAGE + b"!")
    assert citizen.get("/doc/2026/1.html", headers={"If-None-Match": tag}, status=200).body == PAGE + b"!"


@pytest.mark.parametrize(("asked", "given"), [
    ("gzip", "gzip"), ("gzip;q=0", None), ("identity", None), ("", None), ("*;q=0.1, gzip;q=0, br;q=0", None),
    ("deflate, gzip;q=0.5", "gzip"), ("gzip;q=nonsense", None)])
def test_a_compressed_copy_for_who_takes_it(citizen, asked, given):
    plain, page = (Request.blank("/doc/2026/1.html", headers=headers).get_response(citizen.app)  # WebTest decodes
                   for headers in ({}, {"Accept-Encoding": asked}))
    assert page.headers.get("Content-Encoding") == given
    assert (gzip.decompress(page.body) if given else page.body) == PAGE
    assert (page.headers["ETag"] != plain.headers["ETag"]) == bool(given)


def test_no_copy_of_an_earlier_page(citizen, stores):
    file = stores["zh"].file_of("/doc/2026/1.html")
    file.write_bytes(b"corrected")
    asked = {"Accept-Encoding": "gzip, br"}
    assert citizen.get("/doc/2026/1.html", headers=asked).body == b"corrected"
    file.unlink()  # the copies are still there
    citizen.get("/doc/2026/1.html", headers=asked, status=418)


def test_parts_of_attachments_and_of_nothing_else(citizen, stores):
    whole = citizen.get(ADDRESS)
    assert whole.headers["Accept-Ranges"] == "bytes" and whole.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert whole.headers["Content-Disposition"] == (
        "attachment; filename=\"file-5.csv\"; filename*=UTF-8''%E5%90%8D%E5%8D%95.csv")
    part = citizen.get(ADDRESS, headers={"Range": "bytes=3-8", "Accept-Encoding": "gzip"}, status=206)
    assert part.body == FILE[3:9] and part.headers["Content-Range"] == f"bytes 3-8/{len(FILE)}"
    assert citizen.get(ADDRESS, headers={"Range": "bytes=-4"}, status=206).body == FILE[-4:]
    again = {"Range": "bytes=3-8", "If-Range": whole.headers["ETag"]}
    assert citizen.get(ADDRESS, headers=again, status=206).body == FILE[3:9]
    assert citizen.get(ADDRESS, headers={"Range": "bytes=3-8", "If-Range": '"other"'}, status=200).body == FILE
    assert citizen.get(ADDRESS, headers={"Range": "bytes=0-1,4-5"}, status=200).body == FILE
    assert citizen.get(ADDRESS, headers={"Range": f"bytes={len(FILE)}-"}, status=416).body != FILE
    assert citizen.get("/doc/2026/1.html", headers={"Range": "bytes=0-3"}, status=200).body == PAGE
    large = bytes(range(256)) * (SMALL // 256 + 1)
    stores["zh"].write("/doc/2026/1/files/6/图.png", large)
    assert citizen.get("/doc/2026/1/files/6/%E5%9B%BE.png").body == large
    part = citizen.get("/doc/2026/1/files/6/%E5%9B%BE.png", headers={"Range": f"bytes={SMALL}-"}, status=206)
    assert part.body == large[SMALL:] and part.headers["Content-Disposition"].startswith("inline;")


@pytest.mark.parametrize("asked", [
    {"Range": "bytes=--5"}, {"Range": f"bytes={'9' * 5000}-"}, {"Cookie": "a" * 100_000},
    {"Cookie": "lang=b " + "c" * 100_000}, {"If-Modified-Since": "Fri, 31 Dec 9999999 23:59:59 GMT"}])
def test_nothing_that_is_asked_of_a_file_hurts(citizen, asked):
    assert citizen.get(ADDRESS, headers=asked).body == FILE


@pytest.mark.parametrize(("cookie", "asked"), [
    ("gongkai=signed", True), ("variant=elder", True), ("variant=kiosk", True), ("lang=en", True),
    ("variant=normal", False), ("lang=zh", False), ("lang=fr", False), ("other=1; lang=zh", False)])
def test_whose_page_is_his_own_is_answered_by_the_application(citizen, cookie, asked):
    citizen.get("/doc/2026/1.html", headers={"Cookie": cookie}, status=418 if asked else 200)


def test_english_pages_are_files_of_their_own(citizen, stores):
    stores["en"].write("/catalogue", b"Catalogue")
    assert citizen.get("/catalogue", headers={"Cookie": "lang=en"}).body == b"Catalogue"
    citizen.get("/catalogue", status=418)


@pytest.mark.parametrize("path", [
    "/doc/2026/1.html?x=1", "/doc/2026/2.html", "/doc/2026/1.html.gz", "/doc/2026/", "/doc/2026/1.html/",
    "/doc/2026/%ff.html", "/_errors/404.html", "/%2e%2e/settings.toml", "/doc/2026/1/files/5/%2e%2e/%2e%2e/1.html",
    "/doc/2026/1/files/5/", f"/{'x' * 3000}"])
def test_whatever_else_goes_on_to_the_application(citizen, stores, path):
    stores["zh"].write_error(404, PAGE)
    citizen.get(path, status=418)


def test_what_changes_something_goes_on_and_so_does_who_makes_the_page(citizen):
    citizen.post("/doc/2026/1.html", status=418)
    citizen.get("/doc/2026/1.html", extra_environ={FRESH: "1"}, status=418)
    citizen.get("/doc/2026/1.html", extra_environ={"SCRIPT_NAME": "/below"}, status=418)


def test_behind_tls_a_file_says_so(house):
    settings = Settings.load(house.home)
    settings.values["behind_tls"] = True
    assert "Strict-Transport-Security" in safety(settings)
