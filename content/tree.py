"""Columns (栏目): the table, the immutable picture of the tree that a process holds, and the verbs that change it.

The tree is small, so a process keeps all of it in memory and renews it when the journal says that a column or a
department changed (`Tree.version`). Resolving a path, of any depth, therefore costs no query beyond the one that
asks for that version. Old paths of renamed and moved columns redirect for ever (`ColumnRedirect`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ForeignKey, Text, UniqueConstraint, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from content import journal, places, promises
from content.base import Base, dialect_of
from content.characters import readings
from content.documents import Live
from content.people import Departments
from content.privacy import KINDS as KINDS_OF_DATA
from content.privacy import scan_text

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# First segments of addresses that are not columns.
RESERVED = frozenset({"doc", "desk", "search", "static", "feeds", "login", "logout", "lang", "sitemap", "catalogue",
                      "report-error", "account", "api", "apply", "en", "health", "healthz", "readyz", "metrics",
                      "robots.txt", "favicon.ico", "share", "departments", "wechat", "files", "sitemap.xml",
                      "withdrawn"})
KINDS = ("list", "page", "external")
EVERYWHERE = frozenset({"statement"})  # types of document that every list takes, without naming them
AUDIENCES = ("public", "internal")
TREE_KINDS = ("column", "department")  # journal subjects that change the picture
_LOCK = 0x74726565  # "tree": the advisory lock of those who change it
RULES = ("interval", "yearly", "quarterly", "monthly", "event", "reply", "static")


class BadColumn(ValueError):
    """What was asked of a column cannot be; the message says what, where and what to do, in Chinese."""


class Column(Base):
    """A column as it is stored; read it through `Node`."""

    __tablename__ = "site_column"
    __table_args__ = (UniqueConstraint("parent_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("site_column.id"))
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, unique=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    kind: Mapped[str] = mapped_column(Text, default="list")
    external_url: Mapped[str] = mapped_column(Text, default="")
    rule: Mapped[dict] = mapped_column(default=lambda: {"type": "static"})  # the update promise (更新频率)
    basis: Mapped[str] = mapped_column(Text, default="")
    workflow: Mapped[str] = mapped_column(Text, default="publication")
    types: Mapped[list] = mapped_column(default=lambda: ["notice"])
    audience: Mapped[str] = mapped_column(Text, default="public")
    position: Mapped[int] = mapped_column(default=0)
    opened: Mapped[dt.date | None]
    closed: Mapped[dt.date | None]
    description: Mapped[str] = mapped_column(Text, default="")
    keywords: Mapped[str] = mapped_column(Text, default="")
    column_type: Mapped[str] = mapped_column(Text, default="")  # ColumnType of the site tags
    featured: Mapped[bool] = mapped_column(default=False)  # 重点领域
    masks: Mapped[dict] = mapped_column(default=dict)  # kind of personal data -> "partial"; the rest in full
    mask_names: Mapped[bool] = mapped_column(default=False)
    archive: Mapped[dict] = mapped_column(default=dict, server_default="{}")  # 归档规则: `years`, `out_of_force`


FIELDS = tuple(column.key for column in Column.__table__.columns if column.key != "id")


class ColumnRedirect(Base):
    """A path that a column once had. A column that lives there now goes before it."""

    __tablename__ = "column_redirect"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    column_id: Mapped[int] = mapped_column(ForeignKey("site_column.id"))


@dataclass(frozen=True, eq=False)
class Node:
    """A column in the picture, with its place in it. `path` is `zwgk/zhinan`, without slashes at the ends."""

    id: int
    slug: str
    name: str
    code: str
    path: str
    parent: Node | None
    department_id: int
    kind: str
    external_url: str
    rule: dict[str, Any]
    basis: str
    workflow: str
    types: tuple[str, ...]
    audience: str
    position: int
    opened: dt.date | None
    closed: dt.date | None
    description: str
    keywords: str
    column_type: str
    featured: bool
    masks: dict[str, str]
    mask_names: bool
    archive: dict[str, Any]
    children: tuple[Node, ...] = field(default=(), repr=False)

    @property
    def url(self) -> str:
        return f"/{self.path}/"

    @property
    def chain(self) -> tuple[Node, ...]:
        """This column and those above it, nearest first."""
        node: Node | None = self
        found = []
        while node is not None:
            found.append(node)
            node = node.parent
        return tuple(found)

    def walk(self) -> Iterator[Node]:
        """This column and everything below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def takes(self, type_name: str) -> bool:
        """Whether documents of this type may be written here."""
        return type_name in self.types or (self.kind == "list" and type_name in EVERYWHERE)

    @property
    def archive_rule(self) -> dict[str, Any]:
        """The 归档规则 that holds here: its own, else that of the nearest column above; `{}` for none."""
        return next((node.archive for node in self.chain if node.archive), {})

    def is_public(self) -> bool:
        """内部公开 is inherited: nothing below an internal column is public."""
        return all(node.audience == "public" for node in self.chain)

    def is_open(self, day: dt.date) -> bool:
        """Whether the column, and all above it, are open on `day`: only then may documents go into it."""
        return all((node.opened is None or node.opened <= day) and (node.closed is None or day < node.closed)
                   for node in self.chain)


