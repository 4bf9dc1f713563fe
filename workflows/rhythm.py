"""The rhythm of a column: what it owes the public on each day, judged by the rule that was in force on that day.

Pure reckoning; `workflows.rhythms` reads the portal for it.

- A `Term` is a stretch of days under one rule. The first one also holds for the days before the portal knew the
  column. On the day on which a rule changes the old one holds as well as the new one.
- A `Debt` is one thing that is owed: the next update after the last one, a text about an event, an answer to a letter.
  It is paid on the day on which that comes.
- Red that was reached under the rule then in force stays until the debt is paid: neither a looser rule nor closing
  and opening the column again takes it away. Closed days are not judged.

Limits of the inspection count calendar days, and a day that falls on a Sunday is not moved; what is owed after an
event or a letter counts working days where its rule says so (`content.promises` reckons both).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from content import promises
from content.calendar import Calendar
from content.promises import DATED, EMPTY, FREE, LATE, OK, SOON

CLOSED = "closed"
UPDATE, EVENT, REPLY = "update", "event", "reply"  # kinds of debt
BLANK_DAYS = 14  # how long a column whose rule sets no date may be blank after it was opened
DAY = dt.timedelta(days=1)
_WORST = (FREE, OK, EMPTY, SOON, LATE, CLOSED)  # of several debts of a day the last one here is what is shown


@dataclass(frozen=True)
class Term:
    """Days from `first` to `last` (both included, None for no end) under `rule`; open from `opened`, before `closed`.

    `opened` and `closed` are those of the column and of all above it. `begun` is the day from which a column that has
    nothing in it yet is judged: None where nobody knows, as of those brought along from an older site.
    """

    first: dt.date
    last: dt.date | None
    rule: dict[str, Any]
    opened: dt.date | None = None
    closed: dt.date | None = None
    begun: dt.date | None = None

    def is_open(self, day: dt.date) -> bool:
        return (self.opened is None or self.opened <= day) and (self.closed is None or day < self.closed)


@dataclass(frozen=True)
class Debt:
    """What is owed since `start` (the last update, the event, the day of receipt; None for "ever since") until `paid`.

    `begins` is the first day on which it is owed, where that is not `start`. `blank`: the column shows nothing yet.
    `key` names what it is about (`event/12`, `document/7`, `case/3`), `about` in words.
    """

    kind: str
    start: dt.date | None
    paid: dt.date | None = None
    begins: dt.date | None = None
    blank: bool = False
    key: str = ""
    about: str = ""

    @property
    def first(self) -> dt.date:
        return self.begins or self.start or dt.date.min

    def is_owed(self, day: dt.date) -> bool:
        return self.first <= day and (self.paid is None or day < self.paid)


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included, in one state; `due` is the day that is near or was missed."""

    first: dt.date
    last: dt.date
    state: str
    due: dt.date | None = None


