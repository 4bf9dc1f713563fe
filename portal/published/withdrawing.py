"""What was withdrawn or corrected is taken away before anybody is told that it was done.

On this host it goes with the commit, whoever commits: a person's request, the worker, a command; where that process
was killed in between, before the next one serves anybody. On the others it goes by their workers. The answer to a
withdrawal waits a while for every host that has published pages. One that does not say in time that it has read the
journal so far is named to the person who withdrew: what it still shows, somebody has to look after.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from content import cursors, hosts, journal, published
from content.cursors import Cursor
from content.house import House
from portal.database import READING
from portal.held import hold
from portal.i18n import _
from portal.published.making import take_away
from portal.published.owning import own
from portal.published.planning import outdated
from portal.settings import Settings

PATIENCE = 5.0  # seconds for which a withdrawal waits for the other hosts
BATCH = 500  # rows of the journal that are looked at together
LOOK = 0.1  # seconds between two looks
MOVING = ("document", "column")  # kinds of subjects that may close something to the public
GONE = "published.gone"  # in the `info` of a session: its last commit closed something
_ATTENDED = "published.attended"  # in that of all sessions of a house
_FOLLOWER = "published"


def attend(house: House, settings: Settings) -> None:
    """From now on, whatever this process commits in this house takes away the pages that it makes untrue."""
    if settings.published_pages and _ATTENDED not in house.database.writer.kw["info"]:
        house.database.writer.kw["info"][_ATTENDED] = True
        event.listen(house.database.writer, "after_commit", partial(_committed, house, settings))


def _committed(house: House, settings: Settings, session: Session) -> None:
    entries = journal.written(session)
    if session.in_nested_transaction() or not any(entry.subject_kind in MOVING for entry in entries):
        return
    with house.database.reader() as reader:  # this session may ask nothing more
        paths, gone = outdated(reader, house, entries)
    if paths:
        take_away(house, settings, paths)
    session.info[GONE] = gone


def make_up(house: House, settings: Settings) -> None:
    """What a process that was killed committed and did not take away goes before anybody is served by this one."""
    if not settings.published_pages:
        return
    own(house)
    paths: set[str] = set()
    with house.database.reader() as session:
        if not published.any_known(session, house.host):
            return
        seq = cursors.position(session, hosts.own(_FOLLOWER, house.host))
        while rows := journal.after(session, seq, BATCH):
            paths |= outdated(session, house, rows)[0]
            seq = rows[-1].seq
            session.expunge_all()
    if paths:
        take_away(house, settings, paths)


def tween(handler: Callable, registry: Any) -> Callable:
    """After the commit, before the answer goes out: a withdrawal waits for the other hosts."""
    def withdrawing(request: Request) -> Response:
        response = handler(request)
        if request.method not in READING and "db" in vars(request) and request.db.info.pop(GONE, False):
            _wait(request)
        return response
    return withdrawing


def _wait(request: Request) -> None:
    house = request.registry.settings["house"]
    with house.database.reader() as session:
        seq = journal.latest(session)
    if silent := wait_for_others(house, seq):
        names = "、".join(silent)
        request.session.flash(("warn", _("已经撤下。这些主机还没有确认删除网页文件，请到那里检查：${hosts}",
                                         mapping={"hosts": names})))


def wait_for_others(house: House, seq: int, patience: float = PATIENCE) -> list[str]:
    """Wait until every other host has followed to row `seq`; returns the names of those that have not.

    With SQLite there is no other: a name that is known is one that this folder had before it was moved.
    """
    if house.database.is_sqlite:
        return []
    until = time.monotonic() + patience
    while True:
        with house.database.reader() as session:
            silent = behind(session, house.host, seq)
        if not silent or time.monotonic() > until:
            return silent
        time.sleep(LOOK)


def behind(session: Session, own: str, seq: int) -> list[str]:
    """Other hosts with published pages that have not read row `seq` yet."""
    start = hosts.own(_FOLLOWER, "")
    query = select(Cursor.name).where(Cursor.name.startswith(start, autoescape=True), Cursor.position < seq)
    names = [name.removeprefix(start) for name in session.scalars(query)]
    return sorted(name for name in names if name != own)


def forget(session: Session, host: str) -> bool:
    """A host that is no more: nobody waits for it; returns whether it was known."""
    cursor = session.get(Cursor, hosts.own(_FOLLOWER, host))
    if cursor is not None:
        session.delete(cursor)
    return cursor is not None


def includeme(config: Configurator) -> None:
    hold(config, "withdrawing", attend)
    config.add_tween("portal.published.withdrawing.tween", under="portal.errors.last_resort",
                     over="pyramid_tm.tm_tween_factory")