class Tree:
    """The picture: every column by id, path and code, the departments, and the version it was taken at."""

    def __init__(self, columns: list[Column], redirects: dict[str, int], departments: Departments,
                 version: int) -> None:
        self.version = version
        self.departments = departments
        self._redirects = redirects
        self.by_id: dict[int, Node] = {}
        self.by_path: dict[str, Node] = {}
        self.by_code: dict[str, Node] = {}
        below: dict[int | None, list[Column]] = {}
        for column in sorted(columns, key=lambda each: (each.position, each.code)):
            below.setdefault(column.parent_id, []).append(column)
        self.roots = tuple(self._plant(column, None, below) for column in below.get(None, ()))

    def _plant(self, column: Column, parent: Node | None, below: dict[int | None, list[Column]]) -> Node:
        values = {key: getattr(column, key) for key in FIELDS if key != "parent_id"}
        path = f"{parent.path}/{column.slug}" if parent else column.slug
        node = Node(id=column.id, path=path, parent=parent, **{**values, "types": tuple(column.types)})
        self.by_id[node.id] = self.by_path[path] = self.by_code[node.code] = node
        children = tuple(self._plant(child, node, below) for child in below.get(column.id, ()))
        object.__setattr__(node, "children", children)  # the one knot a frozen parent and child need
        return node

    @classmethod
    def load(cls, session: Session) -> Tree:
        """Take the picture: four small queries, once per change of the tree."""
        version = tree_version(session)
        columns = list(session.scalars(select(Column)))
        redirects = {each.path: each.column_id for each in session.scalars(select(ColumnRedirect))}
        return cls(columns, redirects, Departments.load(session), version)

    def walk(self) -> Iterator[Node]:
        for root in self.roots:
            yield from root.walk()

    def find(self, path: str) -> Node | None:
        """The column at `path` (`zwgk/zhinan`, slashes at the ends allowed)."""
        return self.by_path.get(path.strip("/"))

    def moved(self, path: str) -> Node | None:
        """Where the column that once had `path` is now; the longest former prefix decides.

        A prefix leads on once: a column may have moved below its own former path (`a` is now `a/b`).
        """
        path, used = path.strip("/"), set()
        while (former := self._former_prefix(path, used)) is not None:
            used.add(former)
            path = self.by_id[self._redirects[former]].path + path[len(former):]
            if (found := self.find(path)) is not None:
                return found
        return None

    def _former_prefix(self, path: str, used: Collection[str]) -> str | None:
        parts = path.split("/")
        prefixes = ("/".join(parts[:size]) for size in range(len(parts), 0, -1))
        return next((each for each in prefixes if each not in used and self._redirects.get(each) in self.by_id), None)


def tree_version(session: Session) -> int:
    """Number of the newest journal row about a column or a department."""
    return journal.latest(session, *TREE_KINDS)


def slug_of(name: str) -> str:
    """The proposal for a path: the pinyin of `name`, `政府信息公开指南` → `zhengfu…zhinan`, at most 40 letters."""
    spelled = "".join("".join(said) or piece for piece, said in readings().parts(name))
    letters = re.sub(r"[^a-z0-9]+", "-", spelled.lower()).strip("-")
    return letters[:40].strip("-") or "lanmu"


# -- changing the tree ------------------------------------------------------------------------------------------

def _hold(session: Session) -> None:
    """One at a time changes the tree, and sees it as it is now; SQLite's writers are one at a time anyway.

    Two that move columns below each other would make a ring, and no constraint sees the twin of a top column.
    """
    if dialect_of(session) == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        session.flush()
        session.scalars(select(Column).execution_options(populate_existing=True)).all()


def create(session: Session, *, actor_id: int | None, parent_id: int | None = None, at: dt.datetime | None = None,
           **values: Any) -> Column:
    """A new column; `slug` defaults to the pinyin of `name`, `code` to the next one below the parent."""
    _hold(session)
    values.setdefault("slug", slug_of(values["name"]))
    values.setdefault("code", _next_code(session, parent_id))
    column = Column(parent_id=parent_id, **values)
    _check(session, column)
    session.add(column)
    session.flush()
    journal.record(session, "column.create", ("column", column.id), actor_id=actor_id, at=at, after=_state(column))
    return column


