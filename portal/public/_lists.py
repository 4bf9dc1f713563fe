"""Items and pages of lists, as the macros of the theme show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request

from content.base import local_date
from content.documents import ARCHIVED, Live
from portal.paging import Pagination, from_oldest


@dataclass(frozen=True)
class Item:
    """A document in a list; `status` is `(kind, words)`."""

    url: str
    title: str
    date: dt.date
    notes: tuple[str, ...] = ()
    pinned: bool = False
    status: tuple[str, str] | None = None


def items(request: Request, lives: Iterable[Live], *, with_column: bool = False, pinned: bool = False) -> list[Item]:
    """Documents with their department, and with `with_column` the column they live in."""
    return [_item(request, live, with_column, pinned) for live in lives]


def _item(request: Request, live: Live, with_column: bool, pinned: bool) -> Item:
    notes = [unit_name(request, live.department_id)]
    node = request.tree.by_id[live.column_id]
    if with_column and node.is_public():
        notes.append(node.name)
    return Item(live.url, live.title, local_date(live.published), tuple(notes), pinned, status_of(live))


def unit_name(request: Request, department_id: int) -> str:
    return request.tree.departments.by_id[department_id].short_name


_VALIDITY = {"废止": ("stop", "已废止"), "失效": ("stop", "已失效"), "部分失效": ("warn", "部分失效"),
             "已修改": ("warn", "已修改"), "尚未施行": ("info", "尚未施行")}


def validity(value: str) -> tuple[str, str] | None:
    """How a text that is not simply in force is marked (有效性)."""
    return _VALIDITY.get(value)


def status_of(live: Live) -> tuple[str, str] | None:
    """What is said of a document in a list: that it is not simply in force, or else that it is archived."""
    return validity(live.validity) or (("idle", "已归档") if live.state == ARCHIVED else None)


def pages(total: int, size: int, page: int | None, url: Callable[[int | None], str]) -> Pagination:
    """The pages of a list, numbered from the oldest. Raises `HTTPNotFound` for a page that is not there."""
    found = from_oldest(total, size, page, url)
    if found is None:
        raise HTTPNotFound()
    return found
