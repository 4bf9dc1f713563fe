"""What the pages of findings share: the finding of an address, its state and severity in words, what it is about."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from content.calendar import Day
from content.findings import RED, Finding
from content.tree import Node
from portal.desk.words import Status, limit_status, titled
from portal.i18n import _
from workflows import access, oversight
from workflows.access import Permission, permits
from workflows.engine import workflow_of
from workflows.rules import all_rules

URL = "/desk/supervision"
LISTS = f"{URL}/findings"


class DeskFinding:
    """A finding; the factory of `/desk/supervision/{id}/…`. Permissions come from its column and its department.

    Raises `KeyError` for one that is not there, and for one that the person may not see: numbers tell nothing.
    """

    def __init__(self, request: Request) -> None:
        finding, who = request.db.get(Finding, int(request.matchdict["id"])), request.identity
        if finding is None or (who is not None and not oversight.sees(who, finding, request.tree)):
            raise KeyError(request.matchdict["id"])
        self.request, self.finding = request, finding

    @property
    def node(self) -> Node | None:
        """Its column, where that is what lets the person see it."""
        node, who = self.request.tree.by_id.get(self.finding.column_id or 0), self.request.identity
        if node is None or who is None:
            return None
        return node if access.holder(who, oversight.READERS, node, self.request.tree) is not None else None

    @property
    def department_id(self) -> int:
        return self.finding.department_id


def address(finding: Finding) -> str:
    return f"{URL}/{finding.id}"


def rule_words(request: Request, finding: Finding) -> str:
    """The title of its rule; the bare name of one that is no longer there."""
    rule = all_rules().get(finding.rule)
    return finding.rule if rule is None else rule.english if request.language.code == "en" else rule.title


def severity_words(finding: Finding) -> Status:
    return ("late", _("红")) if finding.severity == RED else ("warn", _("黄"))


def state_words(request: Request, finding: Finding) -> Status:
    """The state of a finding, in the colour of what it means."""
    state = workflow_of(finding.workflow).states[finding.state]
    return ("idle" if finding.state == "dismissed" else "ok" if state.final else "info"), titled(request, state)


def due_words(request: Request, finding: Finding) -> Status | None:
    """How long there is for the repair that was ordered; None where nothing is."""
    if finding.state != oversight.ORDERED or finding.order_due is None:
        return None
    return limit_status(Day(finding.order_due, False), request.today)


def subject_words(request: Request, finding: Finding) -> str:
    """What it is about, as people say it: a column by its name, with its path."""
    node = request.tree.by_id.get(finding.subject_id) if finding.subject_kind == "column" else None
    return f"“{node.name}”（/{node.path}/）" if node is not None else finding.subject


def subject_url(request: Request, finding: Finding) -> str:
    """Where one sees what it is about, for this person; empty where there is no page, or none that he may open."""
    who, number = request.identity, finding.subject_id
    if finding.subject_kind == "column" and number in request.tree.by_id:
        return request.tree.by_id[number].url
    if finding.subject_kind == "site":
        return "/"
    for kind, permission, place in (("document", Permission.READ_WORK, "/desk/document/"),
                                    ("case", Permission.READ_CASES, "/desk/cases/"),
                                    ("report", Permission.ANSWER_REPORTS, "/desk/reports/")):
        if finding.subject_kind == kind and permits(who, permission, *_where(request, finding)):
            return f"{place}{number}"
    return str(finding.evidence.get("url", ""))


def _where(request: Request, finding: Finding) -> tuple[Any, ...]:
    """Column, tree and department, as a permission is asked for."""
    node = request.tree.by_id.get(finding.column_id or 0)
    return node, request.tree, None if node is not None else finding.department_id
