"""Pages numbered from the oldest keep their content for ever; every item is on exactly one full page."""

import pytest

from portal.paging import from_first, from_oldest


def url(page):
    return f"/c/{page}" if page else "/c/"


def shown(total, size, page):
    """The items on a page, the newest having number `total`."""
    pages = from_oldest(total, size, page, url)
    newest_first = list(range(total, 0, -1))
    return newest_first[pages.offset:pages.offset + pages.limit]


def test_a_full_page_keeps_its_items_when_new_ones_come():
    assert shown(25, 10, 1) == shown(26, 10, 1) == shown(999, 10, 1) == list(range(10, 0, -1))
    assert shown(25, 10, 2) == shown(999, 10, 2)


@pytest.mark.parametrize("total", [1, 9, 10, 11, 25, 100])
def test_numbered_pages_hold_every_item_once(total):
    last = -(-total // 10)
    items = [item for page in range(last, 0, -1) for item in shown(total, 10, page)]
    assert items == list(range(total, 0, -1))


@pytest.mark.parametrize(("total", "length"), [(0, 0), (3, 3), (10, 10), (11, 11), (19, 19), (20, 10), (25, 15)])
def test_the_newest_page_is_never_nearly_empty(total, length):
    assert shown(total, 10, None) == list(range(total, 0, -1))[:length]


def test_older_and_newer_leave_no_page_out():
    seen, page = shown(57, 10, None), from_oldest(57, 10, None, url)
    while page.older:
        number = int(page.older.removeprefix("/c/"))
        page = from_oldest(57, 10, number, url)
        seen += shown(57, 10, number)
    assert seen == list(range(57, 0, -1))
    assert from_oldest(57, 10, 5, url).newer == "/c/" and from_oldest(57, 10, 4, url).newer == "/c/5"


def test_pages_that_are_not_there():
    assert from_oldest(57, 10, 7, url) is None and from_oldest(57, 10, 0, url) is None
    assert from_first(57, 10, 7, url) is None and from_first(0, 10, 2, url) is None


def test_links_show_neighbours_and_ends():
    words = [str(link.words) for link in from_oldest(480, 10, 24, url).links]
    assert words == ["最新", "…", "26", "25", "24", "23", "22", "…", "最早"]
    pages = from_first(95, 10, 1, url)
    assert [str(link.words) for link in pages.links] == ["1", "2", "3", "…", "10"]
    assert (pages.offset, pages.limit, pages.older, pages.newer) == (0, 10, "/c/2", "")
    assert from_first(95, 10, 10, url).limit == 5
