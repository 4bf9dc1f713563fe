"""发现的问题: what supervision found where a person works, red first; narrowed, confirmed together, taken home."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from content.findings import RED, YELLOW, Finding
from portal.desk.navigation import SUPERVISION, Entry
from portal.desk.supervision._shared import (
    LISTS,
    address,
    due_words,
    rule_words,
    severity_words,
    state_words,
    subject_url,
)
from portal.desk.words import names, titled
from portal.forms import whole
from portal.i18n import _
from portal.paging import from_first
from portal.tables import csv_file, xlsx_file
from portal.traversal import Desk
from workflows import oversight
from workflows.access import Permission, columns_for, units_for
from workflows.engine import fire, workflow_of, workflows_for
from workflows.moves import Refused
from workflows.oversight import ENDED, OPEN, Asked
from workflows.rules import all_rules

ROUTE, PAGE = "desk.supervision.findings", "desk/supervision/findings.pt"
SIZE = 30
MOST_AT_ONCE = 200  # findings that are confirmed together
SEVERITIES = {RED: _("红（已经违反）"), YELLOW: _("黄（快要到期）")}
HEAD = ("程度", "问题", "对象", "说明", "责任单位", "栏目", "从哪一天起", "应当完成日", "超期周期数", "状态", "督办单",
        "整改期限", "责任人", "催办次数", "第几次发生", "依据")


def listing(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/supervision/findings?state=&severity=&rule=&department=&column=&mine=&page=`."""
    asked = _asked(request)
    where = oversight.conditions(request.identity, request.tree, asked)
    pages = from_first(oversight.count(request.db, where), SIZE, whole(request.GET.get("page", "1")) or 1,
                       lambda number: f"{LISTS}?{urlencode(_kept(request, 'page') | {'page': number})}")
    if pages is None:
        raise HTTPNotFound()
    found = oversight.listed(request.db, where, pages.offset, pages.limit)
    may_confirm = request.has_permission(Permission.SUPERVISE)
    return {"title": _("发现的问题"), "lines": [_line(request, each) for each in found], "asked": asked,
            "counts": _counts(request), "pages": pages, "total": pages.total,
            "query": urlencode(_kept(request, "page")),
            "to_confirm": may_confirm and any(each.state == "found" for each in found), "problems": (),
            **_choices(request), **more}


def _asked(request: Request) -> Asked:
    given = request.GET
    states = {name for workflow in workflows_for("finding").values() for name in workflow.states}
    state, rule, severity = given.get("state", OPEN), given.get("rule", ""), given.get("severity", "")
    department, column = whole(given.get("department", "")), whole(given.get("column", ""))
    return Asked(state if state in states | {"", ENDED} else OPEN, severity if severity in SEVERITIES else "",
                 rule if rule in all_rules() else "",
                 department if department in request.tree.departments.by_id else None,
                 column if column in request.tree.by_id else None, "mine" in given)


def _kept(request: Request, *left_out: str) -> dict[str, str]:
    """What was asked for, as an address names it; an empty state is asked for too."""
    return {name: value for name, value in request.GET.items()
            if name not in left_out and (value or name == "state")}


def _counts(request: Request) -> dict[str, int]:
    """Of all that is open where the person works, whatever was asked for."""
    where = oversight.conditions(request.identity, request.tree, Asked(OPEN))
    found = oversight.by_state(request.db, where)
    return {"red": sum(number for (_state, severity), number in found.items() if severity == RED),
            "yellow": sum(number for (_state, severity), number in found.items() if severity == YELLOW),
            "ordered": sum(number for (state, _severity), number in found.items() if state == oversight.ORDERED),
            "answered": sum(number for (state, _severity), number in found.items() if state in oversight.ANSWERED)}


def _choices(request: Request) -> dict[str, Any]:
    english, units = request.language.code == "en", request.tree.departments.by_id
    columns = columns_for(request.identity, oversight.READERS, request.tree)
    seen = units_for(request.identity, Permission.READ_FINDINGS, request.tree)
    seen |= {node.department_id for node in columns}
    states = {name: titled(request, state) for workflow in workflows_for("finding").values()
              for name, state in workflow.states.items()}
    return {"rules": [(rule.name, rule.english if english else rule.title) for rule in all_rules().values()],
            "severities": list(SEVERITIES.items()), "states": list(states.items()),
            "units": [(unit, units[unit].short_name) for unit in sorted(seen)],
            "columns": [(node.id, "　" * (len(node.chain) - 1) + node.name) for node in columns]}


