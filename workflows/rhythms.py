"""The rhythm of every column of a look: reads the journal, the lists, the registers and the cases, and reckons.

What is asked for is asked for all columns at once: a fixed number of queries, whatever the size of the site.

How a text tells of an event (事件): the one that is named at the event does, from the day on which it was published;
where none is named, whatever the column published on the day of the event or later tells of everything that had
happened by then. A manuscript that says when its information was formed (信息形成日期) is an event, too, and only its
own publication tells of it.
"""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from content import events, journal
from content.base import begins, local_date, now
from content.cases import Case
from content.documents import ARCHIVED, PUBLIC, WITHDRAWN, Document, Live, Revision
from content.events import Event
from content.journal import Payload, Row
from content.promises import FREE
from content.tree import Node, Tree
from workflows.engine import workflows_for
from workflows.looking import Look
from workflows.rhythm import (
    BLANK_DAYS,
    DAY,
    EVENT,
    REPLY,
    UPDATE,
    Debt,
    Span,
    Term,
    Verdict,
    spans,
    term_on,
    verdict,
)

STATIC = {"type": "static"}
FORM_WORDS = ("依申请公开", "申请公开", "信箱", "咨询", "留言", "投诉", "举报")  # pages that are a form, not a text
AT_REST = frozenset({"published", ARCHIVED, WITHDRAWN, "discarded"})  # states in which nothing waits to be published
LETTER = "letter"  # the type of case that a `reply` rule asks about, unless it names another


@cache
def _on_the_way() -> tuple[str, ...]:
    """The states in which something waits to be published: few documents are in them, and an index knows which."""
    return tuple(sorted({state for each in workflows_for("document").values() for state in each.states} - AT_REST))


# -- the terms of every column ------------------------------------------------------------------------------------

@dataclass(frozen=True)
class _State:
    """What of a column decides how it is judged, from `day` on."""

    day: dt.date
    rule: dict[str, Any]
    opened: dt.date | None
    closed: dt.date | None
    made: dt.date | None = None  # the day on which somebody made it at the desk


def terms(session: Session, tree: Tree, only: Collection[int] | None = None) -> dict[int, tuple[Term, ...]]:
    """`{column id: its terms}`, oldest first, as the journal tells of each change of rule, opening and closing.

    One query. Of several changes within a day the last one counts. A column is where it is now: it is judged with the
    opening and closing of those that are above it today.
    """
    found = _told(session, only)
    own = {node.id: _states(node, found.get(node.id, ())) for node in tree.walk()}
    return {node.id: _terms(own, node) for node in tree.walk() if only is None or node.id in only}


def _told(session: Session, only: Collection[int] | None) -> dict[int, list[tuple[dt.date, int | None, dict]]]:
    """What the journal says of columns, and behind it what this transaction has not yet written."""
    query = (select(Row.subject_id, Row.at, Row.actor_id, Payload.body).join(Payload, Payload.seq == Row.seq)
             .where(Row.subject_kind == "column", Row.action.in_(("column.create", "column.change"))))
    if only is not None:
        query = query.where(Row.subject_id.in_(only))
    found: dict[int, list] = {}
    for number, at, actor, body in session.execute(query.order_by(Row.seq)):
        found.setdefault(number, []).append((local_date(at), actor, json.loads(body) if body else {}))
    for entry in journal.pending(session):
        if entry.action in ("column.create", "column.change"):
            found.setdefault(entry.subject_id, []).append((local_date(entry.at or now()), entry.actor_id,
                                                           entry.payload))
    return found


