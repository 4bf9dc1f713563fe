"""How columns were kept up over time (栏目更新情况): weeks of departments, days of columns, what stood on a day.

All of it is read from the spans of `workflows.rhythm`, in which each day is judged by the rule then in force; what is
asked of the database there does not grow with the number of columns.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from content.base import begins, local_date
from content.documents import ARCHIVED, PUBLIC, Listing, Live
from content.promises import EMPTY, FREE, LATE, OK, SOON
from content.tree import Node, Tree
from workflows.reports.rates import Rate
from workflows.rhythm import CLOSED, Span
from workflows.rhythms import Rhythms

WORST = (LATE, EMPTY, SOON, OK, FREE, CLOSED)  # the worst first
JUDGED = frozenset({LATE, SOON, OK, EMPTY})
KEPT = frozenset({SOON, OK})  # a blank column keeps nothing
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Week:
    """Monday to Sunday, or to the last day asked for."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Cell:
    """A department in a week: how many of its columns were late, near their day, or judged at all on some day."""

    late: int = 0
    soon: int = 0
    judged: int = 0

    @property
    def state(self) -> str:
        return LATE if self.late else SOON if self.soon else OK if self.judged else FREE


@dataclass(frozen=True)
class Standing:
    """How many columns were late and near their day on a day."""

    day: dt.date
    late: int
    soon: int


def weeks(last: dt.date, count: int) -> list[Week]:
    """The last `count` weeks, the oldest first; the newest ends with `last`."""
    monday = last - last.weekday() * DAY
    begins = [monday - 7 * number * DAY for number in reversed(range(count))]
    return [Week(first, min(first + 6 * DAY, last)) for first in begins]


def columns(tree: Tree, units: Collection[int]) -> list[Node]:
    """The columns for which these departments answer, in the order of the tree."""
    return [node for node in tree.walk() if node.department_id in units and node.kind != "external"]


def worst(spans: Iterable[Span]) -> str:
    """The worst state of some spans; `closed` where there is none."""
    return min((span.state for span in spans), key=WORST.index, default=CLOSED)


def within(spans: Iterable[Span], first: dt.date, last: dt.date) -> list[Span]:
    return [span for span in spans if span.first <= last and span.last >= first]


def all_spans(rhythms: Rhythms, nodes: Iterable[Node], first: dt.date, last: dt.date) -> dict[Node, list[Span]]:
    return {node: rhythms.spans(node, first, last) for node in nodes}


def matrix(spans: Mapping[Node, list[Span]], shown: list[Week]) -> dict[int, list[Cell]]:
    """`{department: its cells, one a week}`, for departments that have a column."""
    counts: dict[int, list[list[int]]] = {}
    for node, found in spans.items():
        row = counts.setdefault(node.department_id, [[0, 0, 0] for _ in shown])
        for number, week in enumerate(shown):
            state = worst(within(found, week.first, week.last))
            row[number][0] += state == LATE
            row[number][1] += state == SOON
            row[number][2] += state in JUDGED
    return {unit: [Cell(*cell) for cell in row] for unit, row in counts.items()}


def kept_days(spans: Mapping[Node, list[Span]]) -> dict[int, Rate]:
    """`{department: days of columns that were neither late nor blank, of those judged}`, for 按期更新率."""
    found: dict[int, Rate] = {}
    for node, each in spans.items():
        rate = Rate(*(sum(_length(span) for span in each if span.state in states)
                      for states in (KEPT, JUDGED)))
        found[node.department_id] = found.get(node.department_id, Rate()) + rate
    return found


def standing(spans: Iterable[list[Span]], first: dt.date, last: dt.date) -> list[Standing]:
    """How many columns were late or near their day, day by day."""
    days = (last - first).days + 1
    change = {LATE: [0] * (days + 1), SOON: [0] * (days + 1)}
    for span in (span for each in spans for span in each if span.state in change):
        change[span.state][max((span.first - first).days, 0)] += 1
        change[span.state][min((span.last - first).days + 1, days)] -= 1
    found, late, soon = [], 0, 0
    for number in range(days):
        late, soon = late + change[LATE][number], soon + change[SOON][number]
        found.append(Standing(first + number * DAY, late, soon))
    return found


def updates(session: Session, nodes: Iterable[Node], first: dt.date, last: dt.date) -> dict[Node, dict[dt.date, int]]:
    """`{column: {day: how many documents it, or what is below it, began to list}}`; one query."""
    below = {node: {each.id for each in node.walk()} for node in nodes}
    query = (select(Listing.column_id, Listing.document_id, Listing.published)
             .join(Live, Live.document_id == Listing.document_id)
             .where(Listing.column_id.in_(set().union(*below.values())), Listing.published >= begins(first),
                    Listing.published < begins(last + DAY), Live.state.in_((PUBLIC, ARCHIVED))))
    rows = [(column, document, local_date(at)) for column, document, at in session.execute(query)]
    found = {}
    for node, wanted in below.items():
        seen = {(document, day) for column, document, day in rows if column in wanted}
        found[node] = Counter(day for _document, day in seen)
    return found


def _length(span: Span) -> int:
    return (span.last - span.first).days + 1
