"""Effects of findings: the order (督办单) with its number and its deadline, and telling those who are asked."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from content import numbers, outbox
from content.base import local_date
from content.findings import Finding
from content.people import Grant, Role, User
from content.tree import Tree
from workflows.moves import Effect, Move, Refused
from workflows.rules import rule_of

ORDER_NUMBER = "督办〔{year}〕{serial}号"
REPAIR = frozenset({Role.EDITOR, Role.REVIEWER, Role.CASE_OFFICER})  # who puts right what was found


def set_order(move: Move) -> None:
    """A number without gaps, the person, and the last working day for the repair."""
    finding, person = move.subject, move.facts.get("responsible")
    if person is not None and person not in {each.id for each in responsible(move, finding)}:
        raise Refused("责任人要在这个单位或者栏目有信息员、审核人或者经办人的角色")
    year = local_date(move.now).year
    if finding.order_number is None:
        finding.order_number = ORDER_NUMBER.format(year=year, serial=numbers.take(move.session, f"order/{year}"))
    finding.person_id = person
    set_deadline(move)
    move.notes |= {"order": finding.order_number, "person": person, "demand": move.facts["demand"]}


def set_deadline(move: Move) -> None:
    """So many working days from the day after (工作日)."""
    day = move.house.calendar(move.session).add_workdays(local_date(move.now), move.facts["order_days"]).date
    move.subject.order_due = day
    move.notes["order_due"] = day.isoformat()


def count_reminder(move: Move) -> None:
    """The system says which reminder it is, so that none is sent twice."""
    move.subject.reminders += 1
    if "moment" in move.facts:
        move.notes["moment"] = move.facts["moment"]


def tell_responsible(move: Move) -> None:
    """Mail to the person, or while nobody is named to all who could put it right."""
    finding = move.subject
    people = responsible(move, finding)
    named = [person for person in people if person.id == finding.person_id]
    _mail(move, named or people, f"{move.transition.title}：{rule_of(finding.rule).title}")


def tell_auditors(move: Move) -> None:
    above = move.tree.departments.chain(move.subject.department_id)
    auditors = select(Grant.user_id).where(Grant.role == Role.AUDITOR.value, Grant.department_id.in_(above))
    _mail(move, move.session.scalars(select(User).where(User.id.in_(auditors))),
          f"{move.transition.title}：{rule_of(move.subject.rule).title}")


def responsible(move: Move, finding: Finding) -> list[User]:
    return responsible_for(move.session, move.tree, finding)


def responsible_for(session: Session, tree: Tree, finding: Finding) -> list[User]:
    """Who may put it right: those with such a role on its column, on what is above that, or on its department."""
    units, node = set(tree.departments.chain(finding.department_id)), tree.by_id.get(finding.column_id or 0)
    place = []
    if node is not None:
        units |= set(tree.departments.chain(node.department_id))
        place.append(Grant.column_id.in_([each.id for each in node.chain]))
    place.append(Grant.department_id.in_(units))
    held = select(Grant.user_id).where(Grant.role.in_([role.value for role in REPAIR]), or_(*place))
    return list(session.scalars(select(User).where(User.id.in_(held), User.active).order_by(User.id)))


def _mail(move: Move, people: Iterable[User], subject: str) -> None:
    finding = move.subject
    for person in people:
        if person.active and person.email:
            due = f"整改期限：{finding.order_due.isoformat()}。\n" if finding.order_due else ""
            outbox.post(move.session, "mail", person.email,
                        f"finding/{finding.id}/{move.transition.name}/{move.now.isoformat()}/{person.id}",
                        subject=subject, path=f"/desk/supervision/{finding.id}",
                        text=f"{finding.words}\n{due}请登录工作台办理。\n")


EFFECTS: dict[str, Effect] = {effect.__name__: effect for effect in (
    set_order, set_deadline, count_reminder, tell_responsible, tell_auditors)}
