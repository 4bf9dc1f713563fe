"""What the pages of cases share: the case of an address, its contents for who may see them, its limit in words."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from content import cases
from content.calendar import Day
from content.cases import Case, Erased
from portal.database import READING
from portal.desk.words import SOON, Status, titled
from portal.i18n import _
from workflows.access import Permission, permits
from workflows.clocks import WAITING_FEE, WAITING_SUPPLEMENT
from workflows.engine import workflow_of
from workflows.outcomes import OUTCOMES

URL = "/desk/cases"


class DeskCase:
    """A case; the factory of `/desk/cases/{id}/…`. Permissions come from the department that handles it.

    Raises `KeyError` for one that is not there.
    """

    node = None

    def __init__(self, request: Request) -> None:
        case = request.db.get(Case, int(request.matchdict["id"]))
        if case is None:
            raise KeyError(request.matchdict["id"])
        self.request = request
        self.case = case

    @property
    def department_id(self) -> int:
        return self.case.department_id


class ReadCase(DeskCase):
    """A case that is only read: by whoever handles it, and by whoever was asked and passed it on."""

    @property
    def department_id(self) -> int:
        asked = self.case.office_id
        theirs = permits(self.request.identity, Permission.READ_CASES, None, self.request.tree, asked)
        return asked if theirs else self.case.department_id


def address(case: Case) -> str:
    return f"{URL}/{case.id}"


def look(request: Request, case: Case, part: str = "contents") -> dict[str, Any] | None:
    """What is sealed, for somebody at the desk: that he looked is written down before it is shown.

    None where it was erased. A page that only asks has a reader, so the look is a transaction of its own.
    """
    actor = request.identity.user_id
    try:
        if request.method not in READING:
            return cases.look(request.db, request.house, case, actor_id=actor, part=part)
        with request.house.database.writer.begin() as session:
            return cases.look(session, request.house, session.get_one(Case, case.id), actor_id=actor, part=part)
    except Erased:
        return None


def state_words(request: Request, case: Case) -> Status:
    """The state of a case, in the colour of what it means."""
    state = workflow_of(case.workflow).states[case.state]
    return ("ok" if case.finished else "idle" if state.final else "info"), titled(request, state)


def limit_words(request: Request, case: Case) -> Status:
    """How long there is for the reply; days are working days of the office's own calendar."""
    if case.finished:
        return "ok", OUTCOMES[case.outcome].title if case.outcome in OUTCOMES else _("已办结")
    if case.clock == WAITING_SUPPLEMENT:
        return "idle", _("等申请人补正")
    if case.clock == WAITING_FEE:
        return "idle", _("等申请人缴费")
    if case.due is None:
        return "warn", _("等人处理")
    return _left(request, Day(case.due, case.provisional))


def _left(request: Request, due: Day) -> Status:
    left = request.house.calendar(request.db).workdays_between(request.today, due.date)
    if request.today > due.date:
        return "late", _("超期${n}个工作日", mapping={"n": -left}) if left else _("已超期")
    if left == 0:
        return "warn", _("今天到期")
    return ("warn" if left <= SOON else "ok"), _("剩${n}个工作日", mapping={"n": left})
