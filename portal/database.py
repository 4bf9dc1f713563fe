"""A session for each request: a reader for what only asks, a writer that commits with the request for what changes.

What the public asks may be read from a replica (`content.replicas`); who is logged in, and whatever belongs to a
session, a form or a case, is read where it was written. A replica that fails in the middle of an answer is passed over:
the question is put again to the primary.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import EXCVIEW, MAIN
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from content.base import local_date, now
from content.house import House
from content.late import Late
from content.replicas import replica_of
from content.tree import Tree

joining = Late("zope.sqlalchemy.datamanager")  # with psycopg, where that is: who only reads needs neither
READING = ("GET", "HEAD", "OPTIONS")
# First segments of what is read by everybody alike, beside the columns.
PUBLISHED = frozenset({"", "doc", "search", "feeds", "sitemap", "departments", "catalogue", "api", "display", "kiosk"})
PRIMARY = "gongkai.primary"  # in the environment of a request: no replica is to be asked


def house(request: Request) -> House:
    return request.registry.settings["house"]


def db(request: Request) -> Session:
    """Commits before the response is sent, so that a withdrawal holds when its answer arrives."""
    database = request.house.database
    if request.method in READING:
        session = request.house.replicas.reader() if _is_of_the_public(request) else database.reader()
        request.add_finished_callback(lambda _: session.close())
        return session
    session = database.writer()
    joining.register(session, initial_state=joining.STATUS_CHANGED, transaction_manager=request.tm)
    return session


def _changes(request: Request) -> bool:
    """Whether there is a transaction to be managed: what only asks has a reader."""
    return request.method not in READING


def _is_of_the_public(request: Request) -> bool:
    """Whether this page is everybody's, so that it does not matter that its reader wrote something just before."""
    if not request.house.replicas.replicas or request.environ.get(PRIMARY):
        return False
    if request.cookies.get(request.registry.settings["session.cookie"]):
        return False
    first = request.path_info.split("/")[1].partition(".")[0]
    return first in PUBLISHED or request.house.has_column(first)


def primary_after_all(handler: Callable, registry: Any) -> Callable:
    """A replica may cancel a query that stands in the way of what it replays, or die: the primary is asked then."""
    def answered(request: Request) -> Response:
        known = set(request.__dict__)
        try:
            return handler(request)
        except DBAPIError as problem:
            replica = replica_of(request.__dict__["db"]) if "db" in request.__dict__ else None
            if replica is None:
                raise
            replica.rest(problem)
        for name in request.__dict__.keys() - known - {"finished_callbacks"}:
            del request.__dict__[name]  # what was read, and what was made of it
        request.environ[PRIMARY] = True
        return handler(request)
    return answered


def pause(request: Request) -> None:
    """End the transaction, undone, so that slow work holds no lock. What was loaded before is to be loaded anew."""
    request.tm.abort()
    request.tm.begin()


def tree(request: Request) -> Tree:
    """The picture of the columns as of now."""
    return request.house.tree(request.db)


def moment(request: Request) -> dt.datetime:
    """One moment for the whole request."""
    return now()


def today(request: Request) -> dt.date:
    return local_date(request.now)


def includeme(config: Configurator) -> None:
    config.add_settings({"tm.manager_hook": "pyramid_tm.explicit_manager", "tm.activate_hook": _changes})
    config.include("pyramid_tm")
    config.add_tween("portal.database.primary_after_all", under=EXCVIEW, over=MAIN)
    for method in (house, db, tree, today):
        config.add_request_method(method, reify=True)
    config.add_request_method(moment, "now", reify=True)
