"""Each day of a column is judged by the rule then in force: every type of rule, over holidays, changes, closings."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from content.calendar import SHIPPED
from content.promises import EMPTY, FREE, LATE, OK, SOON
from workflows.rhythm import CLOSED, EVENT, REPLY, UPDATE, Debt, Span, Term, spans, verdict

pytestmark = pytest.mark.nodatabase
day = dt.date
DAY = dt.timedelta(days=1)
FORTNIGHT = {"type": "interval", "days": 14, "warn_before_days": 2}
MONTH = {"type": "monthly", "due_day": 25}
STATIC = {"type": "static"}


def always(rule: dict, **more: object) -> tuple[Term, ...]:
    return (Term(day(2020, 1, 1), None, rule, **more),)


def changed(before: dict, on: dt.date, after: dict, **more: object) -> tuple[Term, ...]:
    return (Term(day(2020, 1, 1), on - DAY, before), Term(on, None, after, **more))


def state(terms: tuple[Term, ...], on: dt.date, *debts: Debt) -> str:
    return verdict(terms, debts, SHIPPED, on).state


def updates(*days: dt.date) -> list[Debt]:
    """The debts of a column that was updated on these days."""
    return [Debt(UPDATE, each, later) for each, later in zip(days, (*days[1:], None), strict=True)]


# -- every type of rule: the last green day, the first yellow one, the first red one ------------------------------

# A row: what is promised, what is owed, the first yellow day, the last day of the promise.
LIMITS = [
    ("a fortnight over Spring Festival", FORTNIGHT, Debt(UPDATE, day(2026, 2, 10)), day(2026, 2, 22), day(2026, 2, 24)),
    ("a fortnight over New Year", {"type": "interval", "days": 14}, Debt(UPDATE, day(2025, 12, 25)),
     day(2026, 1, 5), day(2026, 1, 8)),
    ("a leap day", {"type": "interval", "days": 7, "warn_before_days": 1}, Debt(UPDATE, day(2024, 2, 25)),
     day(2024, 3, 2), day(2024, 3, 3)),
    ("yearly", {"type": "yearly", "due_month_day": "01-31"}, Debt(UPDATE, day(2025, 1, 20)),
     day(2026, 1, 1), day(2026, 1, 31)),
    ("yearly, late last time", {"type": "yearly", "due_month_day": "03-31"}, Debt(UPDATE, day(2025, 6, 2)),
     day(2026, 3, 1), day(2026, 3, 31)),
    ("quarterly over New Year", {"type": "quarterly", "due_days_after_quarter_end": 15},
     Debt(UPDATE, day(2025, 10, 12)), day(2026, 1, 8), day(2026, 1, 15)),
    ("monthly, within Spring Festival", {"type": "monthly", "due_day": 20}, Debt(UPDATE, day(2026, 1, 19)),
     day(2026, 2, 15), day(2026, 2, 20)),
    ("monthly over New Year", MONTH, Debt(UPDATE, day(2025, 12, 24)), day(2026, 1, 20), day(2026, 1, 25)),
    ("monthly, a day that February lacks", {"type": "monthly", "due_day": 31}, Debt(UPDATE, day(2026, 1, 31)),
     day(2026, 2, 23), day(2026, 2, 28)),
    ("an event before Spring Festival", {"type": "event", "working_days_after_event": 7}, Debt(EVENT, day(2026, 2, 10)),
     day(2026, 2, 25), day(2026, 2, 26)),
    ("an event, calendar days that end in the holidays", {"type": "event", "calendar_days_after_event": 20},
     Debt(EVENT, day(2026, 2, 1)), day(2026, 2, 14), day(2026, 2, 21)),
    ("an event over New Year", {"type": "event", "working_days_after_event": 3}, Debt(EVENT, day(2025, 12, 30)),
     day(2026, 1, 4), day(2026, 1, 5)),
    ("a letter before the Spring Festival whose eve was worked", {"type": "reply", "working_days": 7},
     Debt(REPLY, day(2024, 2, 8)), day(2024, 2, 22), day(2024, 2, 23)),
    ("a letter over New Year", {"type": "reply", "working_days": 7}, Debt(REPLY, day(2025, 12, 29)),
     day(2026, 1, 7), day(2026, 1, 8)),
]


@pytest.mark.parametrize(("rule", "debt", "yellow", "due"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_green_then_yellow_then_red(rule, debt, yellow, due):
    terms = always(rule)
    assert state(terms, yellow - DAY, debt) == OK
    assert state(terms, yellow, debt) == SOON and state(terms, due, debt) == SOON
    found = verdict(terms, [debt], SHIPPED, due + DAY)
    assert (found.state, found.since, found.due, found.cycles_late) == (LATE, due + DAY, due, 1)


@pytest.mark.parametrize(("rule", "debt", "yellow", "due"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_what_comes_on_the_last_day_is_in_time_and_the_next_day_it_is_told_what_will_turn(rule, debt, yellow, due):
    terms = always(rule)
    found = verdict(terms, [debt], SHIPPED, yellow - DAY)
    assert found.next_change == yellow and found.owed[0].turns == ((yellow, SOON), (due + DAY, LATE))
    paid = Debt(debt.kind, debt.start, due)
    assert not any(span.state == LATE for span in spans(terms, [paid], SHIPPED, debt.start, due + 40 * DAY))


@pytest.mark.parametrize(("rule", "start", "on", "count"), [
    (FORTNIGHT, day(2026, 10, 15), day(2026, 10, 30), 1), (FORTNIGHT, day(2026, 10, 15), day(2026, 11, 12), 1),
    (FORTNIGHT, day(2026, 10, 15), day(2026, 11, 13), 2), (MONTH, day(2026, 8, 1), day(2026, 11, 25), 2),
    (MONTH, day(2026, 8, 1), day(2026, 11, 26), 3),
    ({"type": "yearly", "due_month_day": "01-31"}, day(2023, 1, 20), day(2026, 2, 1), 3),
    ({"type": "quarterly", "due_days_after_quarter_end": 15}, day(2026, 1, 10), day(2026, 7, 16), 2),
])
def test_cycles_late_are_the_promised_days_that_were_missed(rule, start, on, count):
    assert verdict(always(rule), updates(start), SHIPPED, on).cycles_late == count


def test_several_events_stand_side_by_side_and_the_worst_is_shown():
    terms = always({"type": "event", "working_days_after_event": 5})
    events = [Debt(EVENT, day(2026, 11, 2), key="event/1"), Debt(EVENT, day(2026, 11, 12), key="event/2"),
              Debt(EVENT, day(2026, 11, 3), day(2026, 11, 5), key="event/3")]
    found = verdict(terms, events, SHIPPED, day(2026, 11, 18))
    assert [(each.debt.key, each.state) for each in found.owed] == [("event/1", LATE), ("event/2", SOON)]
    assert found.state == LATE and found.cycles_late == 1
    assert [span.state for span in spans(terms, events, SHIPPED, day(2026, 11, 2), day(2026, 11, 20))] == [
        OK, SOON, LATE]


# -- blank, opened, closed ----------------------------------------------------------------------------------------

BLANK = Debt(UPDATE, None, blank=True)


def test_a_blank_column_is_judged_from_its_opening():
    opened = day(2026, 2, 10)
    terms = always(FORTNIGHT, opened=opened, begun=opened)
    assert state(terms, opened - DAY, BLANK) == CLOSED
    assert state(terms, opened, BLANK) == state(terms, day(2026, 2, 24), BLANK) == EMPTY
    found = verdict(terms, [BLANK], SHIPPED, day(2026, 2, 25))
    assert (found.state, found.blank, found.due, found.since) == (LATE, True, day(2026, 2, 24), day(2026, 2, 25))


@pytest.mark.parametrize("rule", [STATIC, {"type": "event", "working_days_after_event": 5}])
def test_a_blank_column_without_a_day_of_its_own_has_two_weeks(rule):
    terms = always(rule, opened=day(2026, 2, 10), begun=day(2026, 2, 10))
    assert state(terms, day(2026, 2, 24), BLANK) == EMPTY and state(terms, day(2026, 2, 25), BLANK) == LATE
    assert state(terms, day(2026, 2, 25), Debt(UPDATE, day(2026, 2, 11))) == FREE


def test_a_blank_column_that_nobody_knows_the_age_of_is_not_young():
    found = verdict(always(FORTNIGHT), [BLANK], SHIPPED, day(2026, 11, 22))
    assert (found.state, found.since, found.due, found.cycles_late) == (LATE, day(2020, 1, 1), None, 1)
    assert verdict(always(FORTNIGHT), [BLANK], SHIPPED, day(2019, 3, 1)).since == day(2019, 3, 1)


@pytest.mark.parametrize(("blank", "before"), [(True, EMPTY), (False, FREE)])
def test_a_column_of_unknown_age_is_not_red_on_days_before_the_portal_knew_it(blank, before):
    """Red from the day on which it came to be known, as the verdict says, until something comes."""
    known, today = day(2026, 11, 20), day(2026, 11, 23)
    terms, debt = (Term(known, None, FORTNIGHT),), Debt(UPDATE, None, blank=blank)
    found = spans(terms, [debt], SHIPPED, day(2026, 9, 7), today, known=known)
    assert found == [Span(day(2026, 9, 7), known - DAY, before), Span(known, today, LATE)]
    assert verdict(terms, [debt], SHIPPED, today).since == known
    assert spans(terms, [debt], SHIPPED, day(2026, 9, 7), known - DAY, known=known)[-1].state == before


def test_a_column_is_judged_until_the_day_before_it_closed():
    debts = updates(day(2026, 2, 10))
    for closed, states in ((day(2026, 2, 25), [OK, SOON, CLOSED]), (day(2026, 2, 26), [OK, SOON, LATE, CLOSED])):
        found = spans(always(FORTNIGHT, closed=closed), debts, SHIPPED, day(2026, 2, 10), day(2026, 3, 10))
        assert [span.state for span in found] == states and found[-1].first == closed
    assert found[2].first == found[2].last == day(2026, 2, 25)


def test_closing_and_opening_again_does_not_wipe_what_was_red():
    terms = (Term(day(2020, 1, 1), day(2026, 3, 1), FORTNIGHT),
             Term(day(2026, 3, 2), day(2026, 5, 31), FORTNIGHT, closed=day(2026, 3, 2)),
             Term(day(2026, 6, 1), None, STATIC))
    found = spans(terms, updates(day(2026, 2, 10), day(2026, 6, 10)), SHIPPED, day(2026, 2, 24), day(2026, 6, 12))
    assert [(span.state, span.first) for span in found] == [
        (SOON, day(2026, 2, 24)), (LATE, day(2026, 2, 25)), (CLOSED, day(2026, 3, 2)), (LATE, day(2026, 6, 1)),
        (FREE, day(2026, 6, 10))]


# -- rules that change --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("looser", [STATIC, {"type": "interval", "days": 365}, {"type": "event",
                                                                              "working_days_after_event": 5}])
def test_loosening_a_rule_does_not_make_red_vanish(looser):
    """Not even on the day itself: it became red in the morning, and was loosened in the afternoon."""
    for on in (day(2026, 2, 25), day(2026, 3, 3)):
        terms = changed(FORTNIGHT, on, looser)
        for later in (on, on + DAY, day(2026, 12, 31)):
            assert state(terms, later, *updates(day(2026, 2, 10))) == LATE
        assert state(terms, day(2026, 4, 2), *updates(day(2026, 2, 10), day(2026, 4, 1))) in (OK, FREE)


def test_loosening_a_rule_in_time_is_no_fault():
    terms = changed(FORTNIGHT, day(2026, 2, 24), {"type": "interval", "days": 30})
    assert state(terms, day(2026, 2, 25), *updates(day(2026, 2, 10))) == OK
    assert verdict(terms, updates(day(2026, 2, 10)), SHIPPED, day(2026, 3, 13)).due == day(2026, 3, 12)


def test_a_tightened_rule_holds_from_its_day_on():
    terms = changed({"type": "interval", "days": 365}, day(2026, 6, 1), FORTNIGHT)
    debts = updates(day(2026, 2, 10))
    assert state(terms, day(2026, 5, 31), *debts) == OK
    found = verdict(terms, debts, SHIPPED, day(2026, 6, 1))
    assert (found.state, found.since, found.cycles_late) == (LATE, day(2026, 6, 1), 1)
    assert verdict(terms, debts, SHIPPED, day(2026, 6, 5)).cycles_late == 2  # the next promised day was 2 June


# -- properties ---------------------------------------------------------------------------------------------------

RULES = some.one_of(
    some.builds(lambda n: {"type": "interval", "days": n}, some.integers(1, 40)),
    some.builds(lambda n: {"type": "monthly", "due_day": n}, some.integers(1, 31)),
    some.builds(lambda n: {"type": "quarterly", "due_days_after_quarter_end": n}, some.integers(1, 30)),
    some.just({"type": "yearly", "due_month_day": "01-31"}), some.just(STATIC),
    some.builds(lambda n: {"type": "event", "working_days_after_event": n}, some.integers(1, 10)),
    some.builds(lambda n: {"type": "reply", "working_days": n}, some.integers(1, 10)))
FIRST = day(2026, 1, 1)
OFFSETS = some.integers(0, 120)


@some.composite
def histories(draw) -> tuple[tuple[Term, ...], list[Debt]]:
    """Up to four terms within four months, and what was owed in them."""
    cuts = sorted(draw(some.sets(OFFSETS, max_size=3)))
    firsts = [day(2020, 1, 1), *(FIRST + cut * DAY for cut in cuts)]
    lasts = [each - DAY for each in firsts[1:]] + [None]
    closings = [draw(some.one_of(some.none(), some.builds(lambda n: FIRST + n * DAY, OFFSETS))) for _ in firsts]
    terms = tuple(Term(first, last, draw(RULES), None, closed)
                  for first, last, closed in zip(firsts, lasts, closings, strict=True))
    days = sorted(draw(some.sets(OFFSETS, max_size=5)))
    debts = [Debt(UPDATE, None, FIRST + days[0] * DAY if days else None, blank=draw(some.booleans()))]
    debts += updates(*(FIRST + each * DAY for each in days)) if days else []
    for number, (start, wait) in enumerate(draw(some.lists(some.tuples(OFFSETS, some.integers(1, 60)), max_size=3))):
        paid = FIRST + (start + wait) * DAY if wait < 50 else None
        debts.append(Debt(draw(some.sampled_from([EVENT, REPLY])), FIRST + start * DAY, paid, key=f"event/{number}"))
    return terms, debts


@given(histories(), OFFSETS, RULES)
@settings(max_examples=150)
def test_changing_a_rule_never_makes_a_red_day_vanish(history, offset, rule):
    terms, debts = history
    on = FIRST + offset * DAY
    kept = [term for term in terms if term.first < on]
    last = kept[-1]
    after = (*kept[:-1], Term(last.first, on - DAY, last.rule, None, last.closed),
             Term(on, None, rule, None, last.closed))
    before = (*kept[:-1], Term(last.first, None, last.rule, None, last.closed))
    reds = {each for span in spans(before, debts, SHIPPED, FIRST, on) if span.state == LATE
            for each in (span.first + n * DAY for n in range((span.last - span.first).days + 1))}
    assert all(state(after, each, *debts) == LATE for each in reds)


@given(histories())
@settings(max_examples=40)
def test_spans_say_the_same_as_the_verdict_of_each_day(history):
    terms, debts = history
    found = spans(terms, debts, SHIPPED, FIRST, FIRST + 130 * DAY)
    assert [span.first for span in found[1:]] == [span.last + DAY for span in found[:-1]]  # no gaps
    for span in found:
        for each in {span.first, span.first + (span.last - span.first) // 2, span.last}:
            assert state(terms, each, *debts) == span.state
