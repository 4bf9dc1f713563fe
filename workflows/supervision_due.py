"""What supervision says in time: to editors before a column of theirs turns red, to whom an order was given before its
deadline and after it.

Looked at once a day. A letter about a column is sent once for each day that comes near, as its key says; a reminder of
an order is a step of the system, so that it is counted and stands in the life of the finding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from content import journal, outbox
from content.base import local_date, now
from content.findings import Finding
from content.house import House
from content.outbox import Delivery
from content.people import Grant, Role, User
from content.promises import SOON
from content.tree import Node, Tree
from workflows.access import SYSTEM
from workflows.engine import fire
from workflows.looking import Look
from workflows.moves import Refused
from workflows.oversight import ORDERED
from workflows.pieces import do_all
from workflows.rhythm import Verdict
from workflows.rhythms import rhythms_of

BEFORE = 2  # working days before the deadline of an order
AGAIN = 5  # working days after it from one reminder to the next
MOST = 500  # orders that one look reminds of


@dataclass
class SupervisionDue:
    """Looks once a day, for nothing here changes within one."""

    house: House
    done_for: dt.date | None = None

    def run(self, at: dt.datetime | None = None) -> int:
        """Do what is due; returns how much was done. Raises `ExceptionGroup` of what failed, after all was tried."""
        at = at or now()
        if self.done_for == local_date(at):
            return 0
        done = do_all(self._pieces(at), "reminders could not be written")
        self.done_for = local_date(at)
        return done

    def _pieces(self, at: dt.datetime) -> Iterator[Callable[[], int]]:
        today = local_date(at)
        with self.house.database.reader() as session:
            soon = columns_soon(session, self.house, today)
            orders = [(number, moment) for number, due, since in session.execute(_ordered())
                      if local_date(since) < today and (moment := self._moment(session, due, today))]
        yield partial(_warn, self.house, soon)
        yield from (partial(_remind, self.house, number, moment, at) for number, moment in orders)

    def _moment(self, session: Session, due: dt.date, today: dt.date) -> str:
        """Which reminder the day calls for: `before <deadline>`, `after <deadline> 0`, `… 1` and so on, or none."""
        days = self.house.calendar(session).workdays_between
        if today <= due:
            return f"before {due.isoformat()}" if days(today, due) <= BEFORE else ""
        return f"after {due.isoformat()} {max(0, days(due, today) - 1) // AGAIN}"


def _ordered() -> Select:
    return select(Finding.id, Finding.order_due, Finding.state_since).where(
        Finding.state == ORDERED, Finding.order_due.is_not(None)).order_by(Finding.order_due, Finding.id).limit(MOST)


# -- columns ----------------------------------------------------------------------------------------------------

def columns_soon(session: Session, house: House, today: dt.date) -> list[tuple[int, Verdict]]:
    """The columns that turn red by themselves soon, with the day by which something must come."""
    look = Look(session, house, today)
    rhythms = rhythms_of(look)
    return [(node.id, found) for node in look.columns if (found := rhythms.of(node)).state == SOON and found.due]


def _warn(house: House, soon: list[tuple[int, Verdict]]) -> int:
    """A letter to each editor of each of these columns; those that were written before are not written again."""
    if not soon:
        return 0
    with house.database.writer.begin() as session:
        tree, editors = house.tree(session), Editors(session)
        letters = {_key(node, found, person): (node, found, person) for number, found in soon
                   if (node := tree.by_id.get(number)) is not None for person in editors.of(node, tree)}
        written = set(session.scalars(select(Delivery.key).where(Delivery.key.in_(letters))))
        for key in sorted(letters.keys() - written):
            _tell(session, key, *letters[key])
        return len(letters.keys() - written)


def _key(node: Node, found: Verdict, person: User) -> str:
    return f"column-soon/{node.id}/{found.due.isoformat()}/{person.id}"


def _tell(session: Session, key: str, node: Node, found: Verdict, person: User) -> None:
    outbox.post(session, "mail", person.email, key, subject=f"栏目快到期了：{node.name}", path="/desk/rhythm",
                text=f"栏目“{node.name}”按承诺应当不晚于{found.due.isoformat()}更新。请登录工作台，写应当公开的信息；"
                     "确实没有的，报送“本期无应公开信息”说明。\n")


class Editors:
    """Who fills a column: those with the role on the column, else on the nearest above it, else on its department."""

    def __init__(self, session: Session) -> None:
        query = select(Grant, User).join(User, User.id == Grant.user_id).where(
            Grant.role == Role.EDITOR.value, User.active, User.email != "").order_by(User.id)
        self.by_column: dict[int, list[User]] = {}
        self.by_unit: dict[int, list[User]] = {}
        for grant, person in session.execute(query):
            place = self.by_unit if grant.column_id is None else self.by_column
            place.setdefault(grant.column_id or grant.department_id, []).append(person)

    def of(self, node: Node, tree: Tree) -> list[User]:
        near = [self.by_column.get(above.id, []) for above in node.chain]
        near += [self.by_unit.get(unit, []) for unit in tree.departments.chain(node.department_id)]
        return next((people for people in near if people), [])


# -- orders -----------------------------------------------------------------------------------------------------

def _remind(house: House, number: int, moment: str, at: dt.datetime) -> int:
    """Once for each moment, as the journal tells."""
    with house.database.writer.begin() as session:
        if any(row.action == "finding.remind" and row.payload.get("moment") == moment
               for row in journal.told(session, "finding", number)):
            return 0
        try:
            fire(session, house, session.get_one(Finding, number), "remind", SYSTEM, now=at, moment=moment)
        except Refused:
            return 0  # somebody has just taken another step
    return 1
