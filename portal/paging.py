"""Pages of a list: which items a page holds and where the others are.

A column's pages are numbered from the oldest item, so that a full page keeps its number and its content for
ever; the newest items are at the column's own address. Search results are numbered from the best one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.i18n import _

NEAR = 2  # how many neighbours of the present page are linked


@dataclass(frozen=True)
class Link:
    """A page that can be gone to; without `url` it is the gap between two of them."""

    words: str = "…"
    url: str = ""
    label: str = ""
    current: bool = False


@dataclass(frozen=True)
class Pagination:
    """The items of a page as `offset` and `limit` in the order shown, and the links to other pages."""

    total: int
    page: int
    offset: int
    limit: int
    links: tuple[Link, ...]
    newer: str = ""
    older: str = ""
    newer_words: str = ""
    older_words: str = ""


def _last(total: int, size: int) -> int:
    return max(1, -(-total // size))


def _numbers(page: int, last: int) -> list[int | None]:
    """The page numbers to show, rising, with None for a gap."""
    shown = sorted({1, last, *range(max(1, page - NEAR), min(last, page + NEAR) + 1)})
    found: list[int | None] = []
    for number in shown:
        if found and number - found[-1] > 1:
            found.append(None)
        found.append(number)
    return found


def _links(numbers: Iterable[int | None], link: Callable[[int], Link]) -> tuple[Link, ...]:
    return tuple(Link() if number is None else link(number) for number in numbers)


def from_oldest(
    total: int, size: int, page: int | None, url: Callable[[int | None], str]
) -> Pagination | None:
    """Page `page` of a list shown newest first; None is that of the newest items, `url(None)` its address.

    The newest page takes the one below with it while it is not full. None for a page that is not there.
    """
    last = _last(total, size)
    number = last if page is None else page
    if not 1 <= number <= last:
        return None
    lowest = number - 1 if page is None and number > 1 and total < last * size else number
    start, end = (lowest - 1) * size, min(number * size, total)

    def link(one: int) -> Link:
        if one == last:
            return Link(_("最新"), url(None), _("第${n}页，最新", mapping={"n": one}), number == last)
        if one == 1:
            return Link(_("最早"), url(1), _("第1页，最早"), number == 1)
        return Link(str(one), url(one), _("第${n}页", mapping={"n": one}), one == number)

    return Pagination(total, number, total - end, end - start, _links(reversed(_numbers(number, last)), link),
                      newer=url(number + 1 if number + 1 < last else None) if number < last else "",
                      older=url(lowest - 1) if lowest > 1 else "",
                      newer_words=_("较新的"), older_words=_("较早的"))


def full(size: int, page: int, url: Callable[[int | None], str]) -> Pagination:
    """A full page of a list shown newest first: it knows its neighbours and not how many there are, and never changes.

    The page after it may not be full yet; its address leads to the newest items.
    """
    near = range(page + 1, max(0, page - NEAR - 1), -1)
    links = [Link(_("最新"), url(None), _("最新"))]
    links += [Link(str(one), url(one), _("第${n}页", mapping={"n": one}), one == page) for one in near]
    if page > NEAR + 2:
        links.append(Link())
    if page > NEAR + 1:
        links.append(Link(_("最早"), url(1), _("第1页，最早")))
    return Pagination(0, page, (page - 1) * size, size, tuple(links), newer=url(page + 1),
                      older=url(page - 1) if page > 1 else "", newer_words=_("较新的"), older_words=_("较早的"))


def from_first(total: int, size: int, page: int, url: Callable[[int], str]) -> Pagination | None:
    """Page `page` of a list that begins with what fits best. Returns None for a page that is not there."""
    last = _last(total, size)
    if not 1 <= page <= last:
        return None

    def link(number: int) -> Link:
        return Link(str(number), url(number), _("第${n}页", mapping={"n": number}), number == page)

    return Pagination(total, page, (page - 1) * size, min(size, total - (page - 1) * size),
                      _links(_numbers(page, last), link),
                      newer=url(page - 1) if page > 1 else "", older=url(page + 1) if page < last else "",
                      newer_words=_("上一页"), older_words=_("下一页"))
