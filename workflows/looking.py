"""What a rule of supervision looks at: the portal as it stands on a day, asked once and shared by all rules.

Whatever several rules need (the tree, the calendar, the newest update of every column) is asked for once a look, so
that a look costs a fixed number of queries. A look back (`day` before today) leaves out what came later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from content import findings
from content.base import aside, begins, local_date
from content.calendar import Calendar
from content.documents import ARCHIVED, PUBLIC, Listing, Live, Rendition, Revision
from content.house import House
from content.journal import Row
from content.people import Unit
from content.tree import Column, Node, Tree

STATEMENT = "statement"  # the type of document that says: nothing to disclose


@dataclass(frozen=True)
class Scope:
    """What happened since the last look: the documents and columns that it touched, and the kinds of subject."""

    kinds: frozenset[str]
    documents: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()


@dataclass
class Look:
    """One look at the portal. `scope` is None for a full one."""

    session: Session
    house: House
    day: dt.date
    scope: Scope | None = None
    kept: dict[str, Any] = field(default_factory=dict)  # what rules share by a name of their own

    @cached_property
    def tree(self) -> Tree:
        return self.house.tree(self.session)

    @cached_property
    def calendar(self) -> Calendar:
        return self.house.calendar(self.session)

    @cached_property
    def end(self) -> dt.datetime:
        """The first moment after the day."""
        return begins(self.day + dt.timedelta(days=1))

    # -- settings ---------------------------------------------------------------------------------------------------

    @cached_property
    def settings(self) -> findings.Dated:
        return findings.dated_settings(self.session)

    def setting(self, name: str, day: dt.date | None = None) -> dict[str, Any]:
        """The values of a setting (thresholds, the scheme of scores) as they hold on `day`, or on that of the look."""
        return findings.in_force(self.settings, name, day or self.day)

    @cached_property
    def root(self) -> Unit | None:
        """The department at the top, which answers for the portal as a whole; None before there is one."""
        return next(iter(self.tree.departments.children(None)), None)

    @cached_property
    def began(self) -> dt.date:
        """The first day of the portal, or that of the look where it is earlier: what nobody knows better is so old."""
        first = self.session.scalar(select(func.min(Row.at)))
        return min(local_date(first), self.day) if first else self.day

    # -- columns ----------------------------------------------------------------------------------------------------

    @cached_property
    def columns(self) -> list[Node]:
        """The columns of the look that are open on the day: all, or those that were touched and those above them."""
        found = [node for node in self.tree.walk() if node.is_open(self.day)]
        return found if self.scope is None else [node for node in found if node.id in self._touched]

    @cached_property
    def _touched(self) -> set[int]:
        wanted = self.scope.columns if self.scope else frozenset()
        return {above.id for number in wanted if number in self.tree.by_id for above in self.tree.by_id[number].chain}

    @cached_property
    def _wanted(self) -> set[int] | None:
        """The columns whose lists are read: those touched, those above them, and all that is below these."""
        if self.scope is None:
            return None
        return {each.id for number in self._touched for each in self.tree.by_id[number].walk()}

    @cached_property
    def internal(self) -> frozenset[int]:
        """The columns that are not for the public (内部公开)."""
        return frozenset(node.id for node in self.tree.walk() if not node.is_public())

    def counted(self, node: Node) -> Iterator[Node]:
        """The columns whose updates are updates of this one: a column counts its subtree.

        What is internal is no update of a column that the public reads.
        """
        return (each for each in node.walk() if node.id in self.internal or each.id not in self.internal)

    @cached_property
    def newest(self) -> dict[int, dt.date]:
        """`{column id: day}` of the newest update that each column itself lists, up to the day.

        Statements that there is nothing to disclose do not count here (`statements`). A single page is updated
        whenever its text changes; what was withdrawn never counted.
        """
        return {number: max(days) for number, days in self.days(self.day).items()}

    def newest_below(self, node: Node) -> dt.date | None:
        """The newest update of a column with everything below it."""
        return max((self.newest[each.id] for each in self.counted(node) if each.id in self.newest), default=None)

    def days(self, first: dt.date) -> dict[int, set[dt.date]]:
        """`{column id: days}` of the newest update before `first` and of each one from then on; three queries."""
        name = f"updates from {first}"
        if name not in self.kept:
            self.kept[name] = self._days(first)
        return self.kept[name]

    def _days(self, first: dt.date) -> dict[int, set[dt.date]]:
        # The moment of the document is that of its listing; it has the index of all that came since.
        start = begins(first)
        since = self._listed(Live.type != STATEMENT).where(Listing.published >= start, Live.published >= start)
        found: dict[int, set[dt.date]] = {}
        for query in (self._older(first), since):
            for number, at in self.session.execute(query):
                if at is not None:
                    found.setdefault(number, set()).add(local_date(at))
        for number, at in self._rewritten():
            found.setdefault(number, set()).add(local_date(at))
        return found

    def _older(self, first: dt.date) -> Select:
        """`(column id, moment)` of the newest that each column lists from before `first`: one look into the index of
        each list, however long it is."""
        newest = (self._listed(Live.type != STATEMENT).with_only_columns(Listing.published)
                  .where(Listing.column_id == Column.id, Listing.published < begins(first))
                  .order_by(Listing.published.desc()).limit(1).correlate(Column).scalar_subquery())
        query = select(Column.id, newest)
        return query if self._wanted is None else query.where(Column.id.in_(self._wanted))

    @cached_property
    def statements(self) -> dict[int, set[dt.date]]:
        """`{column id: days}` of every statement that there is nothing to disclose; one query."""
        found: dict[int, set[dt.date]] = {}
        for number, at in self.session.execute(self._listed(Live.type == STATEMENT, aside(Listing.column_id))):
            found.setdefault(number, set()).add(local_date(at))
        return found

    def _listed(self, which: ColumnElement[bool], column: ColumnElement[int] = Listing.column_id) -> Select:
        """`(column id, moment)` of what columns list, up to the day: for the public, or in an internal column.

        `column`: that by which the lists of the look are found, or are not to be.
        """
        query = (select(Listing.column_id, Listing.published).join(Live, Live.document_id == Listing.document_id)
                 .where(Live.state.in_((PUBLIC, ARCHIVED)), Listing.published < self.end, which,
                        or_(Live.audience == "public", Listing.column_id.in_(self.internal))))
        return query if self._wanted is None else query.where(column.in_(self._wanted))

    def _rewritten(self) -> list[tuple[int, dt.datetime]]:
        """When the texts of single pages were changed in public."""
        pages = [node.id for node in self.tree.walk()
                 if node.kind == "page" and (self._wanted is None or node.id in self._wanted)]
        query = (select(Live.column_id, Rendition.made, Rendition.changes)
                 .join(Revision, Revision.document_id == Live.document_id)
                 .join(Rendition, Rendition.revision_id == Revision.id)
                 .where(Live.state.in_((PUBLIC, ARCHIVED)), Live.corrections > 0, Live.column_id.in_(pages),
                        Rendition.made < self.end))
        return [(number, at) for number, at, changes in self.session.execute(query) if changes] if pages else []

    # -- documents --------------------------------------------------------------------------------------------------

    def in_scope(self, query: Select) -> Select:
        """Narrow a query over `Live` to the documents of the look, and to what was public by the day."""
        query = query.where(Live.state.in_((PUBLIC, ARCHIVED)), Live.published < self.end)
        return query if self.scope is None else query.where(Live.document_id.in_(self.scope.documents))

    @property
    def documents(self) -> Collection[int] | None:
        """The ids of the documents of the look; None for all."""
        return None if self.scope is None else self.scope.documents

    def readable(self) -> ColumnElement[bool]:
        """What the public may read on the day."""
        return and_(Live.state.in_((PUBLIC, ARCHIVED)), Live.audience == "public", Live.published < self.end,
                    or_(Live.ends.is_(None), Live.ends >= self.day))
