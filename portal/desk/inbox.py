"""等我办的: what waits for the person, by limit; his columns with their rhythm; what he sent on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from content import feedback, promises, repository
from content.base import SHANGHAI, local_date
from content.calendar import Day, add_workdays
from content.feedback import ErrorReport
from content.journal import Row
from content.people import Role
from content.tree import Node
from portal.desk.navigation import WORK, Entry
from portal.desk.reading import shown_title
from portal.desk.words import Status, limit_status, names, state_status, titled
from portal.i18n import _
from portal.traversal import Desk
from workflows import inbox
from workflows.access import Permission, columns_for
from workflows.inbox import Task

RHYTHM = {promises.LATE: ("late", 0), promises.SOON: ("warn", 1), promises.EMPTY: ("idle", 2),
          promises.OK: ("ok", 3), promises.FREE: ("idle", 4)}
COLUMNS_SHOWN = 8
SENT_SHOWN = 10


@dataclass(frozen=True)
class Waiting:
    """Everything that waits for a person, asked once a request."""

    steps: list[Task]
    drafts: list[Task]
    reports: list[ErrorReport]

    @property
    def count(self) -> int:
        return len(self.steps) + len(self.drafts) + len(self.reports)


@dataclass(frozen=True)
class Line:
    """A row of the table of work."""

    status: Status
    due: dt.date | None
    title: Any
    url: str
    place: str
    waits_for: Any
    verb: Any
    action: str
    urgent: bool = False


@dataclass(frozen=True)
class Rhythm:
    """A column with its promise as it stands today."""

    node: Node
    promise: promises.Promise
    status: Status


def waiting(request: Request) -> Waiting:
    identity, session = request.identity, request.db
    return Waiting(inbox.waiting(session, identity, request.tree), inbox.drafts(session, identity),
                   inbox.reports(session, identity, request.tree))


def lines(request: Request, found: Waiting) -> list[Line]:
    """All that waits: what was published urgently, what has a limit, by limit; then what came back, then drafts."""
    people = names(request.db, [task.returned.actor_id for task in found.drafts if task.returned])
    limited = [*(_step(request, task) for task in found.steps), *(_report(request, each) for each in found.reports)]
    limited.sort(key=lambda line: (not line.urgent, line.due or dt.date.max))
    return [*limited, *(_draft(request, task, people) for task in found.drafts)]


def _step(request: Request, task: Task) -> Line:
    document, url = task.document, f"/desk/document/{task.document.id}"
    status = state_status(request, document) if document.emergency else limit_status(task.due, request.today)
    return Line(status, task.due.date if task.due else None, shown_title(request, document), url,
                request.tree.by_id[document.column_id].name, titled(request, task.transition), _("办理"), url,
                document.emergency)


def _draft(request: Request, task: Task, people: dict[int, str]) -> Line:
    document = task.document
    status = ("late", _("退回修改")) if task.returned else ("idle", _("草稿"))
    waits = _came_back(task.returned, people) if task.returned else _("写完送审")
    return Line(status, None, shown_title(request, document), f"/desk/document/{document.id}",
                request.tree.by_id[document.column_id].name, waits, _("改稿") if task.returned else _("接着写"),
                f"/desk/document/{document.id}/edit")


def _came_back(row: Row, people: dict[int, str]) -> Any:
    day = local_date(row.at)
    who = people.get(row.actor_id or 0, "系统")
    return _("${who} ${month}月${day}日退回：${why}",
             mapping={"who": who, "month": day.month, "day": day.day, "why": row.payload.get("why", "")})


def _report(request: Request, report: ErrorReport) -> Line:
    due = report_due(report)
    unit = request.tree.departments.by_id[report.department_id]
    return Line(limit_status(due, request.today), due.date, report.message[:60], f"/desk/reports/{report.id}",
                unit.short_name, _("网民找错，请核实并答复"), _("答复"), f"/desk/reports/{report.id}")


def report_due(report: ErrorReport) -> Day:
    """The last day for answering a report."""
    return add_workdays(local_date(report.received), feedback.ANSWER_WORKDAYS)


def rhythm(request: Request) -> list[Rhythm]:
    """The columns that the person fills, those that need him first. One query for all of them."""
    tallies = repository.tallies(request.db, request.now, "internal")
    nodes = columns_for(request.identity, frozenset({Role.EDITOR}), request.tree)
    found = [_rhythm(request, node, tallies) for node in nodes if _is_filled(node, tallies, request.today)]
    return sorted(found, key=lambda each: RHYTHM[each.promise.state][1])


def _is_filled(node: Node, tallies: dict[int, repository.Tally], day: dt.date) -> bool:
    """Whether documents go into the column itself; one that only holds other columns has no rhythm of its own."""
    return node.kind != "external" and node.is_open(day) and (not node.children or node.id in tallies)


def _rhythm(request: Request, node: Node, tallies: dict[int, repository.Tally]) -> Rhythm:
    own = tallies.get(node.id)
    newest = local_date(own.newest) if own and own.newest else None
    made = promises.promise(node.rule, newest, request.today, node.opened)
    kind, mapping = RHYTHM[made.state][0], {"n": made.days}
    words = {promises.LATE: _("超期${n}天", mapping=mapping), promises.SOON: _("剩${n}天", mapping=mapping),
             promises.EMPTY: _("还没有内容"), promises.OK: _("按期"), promises.FREE: _("不考核")}[made.state]
    return Rhythm(node, made, (kind, words))


def desk(request: Request) -> dict[str, Any]:
    """`/desk`."""
    work = lines(request, request.inbox)
    year = dt.datetime(request.today.year, 1, 1, tzinfo=SHANGHAI)
    columns = rhythm(request)
    sent = [(task, shown_title(request, task.document), titled(request, task.state),
             limit_status(task.due, request.today)) for task in inbox.sent(request.db, request.identity)]
    return {
        "title": _("等我办的"), "lines": work, "columns": columns[:COLUMNS_SHOWN], "sent": sent[:SENT_SHOWN],
        "counts": {kind: sum(line.status[0] == kind for line in work if line.due) for kind in ("late", "warn", "ok")},
        "published": inbox.published_since(request.db, request.identity, year),
        "may_write": request.has_permission(Permission.WRITE),
    }


def includeme(config: Configurator) -> None:
    config.add_request_method(waiting, "inbox", reify=True)
    config.add_desk_entry(Entry(WORK, _("等我办的"), "/desk", "list", Permission.DESK, 10,
                                lambda request: request.inbox.count))
    config.add_route("desk", "/desk", factory=Desk)
    config.add_view(desk, route_name="desk", request_method="GET", permission=Permission.DESK, renderer="desk/inbox.pt")
