"""Who may do what, where: one table of permissions, and how a role held on a department or column reaches down.

A role held on a column holds for everything below it; held on a department, for the columns of that department
and of those below it. Someone to whom another's work is delegated (AB角) may do what the other may, in his own
name and on the other's behalf; the journal keeps both.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.orm import Session

from content.people import KEPT_APART, Role, User, delegations_to
from content.tree import Node, Tree


class Permission(StrEnum):
    DESK = "desk"  # enter the desk at all
    READ_INTERNAL = "read_internal"  # 内部公开
    READ_WORK = "read_work"  # documents on their way, with findings
    READ_ORIGINALS = "read_originals"  # … and the personal data in them; auditors read without
    WRITE = "write"
    SETTLE = "settle"  # decide about findings
    ERASE = "erase"  # empty a revision by law: 个人信息保护法 Art. 47
    VOUCH = "vouch"  # state that pictures which no program can read were looked at
    READ_JOURNAL = "read_journal"
    MANAGE_COLUMNS = "manage_columns"
    MANAGE_PEOPLE = "manage_people"
    ANSWER_REPORTS = "answer_reports"
    READ_ANNUAL = "read_annual"  # annual reports of the organs that one works for
    WRITE_ANNUAL = "write_annual"
    MANAGE_CALENDAR = "manage_calendar"
    PUSH = "push"  # arrange and sign off what goes to readers of WeChat
    MANAGE_DELIVERIES = "manage_deliveries"  # what leaves the house: try again, call off
    READ_SYSTEM = "read_system"  # how the portal itself is: disk, database, worker
    MANAGE_LETTERS = "manage_letters"  # templates of the letters of cases
    READ_CASES = "read_cases"  # lists, dates and figures of cases: nobody's name
    OPEN_CASES = "open_cases"  # what lies sealed in them; every look is in the journal
    HANDLE_CASES = "handle_cases"  # draft the reply, prepare what is released, annul a fact
    ENTER_CASES = "enter_cases"  # enter what came by post, by fax or in person
    READ_FINDINGS = "read_findings"  # what supervision found in the columns and organs that one works for
    SUPERVISE = "supervise"  # order repair, keep thresholds, word lists and the scheme of scores
    KEEP_REGISTERS = "keep_registers"  # the registers of events and of what is withheld
    VOUCH_CASES = "vouch_cases"  # state that pictures in what is released were looked at


_STAFF = frozenset(Role)
_CHAIN = frozenset({Role.EDITOR, Role.REVIEWER, Role.CONFIDENTIALITY, Role.SIGNER})
_CASES = frozenset({Role.CASE_OFFICER, Role.REVIEWER, Role.SIGNER})

PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.DESK: _STAFF,
    Permission.READ_INTERNAL: _STAFF,
    Permission.READ_WORK: _CHAIN | {Role.AUDITOR},
    Permission.READ_ORIGINALS: _CHAIN,
    Permission.WRITE: frozenset({Role.EDITOR}),
    Permission.SETTLE: frozenset({Role.EDITOR, Role.REVIEWER}),
    Permission.ERASE: frozenset({Role.SIGNER}),
    Permission.VOUCH: frozenset({Role.REVIEWER, Role.CONFIDENTIALITY}),
    Permission.READ_JOURNAL: frozenset({Role.AUDITOR, Role.SECURITY_ADMIN}),
    Permission.MANAGE_COLUMNS: frozenset({Role.SYSTEM_ADMIN}),
    Permission.MANAGE_PEOPLE: frozenset({Role.SECURITY_ADMIN}),
    Permission.ANSWER_REPORTS: frozenset({Role.EDITOR, Role.REVIEWER}),
    Permission.READ_ANNUAL: _CHAIN | {Role.CASE_OFFICER, Role.AUDITOR},
    Permission.WRITE_ANNUAL: frozenset({Role.EDITOR, Role.CASE_OFFICER}),
    Permission.MANAGE_CALENDAR: frozenset({Role.SYSTEM_ADMIN}),
    Permission.PUSH: frozenset({Role.EDITOR, Role.REVIEWER, Role.SIGNER}),
    Permission.MANAGE_DELIVERIES: frozenset({Role.SYSTEM_ADMIN}),
    Permission.READ_SYSTEM: frozenset({Role.SYSTEM_ADMIN}),
    Permission.MANAGE_LETTERS: frozenset({Role.SYSTEM_ADMIN}),
    Permission.READ_CASES: _CASES | {Role.AUDITOR},
    Permission.OPEN_CASES: _CASES,
    Permission.HANDLE_CASES: frozenset({Role.CASE_OFFICER}),
    Permission.ENTER_CASES: frozenset({Role.CASE_OFFICER}),
    Permission.READ_FINDINGS: _CHAIN | {Role.CASE_OFFICER, Role.AUDITOR},
    Permission.SUPERVISE: frozenset({Role.AUDITOR}),
    Permission.KEEP_REGISTERS: frozenset({Role.EDITOR, Role.REVIEWER, Role.AUDITOR}),
    Permission.VOUCH_CASES: frozenset({Role.REVIEWER, Role.SIGNER}),
}


@dataclass(frozen=True)
class Held:
    """A role held by `user_id`, on a department or a column."""

    user_id: int
    role: Role
    department_id: int | None = None
    column_id: int | None = None


@dataclass(frozen=True)
class Identity:
    """A person, with the roles he holds himself and those he holds today on behalf of others."""

    user_id: int
    name: str
    login: str
    department_id: int
    held: tuple[Held, ...] = ()
    system: bool = False
    unit: str = ""  # the department's name
    requester: bool = False  # whoever filed a case and proved it by number and query code
    principals: dict[int, str] = field(default_factory=dict, compare=False)  # whom he stands in for: id -> name

    @classmethod
    def of(cls, session: Session, user: User, day: dt.date) -> Identity:
        delegated = delegations_to(session, user.id, day)
        people = (user, *(each.principal for each in delegated if each.principal.active))
        held = tuple(Held(person.id, Role(grant.role), grant.department_id, grant.column_id)
                     for person in people for grant in person.grants
                     if person is user or Role(grant.role) not in KEPT_APART)
        return cls(user.id, user.name, user.login, user.department_id, held, unit=user.department.short_name,
                   principals={each.from_id: each.principal.name for each in delegated})

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(held.role for held in self.held)


SYSTEM = Identity(0, "系统", "", 0, system=True)
REQUESTER = Identity(0, "申请人", "", 0, requester=True)


def reaches(held: Held, node: Node, tree: Tree) -> bool:
    """Whether a held role holds for the column `node`."""
    if held.column_id is not None:
        return any(above.id == held.column_id for above in node.chain)
    return reaches_department(held, node.department_id, tree)


def reaches_department(held: Held, department_id: int, tree: Tree) -> bool:
    """Whether a held role holds for a department."""
    return held.department_id in tree.departments.chain(department_id)


def manages(identity: Identity, role: Role, department_id: int, tree: Tree) -> bool:
    """Whether `identity` holds an administrator's `role` for the department: for its people or its columns."""
    return any(held.role == role and reaches_department(held, department_id, tree) for held in identity.held)


