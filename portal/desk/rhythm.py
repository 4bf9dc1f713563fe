"""我的栏目: the columns that a person fills, in the order in which they turn red: what each promised, what is missing
in it, and one click to write it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from content import counts, manuscripts
from content.findings import Finding
from content.people import Role
from content.promises import EMPTY, LATE, OK, SOON, Promise
from content.tree import Node
from content.types import type_of
from portal import promised
from portal.desk.navigation import WORK, Entry
from portal.desk.words import Status
from portal.i18n import _
from portal.traversal import Desk
from workflows import oversight
from workflows.access import Permission, columns_for
from workflows.looking import STATEMENT
from workflows.rhythm import Verdict

NEVER = dt.date.max


@dataclass(frozen=True)
class Rhythm:
    """A column as it stands today: `red` is the day on which it turned red, or will by itself; None for never."""

    node: Node
    promise: Promise
    status: Status
    red: dt.date | None
    cycles_late: int
    found: list[Finding]


def rhythm(request: Request) -> list[Rhythm]:
    """The columns that the person fills, those first that are red longest, then those that turn red next."""
    nodes = [node for node in columns_for(request.identity, frozenset({Role.EDITOR}), request.tree)
             if node.kind != "external" and node.is_open(request.today)]
    tallies = counts.tallies(request.db, request.now, "internal")
    nodes = [node for node in nodes if _is_filled(node, tallies)]
    known = promised.verdicts(request, nodes)
    found = oversight.of_columns(request.db, [node.id for node in nodes])
    made = [_rhythm(request, node, known[node.id], found.get(node.id, [])) for node in nodes]
    return sorted(made, key=lambda each: (each.red or NEVER, each.promise.state != EMPTY))


def _is_filled(node: Node, tallies: dict[int, counts.Tally]) -> bool:
    """Whether documents go into the column itself; one that only holds other columns has no rhythm of its own."""
    return not node.children or (node.id in tallies and tallies[node.id].own > 0)


def _rhythm(request: Request, node: Node, verdict: Verdict, found: list[Finding]) -> Rhythm:
    made = promised.as_promise(node, verdict, request.today)
    return Rhythm(node, made, status(made, verdict), turns_red(verdict), verdict.cycles_late, found)


def turns_red(verdict: Verdict) -> dt.date | None:
    """Since when a column is red, or when it will be if nothing comes."""
    if verdict.state == LATE:
        return verdict.since
    return min((day for owed in verdict.owed for day, state in owed.turns if state == LATE), default=None)


def status(made: Promise, verdict: Verdict) -> Status:
    values = {"n": made.days, "m": verdict.cycles_late}
    if made.state == LATE:
        return "late", (_("超期${n}天，${m}个周期", mapping=values) if verdict.cycles_late > 1
                        else _("超期${n}天", mapping=values) if made.due else _("超期"))
    if made.state == SOON:
        return "warn", _("剩${n}天", mapping=values) if made.days else _("今天到期")
    if made.state == EMPTY:
        return "idle", _("还没有内容")
    return ("ok", _("按期")) if made.state == OK else ("idle", _("不考核"))


def my_columns(request: Request) -> dict[str, Any]:
    """`/desk/rhythm`: every column of the person with its promise, what to write there and what to copy."""
    found = rhythm(request)
    issues = manuscripts.last_issues(request.db, [each.node.id for each in found])
    return {"title": _("我的栏目"), "issues": issues,
            "columns": [(each, [type_of(name) for name in each.node.types if name != STATEMENT],
                         each.node.takes(STATEMENT) and each.node.kind == "list") for each in found]}


def includeme(config: Configurator) -> None:
    config.add_desk_entry(Entry(WORK, _("我的栏目"), "/desk/rhythm", "book", Permission.WRITE, 40))
    config.add_route("desk.rhythm", "/desk/rhythm", factory=Desk)
    config.add_view(my_columns, route_name="desk.rhythm", request_method="GET", permission=Permission.WRITE,
                    renderer="desk/columns.pt")
