"""Departments and columns from JSON, for a new instance: `gongkai init` and the sample county read them alike.

Rows that are here already (by code) are left as they are, so that loading again is safe. What a row does not say is
filled in sensibly: a slug from the name's pinyin, the ordinary workflow, the types that suit the column.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from content import journal, tree
from content.people import Department
from content.tree import Column
from content.types import all_types

DEFAULT_TYPES = ("notice", "policy", "interpretation", "news", "personnel", "budget", "guide", "page")


class BadRow(ValueError):
    """A row cannot be loaded; the message says which, and why."""


def load_departments(session: Session, rows: Iterable[dict[str, Any]]) -> int:
    """`code`, `name`, `level`, `parent` and more; parents before children. Returns how many are new."""
    known = {unit.code: unit for unit in session.scalars(select(Department))}
    before = len(known)
    for row in rows:
        if row.get("code") in known:
            continue
        known[row["code"]] = _department(session, row, known)
    return len(known) - before


def _department(session: Session, row: dict[str, Any], known: dict[str, Department]) -> Department:
    parent = row.get("parent")
    if parent and parent not in known:
        raise BadRow(f"department {row.get('code')}: its parent {parent} is not known; list parents first")
    try:
        unit = Department(code=row["code"], name=row["name"], short_name=row.get("short_name") or row["name"],
                          level=row.get("level", "部门"), parent_id=known[parent].id if parent else None,
                          organ_code=row.get("organ_code", ""), phone=row.get("phone", ""),
                          address=row.get("address", ""), email=row.get("email", ""))
    except KeyError as missing:
        raise BadRow(f"department {row.get('code', row)}: {missing} is missing") from None
    session.add(unit)
    session.flush()
    journal.record(session, "department.create", ("department", unit.id), actor_id=None, code=unit.code, name=unit.name)
    return unit


def load_columns(session: Session, rows: Iterable[dict[str, Any]]) -> int:
    """`code`, `name`, `parent`, `department`, `update` and more; parents before children. Returns how many are new."""
    units = dict(session.execute(select(Department.code, Department.id)).all())
    known = dict(session.execute(select(Column.code, Column.id)).all())
    before = len(known)
    for position, row in enumerate(rows):
        if row.get("code") in known:
            continue
        for key, among in (("parent", known), ("department", units)):
            if row.get(key) and row[key] not in among:
                raise BadRow(f"column {row.get('code')}: its {key} {row[key]} is not known")
        try:
            values = _column_values(session, row, position, units)
            made = tree.create(session, actor_id=None, parent_id=known.get(row.get("parent")), **values)
        except KeyError as missing:
            raise BadRow(f"column {row.get('code', row)}: {missing} is missing") from None
        except tree.BadColumn as problem:
            raise BadRow(f"column {row.get('code')}: {problem}") from None
        known[row["code"]] = made.id
    return len(known) - before


def _column_values(session: Session, row: dict[str, Any], position: int, units: dict[str, int]) -> dict[str, Any]:
    keywords = row.get("keywords", "")
    types = row.get("types") or list(DEFAULT_TYPES)
    if unknown := set(types) - set(all_types()):
        raise BadRow(f"column {row['code']}: there are no document types {', '.join(sorted(unknown))}")
    values = {
        "code": row["code"], "name": row["name"], "department_id": units[row["department"]], "position": position,
        "rule": row.get("update") or {"type": "static"}, "types": types,
        "keywords": keywords if isinstance(keywords, str) else "，".join(keywords),
        "audience": row.get("audience", "public"), "kind": row.get("kind", "list"),
        "workflow": row.get("workflow") or ("internal" if row.get("audience") == "internal" else "publication"),
    }
    for key in ("basis", "description", "column_type", "external_url", "featured", "masks", "mask_names"):
        if row.get(key):
            values[key] = row[key]
    values["slug"] = row.get("slug") or _free_slug(session, row)
    return values


def _free_slug(session: Session, row: dict[str, Any]) -> str:
    """The pinyin of the name, with the column's code behind it where a sibling has it already."""
    slug = tree.slug_of(row["name"])
    parent = session.scalar(select(Column.id).where(Column.code == row["parent"])) if row.get("parent") else None
    beside = select(Column.slug).where(Column.parent_id == parent if parent else Column.parent_id.is_(None))
    taken = set(session.scalars(beside)) | (tree.RESERVED if parent is None else frozenset())
    return f"{slug}-{row['code'].lower()}" if slug in taken else slug