@dataclass(frozen=True)
class Owed:
    """A debt as it stands on a day: `state` since `since`; `missed` are the promised days that went by, oldest first.

    `turns` are the days on which it will turn, if nothing comes: `((day, "soon"), (day, "late"))`.
    """

    debt: Debt
    state: str
    since: dt.date
    due: dt.date | None
    missed: tuple[dt.date, ...] = ()
    turns: tuple[tuple[dt.date, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A column on a day. `due`: the day that was missed first, or the next one. `next_change`: when it turns by itself.

    `newest` is its last update, `rule` the one in force, `owed` every debt of the day, the worst first.
    """

    state: str
    since: dt.date | None = None
    due: dt.date | None = None
    cycles_late: int = 0
    next_change: dt.date | None = None
    newest: dt.date | None = None
    rule: dict[str, Any] | None = None
    owed: tuple[Owed, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether the column shows nothing at all (空白栏目), although it should."""
        return any(each.debt.blank and each.state in (EMPTY, LATE) for each in self.owed)


def verdict(terms: Sequence[Term], debts: Iterable[Debt], calendar: Calendar, day: dt.date, *,
            newest: dt.date | None = None, blank_days: int = BLANK_DAYS) -> Verdict:
    """How a column stands on `day`, from its terms and its debts."""
    term = term_on(terms, day)
    if not term.is_open(day):
        return Verdict(CLOSED, newest=newest, rule=term.rule)
    found = [owed_on(terms, debt, calendar, day, blank_days) for debt in debts if debt.is_owed(day)]
    owed = sorted((each for each in found if each is not None), key=_urgency)
    if not owed:
        return Verdict(FREE, newest=newest, rule=term.rule)
    worst = owed[0]
    missed = sum(len(each.missed) for each in owed)
    turns = [turn for each in owed for turn, _ in each.turns] if worst.state != LATE else []
    return Verdict(worst.state, worst.since, worst.due, missed, min(turns, default=None), newest, term.rule,
                   tuple(owed))


def _urgency(owed: Owed) -> tuple:
    return -_WORST.index(owed.state), owed.due or dt.date.min, owed.debt.first, owed.debt.key


def owed_on(terms: Sequence[Term], debt: Debt, calendar: Calendar, day: dt.date,
            blank_days: int = BLANK_DAYS) -> Owed | None:
    """How one debt stands on `day`; None where no rule asks for it on that day."""
    course = course_of(terms, debt, calendar, blank_days)
    now = next((span for span in course if span.first <= day <= span.last), None)
    if now is None:
        return None
    since = now.first
    if now.state == LATE:
        since = next(span.first for span in course if span.state == LATE)
    if since == dt.date.min:
        since = min(day, terms[0].first)
    missed = tuple(missed_days(terms, debt, course, day)) if now.state == LATE else ()
    turns = tuple((span.first, span.state) for span in course if span.first > day and span.state in (SOON, LATE))
    return Owed(debt, now.state, since, now.due, missed, _first_of_each(turns))


def _first_of_each(turns: tuple[tuple[dt.date, str], ...]) -> tuple[tuple[dt.date, str], ...]:
    firsts: dict[str, dt.date] = {}
    for day, state in turns:
        firsts.setdefault(state, day)
    return tuple((day, state) for state, day in firsts.items())


def spans(terms: Sequence[Term], debts: Iterable[Debt], calendar: Calendar, first: dt.date, last: dt.date, *,
          blank_days: int = BLANK_DAYS, known: dt.date = dt.date.min) -> list[Span]:
    """The states of a column from `first` to `last`, without gaps, oldest first.

    A column of unknown age is judged while it is blank from `known`, the day on which the portal came to know it.
    """
    chain: list[Span] = []  # debts of updates follow one another
    others: list[Span] = []  # debts of events and letters run side by side
    for debt in debts:
        if debt.first <= last and (debt.paid is None or debt.paid > first):
            quick = _paid_early(terms, debt, calendar)
            found = [quick] if quick else _judged(debt, course_of(terms, debt, calendar, blank_days), known)
            (chain if debt.kind == UPDATE else others).extend(_clipped(found, first, last))
    return _joined(_painted(chain, others) if others else sorted(chain, key=lambda span: span.first), alike=_alike)


def _paid_early(terms: Sequence[Term], debt: Debt, calendar: Calendar) -> Span | None:
    """The one span of an update that was followed by the next before anything turned: that is what most of them are."""
    if debt.kind != UPDATE or debt.start is None or debt.begins is not None or debt.paid is None:
        return None
    term, before = term_on(terms, debt.start), debt.paid - DAY
    if not (term.is_open(debt.start) and term.is_open(before)) or (term.last is not None and before > term.last):
        return None
    due = promises.next_due(term.rule, debt.start)
    if due is not None and promises.warned_from(term.rule, due, calendar) < debt.paid:
        return None
    return Span(debt.start, before, FREE if due is None else OK, due)


def _judged(debt: Debt, course: Iterable[Span], known: dt.date) -> Iterator[Span]:
    """Without the red of a blank column of unknown age before `known`: nobody can say what was on it then."""
    for span in course:
        if span.state == LATE and span.due is None and span.first < known:
            yield Span(span.first, min(span.last, known - DAY), EMPTY if debt.blank else FREE)
            if known <= span.last:
                yield replace(span, first=known)
        else:
            yield span


def _clipped(course: Iterable[Span], first: dt.date, last: dt.date) -> Iterator[Span]:
    for span in course:
        if first <= span.first and span.last <= last:
            yield span
        elif span.first <= last and span.last >= first:
            yield replace(span, first=max(span.first, first), last=min(span.last, last))


def _alike(one: Span, other: Span) -> bool:
    """Whether two spans look the same: while nothing is near or missed, whatever day comes next."""
    return one.state == other.state and (one.state in (OK, FREE, EMPTY) or one.due == other.due)


def _painted(chain: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Day by day, the worst of all."""
    days: dict[dt.date, Span] = {}
    for span in (*chain, *others):
        for number in range((span.last - span.first).days + 1):
            day = span.first + number * DAY
            if day not in days or _rank(span) > _rank(days[day]):
                days[day] = span
    return [replace(days[day], first=day, last=day) for day in sorted(days)]


def _rank(span: Span) -> tuple:
    return _WORST.index(span.state), -(span.due or dt.date.max).toordinal()


def _joined(found: Iterable[Span], alike: Callable[[Span, Span], bool] | None = None) -> list[Span]:
    """Spans that follow one another and are alike (the same but for their days) as one, due when the last one is."""
    joined: list[Span] = []
    for span in found:
        before = joined[-1] if joined else None
        if before is not None and before.last + DAY == span.first and (
                alike(before, span) if alike else (before.state, before.due) == (span.state, span.due)):
            joined[-1] = Span(before.first, span.last, span.state, span.due)
        else:
            joined.append(span)
    return joined


def term_on(terms: Sequence[Term], day: dt.date) -> Term:
    """The term in force on `day`; the first one for all days before it."""
    return next((term for term in reversed(terms) if term.first <= day), terms[0])


# -- the course of one debt ---------------------------------------------------------------------------------------

def course_of(terms: Sequence[Term], debt: Debt, calendar: Calendar, blank_days: int = BLANK_DAYS) -> list[Span]:
    """The states of a debt from its beginning until it is paid, or as they will be if it never is."""
    return _joined(_Course(terms, debt, calendar, blank_days).run())


class _Course:
    """Walks the terms, oldest first; `red` is the first span of red once that was reached."""

    def __init__(self, terms: Sequence[Term], debt: Debt, calendar: Calendar, blank_days: int) -> None:
        self.terms, self.debt, self.calendar, self.blank_days = terms, debt, calendar, blank_days
        self.red: Span | None = None
        self.before: tuple[Term, dt.date] | None = None  # the term before, and by when it asked
        self.end = debt.paid - DAY if debt.paid is not None else dt.date.max

    def run(self) -> Iterator[Span]:
        for number, term in enumerate(self.terms):
            first = self.debt.first if number == 0 else max(term.first, self.debt.first)
            last = min(term.last or dt.date.max, self.end)
            if first <= last:
                yield from self._term(term, first, last)

    def _term(self, term: Term, first: dt.date, last: dt.date) -> Iterator[Span]:
        if term.opened is not None and first < term.opened:
            yield Span(first, min(last, term.opened - DAY), CLOSED)
            first = term.opened
        until = last if term.closed is None else min(last, term.closed - DAY)
        if first <= until:
            yield from self._open(term, first, until)
        if until < last:
            yield Span(max(first, until + DAY), last, CLOSED)

    def _open(self, term: Term, first: dt.date, last: dt.date) -> Iterator[Span]:
        due, asked = self._due(term)
        if self.red is not None and self.red.due is None and term.begun is not None:
            self.red = None  # it was red because nobody knew how old the column is; now somebody has said so
        if self.red is None and self.before is not None:
            former, asked_for = self.before
            if asked_for < first and former.last == first - DAY and former.is_open(first):
                self.red = Span(first, last, LATE, asked_for)  # on the day of a change the old rule holds, too
        if self.red is None and asked and (due is None or due < last):
            turned = first if due is None or due < first else due + DAY
            yield from self._before(term, first, turned - DAY if turned > first else None, due)
            self.red, first = Span(turned, last, LATE, due), turned
        if self.red is not None:
            yield Span(first, last, LATE, self.red.due)
        else:
            self.before = (term, due) if due is not None else None
            yield from self._before(term, first, last, due)

    def _before(self, term: Term, first: dt.date, last: dt.date | None, due: dt.date | None) -> Iterator[Span]:
        """The days on which nothing is missed yet."""
        if last is None:
            return
        if self.debt.blank:
            yield Span(first, last, EMPTY, due)
        elif due is None:
            if self.debt.kind == UPDATE:
                yield Span(first, last, FREE)
        else:
            warned = max(promises.warned_from(term.rule, due, self.calendar), first)
            if warned > first:
                yield Span(first, min(last, warned - DAY), OK, due)
            if warned <= last:
                yield Span(warned, last, SOON, due)

    def _due(self, term: Term) -> tuple[dt.date | None, bool]:
        """The last day by the rule of a term, and whether it asks at all; asked without a day, it is late at once."""
        kind, debt = term.rule["type"], self.debt
        if debt.kind != UPDATE:
            asked = kind == debt.kind
            return (promises.due_after(term.rule, debt.start, self.calendar).date if asked else None), asked
        if debt.start is None and term.begun is None:
            return None, debt.paid is None and (debt.blank or kind in DATED)
        if kind in DATED:
            return promises.next_due(term.rule, debt.start, term.begun), True
        if debt.blank:
            return term.begun + self.blank_days * DAY, True
        return None, False


def missed_days(terms: Sequence[Term], debt: Debt, course: Sequence[Span], day: dt.date) -> Iterator[dt.date]:
    """The promised days that went by until `day` without what was owed: the first, then each by the rule of its time.

    What is owed after an event or a letter is promised once.
    """
    red = next(span for span in course if span.state == LATE)
    counted = red.due or min(max(red.first, terms[0].first), day)
    yield counted
    if debt.kind != UPDATE or red.first == dt.date.min:
        return
    counted = max(counted, red.first - DAY)
    for number, term in enumerate(terms):
        start = debt.start or term.begun
        if term.rule["type"] not in DATED or start is None:
            continue
        for promised in _series(term.rule, start, day):
            if promised > counted and (number == 0 or promised >= term.first) and term.is_open(promised) \
                    and (term.last is None or promised <= term.last):
                counted = promised
                yield promised


def _series(rule: dict[str, Any], start: dt.date, day: dt.date) -> Iterator[dt.date]:
    """The promised days after `start` that are missed on `day`."""
    due = promises.next_due(rule, start)
    while due is not None and start < due < day:
        yield due
        start, due = due, promises.next_due(rule, due)
