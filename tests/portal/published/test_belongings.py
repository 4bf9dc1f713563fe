"""Files and cards go with their document, also those of which no row knows; and those that stayed are named."""

from __future__ import annotations

import pytest

from content import published
from content.base import now
from content.documents import Document
from portal import verifying
from portal.instance import Instance
from portal.published import withdrawing

FILE = "/files/7/w320.png"


@pytest.fixture
def two(pages) -> list[tuple[int, str]]:
    """Id and address of two documents, each with files of which no row knows."""
    found = [pages.publish(title=f"关于{what}的通知") for what in ("供水", "供暖")]
    pages.follow()
    for _number, url in found:
        leave(pages, below(url))
    return found


def below(url: str) -> str:
    return url.removesuffix(".html") + FILE


def leave(pages, path: str) -> None:
    """In both languages, one of them where it lies that ends."""
    pages.press.stores["zh"].write(path, b"a thumbnail")
    pages.press.stores["en"].write(path, b"a thumbnail", now().date())


def lies(pages, path: str) -> list[bool]:
    return [store.read(path) is not None for store in pages.press.stores.values()]


def withdraw(pages, number: int) -> None:
    with pages.house.database.writer.begin() as session:
        pages.county.move(session, session.get_one(Document, number), "withdraw", "zhoumin", why="错了",
                          reason_kind="error")


def named(pages) -> list[str]:
    """The addresses that the check of pages names."""
    with pages.house.database.reader() as session:
        return [each.split()[0] for each in verifying.pages(Instance(pages.settings, pages.house), session)]


def test_a_withdrawal_takes_all_that_lies_below_its_document(pages, two):
    (number, url), (_other, stays) = two
    withdraw(pages, number)  # or whoever follows
    pages.follow()
    assert lies(pages, below(url)) == [False, False] and lies(pages, below(stays)) == [True, True]
    assert [*pages.store.belongings(url)] == [] and len(pages.store.belongings(stays)) == 3
    assert named(pages) == []


def test_what_stayed_of_withdrawn_and_unknown_documents_is_named(pages, two):
    (number, url), (_other, stays) = two
    withdraw(pages, number)
    pages.follow()
    for path in (below(url), below("/doc/1999/5.html"), "/doc/1999/6.html"):
        leave(pages, path)
    wrong = [below("/doc/1999/5.html"), "/doc/1999/6.html", below(url)]
    assert named(pages) == [*wrong, *(f"en:{path}" for path in wrong)]
    with pages.house.database.writer.begin() as session:
        published.forget(session, pages.house.host, published.paths(session, pages.house.host))
    assert named(pages) == [*wrong, *(f"en:{path}" for path in wrong)]  # nor does it take a row to find them
    assert not any(path.startswith(stays.removesuffix(".html")) for path in named(pages))
    withdrawing.make_up(pages.house, pages.settings)  # as after the database was made anew
    assert lies(pages, below(url)) == lies(pages, below(stays)) == [False, False] and named(pages) == []
