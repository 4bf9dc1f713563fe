"""The sample county 清源县: its departments, columns, people and documents, brought in as people would have done it.

Every document goes through the engine, by the people who hold the roles, at the time its data says; so the
journal, the archive cards and the desks of the demo users are real. Passwords are made anew for each instance.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import attachments, clearing, filing, picturing, places, planting, writing
from content.base import SHANGHAI, now
from content.documents import Attachment, Document
from content.house import House
from content.people import Department, Grant, Role, User
from content.privacy import Decision
from content.tree import Column, Node
from portal import sample_cases, sample_files
from portal.passwords import hashed, initial
from portal.settings import Site
from workflows import access, due
from workflows.access import Identity
from workflows.engine import fire

STATEMENT = "已逐项审查，不涉及国家秘密、工作秘密，可以公开"
LOOKED = "已逐幅看过，图上没有个人信息，也没有不能公开的内容"
# How far each state of the data is along the way.
STEPS = {"draft": 0, "department_review": 1, "confidentiality_review": 2, "sign_off": 3, "scheduled": 4,
         "published": 4, "withdrawn": 4, "archived": 4}


@dataclass(frozen=True)
class Account:
    """A demo user as he is printed and kept in `demo-accounts.txt`."""

    login: str
    name: str
    unit: str
    roles: str
    password: str


def rows(name: str, key: str | None = None) -> list[dict[str, Any]]:
    """The rows of a data file: JSON with the list under `key`, or JSON Lines."""
    text = (files("content.sample") / "data" / name).read_text(encoding="utf-8")
    return json.loads(text)[key] if key else [json.loads(line) for line in text.splitlines() if line.strip()]


def site() -> Site:
    """The facts of the county's site."""
    return Site(**json.loads((files("content.sample") / "data" / "site.json").read_text(encoding="utf-8")))


def load(house: House) -> list[Account]:
    """Fill an empty instance; returns the demo accounts, or nothing when the county is here already."""
    with house.database.writer.begin() as session:
        if session.scalars(select(User).limit(1)).first() is not None:
            return []
        planting.departments(session, rows("departments.json", "departments"), actor_id=None)
        planting.columns(session, rows("columns.json", "columns"), actor_id=None)
        accounts = [_user(session, row) for row in rows("users.json", "users")]
    with house.database.writer.begin() as session:
        waiting = _Writer(session, house).write(rows("documents.jsonl"))
    sample_files.prepare(house)
    with house.database.writer.begin() as session:
        _Writer(session, house).finish(waiting)
        places.put_in_order(session)
    with house.database.writer.begin() as session:
        sample_cases.write(session, house)
    due.run(house)
    return accounts


def _user(session: Session, row: dict[str, Any]) -> Account:
    password = initial()
    unit = session.scalars(select(Department).where(Department.code == row["department"])).one()
    user = User(login=row["login"], name=row["name"], department_id=unit.id, must_change=False, password_set=now(),
                password_hash=hashed(password), email=f"{row['login']}@qingyuan.example",
                grants=[_grant(session, role) for role in row["roles"]])
    session.add(user)
    session.flush()
    titles = dict.fromkeys(role["role"] for role in row["roles"])
    return Account(user.login, user.name, unit.short_name, "、".join(titles), password)


def _grant(session: Session, row: dict[str, Any]) -> Grant:
    if "column" in row:
        column_id = session.scalar(select(Column.id).where(Column.code == row["column"]))
        return Grant(role=Role(row["role"]).value, column_id=column_id)
    unit_id = session.scalar(select(Department.id).where(Department.code == row["department"]))
    return Grant(role=Role(row["role"]).value, department_id=unit_id)


