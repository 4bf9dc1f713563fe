"""Heads of requests that no browser writes: slow ones cost as little as others, unreadable ones are passed over."""

from __future__ import annotations

import pytest
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from portal.heads import Parser, tidy

pytestmark = pytest.mark.nodatabase
OURS = ("gongkai", "lang")


def tidied(**environ: str) -> dict[str, str]:
    tidy(environ, OURS)
    return environ


@pytest.mark.parametrize(("sent", "left"), [
    ("lang=en", "lang=en"), ("a=b; lang=en;gongkai=x.y-z_=", "lang=en; gongkai=x.y-z_="), ("lang=", "lang="),
    ("a" * 200_000, None), ("lang=b " + "c" * 200_000, None), ("lang=" + "c" * 200_000, None), ("langx=en", None),
    ('lang="en"', 'lang="en"'), ('lang="en', None), ("lang", None), (";;=;", None), ("lang=\xff", None), ("", None)])
def test_of_cookies_ours_are_left(sent, left):
    assert tidied(HTTP_COOKIE=sent) == ({} if left is None else {"HTTP_COOKIE": left})


@pytest.mark.parametrize("wanted", ["bytes=0-9", "bytes=5-", "bytes=-5"])
def test_a_part_that_can_be_read_is_asked_for(wanted):
    for state in ({}, {"HTTP_IF_RANGE": '"x"'}, {"HTTP_IF_RANGE": "Sat, 01 Aug 2026 00:00:00 GMT"}):
        assert tidied(HTTP_RANGE=wanted, **state)["HTTP_RANGE"] == wanted


@pytest.mark.parametrize("environ", [
    {"HTTP_RANGE": "bytes=--5"}, {"HTTP_RANGE": "bytes=-0"}, {"HTTP_RANGE": "bytes=-"}, {"HTTP_RANGE": "bytes=0-1,3-4"},
    {"HTTP_RANGE": f"bytes={'9' * 5000}-"}, {"HTTP_RANGE": "bytes=" + " " * 30_000},
    {"HTTP_RANGE": "bytes=0-9", "HTTP_IF_RANGE": "garbage"}])
def test_no_other_part_is(environ):
    assert "HTTP_RANGE" not in tidied(**environ)


@pytest.mark.parametrize("date", ["Fri, 31 Dec 9999999 23:59:59 GMT", "Fri, 31 Dec 0000 23:59:59 GMT", "x"])
def test_no_date_out_of_time_is_read(date):
    assert tidied(HTTP_IF_MODIFIED_SINCE=date, HTTP_IF_UNMODIFIED_SINCE=date) == {}


def test_spaces_before_a_value_are_not_looked_at_one_by_one(monkeypatch):
    read = []
    monkeypatch.setattr(HTTPRequestParser, "parse_header", lambda _parser, head: read.append(head))
    Parser(Adjustments()).parse_header(b"GET / HTTP/1.1\r\nHost:  x\r\nX:" + b"\t " * 9000 + b"!\r\nY: a:  b\r\n\r\n")
    assert read == [b"GET / HTTP/1.1\r\nHost: x\r\nX: !\r\nY: a:  b\r\n\r\n"]
