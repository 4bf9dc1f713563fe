"""People: departments (县—部门—乡镇—村), users, the roles they hold on a department or a column, delegations.

A role is held *on* something: on a department it holds for that department and all below it, on a column for
that column and all below it. Whether a role suffices for an act is decided in `workflows.access`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from content import journal
from content.base import Base


class Role(StrEnum):
    """What a person may be trusted with; titles are in `ROLE_TITLES`."""

    EDITOR = "editor"
    REVIEWER = "reviewer"
    CONFIDENTIALITY = "confidentiality"
    SIGNER = "signer"
    CASE_OFFICER = "case_officer"
    AUDITOR = "auditor"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"


ROLE_TITLES = {
    Role.EDITOR: ("信息员", "Editor"),
    Role.REVIEWER: ("部门审核人", "Reviewer"),
    Role.CONFIDENTIALITY: ("保密审查人", "Confidentiality reviewer"),
    Role.SIGNER: ("签发人", "Signer"),
    Role.CASE_OFFICER: ("依申请公开经办人", "Case officer"),
    Role.AUDITOR: ("监督员", "Auditor"),
    Role.SYSTEM_ADMIN: ("系统管理员", "System administrator"),
    Role.SECURITY_ADMIN: ("安全管理员", "Security administrator"),
}


# 三员分立: nobody holds two of these, and none of them is passed on by delegation (GB/T 22239-2019 8.1.4, 访问控制).
KEPT_APART = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})
LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,31}")


class BadStaffing(ValueError):
    """What was asked about a person cannot be; the message says why, in Chinese."""


class Department(Base):
    """An organ (机关) or a village committee; `level` is 县, 部门, 乡镇 or 村."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    organ_code: Mapped[str] = mapped_column(Text, default="")  # 组织机构代码 or 统一社会信用代码, in index numbers
    phone: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(Text, default="")
    email: Mapped[str] = mapped_column(Text, default="")


class User(Base):
    """A person with an account. Passwords are kept by `portal.accounts` as Argon2 hashes."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    email: Mapped[str] = mapped_column(Text, default="")
    password_hash: Mapped[str] = mapped_column(Text, default="")
    password_set: Mapped[dt.datetime | None]
    must_change: Mapped[bool] = mapped_column(default=True)
    former_hashes: Mapped[list] = mapped_column(default=list)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)  # raised to end every session of this person
    active: Mapped[bool] = mapped_column(default=True)

    department: Mapped[Department] = relationship(lazy="joined", innerjoin=True)
    grants: Mapped[list[Grant]] = relationship(back_populates="user", lazy="selectin",
                                               cascade="all, delete-orphan")


class Grant(Base):
    """A role held on a department or on a column, exactly one of the two."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "role", "department_id", "column_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str] = mapped_column(Text)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    column_id: Mapped[int | None] = mapped_column(ForeignKey("site_column.id"))

    user: Mapped[User] = relationship(back_populates="grants")


class Delegation(Base):
    """While someone is away (AB角), another acts for him; both days included."""

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    why: Mapped[str] = mapped_column(Text)

    principal: Mapped[User] = relationship(foreign_keys=[from_id], lazy="joined")
    delegate: Mapped[User] = relationship(foreign_keys=[to_id], lazy="joined")


@dataclass(frozen=True)
class Unit:
    """A department as the picture holds it."""

    id: int
    code: str
    name: str
    short_name: str
    level: str
    parent_id: int | None
    phone: str
    address: str
    email: str
    organ_code: str


