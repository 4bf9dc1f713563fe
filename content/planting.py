"""Planting: an office's lists of departments and columns become its trees; what is there already stays as it is.

A list is `{"departments": […]}` or `{"columns": […]}`. A row names itself and its parent by `code`; what it leaves
out (path, kind, types, workflow) is chosen by what the column is called and for whom it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal, tree
from content.people import Department
from content.problems import Trouble
from content.tree import BadColumn, Column

# What a column's name says about what goes into it; the first pattern that is found decides.
TYPES_BY_NAME = (
    (r"解读", ("interpretation", "notice")),
    (r"动态|新闻|要闻", ("news", "notice")),
    (r"人事|任免|招聘|招录", ("personnel", "notice")),
    (r"预算|决算|三公", ("budget", "notice")),
    (r"文件|政策|规章|法规|制度|规划", ("policy", "notice")),
)
PAGES = ("static", "form", "mailbox")  # `content_type` of a column that is one page
COPIED = ("basis", "external_url", "workflow", "audience", "description", "column_type", "featured", "slug",
          "masks", "mask_names")


class BadList(Trouble, ValueError):
    """A list cannot be planted; the message names the row and what is wrong with it."""


@dataclass(frozen=True)
class Planted:
    """How many rows were new, and how many were there already."""

    made: int
    kept: int


def departments(session: Session, rows: Iterable[dict[str, Any]], *, actor_id: int | None) -> Planted:
    """Plant the departments of `rows`, parents first whatever their order. Raises `BadList`."""
    ids = _ids(session, Department)

    def plant(row: dict[str, Any]) -> int:
        unit = Department(code=row["code"], name=row["name"], short_name=row.get("short_name") or row["name"],
                          level=row.get("level", "部门"), parent_id=ids.get(row.get("parent")),
                          **{key: row.get(key, "") for key in ("organ_code", "phone", "address", "email")})
        session.add(unit)
        session.flush()
        journal.record(session, "department.create", ("department", unit.id), actor_id=actor_id, code=unit.code,
                       name=unit.name)
        return unit.id

    return _in_order(rows, ids, plant)


def columns(session: Session, rows: Iterable[dict[str, Any]], *, actor_id: int | None) -> Planted:
    """Plant the columns of `rows`, in their order. Raises `BadList`, or `BadColumn` for what a column cannot be."""
    ids, units = _ids(session, Column), _ids(session, Department)
    rows = list(rows)
    places = {id(row): place for place, row in enumerate(rows)}

    def plant(row: dict[str, Any]) -> int:
        if row.get("department") not in units:
            raise BadList(f"column {row['code']}: there is no department {row.get('department')!r}")
        parent_id = ids.get(row.get("parent"))
        values = column_values(row) | {"position": places[id(row)]}
        values.setdefault("slug", _free_slug(session, parent_id, row))
        return tree.create(session, actor_id=actor_id, parent_id=parent_id, name=row["name"], code=row["code"],
                           department_id=units[row["department"]], **values).id

    try:
        return _in_order(rows, ids, plant)
    except BadColumn as problem:
        raise BadList(str(problem)) from None


def _ids(session: Session, table: type[Department] | type[Column]) -> dict[str, int]:
    """`{code: id}` of what is there."""
    return {row.code: row.id for row in session.execute(select(table.code, table.id))}


def _in_order(rows: Iterable[dict[str, Any]], ids: dict[str, int], plant: Callable[[dict], int]) -> Planted:
    """Plant each row once its parent is there; `ids` grows."""
    waiting = [_checked(row) for row in rows]
    total, kept = len(waiting), sum(row["code"] in ids for row in waiting)
    waiting = [row for row in waiting if row["code"] not in ids]
    while waiting:
        ready = [row for row in waiting if row.get("parent") in (None, "") or row["parent"] in ids]
        if not ready:
            raise BadList(f"{waiting[0]['code']} stands below {waiting[0]['parent']!r}, which is nowhere in the list")
        for row in ready:
            if row["code"] in ids:
                raise BadList(f"the code {row['code']} is in the list twice")
            ids[row["code"]] = plant(row)
        waiting = [row for row in waiting if row["code"] not in ids]
    return Planted(total - kept, kept)


def _checked(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str) and row[key] for key in ("code", "name")):
        raise BadList(f"a row has no code or no name: {str(row)[:80]}")
    return row


def column_values(row: dict[str, Any]) -> dict[str, Any]:
    """The values of a column as `tree.create` takes them, with what `row` leaves out."""
    values = {key: row[key] for key in COPIED if row.get(key)}
    if row.get("url"):
        values["external_url"] = row["url"]
    page = row.get("content_type") in PAGES
    values["kind"] = row.get("kind") or ("page" if page else "list")
    values["types"] = list(row.get("types") or (("page",) if page else types_for(row["name"])))
    values["rule"] = row.get("update") or {"type": "static"}
    values["keywords"] = _words(row.get("keywords", ""))
    values.setdefault("workflow", _workflow_for(values))
    return values


def types_for(name: str) -> tuple[str, ...]:
    """The document types that a list called `name` takes, the likeliest first."""
    return next((types for pattern, types in TYPES_BY_NAME if re.search(pattern, name)), ("notice",))


def _workflow_for(values: dict[str, Any]) -> str:
    if values.get("audience") == "internal":
        return "internal"
    return "publication_short" if values["types"][0] == "news" else "publication"


def _words(keywords: str | Collection[str]) -> str:
    return keywords if isinstance(keywords, str) else "；".join(keywords)


def _free_slug(session: Session, parent_id: int | None, row: dict[str, Any]) -> str:
    """The pinyin of the name; with the code behind it where a sibling, or the portal itself, has that path."""
    slug = tree.slug_of(row["name"])
    same = select(Column.id).where(Column.slug == slug, Column.parent_id == parent_id if parent_id
                                   else Column.parent_id.is_(None))
    taken = session.scalar(same) is not None or (parent_id is None and slug in tree.RESERVED)
    return f"{slug}-{row['code'].lower()}" if taken else slug
