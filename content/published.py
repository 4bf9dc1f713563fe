"""What each host knows of its published pages: what they were made of, and when they are to be made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from content.base import Base, local_date

_FOLD = 500  # values of one question
_ENDS = "ends:"


class Page(Base):
    """A page that is a file on `host`. `due`: from when on it is to be made anew, None when nothing is known of it."""

    __tablename__ = "published_page"
    __table_args__ = (UniqueConstraint("host", "path"), Index("ix_published_page_due", "host", "due"))

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    due: Mapped[dt.datetime | None]


class PageMark(Base):
    """One mark (`content.marks`) of a page."""

    __tablename__ = "published_page_mark"

    page_id: Mapped[int] = mapped_column(ForeignKey("published_page.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[str] = mapped_column(Text, primary_key=True, index=True)


def keep(session: Session, host: str, pages: Mapping[str, Collection[str]], at: dt.datetime) -> None:
    """Before pages are written, `{path: marks}`: from now on a change finds them.

    They are due `at` until `settle` says that they were written, and keep the marks of what they said before.
    """
    expect(session, host, pages, at)
    later(session, host, pages, at)
    ids = _ids(session, host, pages)
    known = _marks(session, ids.values())
    new = [{"page_id": ids[path], "mark": mark} for path, marks in pages.items()
           for mark in sorted(set(marks) - known.get(ids[path], set()))]
    if new:
        session.execute(insert(PageMark), new)


def settle(session: Session, host: str, pages: Mapping[str, tuple[Collection[str], dt.datetime | None]]) -> None:
    """After pages were written, `{path: (marks, due)}`: they say nothing else any more."""
    ids = _ids(session, host, pages)
    known = _marks(session, ids.values())
    for due in {due for _marks, due in pages.values()}:
        same = [ids[path] for path, told in pages.items() if told[1] == due and path in ids]
        session.execute(update(Page).where(Page.id.in_(same), Page.due.is_distinct_from(due)).values(due=due))
    for path, page_id in ids.items():
        if gone := known.get(page_id, set()) - set(pages[path][0]):
            session.execute(delete(PageMark).where(PageMark.page_id == page_id, PageMark.mark.in_(gone)))


def expect(session: Session, host: str, paths: Collection[str], at: dt.datetime) -> None:
    """Those of the pages of which nothing is known are to be made `at`."""
    if new := sorted(set(paths) - _ids(session, host, paths).keys()):
        session.execute(insert(Page), [{"host": host, "path": path, "due": at} for path in new])


def forget(session: Session, host: str, paths: Collection[str]) -> None:
    """After pages were taken away."""
    ids = list(_ids(session, host, paths).values())
    session.execute(delete(PageMark).where(PageMark.page_id.in_(ids)))
    session.execute(delete(Page).where(Page.id.in_(ids)))


def _ids(session: Session, host: str, paths: Collection[str]) -> dict[str, int]:
    found, wanted = {}, sorted(paths)
    for at in range(0, len(wanted), _FOLD):
        query = select(Page.path, Page.id).where(Page.host == host, Page.path.in_(wanted[at:at + _FOLD]))
        found.update(tuple(row) for row in session.execute(query))
    return found


def _marks(session: Session, ids: Collection[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for row in session.execute(select(PageMark.page_id, PageMark.mark).where(PageMark.page_id.in_(list(ids)))):
        found.setdefault(row.page_id, set()).add(row.mark)
    return found


def touched(session: Session, host: str, marks: Iterable[str]) -> set[str]:
    """Paths of the pages on `host` that depend on any of `marks`."""
    found: set[str] = set()
    wanted = sorted(set(marks))
    for at in range(0, len(wanted), _FOLD):
        query = select(Page.path).join(PageMark).where(Page.host == host, PageMark.mark.in_(wanted[at:at + _FOLD]))
        found.update(session.scalars(query))
    return found


def touched_below(session: Session, host: str, starts: Iterable[str]) -> set[str]:
    """Paths of the pages on `host` that have a mark which begins with any of `starts`."""
    found: set[str] = set()
    for start in starts:
        marked = PageMark.mark.startswith(start, autoescape=True)
        found.update(session.scalars(select(Page.path).join(PageMark).where(Page.host == host, marked)))
    return found


def later(session: Session, host: str, paths: Collection[str], at: dt.datetime) -> None:
    """These pages are to be made anew at `at`, where they are not due before."""
    wanted = sorted(paths)
    for start in range(0, len(wanted), _FOLD):
        mine = (Page.host == host) & Page.path.in_(wanted[start:start + _FOLD])
        session.execute(update(Page).where(mine, (Page.due.is_(None)) | (Page.due > at)).values(due=at))


def all_due(session: Session, host: str, at: dt.datetime) -> None:
    """Every page is to be made anew, one after the other: the tree has changed."""
    session.execute(update(Page).where(Page.host == host, (Page.due.is_(None)) | (Page.due > at)).values(due=at))


def ending(day: dt.date) -> str:
    """The mark of a page that may not be read as it is from `day` on."""
    return f"{_ENDS}{day}"


def first_end(session: Session, host: str, at: dt.datetime, most: int) -> dt.date:
    """The first day on which a page on `host` may not be read as it is; of the next `most` days, else the one after.

    It is today while a page that ended is not made anew yet.
    """
    today = local_date(at)
    soon = PageMark.mark.in_([ending(today + dt.timedelta(days=number)) for number in range(most)])
    late = (Page.due <= at) & PageMark.mark.startswith(_ENDS)
    first = select(func.min(PageMark.mark)).join(Page).where(Page.host == host)
    ends = [mark.removeprefix(_ENDS) for each in (soon, late) if (mark := session.scalar(first.where(each)))]
    return max(today, min(map(dt.date.fromisoformat, ends), default=today + dt.timedelta(days=most)))


def due(session: Session, host: str, at: dt.datetime, limit: int) -> list[str]:
    query = select(Page.path).where(Page.host == host, Page.due <= at).order_by(Page.due, Page.id).limit(limit)
    return list(session.scalars(query))


def due_among(session: Session, host: str, paths: Collection[str], at: dt.datetime) -> set[str]:
    """Those of the pages that are to be made anew up to `at`."""
    found, wanted = set(), sorted(paths)
    for start in range(0, len(wanted), _FOLD):
        some = Page.path.in_(wanted[start:start + _FOLD])
        found.update(session.scalars(select(Page.path).where(Page.host == host, some, Page.due <= at)))
    return found


def count(session: Session, host: str) -> int:
    return session.scalar(select(func.count()).select_from(Page).where(Page.host == host)) or 0


def oldest_due(session: Session, host: str) -> dt.datetime | None:
    """Since when a page waits to be made anew; also a moment to come."""
    return session.scalar(select(func.min(Page.due)).where(Page.host == host))


def any_known(session: Session, host: str) -> bool:
    return session.scalar(select(Page.id).where(Page.host == host).limit(1)) is not None


def paths(session: Session, host: str) -> set[str]:
    return set(session.scalars(select(Page.path).where(Page.host == host)))
