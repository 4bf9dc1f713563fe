"""What an address asks for: the parameters of lists, read so that no nonsense of a stranger becomes an error."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from content.repository import Filter
from content.tree import Node
from portal.forms import whole

LONGEST = 200  # characters of a word in an address that are looked at


def word(request: Request, name: str) -> str:
    """The parameter as one line of text, `""` when it is not there."""
    return " ".join(request.GET.get(name, "")[:LONGEST].replace("\x00", " ").split())


def number(request: Request, name: str) -> int | None:
    """The parameter as a natural number; None when it is none."""
    return whole(request.GET.get(name, ""))


def page(request: Request) -> int | None:
    """The number of the page. Raises `HTTPNotFound` for what is no number, so that no page has two addresses."""
    if "page" not in request.GET:
        return None
    found = number(request, "page")
    if found is None:
        raise HTTPNotFound()
    return found


def department(request: Request) -> int | None:
    """A department by its id, None for one that does not exist."""
    found = number(request, "department")
    return found if found in request.tree.departments.by_id else None


def column(request: Request) -> Node | None:
    """A public column by its id."""
    node = request.tree.by_id.get(number(request, "column") or 0)
    return node if node is not None and node.is_public() else None


def narrowed(request: Request) -> Filter:
    """Department (with all below it), year and words of the title."""
    unit = department(request)
    units = request.tree.departments.below(unit) if unit is not None else ()
    return Filter(departments=units, year=number(request, "year"), words=word(request, "q"))


def address(path: str, values: Iterable[tuple[str, object]]) -> str:
    """`path` with those parameters that have a value."""
    query = urlencode([(name, value) for name, value in values if value not in (None, "")])
    return f"{path}?{query}" if query else path
