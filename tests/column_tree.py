"""The column tree of the sample county with a history that a test writes: rows as publication leaves them, at any day.

Nothing is published through the workflow here: what rules of supervision read are rows, and a test of dates needs many.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from importlib.resources import files
from itertools import count
from typing import Any
from unittest.mock import patch

from sqlalchemy import event, insert, update
from sqlalchemy.orm import Session

from content import places, planting, tree
from content.base import SHANGHAI
from content.cases import Case
from content.documents import PUBLIC, Document, Listing, Live, Rendition, Revision
from content.house import House
from content.tree import Column, Node
from workflows.judging import judge
from workflows.looking import Look
from workflows.rules import Found

PLANTED = dt.datetime(2025, 1, 2, 2, tzinfo=dt.UTC)
_numbers = count(1000)  # what counts by itself begins at 1


def plant(house: House) -> None:
    """Departments and columns of the sample county, as if they had been there since the beginning of 2025."""
    folder = files("content.sample") / "data"
    with patch("content.journal.now", return_value=PLANTED), house.database.writer.begin() as session:
        house.keys.begin(session)
        for name, verb in (("departments", planting.departments), ("columns", planting.columns)):
            verb(session, json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))[name], actor_id=None)


class Planted:
    """A session on the planted tree; what a test writes in it is undone at its end."""

    def __init__(self, house: House, session: Session) -> None:
        self.house, self.session = house, session

    def node(self, code: str) -> Node:
        return self.house.tree(self.session).by_code[code]

    def unit(self, code: str) -> int:
        return self.house.tree(self.session).departments.by_code[code].id

    def publish(self, code: str, *days: dt.date, **values: Any) -> int:
        """One document in a column for each day; the id of the last one. `values` go into its row of the gate."""
        return self._write([self._rows(self.node(code), day, dict(values)) for day in days])

    def fill(self, on: dt.date, skip: Collection[str] = ()) -> None:
        """One document on that day in every column with nothing below it, but for those whose code begins so."""
        self._write([self._rows(node, on, {}) for node in self.house.tree(self.session).walk()
                     if not node.children and node.kind != "external" and not node.code.startswith(tuple(skip))])

    def manuscript(self, code: str, day: dt.date, **values: Any) -> int:
        """A document that nobody published; its id."""
        return self._write([self._manuscript(self.node(code), day, values)])

    def _rows(self, node: Node, day: dt.date, values: dict[str, Any]) -> dict[type, dict[str, Any]]:
        at, texts = noon(day), {"summary": "内容概述", "text": "正文", "data": {}}
        texts = {name: values.pop(name, default) for name, default in texts.items()}
        own = {name: values.pop(name) for name in ("imported", "department") if name in values}
        rows = self._manuscript(node, day, own | {"state": "published", "type": values.get("type", "notice"),
                                                  "data": texts["data"]})
        number, title = rows[Document]["id"], rows[Revision]["title"]
        live = {"document_id": number, "state": PUBLIC, "audience": "public" if node.is_public() else "internal",
                "cleared_for": "public", "year": day.year, "serial": number, "rendition_id": number,
                "index_number": f"QY/{day.year}-{number:05d}", "type": rows[Document]["type"], "column_id": node.id,
                "department_id": rows[Document]["department_id"], "title": title, "published": at, "changed": at}
        return rows | {
            Rendition: {"id": number, "revision_id": number, "made": at, "title": title, "body": "", "chain": [],
                        "files": [], "changes": [], **texts},
            Live: live | values, Listing: {"document_id": number, "column_id": node.id, "published": at}}

    def _manuscript(self, node: Node, day: dt.date, values: dict[str, Any]) -> dict[type, dict[str, Any]]:
        number, at = next(_numbers), noon(day)
        return {Document: {"id": number, "type": values.get("type", "notice"), "column_id": node.id, "also": [],
                           "department_id": values.get("department", node.department_id), "created": at,
                           "workflow": "publication", "state": values.get("state", "draft"), "state_since": at,
                           "imported": values.get("imported", False)},
                Revision: {"id": number, "document_id": number, "ordinal": 1, "created": at, "body": "",
                           "title": f"第{number}号信息", "data": values.get("data", {}), "attachments": []}}

    def _write(self, written: list[dict[type, dict[str, Any]]]) -> int:
        """All rows of a table at once: histories are long."""
        for table in (Document, Revision, Rendition, Live, Listing):
            if rows := [each[table] for each in written if table in each]:
                self._insert(table, rows)
        places.renumber(self.session, {each[Listing]["column_id"] for each in written if Listing in each})
        numbers = [each[Document]["id"] for each in written]
        self.session.execute(update(Document).where(Document.id.in_(numbers)).values(head_id=Document.id))
        return numbers[-1]

    def _insert(self, table: type, rows: list[dict[str, Any]]) -> None:
        """Rows with different keys go by themselves."""
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            alike.setdefault(tuple(row), []).append(row)
        for each in alike.values():
            self.session.execute(insert(table), each)

    def letter(self, received: dt.date, *, finished: dt.date | None = None, office: str = "QY-zfb",
               type_name: str = "letter") -> Case:
        unit, number = self.unit(office), next(_numbers)
        case = Case(type=type_name, number=f"{office}-{received.year}-{number:05d}", code_hash=str(number),
                    workflow=type_name, state="handling", state_since=noon(received), office_id=unit,
                    department_id=unit, channel="internet", submitted=received, received=received, finished=finished,
                    created=noon(received), sealed=b"")
        self.session.add(case)
        self.session.flush()
        return case

    def change(self, code: str, day: dt.date, **values: Any) -> None:
        """Change a column as if on `day`."""
        column = self.session.get_one(Column, self.node(code).id)
        tree.change(self.session, column, actor_id=None, at=noon(day), **values)

    def look(self, day: dt.date) -> Look:
        self.session.flush()
        return Look(self.session, self.house, day)

    def found(self, rule: str, day: dt.date) -> list[Found]:
        self.session.flush()
        return [each.found for each in judge(self.session, self.house, day, rules=[rule])]

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What the database is asked meanwhile."""
        told: list[str] = []

        def note(connection, cursor, statement, *more: Any) -> None:
            told.append(statement)

        event.listen(self.house.database.engine, "before_cursor_execute", note)
        try:
            yield told
        finally:
            event.remove(self.house.database.engine, "before_cursor_execute", note)

    def severities(self, rule: str, day: dt.date) -> dict[str, str]:
        """`{subject: severity}` of what a rule finds on a day."""
        return {each.subject: each.severity for each in self.found(rule, day)}


def noon(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(12), SHANGHAI)


@contextmanager
def planted(house: House) -> Iterator[Planted]:
    with house.database.writer() as session:
        yield Planted(house, session)
        session.rollback()
