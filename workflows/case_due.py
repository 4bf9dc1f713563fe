"""What falls due in cases by itself: silence and giving up, dates reckoned anew each day, reminders, and erasing;
accounts that show no case go too.

Each thing is done in a transaction of its own, by the system; one that fails stops none of the others. A reminder is
sent once for each due date, as its key says, and holds no word of what is asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import applicants, cases, outbox
from content.applicants import Applicant
from content.base import local_date, now
from content.cases import Case, Remedy
from content.house import House
from content.people import Grant, Role, User
from workflows.access import SYSTEM
from workflows.applications import renew
from workflows.engine import fire, workflows_for
from workflows.moves import Refused
from workflows.pieces import do_all

REMIND = 3  # working days before a limit
BATCH = 50  # cases that are reckoned anew in one transaction
MOST = 200  # cases, and accounts, that one look erases; the next look takes the next
PENDING = "pending"  # the result of a remedy that is still open


@dataclass
class CaseDue:
    """Looks once a day, for nothing here changes within one. Contents are erased `years` after the end of a case;
    0 keeps them."""

    house: House
    years: int
    done_for: dt.date | None = None

    def run(self, at: dt.datetime | None = None) -> int:
        """Do what is due; returns how much was done. Raises `ExceptionGroup` of what failed, after all was tried."""
        at = at or now()
        if self.done_for == local_date(at):
            return 0
        done = do_all(self._pieces(at), "cases could not be moved on time")
        if not done:
            self.done_for = local_date(at)
        return done

    def _pieces(self, at: dt.datetime) -> Iterator[Callable[[], int]]:
        with self.house.database.reader() as session:
            waiting = list(session.execute(select(Case.id, Case.workflow, Case.state).where(Case.finished.is_(None))))
            over = self._kept_long_enough(session, local_date(at))
            idle = applicants.idle(session, at, MOST)
        ids = [row.id for row in waiting]
        yield from (partial(_step, self.house, row.id, name, at) for row in waiting
                    for name in _system_steps(row.workflow, row.state))
        yield from (partial(_renew, self.house, ids[first:first + BATCH], at) for first in range(0, len(ids), BATCH))
        yield from (partial(_erase, self.house, number, self.years, at) for number in over)
        yield from (partial(_close, self.house, number, at) for number in idle)

    def _kept_long_enough(self, session: Session, today: dt.date) -> list[int]:
        """Cases that ended so long ago, with no remedy open."""
        if not self.years:
            return []
        before = today - dt.timedelta(days=round(365.2425 * self.years))
        open_remedy = select(Remedy.case_id).where(Remedy.result == PENDING)
        return list(session.scalars(select(Case.id).where(
            Case.finished < before, Case.erased.is_(None), Case.id.not_in(open_remedy)).order_by(Case.id).limit(MOST)))


def _system_steps(workflow: str, state: str) -> list[str]:
    return [step.name for step in workflows_for("case")[workflow].leaving(state) if step.system]


def _step(house: House, number: int, name: str, at: dt.datetime) -> int:
    """The guards of the step know whether its day has come."""
    try:
        with house.database.writer.begin() as session:
            fire(session, house, session.get_one(Case, number), name, SYSTEM, now=at)
    except Refused:
        return 0
    return 1


def _renew(house: House, ids: list[int], at: dt.datetime) -> int:
    """The dates as of today, and a reminder where one comes near. Returns how many dates moved."""
    with house.database.writer.begin() as session:
        found = list(session.scalars(select(Case).where(Case.id.in_(ids), Case.finished.is_(None))))
        moved = renew(session, house, found, local_date(at))
        for case in found:
            _remind(session, house, case, local_date(at))
        return len(moved)


def _erase(house: House, number: int, years: int, at: dt.datetime) -> int:
    with house.database.writer.begin() as session:
        cases.erase(session, house, session.get_one(Case, number), actor_id=None, why=f"保存期满{years}年", at=at)
    return 1


def _close(house: House, number: int, at: dt.datetime) -> int:
    """The account of a requester, unless he put a case into it meanwhile."""
    with house.database.writer.begin() as session:
        account = session.get(Applicant, number, with_for_update=True)
        if account is None or applicants.shows_cases(session, number):
            return 0
        applicants.close(session, account, at=at)
    return 1


# -- reminders --------------------------------------------------------------------------------------------------

def _remind(session: Session, house: House, case: Case, today: dt.date) -> None:
    if case.due is None or house.calendar(session).workdays_between(today, case.due) > REMIND:
        return
    kind, words = ("late", "已经超期") if today > case.due else ("due", "快到期了")
    title = workflows_for("case")[case.workflow].title
    for person in _handlers(session, house, case):
        outbox.post(session, "mail", person.email, f"case-{kind}/{case.id}/{case.due.isoformat()}/{person.id}",
                    subject=f"{title}{words}：{case.number}", path=f"/desk/cases/{case.id}",
                    text=f"受理编号{case.number}的{title}{words}，答复期限是{case.due.isoformat()}。请登录工作台办理。\n")


def _handlers(session: Session, house: House, case: Case) -> list[User]:
    """Who handles it; while that is nobody, the case officers of its department."""
    if case.handler_id is not None:
        people = [session.get_one(User, case.handler_id)]
    else:
        above = house.tree(session).departments.chain(case.department_id)
        officers = select(Grant.user_id).where(Grant.role == Role.CASE_OFFICER.value, Grant.department_id.in_(above))
        people = list(session.scalars(select(User).where(User.id.in_(officers))))
    return [person for person in people if person.active and person.email]
