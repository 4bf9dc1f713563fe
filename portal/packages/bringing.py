"""Bringing a package into this portal: its columns first, then its documents, as a harvest brings them.

Without a column named (`into`) the portal moves here: columns stand where they stood, departments are made, documents
keep their addresses and index numbers, and belong to this portal from then on. Where an address is taken already, the
document is refused, and said. With a column named, its columns come below that one, and its documents are those of
another portal: they get addresses of ours and can be brought anew when they change there.

Either way each text and each file goes through the detectors again; what is found holds the document for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from content import harvests, planting, privacy, tree
from content.documents import Document, Live
from content.harvests import Harvest, Harvested
from content.house import House
from content.numbers import Address
from content.people import Department
from content.planting import BadList
from content.preparing import Tools
from content.tree import BadColumn, Column, Node, Tree
from content.types import all_types, type_of
from portal.harvest import applying
from portal.harvest.applying import FLOW, Item, Target, Unusable
from portal.harvest.running import Harvester
from portal.packages import layout
from portal.packages.layout import BadPackage
from portal.packages.reading import Package, Shelf
from workflows.engine import workflows_for

LONGEST = 2000  # characters of a word about a column or a department
MOST_ROWS = 20_000  # columns, or departments
_ADDRESS = re.compile(r"/doc/([12]\d{3})/([1-9]\d{0,6})\.html$")
_WORDS = ("name", "slug", "path", "kind", "basis", "description", "keywords", "column_type", "external_url",
          "workflow", "code", "department")


@dataclass(frozen=True)
class Placed(Target):
    """Where documents of a package go: the column with the path that theirs has, below `prefix`."""

    tree: Tree
    prefix: str = ""

    def node(self, value: Mapping[str, Any]) -> Node:
        """Raises `Unusable`."""
        path = self.prefix + value["column"]["path"]
        node = self.tree.find(path)
        if node is None or node.kind == "external":
            raise Unusable(f"这里没有栏目 {path}")
        if value["type"] not in node.types and all(type_of(name).single for name in node.types):
            raise Unusable(f"栏目 {path} 不收这一类信息")
        return node


@dataclass
class Planted:
    """Columns that were made, and that were there."""

    made: int = 0
    kept: int = 0
    by_path: dict[str, int] = field(default_factory=dict)


class Bringer(Harvester):
    """Brings `package` below the column `into`, or moves it here where that is empty; see `Harvester`."""

    def __init__(self, house: House, package: Package, into: str, own: str, tools: Tools) -> None:
        """Makes its columns. Raises `BadPackage`, or `LookupError` when there is no such column."""
        self.package, self.prefix = package, f"{into.strip('/')}/" if into.strip("/") else ""
        self.planted = _plant(house, package, self.prefix)
        self._addresses: dict[int, Address] = {}
        shelf = Shelf(package, f"{'package' if self.prefix else 'moved'}:{package.portal}")
        super().__init__(house, shelf, into, own if self.prefix else "", tools)

    @property
    def moves(self) -> bool:
        return not self.prefix

    def _root(self, session: Session) -> Node:
        if self.prefix:
            return super()._root(session)
        found = self.house.tree(session).roots
        if not found:
            raise BadPackage("the package has no columns")
        return found[0]

    def _target(self, session: Session) -> Target:
        harvest = session.get_one(Harvest, self._harvest_id, with_for_update=True)
        return Placed(self.house, harvest, self._root(session), self.own, self.tools.limits.octets,
                      self.house.tree(session), self.prefix)

    # -- one document ---------------------------------------------------------------------------------------------

    def _take(self, change: Mapping[str, Any]) -> None:
        """What moved here belongs to this portal: nothing that is done there changes it any more."""
        with self.house.database.reader() as session:
            known = harvests.taken(session, self._harvest_id, change["id"])
            adopted = known is not None and session.get_one(Document, known.document_id).workflow != FLOW
        if adopted:
            self.outcome.same += 1
        else:
            super()._take(change)

    def _apply(self, item: Item) -> None:
        if self.moves:
            self._addresses[item.number] = _address(item.value)
            self._require_free(item)
        super()._apply(item)

    def _require_free(self, item: Item) -> None:
        wanted = self._addresses[item.number]
        with self.house.database.reader() as session:
            known = harvests.taken(session, self._harvest_id, item.number)
            query = select(Live.document_id).where(or_(
                (Live.year == wanted.year) & (Live.serial == wanted.serial),
                Live.index_number == wanted.index_number))
            other = [each for each in session.scalars(query) if known is None or each != known.document_id]
        if other:
            raise Unusable(f"地址 /doc/{wanted.year}/{wanted.serial}.html 或者索引号 {wanted.index_number} 这里已经有了"
                           f"（文稿{other[0]}）；可以用 --into 收到一个栏目下，换用本站的地址")

    def _settle(self, session: Session, document: Document) -> str:
        if not self.moves:
            return super()._settle(session, document)
        number = session.get_one(Harvested, document.id).number
        if number not in self._addresses:
            self._look_up(session)
        self._give_department(session, document)
        outcome = applying.settle(session, self.house, document, address=self._addresses.get(number))
        self._adopt(session, document)
        return outcome

    def _look_up(self, session: Session) -> None:
        """Addresses of all that wait for their files, from an earlier run."""
        waiting = harvests.in_states(session, self._harvest_id, ["draft"])
        numbers = {session.get_one(Harvested, each).number for each in waiting}
        for row in self.package.rows(layout.DOCUMENTS):
            if row["id"] in numbers and "document" in row:
                with suppress(Unusable):
                    self._addresses[row["id"]] = _address(row["document"])

    def _give_department(self, session: Session, document: Document) -> None:
        told = self.portal.told(session.get_one(Harvested, document.id).number)
        unit = self.house.tree(session).departments.by_code.get(str(told.get("department", {}).get("code", "")))
        if document.live is None and unit is not None:
            document.department_id = unit.id

    def _adopt(self, session: Session, document: Document) -> None:
        home = self.house.tree(session).by_id[document.column_id].workflow
        if document.state in ("published", "archived") and document.state in workflows_for("document")[home].states:
            document.workflow = home


def _address(value: Mapping[str, Any]) -> Address:
    """The numbers in the address that a document has there. Raises `Unusable`."""
    found, index_number = _ADDRESS.search(str(value["url"])), value["index_number"]
    if found is None or not isinstance(index_number, str) or not 0 < len(index_number) <= 100:
        raise Unusable("地址或者索引号写得不对")
    if privacy.scan_text(index_number):
        raise Unusable("索引号里有个人信息")
    return Address(int(found[1]), int(found[2]), index_number)


# -- columns ------------------------------------------------------------------------------------------------------

def _plant(house: House, package: Package, prefix: str) -> Planted:
    """Departments (where the portal moves) and columns: all of them or none."""
    with house.database.writer.begin() as session:
        try:
            if not prefix:
                planting.departments(session, _bounded(package, layout.DEPARTMENTS), actor_id=None)
            return _columns(session, house, list(_bounded(package, layout.COLUMNS)), prefix)
        except (BadColumn, BadList, KeyError, TypeError, AttributeError) as problem:
            raise BadPackage(f"the columns of the package cannot be made: {problem}") from None


def _bounded(package: Package, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a short list, with words that are words. Raises `BadPackage`."""
    for number, row in enumerate(package.rows(name)):
        words = [value for value in row.values() if isinstance(value, str)]
        if number >= MOST_ROWS or any(len(value) > LONGEST or "\0" in value for value in words):
            raise BadPackage(f"{name} has too many rows, or words that are too long")
        if name == layout.DEPARTMENTS and privacy.scan_text(f"{row.get('name')} {row.get('short_name')}"):
            raise BadPackage(f"{name} has a name with personal data in it")
        yield row