class Departments:
    """An immutable picture of all departments: chains up and subtrees down, without a query."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.by_id = {unit.id: unit for unit in units}

    @classmethod
    def load(cls, session: Session) -> Departments:
        rows = session.scalars(select(Department).order_by(Department.id))
        return cls(Unit(row.id, row.code, row.name, row.short_name, row.level, row.parent_id, row.phone,
                        row.address, row.email, row.organ_code) for row in rows)

    @cached_property
    def by_code(self) -> dict[str, Unit]:
        return {unit.code: unit for unit in self.by_id.values()}

    @cached_property
    def _children(self) -> dict[int | None, list[Unit]]:
        children: dict[int | None, list[Unit]] = {}
        for unit in self.by_id.values():
            children.setdefault(unit.parent_id, []).append(unit)
        return children

    def children(self, unit_id: int | None) -> list[Unit]:
        """The departments directly below; of `None`, the top ones."""
        return self._children.get(unit_id, [])

    def chain(self, unit_id: int | None) -> tuple[int, ...]:
        """`unit_id` and everything above it, nearest first."""
        found: list[int] = []
        while unit_id is not None and unit_id not in found:
            found.append(unit_id)
            unit_id = self.by_id[unit_id].parent_id
        return tuple(found)

    def below(self, unit_id: int) -> tuple[int, ...]:
        """`unit_id` and everything below it."""
        found = [unit_id]
        for child in self.children(unit_id):
            found.extend(self.below(child.id))
        return tuple(found)


def delegations_to(session: Session, user_id: int, day: dt.date) -> list[Delegation]:
    """Those that let `user_id` act for someone else on `day`."""
    query = select(Delegation).where(Delegation.to_id == user_id, Delegation.first_day <= day,
                                     Delegation.last_day >= day)
    return list(session.scalars(query))


# -- changing ---------------------------------------------------------------------------------------------------

def create_user(session: Session, *, actor_id: int | None, login: str, name: str, department_id: int,
                email: str = "") -> User:
    """A new account, without a password yet. Raises `BadStaffing`."""
    if not LOGIN.fullmatch(login):
        raise BadStaffing("用户名以小写字母开头，只用小写字母、数字和 . _ -，2到32个字符")
    if session.scalar(select(User.id).where(User.login == login)) is not None:
        raise BadStaffing(f"用户名“{login}”已经有人用了，请换一个")
    user = User(login=login, name=name, department_id=department_id, email=email, former_hashes=[], failures=0,
                epoch=0, active=True)
    session.add(user)
    session.flush()
    journal.record(session, "user.create", ("user", user.id), actor_id=actor_id, login=login, name=name,
                   department_id=department_id)
    return user


def change_user(session: Session, user: User, *, actor_id: int | None, **values: Any) -> None:
    """Change `name`, `department_id`, `email` or `active`; who is deactivated is out at once. Raises `BadStaffing`."""
    if values.get("active") is False and actor_id == user.id:
        raise BadStaffing("不能停用自己的账号，请另一位安全管理员来办")
    before = {key: getattr(user, key) for key, value in values.items() if getattr(user, key) != value}
    for key in before:
        setattr(user, key, values[key])
    if before.get("active"):
        user.epoch += 1
    if before:
        session.flush()
        journal.record(session, "user.change", ("user", user.id), actor_id=actor_id, before=before,
                       after={key: values[key] for key in before})


def _check_grant(user: User, role: Role, place: tuple[int | None, int | None], actor_id: int | None) -> None:
    if actor_id == user.id:
        raise BadStaffing("不能改变自己的职责，请另一位安全管理员来办")
    if any((held.role, held.department_id, held.column_id) == (role, *place) for held in user.grants):
        raise BadStaffing(f"{user.name}已经有这项职责")
    others = {Role(held.role) for held in user.grants} & KEPT_APART - {role}
    if role in KEPT_APART and others:
        titles = "、".join(ROLE_TITLES[each][0] for each in others)
        raise BadStaffing(f"系统管理员、安全管理员、监督员要由不同的人担任（三员分立）；{user.name}已经是{titles}")


def grant(session: Session, user: User, role: Role, *, actor_id: int | None,
          department_id: int | None = None, column_id: int | None = None) -> Grant:
    """Give `user` a role on a department or a column, exactly one of the two. Raises `BadStaffing`."""
    if (department_id is None) == (column_id is None):
        raise BadStaffing("职责要落在一个部门或一个栏目上，只选一个")
    _check_grant(user, Role(role), (department_id, column_id), actor_id)
    held = Grant(role=Role(role).value, department_id=department_id, column_id=column_id)
    user.grants.append(held)
    session.flush()
    journal.record(session, "user.grant", ("user", user.id), actor_id=actor_id, role=held.role,
                   department_id=department_id, column_id=column_id)
    return held


def revoke(session: Session, held: Grant, *, actor_id: int | None) -> None:
    """Take a role away again, and end the person's sessions. Raises `BadStaffing`."""
    if actor_id == held.user_id:
        raise BadStaffing("不能改变自己的职责，请另一位安全管理员来办")
    journal.record(session, "user.revoke", ("user", held.user_id), actor_id=actor_id, role=held.role,
                   department_id=held.department_id, column_id=held.column_id)
    held.user.epoch += 1
    held.user.grants.remove(held)


def delegate(session: Session, principal: User, stand_in: User, first_day: dt.date, last_day: dt.date, *,
             actor_id: int, why: str) -> Delegation:
    """Let `stand_in` act for `principal` from `first_day` to `last_day`, in all but what is `KEPT_APART`.

    Raises `BadStaffing`.
    """
    if last_day < first_day:
        raise BadStaffing("委托的结束日期早于开始日期")
    if principal.id == stand_in.id:
        raise BadStaffing("不能委托给本人")
    if actor_id == stand_in.id:
        raise BadStaffing("不能自己指定自己代办，请委托人本人或另一位安全管理员来办")
    if not stand_in.active:
        raise BadStaffing(f"{stand_in.name}的账号已经停用")
    made = Delegation(from_id=principal.id, to_id=stand_in.id, first_day=first_day, last_day=last_day, why=why)
    session.add(made)
    session.flush()
    journal.record(session, "user.delegate", ("user", principal.id), actor_id=actor_id, to=stand_in.id,
                   first_day=first_day.isoformat(), last_day=last_day.isoformat(), why=why)
    return made


def end_delegation(session: Session, made: Delegation, *, actor_id: int) -> None:
    """End a delegation at once, before its last day."""
    journal.record(session, "user.end_delegation", ("user", made.from_id), actor_id=actor_id, to=made.to_id,
                   first_day=made.first_day.isoformat(), last_day=made.last_day.isoformat())
    session.delete(made)
