"""What columns promised and whether they keep it: one verdict for the public's pages and for the desk.

It is that of `workflows.rhythms`, by which supervision judges too: what a citizen reads is what an auditor sees.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from pyramid.config import Configurator
from pyramid.request import Request

from content import journal, marks, promises
from content.promises import FREE, Promise
from content.tree import Node
from portal.held import hold
from portal.shelf import Shelf
from workflows.looking import Look, Scope
from workflows.rhythm import CLOSED, Verdict
from workflows.rhythms import rhythms_of

MOVING = ("document", "column", "department", "event", "case", "calendar", "supervision_setting")  # what moves verdicts

MANY = 20  # columns from which it is cheaper to ask about all of them, which is kept


def verdicts(request: Request, nodes: Collection[Node]) -> dict[int, Verdict]:
    """How those of these columns that are open today stand; a fixed number of queries, whatever their number."""
    wanted = [node for node in nodes if node.is_open(request.today)]
    if not wanted:
        return {}
    if len(wanted) > MANY:
        known = all_verdicts(request)
        return {node.id: known[node.id] for node in wanted}
    scope = Scope(frozenset(), columns=frozenset(node.id for node in wanted))
    with marks.asking(marks.PROMISES, *(f"list:{node.id}" for node in wanted)):
        rhythms = rhythms_of(Look(request.db, request.house, request.today, scope))
        return {node.id: rhythms.of(node) for node in wanted}


def all_verdicts(request: Request) -> dict[int, Verdict]:
    """How every column that is open today stands; reckoned once for each state of the portal."""
    return _shelf(request).get("all", _version(request), lambda: _all(request))


def _all(request: Request) -> dict[int, Verdict]:
    with marks.asking(marks.PROMISES, marks.SITE):
        look = Look(request.db, request.house, request.today)
        rhythms = rhythms_of(look)
        return {node.id: rhythms.of(node) for node in look.columns}


def promise_of(request: Request, node: Node) -> Promise:
    """The promise of one column as it stands today; reckoned once for each state of the portal."""
    found = _shelf(request).get(f"column {node.id}", _version(request), lambda: verdicts(request, [node]))
    return as_promise(node, found.get(node.id, Verdict(CLOSED)), request.today)


def as_promise(node: Node, verdict: Verdict, today: dt.date) -> Promise:
    """A verdict as pages say it: `days` is how many days `due` is overdue, or away."""
    state = FREE if verdict.state == CLOSED else verdict.state
    days = abs((today - verdict.due).days) if verdict.due is not None else 0
    return Promise(promises.sentence(node.rule), state, verdict.due, verdict.newest, days)


def _version(request: Request) -> tuple:
    with marks.asking():
        return journal.latest(request.db, *MOVING), request.today


def _shelf(request: Request) -> Shelf:
    return request.registry.settings["promises"]


def includeme(config: Configurator) -> None:
    hold(config, "promises", lambda *_: Shelf(2000))
