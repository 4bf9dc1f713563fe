"""Supervision (电子监察): keeps the findings that come of judging, and moves them as their causes come and go.

A full look judges everything; it is made once a day, and when settings or the calendar change. Within a day only what
the journal speaks of can have changed, so looking again costs what happened and not what there is. Findings are known
by rule, subject and cycle: what is found again keeps its order and its history, what is no longer found has gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from content import findings, journal
from content.base import now
from content.documents import Document, Listing
from content.events import Event
from content.findings import Finding
from content.house import House
from content.tree import Column
from workflows.access import SYSTEM
from workflows.engine import fire, workflow_of
from workflows.judging import Judged, asked, judge
from workflows.looking import Scope
from workflows.rules import Found, Rule

WORKFLOW = "rectification"
OVER = frozenset({"dismissed", "verified"})  # nobody is asked for anything any more, although the fact may stand
WHOLE = frozenset({"supervision_setting", "calendar"})  # kinds after which everything is judged anew
ROWS = 2000  # rows of the journal that a look within the day reads; behind more, a full look is cheaper
CHANGING = ("severity", "words", "since", "due", "cycles_late", "evidence", "subject", "department_id", "column_id")


@dataclass
class Outcome:
    """What a look came to."""

    judged: list[Judged]
    new: int = 0
    back: int = 0
    gone: int = 0


def supervise(session: Session, house: House, day: dt.date, *, rules: Collection[str] | None = None,
              scope: Scope | None = None, told: Callable[[Rule], None] | None = None,
              at: dt.datetime | None = None) -> Outcome:
    """Judge `day` and keep what was found. Raises `LookupError` for an unknown rule."""
    judged = judge(session, house, day, rules=rules, scope=scope, told=told)
    return keep(session, house, day, judged, rules=rules, scope=scope, at=at)


def keep(session: Session, house: House, day: dt.date, judged: list[Judged], *,
         rules: Collection[str] | None = None, scope: Scope | None = None, at: dt.datetime | None = None) -> Outcome:
    """Keep what a look with these `rules` and this `scope` found; it may have been made by a reader, so that nobody
    who writes waits for it."""
    outcome = Outcome(judged)
    by_rule: dict[str, list[Found]] = {rule.name: [] for rule in asked(rules, scope)}
    for each in judged:
        by_rule[each.rule.name].append(each.found)
    for rule in asked(rules, scope):
        _Keeper(session, house, rule, day, at or now(), outcome).keep(by_rule[rule.name], scope)
    return outcome


class _Keeper:
    """Brings what is kept of one rule in line with what it found."""

    def __init__(self, session: Session, house: House, rule: Rule, day: dt.date, at: dt.datetime,
                 outcome: Outcome) -> None:
        self.session, self.house, self.rule, self.day, self.at, self.outcome = session, house, rule, day, at, outcome

    def keep(self, found: list[Found], scope: Scope | None) -> None:
        known = {(each.subject_kind, each.subject_id, each.cycle): each for each in self._known(found)}
        earlier, fresh = self._earlier(found, known), []
        for each in found:
            row = known.pop(each.identity, None)
            if row is None:
                count = earlier[each.kind, each.id] = earlier.get((each.kind, each.id), 0) + 1
                fresh.append(self._made(each, count))
            elif not self._ahead(row):
                self._renew(row, each)
        self._enter(fresh)
        for row in known.values():
            if row.gone is None and not self._ahead(row) and self._was_looked_at(row, scope):
                self._leave(row)
        self.session.flush()

    def _ahead(self, row: Finding) -> bool:
        """Whether it began after the day of the look: a clock that was set back undoes nothing."""
        return row.since > self.day

    def _known(self, found: list[Found]) -> list[Finding]:
        open_ones = findings.of_subjects(self.session, self.rule.name)
        ids = {each.id for each in open_ones}
        again = findings.of_subjects(self.session, self.rule.name, [(each.kind, each.id) for each in found])
        return open_ones + [each for each in again if each.id not in ids]

    def _earlier(self, found: list[Found], known: dict) -> dict[tuple[str, int], int]:
        """How many findings of this rule each subject has had."""
        if all(each.identity in known for each in found):
            return {}
        query = select(Finding.subject_kind, Finding.subject_id, func.count()).where(Finding.rule == self.rule.name)
        rows = self.session.execute(query.group_by(Finding.subject_kind, Finding.subject_id))
        return {(kind, number): count for kind, number, count in rows}

    def _was_looked_at(self, row: Finding, scope: Scope | None) -> bool:
        if scope is None or not self.rule.scoped:
            return True
        if row.subject_kind == "column":
            tree = self.house.tree(self.session)
            touched = {above.id for number in scope.columns if number in tree.by_id
                       for above in tree.by_id[number].chain}
            return row.subject_id in touched
        return row.subject_kind == "document" and row.subject_id in scope.documents

    def _made(self, each: Found, recurrence: int) -> Finding:
        return Finding(rule=self.rule.name, subject_kind=each.kind, subject_id=each.id, cycle=each.cycle,
                       workflow=WORKFLOW, state=workflow_of(WORKFLOW).initial, state_since=self.at, found=self.at,
                       recurrence=recurrence, **{name: getattr(each, name) for name in CHANGING})

    def _enter(self, fresh: list[Finding]) -> None:
        """All at once: a first look may find thousands."""
        self.session.add_all(fresh)
        self.session.flush()
        for row in fresh:
            journal.record(self.session, "finding.find", ("finding", row.id), actor_id=None, at=self.at,
                           rule=row.rule, about=row.subject, severity=row.severity, since=row.since.isoformat(),
                           due=row.due.isoformat() if row.due else None, recurrence=row.recurrence)
        self.outcome.new += len(fresh)

    def _renew(self, row: Finding, each: Found) -> None:
        if row.severity != each.severity:
            journal.record(self.session, "finding.turn", ("finding", row.id), actor_id=None, at=self.at,
                           before=row.severity, after=each.severity, since=each.since.isoformat())
            if each.severity == findings.RED:
                self._step(row, "turn_red")
        for name in CHANGING:
            if getattr(row, name) != getattr(each, name):
                setattr(row, name, getattr(each, name))
        if row.gone is not None:
            row.gone, row.times = None, row.times + 1
            self.outcome.back += 1
            self._step(row, "found_again")

    def _leave(self, row: Finding) -> None:
        row.gone = self.day
        self.outcome.gone += 1
        self._step(row, "cease")

    def _step(self, row: Finding, name: str) -> None:
        """A step of the system, where the definition has one out of the present state."""
        if workflow_of(row.workflow).find(name, row.state) is not None:
            fire(self.session, self.house, row, name, SYSTEM, now=self.at)


# -- within the day ---------------------------------------------------------------------------------------------

def scope_since(session: Session, cursor: int) -> tuple[Scope | None, int]:
    """What happened after row `cursor` of the journal, and the number of the newest row.

    The scope is None where everything must be judged anew. A row about a check names the document that was checked,
    an event its column, and a case every column that promises answers. A query for the rows, and one or two for the
    columns of each kind.
    """
    newest = journal.latest(session)
    rows = session.execute(select(journal.Row.subject_kind, journal.Row.subject_id).where(
        journal.Row.seq > cursor).limit(ROWS + 1)).all()
    kinds = frozenset(row.subject_kind for row in rows)
    if len(rows) > ROWS or kinds & WHOLE:
        return None, newest
    documents = frozenset(row.subject_id for row in rows if row.subject_kind in ("document", "check"))
    columns = {row.subject_id for row in rows if row.subject_kind == "column"}
    columns |= _columns_of(session, documents)
    columns |= _columns_of_events(session, {row.subject_id for row in rows if row.subject_kind == "event"})
    if "case" in kinds:
        columns |= {number for number, rule in session.execute(select(Column.id, Column.rule))
                    if rule.get("type") == "reply"}
    return Scope(kinds - {"finding"}, documents, frozenset(columns)), newest


def _columns_of(session: Session, documents: Iterable[int]) -> set[int]:
    """Where documents lie and are listed. Where one lay before it moved, its former column is judged with the day."""
    wanted = list(documents)
    homes = select(Document.column_id).where(Document.id.in_(wanted))
    lists = select(Listing.column_id).where(Listing.document_id.in_(wanted))
    return set(session.scalars(homes)) | set(session.scalars(lists)) if wanted else set()


def _columns_of_events(session: Session, wanted: set[int]) -> set[int]:
    return set(session.scalars(select(Event.column_id).where(Event.id.in_(wanted)))) if wanted else set()
