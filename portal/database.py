"""A session for each request: a reader for what only asks, a writer that commits with the request for what changes."""

from __future__ import annotations

import datetime as dt

import zope.sqlalchemy
from pyramid.config import Configurator
from pyramid.request import Request
from sqlalchemy.orm import Session
from zope.sqlalchemy.datamanager import STATUS_CHANGED

from content.base import local_date, now
from content.house import House
from content.tree import Tree

READING = ("GET", "HEAD", "OPTIONS")


def house(request: Request) -> House:
    return request.registry.settings["house"]


def db(request: Request) -> Session:
    """Commits before the response is sent, so that a withdrawal holds when its answer arrives."""
    database = request.house.database
    if request.method in READING:
        session = database.reader()
        request.add_finished_callback(lambda _: session.close())
        return session
    session = database.writer()
    zope.sqlalchemy.register(session, initial_state=STATUS_CHANGED, transaction_manager=request.tm)
    return session


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
    config.add_settings({"tm.manager_hook": "pyramid_tm.explicit_manager"})
    config.include("pyramid_tm")
    for method in (house, db, tree, today):
        config.add_request_method(method, reify=True)
    config.add_request_method(moment, "now", reify=True)