def holder(identity: Identity, roles: frozenset[Role], node: Node | None, tree: Tree) -> int | None:
    """In whose right `identity` holds one of `roles` for `node` (for the site, when None): himself before others."""
    users = [held.user_id for held in identity.held
             if held.role in roles and (node is None or reaches(held, node, tree))]
    if identity.user_id in users:
        return identity.user_id
    return users[0] if users else None


def holder_in(identity: Identity, roles: frozenset[Role], department_id: int, tree: Tree) -> int | None:
    """In whose right `identity` holds one of `roles` for a department: himself before others."""
    users = [held.user_id for held in identity.held
             if held.role in roles and reaches_department(held, department_id, tree)]
    if identity.user_id in users:
        return identity.user_id
    return users[0] if users else None


def permits(identity: Identity | None, permission: Permission, node: Node | None, tree: Tree,
            department_id: int | None = None) -> bool:
    """The one question, about a column, a department, or (neither) the site. Nobody (None) is permitted nothing."""
    if identity is None:
        return False
    roles = PERMISSIONS[permission]
    if node is None and department_id is not None:
        return identity.system or any(manages(identity, role, department_id, tree) for role in roles)
    return identity.system or holder(identity, roles, node, tree) is not None


def units_for(identity: Identity, permission: Permission, tree: Tree) -> set[int]:
    """The departments for which `identity` is permitted something."""
    held = [each for each in identity.held if each.role in PERMISSIONS[permission]]
    return {unit for unit in tree.departments.by_id if any(reaches_department(each, unit, tree) for each in held)}


def columns_for(identity: Identity, roles: frozenset[Role], tree: Tree) -> list[Node]:
    """The columns for which `identity` holds one of `roles`, in the order of the tree."""
    held = [each for each in identity.held if each.role in roles]
    return [node for node in tree.walk() if any(reaches(each, node, tree) for each in held)]
