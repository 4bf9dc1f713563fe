"""转为主动公开 (条例 Art. 44): what was answered to several becomes a draft for everybody, its whole way ahead of it.

The draft takes over what the reply disclosed and the copies that were released, which its own column examines anew as
it does all attachments. Whatever names one of the applicants is left out, and it is said what was.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import attachments, cases, journal, releases, writing
from content.base import local_date, now
from content.cases import Case, CaseFile
from content.documents import Document
from content.house import House
from content.people import Grant, Role, User
from content.privacy import Decision
from content.releases import Release
from content.tree import Node, Tree
from workflows.access import PERMISSIONS, Held, Identity, Permission, columns_for, reaches
from workflows.applications import REPLY
from workflows.case_repeats import Group, Unfit
from workflows.engine import workflow_of

TYPES = ("notice", "page", "news")  # what the draft may be, the better one first
BASIS = "《中华人民共和国政府信息公开条例》第四十四条"
PERSONAL = ("name", "id_number", "credit_code", "representative", "contact", "phone", "email", "address")
MOST_EDITORS = 200


@dataclass(frozen=True)
class Made:
    """The draft, and what was not taken over into it, one sentence each, Chinese."""

    document: Document
    left_out: tuple[str, ...]


# -- where, and by whom -----------------------------------------------------------------------------------------

def homes(identity: Identity, tree: Tree, office_id: int, today: dt.date) -> list[Node]:
    """The public columns into which it may go: those that the person fills himself, and those of the organ."""
    mine = {node.id for node in columns_for(identity, PERMISSIONS[Permission.WRITE], tree)}
    below = set(tree.departments.below(office_id))
    return [node for node in tree.walk() if (node.id in mine or node.department_id in below) and _takes(node, today)]


def _takes(node: Node, today: dt.date) -> bool:
    return node.kind != "external" and node.is_public() and node.is_open(today) and bool(set(TYPES) & set(node.types))


def editors(session: Session, tree: Tree, nodes: Collection[Node]) -> list[User]:
    """Who may write in one of these columns."""
    held = select(Grant.user_id).where(Grant.role == Role.EDITOR.value)
    found = session.scalars(select(User).where(User.id.in_(held), User.active).order_by(User.id).limit(MOST_EDITORS))
    return [user for user in found if any(_writes(user, node, tree) for node in nodes)]


def _writes(user: User, node: Node, tree: Tree) -> bool:
    return any(reaches(Held(user.id, Role.EDITOR, grant.department_id, grant.column_id), node, tree)
               for grant in user.grants if grant.role == Role.EDITOR.value)


# -- the draft --------------------------------------------------------------------------------------------------

def open_document(group: Group) -> Document | None:
    """The document that was made of the group, unless it came to its end without being published."""
    document = group.document
    if document is None or (group.live is None and workflow_of(document.workflow).states[document.state].final):
        return None
    return document


def turn(session: Session, house: House, group: Group, case: Case, node: Node, owner: User, *, identity: Identity,
         at: dt.datetime | None = None) -> Made:
    """Make the draft from what was answered in `case`, for `owner` to go on with. Raises `Unfit`."""
    at, tree = at or now(), house.tree(session)
    _check(group, case, node, owner, tree, local_date(at))
    marks = _marks(session, house, group.cases)
    body, omitted = _body(session, house, case, marks)
    made = writing.create(session, node, next(name for name in TYPES if name in node.types), title=group.title,
                          body=body, data={"basis": BASIS}, department_id=group.repeat.office_id,
                          actor_id=identity.user_id, at=at)
    made.owner_id, group.repeat.document_id = owner.id, made.id
    left_out = [*omitted, *_take_files(session, house, case, made, marks, identity.user_id, at)]
    for each in group.cases:
        journal.record(session, "case.active", ("case", each.id), actor_id=identity.user_id, at=at, document=made.id)
    session.flush()
    return Made(made, tuple(left_out))


def _check(group: Group, case: Case, node: Node, owner: User, tree: Tree, today: dt.date) -> None:
    if open_document(group) is not None:
        raise Unfit("已经有文稿，不用再建")
    if not group.warrants:
        raise Unfit("只有一位申请人，也没有人建议主动公开：第四十四条说的是多个申请人申请相同信息")
    if case not in group.answered:
        raise Unfit("请选一件已经公开了信息的申请，文稿从它的答复生成")
    if not _takes(node, today):
        raise Unfit(f"栏目“{node.name}”不能放，请另选")
    if not owner.active or not _writes(owner, node, tree):
        raise Unfit(f"{owner.name}不是栏目“{node.name}”的信息员，请另选")


def _marks(session: Session, house: House, found: Collection[Case]) -> frozenset[str]:
    """What names the applicants, in the form in which it is compared."""
    people = [cases.contents(session, house, each)["applicant"] for each in found if each.erased is None]
    marks = {cases.normal_key(str(person[name])) for person in people for name in PERSONAL if person.get(name)}
    return frozenset(mark for mark in marks if len(mark) > 1)


def _names(words: str, marks: frozenset[str]) -> bool:
    plain = cases.normal_key(words)
    return any(mark in plain for mark in marks)


def _body(session: Session, house: House, case: Case, marks: frozenset[str]) -> tuple[str, list[str]]:
    """What the reply disclosed, paragraph by paragraph, without those that name an applicant."""
    reply = next((each for each in reversed(case.messages) if each.kind == REPLY and each.issued is not None), None)
    says = cases.read_message(session, house, reply).get("says", {}) if reply is not None else {}
    written = [line.strip() for name in ("content", "public") for line in says.get(name, "").splitlines()]
    lines = [line for line in written if line]
    kept = [line for line in lines if not _names(line, marks)]
    omitted = len(lines) - len(kept)
    return ("".join(f"<p>{escape(line)}</p>" for line in kept),
            [f"答复里有{omitted}段提到申请人，没有带入正文"] if omitted else [])


def _take_files(session: Session, house: House, case: Case, document: Document, marks: frozenset[str], actor_id: int,
                at: dt.datetime) -> list[str]:
    """The released copies as ordinary attachments; says which were not taken over."""
    left_out = []
    for number, release in enumerate(releases.of_case(session, case), 1):
        if any(each.decision is Decision.keep for each in releases.values(session, house, release)):
            left_out.append(f"公开的材料第{number}个保留了个人信息（可能是申请人本人的），没有带入：请另行处理后上传")
            continue
        problem = _take(session, house, number, release, document, marks, actor_id, at)
        left_out += [f"公开的材料第{number}个没有带入：{problem}"] if problem else []
    return left_out


def _take(session: Session, house: House, number: int, release: Release, document: Document, marks: frozenset[str],
          actor_id: int, at: dt.datetime) -> str:
    file = session.get_one(CaseFile, release.released_id)
    data = cases.open_file(session, house, file, actor_id=actor_id)
    if hashlib.sha256(data).hexdigest() != release.sha256:
        return "公开版损坏了"
    name = cases.file_name(session, house, file)
    name = f"公开的材料{number}{PurePath(name).suffix}" if _names(name, marks) else name
    try:
        attachments.take(session, house, document, name, data, actor_id=actor_id, at=at)
    except attachments.Unfit as problem:
        return str(problem)
    return ""