class _Writer:
    """Writes the documents, oldest first, in the name of those who hold the roles for their columns."""

    def __init__(self, session: Session, house: House) -> None:
        self.session, self.house = session, house
        self.tree = house.tree(session)
        self.people = [Identity.of(session, user, dt.date(2026, 1, 1)) for user in session.scalars(select(User))]
        self.files = sample_files.rows()
        self.by_key: dict[str, Document] = {}

    def write(self, documents: list[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
        """All of them; returns those that go no further before their files were looked at, each with its number."""
        for row in sorted(documents, key=lambda each: each["date"]):
            document = self.by_key[row["key"]] = self._document(row)
            if row["key"] not in self.files:
                self._walk(document, row)
        return [(row, self.by_key[row["key"]].id) for row in documents if row["key"] in self.files]

    def finish(self, waiting: list[tuple[dict[str, Any], int]]) -> None:
        """Send them on; what is attached to a draft is left to the worker."""
        for row, number in waiting:
            document = self.session.get_one(Document, number)
            if row["state"] == "draft":
                self._upload(document, row)
            self._walk(document, row)

    def _document(self, row: dict[str, Any]) -> Document:
        node = self.tree.by_code[row["column"]]
        at = moment(row["date"])
        author = self._holder(Role.EDITOR, node, row["author"])
        data = {key: self._link(key, value) for key, value in row["data"].items()}
        files, formed = self.files.get(row["key"], []), at - dt.timedelta(hours=20)

        def body(document: Document) -> str:
            kept = [self._take(document, each, author, formed) for each in files if "alt" in each]
            return "".join(f"<p>{picturing.tag(each.id, each.alt)}</p>" for each in kept) + row["body"]
        document = writing.create(
            self.session, node, row["type"], actor_id=author.user_id, title=row["title"], body=body, data=data,
            also=[self.tree.by_code[code].id for code in row["also"]], at=formed,
            department_id=self.tree.departments.by_code[row["department"]].id)
        if row["state"] != "draft":
            self._upload(document, row)
        return document

    def _upload(self, document: Document, row: dict[str, Any]) -> None:
        author, at = self._holder(Role.EDITOR, self.tree.by_code[row["column"]], row["author"]), moment(row["date"])
        for each in self.files.get(row["key"], []):
            if "alt" not in each:
                self._take(document, each, author, at - dt.timedelta(hours=20))

    def _take(self, document: Document, row: dict[str, Any], author: Identity, at: dt.datetime) -> Attachment:
        role = filing.PICTURE if "alt" in row else filing.FILE
        return attachments.take(self.session, self.house, document, row["name"], sample_files.make(row), role=role,
                                alt=row.get("alt", ""), actor_id=author.user_id, at=at)

    def _link(self, key: str, value: Any) -> Any:
        linked = key in ("interprets", "abolishes", "supersedes")
        return self.by_key[value].id if linked else value

    def _walk(self, document: Document, row: dict[str, Any]) -> None:
        node, at = self.tree.by_code[row["column"]], moment(row["date"])
        author = self._holder(Role.EDITOR, node, row["author"])
        steps = self._steps(document, node, row, author)
        for number, (name, person, facts) in enumerate(steps[:self._length(row, steps)]):
            if name == "submit":
                self._settle(document, author, at)
            early = dt.timedelta(hours=3 * max(0, len(steps) - 1 - number))
            if name == "approve":
                self._look(document, person, at - early)
            fire(self.session, self.house, document, name, person, now=at - early, **facts)
        if row["state"] == "withdrawn":
            when = moment(row["withdrawn_at"])
            fire(self.session, self.house, document, "withdraw", self._holder(Role.SIGNER, node), now=when,
                 why=row["withdrawn_reason"], reason_kind=row["withdrawn_kind"])
        if row["state"] == "department_review":
            self._reopen(document, node)

    def _steps(self, document: Document, node: Node, row: dict[str, Any], author: Identity) -> list[tuple]:
        reviewer = self._holder(Role.REVIEWER, node, unlike=author)
        stated = {"statement": STATEMENT}
        if document.workflow != "publication":
            facts = stated if document.workflow == "publication_short" else {}
            return [("submit", author, {}), ("approve", reviewer, facts)]
        last = ("sign", self._holder(Role.SIGNER, node, unlike=author), {})
        if row["state"] == "scheduled":
            last = ("schedule", last[1], {"publish_at": moment(row["publish_at"])})
        clearer = self._holder(Role.CONFIDENTIALITY, node, unlike=author)
        steps = [("submit", author, {}), ("approve", reviewer, {}), ("clear", clearer, stated), last]
        if "returned_by" in row:
            steps[2:] = [("return", clearer, {"why": row["returned_reason"]})]
        return steps

    def _length(self, row: dict[str, Any], steps: list[tuple]) -> int:
        return len(steps) if "returned_by" in row else STEPS[row["state"]]

    def _settle(self, document: Document, author: Identity, at: dt.datetime) -> None:
        for found in self._review(document).open:
            clearing.settle(self.session, document, found, Decision.mask, actor_id=author.user_id, at=at)

    def _look(self, document: Document, reviewer: Identity, at: dt.datetime) -> None:
        """Without character recognition it is for the reviewer to say that nothing is in a picture."""
        for each in self._review(document).files:
            if each.unread:
                attachments.vouch(self.session, self.house, document, each.attachment, LOOKED,
                                  actor_id=reviewer.user_id, at=at)

    def _reopen(self, document: Document, node: Node) -> None:
        """The reviewer wants one decision looked at again: it waits at his desk."""
        found = self._review(document).found
        if found:
            reviewer = self._holder(Role.REVIEWER, node)
            clearing.reopen(self.session, document, found[0], actor_id=reviewer.user_id)

    def _review(self, document: Document) -> clearing.Review:
        return clearing.review(self.session, self.house, document, document.head)

    def _holder(self, role: Role, node: Node, login: str = "", unlike: Identity | None = None) -> Identity:
        """Someone who holds `role` for the column: the named one if he does, else the one held nearest to it."""
        able = [each for each in self.people if each is not unlike
                and access.holder(each, frozenset({role}), node, self.tree) is not None]
        named = [each for each in able if each.login == login]
        near = [each for each in able if each.department_id == node.department_id]
        return (named or near or able)[0]


def moment(written: str) -> dt.datetime:
    """`2026-11-20`, at ten in the morning in China, or `2026-12-08T09:00` there."""
    if "T" not in written:
        written += "T10:00"
    return dt.datetime.fromisoformat(written).replace(tzinfo=SHANGHAI)


def write_accounts(accounts: list[Account], house: House) -> str:
    """Keep the demo accounts in a file that only its owner reads; returns what was written."""
    lines = [f"{each.login}\t{each.password}\t{each.name}\t{each.unit}\t{each.roles}" for each in accounts]
    text = "\n".join(("# login\tpassword\tname\tunit\troles", *lines)) + "\n"
    path = house.home / "demo-accounts.txt"
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, encoding="utf-8")
    return text


def demo_passwords(path: Any) -> dict[str, str]:
    """`{login: password}` of a file that `write_accounts` wrote."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t")[:2] for line in lines if line and not line.startswith("#"))


