"""Which route an address has does not depend on which of them are asked."""

from __future__ import annotations

import pytest
from pyramid.exceptions import URLDecodeError
from pyramid.request import Request
from pyramid.urldispatch import RoutesMapper

from portal.routing import Mapper

pytestmark = pytest.mark.nodatabase

PATTERNS = ("/", "/doc/{year}/{serial}/card", "/feeds/latest.{form}", "{one}/two", "/feeds/{rest:.*}",
            "static/*subpath", "/a{b}/c", "/search", "/search.rss", "/*all")
ADDRESSES = ("/", "//", "/doc/2026/1/card", "/doc/2026", "/feeds/latest.rss", "/feeds/column/a/b.rss", "/x/two",
             "/feeds/two", "/static/", "/static/a/b.css", "/static", "/abc/c", "/search", "/search/", "/search.rss",
             "/公开")


@pytest.mark.parametrize("open_end", [True, False])
def test_the_first_route_that_fits_is_found(open_end):
    ours, usual = Mapper(), RoutesMapper()
    for mapper in (ours, usual):
        for number, pattern in enumerate(PATTERNS[:None if open_end else -1]):
            mapper.connect(f"route {number}", pattern)
    for address in ADDRESSES:
        assert _found(ours, address) == _found(usual, address), address


def test_a_route_that_is_added_later_or_fits_not_is_passed_to_the_next():
    mapper = Mapper()
    mapper.connect("never", "/a", predicates=(lambda _info, _request: False,))
    assert _found(mapper, "/a") == (None, None)
    mapper.connect("later", "/a")
    assert _found(mapper, "/a") == ("later", {})


def test_an_address_that_is_not_utf_8_is_refused_as_usual():
    request = Request.blank("/")
    request.environ["PATH_INFO"] = "/\xff"
    with pytest.raises(URLDecodeError):
        Mapper()(request)


def _found(mapper: RoutesMapper, address: str) -> tuple[str | None, dict | None]:
    request = Request.blank("/")
    request.environ["PATH_INFO"] = address.encode().decode("latin-1")
    found = mapper(request)
    return found["route"] and found["route"].name, found["match"]
