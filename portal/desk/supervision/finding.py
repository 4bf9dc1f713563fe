"""A finding at the desk: what is wrong and why, where to look, what to do, its life so far, the steps to take."""

from __future__ import annotations

from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from content.findings import Finding
from portal.desk import steps
from portal.desk.steps import Options
from portal.desk.supervision import _told
from portal.desk.supervision._shared import (
    LISTS,
    URL,
    DeskFinding,
    address,
    due_words,
    rule_words,
    severity_words,
    state_words,
    subject_url,
)
from portal.desk.words import names
from workflows.access import Permission
from workflows.asks import Ask
from workflows.finding_effects import responsible_for
from workflows.rules import all_rules

ONE, PAGE = URL + r"/{id:\d{1,9}}", "desk/supervision/finding.pt"
DAYS = "10"  # working days that an order mostly gives


def page(request: Request, **more: Any) -> dict[str, Any]:
    """`/desk/supervision/{id}`."""
    finding, typed = request.context.finding, more.get("typed", {})
    rows, rule, units = _told.rows_of(request, finding), all_rules().get(finding.rule), request.tree.departments.by_id
    return {
        "title": f"{rule_words(request, finding)} {finding.subject}", "finding": finding, "url": address(finding),
        "list_url": LISTS, "rule": rule, "rule_title": rule_words(request, finding),
        "severity": severity_words(finding), "state": state_words(request, finding), "due": due_words(request, finding),
        "subject_url": subject_url(request, finding), "unit": units[finding.department_id].name,
        "column": request.tree.by_id.get(finding.column_id or 0), "evidence": _told.evidence(request, finding),
        "history": _told.history(request, rows), "order": _told.order(request, finding, rows),
        "person": names(request.db, [finding.person_id]).get(finding.person_id or 0, ""),
        "forms": steps.forms(request, finding, typed, partial(choices, request, finding), partial(_likely, finding)),
        "refused": (), "typed": {}, **more}


def choices(request: Request, finding: Finding, ask: Ask) -> Options:
    """Whom it may be ordered to: those who can put it right."""
    if ask.shape != "person":
        return []
    units = request.tree.departments.by_id
    return [(str(user.id), f"{user.name}（{units[user.department_id].short_name}）")
            for user in responsible_for(request.db, request.tree, finding)]


def _likely(finding: Finding, ask: Ask) -> str:
    if ask.name == "order_days":
        return DAYS
    if ask.name == "demand":
        rule = all_rules().get(finding.rule)
        return rule.advice if rule else ""
    return str(finding.person_id or "") if ask.shape == "person" else ""


def move(request: Request) -> Any:
    finding = request.context.finding
    return steps.take(request, finding, partial(choices, request, finding), page, address(finding))


def includeme(config: Configurator) -> None:
    may = {"permission": Permission.READ_FINDINGS, "renderer": PAGE}
    config.add_route("desk.finding", ONE, factory=DeskFinding)
    config.add_route("desk.finding.move", f"{ONE}/move", factory=DeskFinding)
    config.add_view(lambda request: page(request), route_name="desk.finding", request_method="GET", **may)
    config.add_view(move, route_name="desk.finding.move", request_method="POST", **may)