def change(session: Session, column: Column, *, actor_id: int | None, why: str = "", at: dt.datetime | None = None,
           **values: Any) -> Column:
    """Change a column: another name, another rule, another place. Old paths go on leading to it."""
    if unknown := values.keys() - set(FIELDS):
        raise BadColumn(f"栏目没有这些项：{'、'.join(sorted(unknown))}")
    _hold(session)
    before, former, above = _state(column), _paths(session, column), places.chain(session, column.id)
    for key, value in values.items():
        setattr(column, key, value)
    try:
        _check(session, column)
    except BadColumn:
        session.expire(column)
        raise
    session.flush()
    _keep_redirects(session, column, former)
    _keep_audiences(session, column)
    if (moved := above ^ places.chain(session, column.id)):
        places.renumber(session, moved)
    after = _state(column)
    changed = {key for key in after if before[key] != after[key]}
    if changed:
        journal.record(session, "column.change", ("column", column.id), actor_id=actor_id, at=at, why=why,
                       before={key: before[key] for key in sorted(changed)},
                       after={key: after[key] for key in sorted(changed)})
    return column


def _keep_redirects(session: Session, column: Column, former: dict[int, str]) -> None:
    for column_id, path in _paths(session, column).items():
        if former.get(column_id, path) != path and session.get(ColumnRedirect, former[column_id]) is None:
            session.add(ColumnRedirect(path=former[column_id], column_id=column_id))
        elif former.get(column_id, path) != path:
            session.get(ColumnRedirect, former[column_id]).column_id = column_id


def _keep_audiences(session: Session, column: Column) -> None:
    """The gate of every document at home here or below says today's audience, in the same transaction.

    What was cleared for inside alone stays inside, even where the column is opened to the public (先审查、后公开).
    """
    for node in Tree.load(session).by_id[column.id].walk():
        audience = Live.cleared_for if node.is_public() else "internal"
        session.execute(update(Live).where(Live.column_id == node.id).values(audience=audience))


def _paths(session: Session, column: Column) -> dict[int, str]:
    """`{column id: path}` of a column and everything below it, as the database has it now."""
    columns = {each.id: each for each in session.scalars(select(Column))}
    paths: dict[int, str] = {}
    for each in columns.values():
        chain = [each]
        while chain[-1].parent_id is not None:
            chain.append(columns[chain[-1].parent_id])
        if column in chain:
            paths[each.id] = "/".join(step.slug for step in reversed(chain))
    return paths


def _next_code(session: Session, parent_id: int | None) -> str:
    prefix = session.get_one(Column, parent_id).code if parent_id else ""
    query = select(Column.code).where(Column.parent_id == parent_id if parent_id else Column.parent_id.is_(None))
    taken = [int(code[len(prefix):]) for code in session.scalars(query) if code[len(prefix):].isdigit()]
    return f"{prefix}{max(taken, default=0) + 1:02d}"


def _state(column: Column) -> dict[str, Any]:
    values = {key: getattr(column, key) for key in FIELDS}
    return {key: value.isoformat() if isinstance(value, dt.date) else value for key, value in values.items()}


def _check(session: Session, column: Column) -> None:
    if not (column.name or "").strip():
        raise BadColumn("栏目名称没有填写")
    if not SLUG.fullmatch(column.slug) or len(column.slug) > 60:
        raise BadColumn(f"路径“{column.slug}”只能用小写字母、数字和中间的连字符，最多60个字符")
    if column.parent_id is None and column.slug in RESERVED:
        raise BadColumn(f"路径“{column.slug}”是网站自己要用的，请换一个")
    for words in (column.name, column.slug, column.description, column.keywords):
        if found := scan_text(words or ""):
            raise BadColumn(f"“{words}”里有{KINDS_OF_DATA[found[0].kind].zh}，栏目的名称、路径、说明和关键词都是公开的")
    for key, allowed in (("kind", KINDS), ("audience", AUDIENCES)):
        if (getattr(column, key) or allowed[0]) not in allowed:
            raise BadColumn(f"{key} 只能是 {'、'.join(allowed)}")
    if column.kind == "external" and not re.match(r"https?://", column.external_url or ""):
        raise BadColumn("外部链接栏目要填写以 http:// 或 https:// 开头的网址")
    if (column.rule or {"type": "static"}).get("type") not in RULES:
        raise BadColumn(f"更新规则的类型只能是 {'、'.join(RULES)}")
    try:
        promises.check(column.rule or {"type": "static"})
    except ValueError as problem:
        raise BadColumn(f"更新规则缺少天数或者日期，或者写得不对：{problem}") from None
    _check_place(session, column)


def _check_place(session: Session, column: Column) -> None:
    with session.no_autoflush:
        same = select(Column).where(Column.slug == column.slug, Column.id != (column.id or 0))
        same = same.where(Column.parent_id == column.parent_id if column.parent_id else Column.parent_id.is_(None))
        if (twin := session.scalars(same).first()) is not None:
            raise BadColumn(f"同一级已有路径为“{column.slug}”的栏目“{twin.name}”，请换一个路径")
        above = column.parent_id
        while above is not None:
            if above == column.id:
                raise BadColumn("栏目不能放到它自己的下级栏目里")
            parent = session.get(Column, above)
            if parent is None:
                raise BadColumn(f"上级栏目 {above} 不存在")
            above = parent.parent_id
