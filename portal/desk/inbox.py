"""等我办的: documents, reports, cases and orders of supervision that wait for the person, by limit; his columns with
their rhythm; what he sent on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from content import feedback
from content.base import SHANGHAI, local_date
from content.calendar import Day, add_workdays
from content.feedback import ErrorReport
from content.journal import Row
from portal.desk.cases._shared import address, limit_words
from portal.desk.navigation import WORK, Entry
from portal.desk.reading import shown_title
from portal.desk.rhythm import rhythm
from portal.desk.supervision import _shared as findings
from portal.desk.words import Status, limit_status, names, state_status, titled
from portal.i18n import _
from portal.traversal import Desk
from workflows import caseload, inbox, oversight
from workflows.access import Permission
from workflows.engine import workflow_of
from workflows.inbox import Task

COLUMNS_SHOWN = 8
SENT_SHOWN = 10


@dataclass(frozen=True)
class Waiting:
    """Everything that waits for a person, asked once a request."""

    steps: list[Task]
    drafts: list[Task]
    reports: list[ErrorReport]
    cases: list[caseload.Task]
    orders: list[oversight.Task]

    @property
    def count(self) -> int:
        return len(self.steps) + len(self.drafts) + len(self.reports) + len(self.cases) + len(self.orders)


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


def waiting(request: Request) -> Waiting:
    identity, session = request.identity, request.db
    return Waiting(inbox.waiting(session, identity, request.tree), inbox.drafts(session, identity),
                   inbox.reports(session, identity, request.tree), caseload.tasks(session, identity, request.tree),
                   oversight.tasks(session, identity, request.tree, request.house.calendar(session)))


def lines(request: Request, found: Waiting) -> list[Line]:
    """All that waits: what was published urgently, what has a limit, by limit; then what came back, then drafts."""
    people = names(request.db, [task.returned.actor_id for task in found.drafts if task.returned])
    limited = [*(_step(request, task) for task in found.steps), *(_report(request, each) for each in found.reports),
               *(_case(request, each) for each in found.cases), *(_order(request, each) for each in found.orders)]
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


def _case(request: Request, task: caseload.Task) -> Line:
    """By its number: nobody's name stands in a list."""
    case, kind = task.case, titled(request, workflow_of(task.case.workflow))
    return Line(limit_words(request, case), None if case.finished else case.due, f"{kind} {case.number}", address(case),
                request.tree.departments.by_id[case.department_id].short_name, titled(request, task.transition),
                _("办理"), address(case))


def _order(request: Request, task: oversight.Task) -> Line:
    """Under the number of its order; what was put right or appealed against waits for an auditor under the same."""
    finding, url = task.finding, findings.address(task.finding)
    node = request.tree.by_id.get(finding.column_id or 0)
    unit = request.tree.departments.by_id[finding.department_id]
    limit = limit_status(Day(task.due, False) if task.due else None, request.today)
    waits = _("处理申诉") if finding.state == "appealed" else titled(request, task.transition)
    return Line(limit, task.due, f"{finding.order_number} {findings.rule_words(request, finding)}", url,
                node.name if node is not None else unit.short_name, waits, _("办理"), url)


def report_due(report: ErrorReport) -> Day:
    """The last day for answering a report."""
    return add_workdays(local_date(report.received), feedback.ANSWER_WORKDAYS)


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
