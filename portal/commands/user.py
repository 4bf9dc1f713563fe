"""`gongkai user`: the first administrator, and accounts that locked themselves out."""

from __future__ import annotations

import argparse
import sys

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import people
from content.base import now
from content.people import Role, User
from content.tree import Tree
from portal import passwords
from portal.attempts import unlock
from portal.commands import DONE, BadInput, Call, Command


def _arguments(parser: argparse.ArgumentParser) -> None:
    below = parser.add_subparsers(dest="act", metavar="ACT", required=True)
    add = below.add_parser("add", help="a new account")
    add.add_argument("login")
    add.add_argument("--name", required=True, help="the person's name")
    add.add_argument("--department", required=True, metavar="CODE")
    add.add_argument("--role", action="append", default=[], metavar="ROLE[@CODE]",
                     help=f"{', '.join(Role)}; held on a department or a column, by its code (default: the "
                          "person's department); may be given several times")
    add.add_argument("--email", default="")
    add.add_argument("--password-stdin", action="store_true",
                     help="take the password from standard input instead of making one for the first login")
    below.add_parser("unlock", help="let an account in again that too many wrong passwords had locked"
                     ).add_argument("login")


def _run(chosen: argparse.Namespace, call: Call) -> int:
    return {"add": _add, "unlock": _unlock}[chosen.act](chosen, call)


def _add(chosen: argparse.Namespace, call: Call) -> int:
    given = sys.stdin.readline().rstrip("\r\n") if chosen.password_stdin else ""
    password = given or passwords.initial()
    house = call.instance.house
    try:
        with house.database.writer.begin() as session:
            tree = house.tree(session)
            user = _new(session, tree, chosen)
            if chosen.password_stdin and (reasons := passwords.objections(password, user)):
                raise BadInput("；".join(each.interpolate() for each in reasons))
            passwords.set_password(session, user, password, actor_id=None, now=now(), must_change=not given)
            for role, place in _roles(chosen, tree):
                people.grant(session, user, role, actor_id=None, **place)
    except people.BadStaffing as problem:
        raise BadInput(str(problem)) from None
    print(f"已建立账号 {chosen.login}" + ("" if given else f"，首次登录密码：{password}"))
    return DONE


def _new(session: Session, tree: Tree, chosen: argparse.Namespace) -> User:
    unit = tree.departments.by_code.get(chosen.department)
    if unit is None:
        raise BadInput(f"there is no department {chosen.department}; {_known(tree)}")
    return people.create_user(session, actor_id=None, login=chosen.login, name=chosen.name, department_id=unit.id,
                              email=chosen.email)


def _known(tree: Tree) -> str:
    codes = sorted(tree.departments.by_code)
    return f"there are {', '.join(codes[:12])}" + (" …" if len(codes) > 12 else "") if codes else \
        "there is none yet: `gongkai init --departments FILE`"


def _roles(chosen: argparse.Namespace, tree: Tree) -> list[tuple[Role, dict[str, int]]]:
    return [_role(written, chosen.department, tree) for written in chosen.role]


def _role(written: str, default: str, tree: Tree) -> tuple[Role, dict[str, int]]:
    name, _, code = written.partition("@")
    try:
        role = Role(name)
    except ValueError:
        raise BadInput(f"there is no role {name}; there are {', '.join(Role)}") from None
    unit, node = tree.departments.by_code.get(code or default), tree.by_code.get(code) or tree.find(code)
    if unit is not None:
        return role, {"department_id": unit.id}
    if code and node is not None:
        return role, {"column_id": node.id}
    raise BadInput(f"{code} is neither a department nor a column")


def _unlock(chosen: argparse.Namespace, call: Call) -> int:
    with call.instance.house.database.writer.begin() as session:
        user = session.scalars(select(User).where(User.login == chosen.login)).first()
        if user is None:
            raise BadInput(f"there is no account {chosen.login}")
        unlock(session, user, actor_id=None, now=now())
    print(f"账号 {chosen.login} 已解锁")
    return DONE


COMMAND = Command("user", "Add an account, or unlock one.", _run, _arguments)