def _line(request: Request, finding: Finding) -> dict[str, Any]:
    node = request.tree.by_id.get(finding.column_id or 0)
    return {"finding": finding, "url": address(finding), "rule": rule_words(request, finding),
            "severity": severity_words(finding), "state": state_words(request, finding),
            "due": due_words(request, finding), "subject_url": subject_url(request, finding),
            "unit": request.tree.departments.by_id[finding.department_id].short_name,
            "place": node.name if node is not None else ""}


# -- confirming together ----------------------------------------------------------------------------------------

def confirm(request: Request) -> Any:
    """Confirm what was ticked; one that cannot be confirmed stops none of the others."""
    wanted = {number for written in request.POST.getall("finding")[:MOST_AT_ONCE]
              if (number := whole(written)) is not None}
    done, problems = 0, []
    for number in sorted(wanted):
        finding = request.db.get(Finding, number)
        if finding is None or not oversight.sees(request.identity, finding, request.tree):
            raise HTTPNotFound()
        try:
            fire(request.db, request.house, finding, "confirm", request.identity, now=request.now)
            done += 1
        except Refused as refused:
            problems.append(f"{finding.subject}：{'；'.join(refused.reasons)}")
    if problems or not done:
        request.response.status_int = 409
        return listing(request, problems=problems or [request.localizer.translate(_("请先勾选要确认的问题"))])
    request.session.flash(("ok", request.localizer.translate(_("已确认${n}个问题", mapping={"n": done}))))
    query = urlencode(_kept(request))
    return HTTPSeeOther(f"{LISTS}?{query}" if query else LISTS)


# -- to take home -----------------------------------------------------------------------------------------------

def as_csv(request: Request) -> Response:
    """The list as it was narrowed."""
    return csv_file("发现的问题", list(_rows(request)))


def as_xlsx(request: Request) -> Response:
    return xlsx_file("发现的问题", list(_rows(request)))


def _rows(request: Request) -> Iterator[tuple[Any, ...]]:
    """The words of the file are Chinese whatever the language of the page: it goes into the office's records."""
    where = oversight.conditions(request.identity, request.tree, _asked(request))
    found, total = oversight.listed(request.db, where, 0, oversight.MOST), oversight.count(request.db, where)
    people = names(request.db, [each.person_id for each in found])
    units, rules = request.tree.departments.by_id, all_rules()
    yield HEAD
    for each in found:
        node, rule = request.tree.by_id.get(each.column_id or 0), rules.get(each.rule)
        yield ("红" if each.severity == RED else "黄", rule.title if rule else each.rule, each.subject, each.words,
               units[each.department_id].short_name, node.name if node else "", each.since, each.due, each.cycles_late,
               workflow_of(each.workflow).states[each.state].title, each.order_number, each.order_due,
               people.get(each.person_id or 0), each.reminders, each.recurrence, rule.basis if rule else "")
    if total > len(found):  # who counts the lines must not take them for all
        yield (f"共{total}个，只列出前{len(found)}个；请按单位、栏目或者问题筛选以后分几次导出",)


def _waiting(request: Request) -> int:
    return oversight.waiting(request.db, request.identity, request.tree)


def includeme(config: Configurator) -> None:
    may = {"permission": Permission.READ_FINDINGS, "request_method": "GET"}
    config.add_desk_entry(Entry(SUPERVISION, _("发现的问题"), LISTS, "flag", Permission.READ_FINDINGS, 20, _waiting))
    for name, path in (("", LISTS), (".csv", f"{LISTS}.csv"), (".xlsx", f"{LISTS}.xlsx"),
                       (".confirm", f"{LISTS}/confirm")):
        config.add_route(f"{ROUTE}{name}", path, factory=Desk)
    config.add_view(lambda request: listing(request), route_name=ROUTE, renderer=PAGE, **may)
    config.add_view(as_csv, route_name=f"{ROUTE}.csv", **may)
    config.add_view(as_xlsx, route_name=f"{ROUTE}.xlsx", **may)
    config.add_view(confirm, route_name=f"{ROUTE}.confirm", renderer=PAGE,
                    **may | {"request_method": "POST", "permission": Permission.SUPERVISE})