def _columns(session: Session, house: House, rows: list[dict[str, Any]], prefix: str) -> Planted:
    seen, done = house.tree(session), Planted()
    root = seen.find(prefix) if prefix else None
    if prefix and root is None:
        raise LookupError(f"there is no column {prefix.strip('/')}; `gongkai columns` lists them")
    units = dict(session.execute(select(Department.code, Department.id)).all())
    codes = set(session.scalars(select(Column.code)))
    for position, row in enumerate(rows):
        path, values = prefix + row["path"], _values(row)
        if (there := seen.find(path)) is not None:
            done.by_path[path], done.kept = there.id, done.kept + 1
            continue
        above, _slash, slug = path.rpartition("/")
        parent = root.id if root is not None and above == root.path else done.by_path.get(above)
        unit = root.department_id if root is not None else units.get(row["department"])
        if slug != row["slug"] or unit is None or (above and parent is None):
            raise BadPackage(f"column {path[:80]!r} has no department, or nothing above it")
        values |= {"code": row["code"]} if row["code"] not in codes else {}
        made = tree.create(session, actor_id=None, parent_id=parent, department_id=unit,
                           position=position, slug=slug, **values)
        codes.add(made.code)
        done.by_path[path], done.made = made.id, done.made + 1
    return done


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """What a column is made of, as far as this portal knows it. Raises `BadPackage`."""
    if any(not isinstance(row[name], str) for name in _WORDS) or not isinstance(row["types"], list):
        raise BadPackage("columns.jsonl has a row that is no column")
    types = [name for name in row["types"] if name in all_types()]
    known = workflows_for("document")
    return {name: row[name] for name in ("name", "kind", "basis", "description", "keywords", "column_type",
                                         "external_url")} | {
        "types": types or ["notice"], "rule": row["update"] if isinstance(row["update"], dict) else {"type": "static"},
        "workflow": row["workflow"] if row["workflow"] in known else "publication", "featured": bool(row["featured"]),
        "masks": {}, "mask_names": bool(row["mask_names"])}
