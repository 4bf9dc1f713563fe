"""What the head of a request may hold, put in order before anything reads it: what is read slowly, or not at all, goes.

WebOb looks for cookies in a time that grows with the square of a word without `=`: of 250,000 letters, a quarter of an
hour in which this process serves nobody else. waitress does the same with spaces before a value. And a range or a date
of too many digits is an exception where no page can be made of it any more. So of cookies only ours are left, of
conditions those that a browser writes, and a head is no longer than those that nginx takes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

LONGEST = 32 * 1024  # octets of a head, as nginx takes by default
_VALUE = re.compile(r'("?)[A-Za-z0-9_.=~+/|:-]{0,4096}\1')  # of a cookie: what we set
_SPAN = re.compile(r"bytes=(?:[0-9]{1,18}-[0-9]{0,18}|-0*[1-9][0-9]{0,17})")
_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [12][0-9]{3} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_TAG = re.compile(r'(?:W/)?"[^"]*"')
_DATED = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE")
_MARGIN = re.compile(rb"(?m)^([!-9;-~]+:)[ \t]+")


def tidy(environ: dict[str, Any], cookies: Collection[str]) -> None:
    """Leave in a request the cookies of these names, and the conditions that can be read."""
    if "HTTP_COOKIE" in environ:
        _keep(environ, "HTTP_COOKIE", _known(environ["HTTP_COOKIE"], cookies))
    for name in _DATED:
        if name in environ and not _DATE.fullmatch(environ[name]):
            del environ[name]
    if "HTTP_RANGE" in environ and not _is_wanted(environ):
        del environ["HTTP_RANGE"]


def _known(header: str, cookies: Collection[str]) -> str:
    pairs = (part.strip(" \t").partition("=") for part in header.split(";"))
    return "; ".join(f"{name}={value}" for name, is_pair, value in pairs
                     if is_pair and name in cookies and _VALUE.fullmatch(value))


def _keep(environ: dict[str, Any], name: str, value: str) -> None:
    if value:
        environ[name] = value
    else:
        del environ[name]


def _is_wanted(environ: dict[str, Any]) -> bool:
    """Whether a part is asked for, one alone, and of a state of the file that can be compared."""
    state = environ.get("HTTP_IF_RANGE", "")
    return bool(_SPAN.fullmatch(environ["HTTP_RANGE"]) and (
        not state or _TAG.fullmatch(state) or _DATE.fullmatch(state)))


class Parser(HTTPRequestParser):
    """waitress's, which is spared the spaces before values."""

    def parse_header(self, header_plus: bytes) -> None:
        super().parse_header(_MARGIN.sub(rb"\1 ", header_plus))


class Channel(HTTPChannel):
    parser_class = Parser