def _states(node: Node, told: Iterable[tuple[dt.date, int | None, dict]]) -> list[_State]:
    told = sorted((each for each in told if each[2]), key=lambda each: each[0])
    if not told:
        return [_State(dt.date.min, node.rule or STATIC, node.opened, node.closed)]
    values: dict[str, Any] = {"rule": node.rule, "opened": _iso(node.opened), "closed": _iso(node.closed)}
    for _, _, payload in reversed(told):  # as it was before the first of what is told
        values |= {key: value for key, value in payload.get("before", {}).items() if key in values}
    first, actor, payload = told[0]
    made = first if actor is not None and "before" not in payload else None
    days: dict[dt.date, _State] = {}
    for day, _, payload in told:
        values |= {key: value for key, value in payload.get("after", {}).items() if key in values}
        days[day] = _State(day, values["rule"] or STATIC, _day(values["opened"]), _day(values["closed"]), made)
    return list(days.values())


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(value: str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if value else None


def _terms(own: Mapping[int, list[_State]], node: Node) -> tuple[Term, ...]:
    """The terms of a column: its own states, cut where those above it open or close."""
    cuts = {state.day for state in own[node.id]}
    for above in node.chain[1:]:
        cuts |= {state.day for state in own[above.id][1:]}
    days = sorted(cuts)
    made: list[Term] = []
    for number, day in enumerate(days):
        last = days[number + 1] - DAY if number + 1 < len(days) else None
        chain = [_at(own[each.id], day) for each in node.chain]
        opened = max((state.opened for state in chain if state.opened), default=None)
        closed = min((state.closed for state in chain if state.closed), default=None)
        made.append(Term(day, last, chain[0].rule, opened, closed, opened or chain[0].made))
    return _merged(made)


def _at(states: list[_State], day: dt.date) -> _State:
    return next((state for state in reversed(states) if state.day <= day), states[0])


def _merged(made: list[Term]) -> tuple[Term, ...]:
    merged: list[Term] = []
    for term in made:
        before = merged[-1] if merged else None
        if before and (before.rule, before.opened, before.closed, before.begun) == (
                term.rule, term.opened, term.closed, term.begun):
            merged[-1] = Term(before.first, term.last, term.rule, term.opened, term.closed, term.begun)
        else:
            merged.append(term)
    return tuple(merged)


# -- all columns of a look ----------------------------------------------------------------------------------------

def is_form(node: Node) -> bool:
    """Whether the page shows a form and not a text: nobody writes anything into it (依申请公开, 县长信箱)."""
    return node.kind == "page" and (node.rule.get("type") == REPLY or any(word in node.name for word in FORM_WORDS))


def rhythms_of(look: Look) -> Rhythms:
    """The rhythms of a look, made once for all rules and pages that ask."""
    if "rhythms" not in look.kept:
        look.kept["rhythms"] = Rhythms(look)
    return look.kept["rhythms"]


class Rhythms:
    """The columns of a look, each with its verdict of the day, its past and what comes."""

    def __init__(self, look: Look, blank_days: int | None = None) -> None:
        self.look = look
        self.blank_days = blank_days or look.setting("column_empty").get("days", BLANK_DAYS)
        self._verdicts: dict[int, Verdict] = {}
        self._pasts: dict[dt.date, _Past] = {}

    def is_judged(self, node: Node) -> bool:
        """Whether anything is asked of a column: not of a way out, nor of a container that never had a rule."""
        if node.kind == "external":
            return False
        return not node.children or any(term.rule["type"] != "static" for term in self.terms[node.id])

    def of(self, node: Node) -> Verdict:
        """How a column stands on the day of the look."""
        if node.id not in self._verdicts:
            self._verdicts[node.id] = self._judge(node)
        return self._verdicts[node.id]

    def spans(self, node: Node, first: dt.date, last: dt.date) -> list[Span]:
        """The states of a column from `first` to `last`; after the day of the look as they will be if nothing comes."""
        if not self.is_judged(node):
            return [Span(first, last, FREE)]
        mine = self.terms[node.id]
        return spans(mine, self._past(first).debts(node), self.look.calendar, first, last,
                     blank_days=self.blank_days, known=min(self.look.day, mine[0].first))  # as the verdict has it

    def turning(self, until: dt.date) -> list[tuple[Node, dt.date, str]]:
        """What turns by itself after the day, up to `until`: `(column, day, "soon" or "late")`, in order of days."""
        found = []
        for node in self.look.columns:
            firsts: dict[str, dt.date] = {}
            for owed in self.of(node).owed:
                for day, state in owed.turns:
                    if day <= until:
                        firsts[state] = min(day, firsts.get(state, day))
            found += [(node, day, state) for state, day in firsts.items()]
        return sorted(found, key=lambda each: (each[1], each[0].path))

    def _judge(self, node: Node) -> Verdict:
        if not self.is_judged(node):
            newest = self.look.newest_below(node)
            return Verdict(FREE, newest=newest, rule=self.terms[node.id][-1].rule)
        debts = self._past(self.look.day).debts(node)
        start = next((debt.start for debt in debts if debt.kind == UPDATE and debt.paid is None), None)
        return verdict(self.terms[node.id], debts, self.look.calendar, self.look.day, newest=start,
                       blank_days=self.blank_days)

    # -- what is read ---------------------------------------------------------------------------------------------

    @cached_property
    def columns(self) -> set[int]:
        """Those whose lists count: the columns of the look with everything below them."""
        return {each.id for node in self.look.columns for each in node.walk()}

    @cached_property
    def terms(self) -> dict[int, tuple[Term, ...]]:
        tree = self.look.tree
        if self.look.scope is None:
            return terms(self.look.session, tree)
        wanted = {above.id for number in self.columns for above in tree.by_id[number].chain}
        return terms(self.look.session, tree, wanted)

    def has_had(self, node: Node, kind: str) -> bool:
        """Whether the column has, or ever had, a rule of this kind."""
        return any(term.rule["type"] == kind for term in self.terms.get(node.id, ()))

    def _past(self, first: dt.date) -> _Past:
        if first not in self._pasts:
            self._pasts[first] = _Past(self, first)
        return self._pasts[first]


class _Past:
    """What every column owed and paid from the day `first` to that of the look."""

    def __init__(self, rhythms: Rhythms, first: dt.date) -> None:
        self.rhythms, self.look, self.first = rhythms, rhythms.look, first
        self._days: dict[int, list[dt.date]] = {}

    def debts(self, node: Node) -> list[Debt]:
        return [*self._updates(node), *self._events.get(node.id, ()), *self._cases.get(node.id, ())]

    # -- updates ----------------------------------------------------------------------------------------------------

    def days(self, node: Node) -> list[dt.date]:
        """The newest update before `first`, and every one from then on, of a column with all below it."""
        if node.id not in self._days:
            self._days[node.id] = self._counted(node)
        return self._days[node.id]

    def _counted(self, node: Node) -> list[dt.date]:
        found = {day for each in self.look.counted(node) for day in self.look.days(self.first).get(each.id, ())}
        for each in self.look.counted(node):
            for day in self.look.statements.get(each.id, ()):
                if term_on(self.rhythms.terms[node.id], day).rule.get("statement_counts"):
                    found.add(day)
        before = max((day for day in found if day < self.first), default=None)
        return sorted(day for day in found if day >= self.first or day == before)

    def _updates(self, node: Node) -> Iterator[Debt]:
        days = self.days(node)
        told = min((day for each in self.look.counted(node) for day in self.look.statements.get(each.id, ())),
                   default=None)  # a statement that does not count as an update fills a blank column all the same
        if not days or days[0] >= self.first:
            paid = days[0] if days else None
            blank = not is_form(node) and not (node.children and node.rule.get("type", "static") == "static")
            if told is not None and (paid is None or told < paid):
                yield Debt(UPDATE, None, told, blank=blank)
                yield Debt(UPDATE, None, paid, begins=told)
            else:
                yield Debt(UPDATE, None, paid, blank=blank)
        for number, day in enumerate(days):
            yield Debt(UPDATE, day, days[number + 1] if number + 1 < len(days) else None)

    # -- events -----------------------------------------------------------------------------------------------------

    def _owner(self, column_id: int, kind: str) -> Node | None:
        """The column that answers: the one itself, or the nearest above it that has such a rule."""
        node = self.look.tree.by_id.get(column_id)
        return next((each for each in node.chain if self.rhythms.has_had(each, kind)), None) if node else None

    @cached_property
    def _asking(self) -> list[int]:
        """The columns that tell of events, with all below them."""
        return sorted({each.id for number in self.rhythms.columns for node in [self.look.tree.by_id[number]]
                       if self.rhythms.has_had(node, EVENT) for each in node.walk()})

    @cached_property
    def _events(self) -> dict[int, list[Debt]]:
        found: dict[int, list[Debt]] = {}
        if self._asking:
            for column_id, debt in (*self._registered(), *self._formed(), *self._published()):
                if (node := self._owner(column_id, EVENT)) is not None:
                    found.setdefault(node.id, []).append(debt)
        return found

    def _registered(self) -> Iterator[tuple[int, Debt]]:
        named = self._named()
        for event in events.of_columns(self.look.session, self._asking, self.look.day):
            if (node := self._owner(event.column_id, EVENT)) is None:
                continue
            paid = named.get(event.document_id) if event.document_id else self._told_of(node, event)
            if paid is not None and paid < self.first:
                continue
            yield event.column_id, Debt(EVENT, event.day, paid and max(paid, event.day), key=f"event/{event.id}",
                                        about=event.what)

    def _named(self) -> dict[int, dt.date]:
        """When the documents that events name were published, `{document id: day}`."""
        query = select(Live.document_id, Live.published).join(Event, Event.document_id == Live.document_id).where(
            Live.state.in_((PUBLIC, ARCHIVED)), Live.published < self.look.end, Event.column_id.in_(self._asking))
        return {number: local_date(at) for number, at in self.look.session.execute(query.distinct())}

    def _told_of(self, node: Node, event: Event) -> dt.date | None:
        days = self.days(node)
        place = bisect_left(days, event.day)
        return days[place] if place < len(days) else None

    def _formed(self) -> Iterator[tuple[int, Debt]]:
        """Manuscripts that say when their information was formed and that nobody has published yet."""
        query = (select(Document.id, Document.column_id, Document.created, Revision.data)
                 .join(Revision, Revision.id == Document.head_id)
                 .outerjoin(Live, Live.document_id == Document.id)
                 .where(Live.document_id.is_(None), Document.state.in_(_on_the_way()), Document.imported.is_(False),
                        Document.column_id.in_(self._asking), Document.created < self.look.end))
        for number, column_id, created, data in self.look.session.execute(query):
            if formed := _day(data.get("formed")):
                yield column_id, Debt(EVENT, formed, begins=max(formed, local_date(created)),
                                      key=f"document/{number}")

    def _published(self) -> Iterator[tuple[int, Debt]]:
        """What was published, from when it was formed: late for a while, if it was."""
        query = (select(Live.document_id, Live.column_id, Live.formed, Live.published)
                 .join(Document, Document.id == Live.document_id)
                 .where(Live.state.in_((PUBLIC, ARCHIVED)), Live.formed.is_not(None), Document.imported.is_(False),
                        Live.column_id.in_(self._asking), Live.published < self.look.end,
                        Live.published >= begins(self.first + DAY)))
        for number, column_id, formed, published in self.look.session.execute(query):
            yield column_id, Debt(EVENT, formed, local_date(published), key=f"document/{number}")

    # -- letters ----------------------------------------------------------------------------------------------------

    @cached_property
    def _answering(self) -> dict[tuple[str, int], Node]:
        """`{(type of case, department): the column that promises its answers}`, the first one of each."""
        found: dict[tuple[str, int], Node] = {}
        for node in self.look.tree.walk():
            for rule in [term.rule for term in self.rhythms.terms.get(node.id, ())] or [node.rule]:
                if rule.get("type") == REPLY:
                    found.setdefault((rule.get("cases", LETTER), node.department_id), node)
        return found

    @cached_property
    def _cases(self) -> dict[int, list[Debt]]:
        if not self._answering:
            return {}
        query = select(Case.id, Case.number, Case.type, Case.office_id, Case.received, Case.submitted,
                       Case.finished).where(
            Case.type.in_({kind for kind, _ in self._answering}), Case.imported.is_(False),
            Case.merged_into_id.is_(None), Case.submitted <= self.look.day,
            or_(Case.finished.is_(None), Case.finished > self.first))
        found: dict[int, list[Debt]] = {}
        for row in self.look.session.execute(query):
            units = self.look.tree.departments.chain(row.office_id)
            node = next((self._answering[row.type, unit] for unit in units if (row.type, unit) in self._answering),
                        None)
            start = row.received or row.submitted
            paid = row.finished if row.finished and row.finished <= self.look.day else None
            if node is not None and start <= self.look.day and (paid is None or paid > start):
                found.setdefault(node.id, []).append(
                    Debt(REPLY, start, paid, key=f"case/{row.id}", about=row.number))
        return found
