"""Yellow and red cards: from which day, by how many working days, how often in a quarter, and whose they are."""

import datetime as dt

import pytest

from content.base import now
from content.calendar import SHIPPED
from content.findings import Finding
from workflows.finding_cards import Limits, cards, counts, overdue

FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 11, 20)  # a Friday
LIMITS = Limits(red_days=5, red_times=3)


@pytest.fixture
def found(session, county):
    """`found(due=…, since=…)`: a finding about a column of the civil affairs bureau."""
    def make(cycle="1", **values):
        unit = county.departments["QY-mzj"]
        row = Finding(**{"rule": "column_stale", "subject_kind": "column", "subject_id": 1, "subject": "tzgg",
                         "cycle": cycle, "department_id": unit, "severity": "red", "words": "超期", "state": "found",
                         "state_since": now(), "found": now()} | values)
        session.add(row)
        session.flush()
        return row
    return make


def held(session, county, last=LAST, limits=LIMITS):
    return cards(overdue(session, SHIPPED, county.departments.values(), FIRST, last), limits)


@pytest.mark.parametrize(("due", "days", "colour"), [
    (dt.date(2026, 11, 19), 1, "yellow"), (dt.date(2026, 11, 13), 5, "yellow"), (dt.date(2026, 11, 12), 6, "red")])
def test_red_is_more_than_so_many_working_days(session, county, found, due, days, colour):
    found(due=due, since=due + dt.timedelta(days=1))
    card, = held(session, county)
    assert (card.colour, card.led[0].days, card.person_id) == (colour, days, None)


def test_what_comes_near_and_what_was_dismissed_lead_to_no_card(session, county, found):
    found("1", severity="yellow", due=dt.date(2026, 11, 22), since=dt.date(2026, 11, 18))
    found("2", state="dismissed", due=dt.date(2026, 11, 2), since=dt.date(2026, 11, 3))
    found("3", due=dt.date(2026, 9, 1), since=dt.date(2026, 9, 2), gone=dt.date(2026, 9, 9))  # before the period
    assert held(session, county) == []


def test_the_third_in_a_quarter_makes_a_department_red(session, county, found):
    for day in (16, 17):
        found(str(day), due=dt.date(2026, 11, day), since=dt.date(2026, 11, day + 1))
    assert [card.colour for card in held(session, county)] == ["yellow"]
    found("18", due=dt.date(2026, 11, 18), since=dt.date(2026, 11, 19))
    card, = held(session, county)
    assert (card.colour, card.red, card.yellow, card.often) == ("red", 1, 3, 3)
    assert counts([card]) == {county.departments["QY-mzj"]: {"red": 1, "yellow": 3}}


def test_an_overdue_order_is_a_card_of_the_person_until_it_was_put_right(session, county, found):
    row = found(severity="yellow", since=dt.date(2026, 11, 1), state="ordered", order_due=dt.date(2026, 11, 10),
                person_id=county.users["zhangli"])
    unit, person = held(session, county)
    assert (unit.person_id, person.person_id) == (None, county.users["zhangli"])
    assert person.led[0].ordered and person.led[0].days == 8 and person.colour == "red"
    row.state, row.state_since = "verified", dt.datetime(2026, 11, 9, 2, tzinfo=dt.UTC)
    session.flush()
    assert held(session, county) == []


def test_days_stop_when_it_was_put_right_and_a_lasting_fact_ends_with_its_day(session, county, found):
    found("1", due=dt.date(2026, 11, 2), since=dt.date(2026, 11, 3), gone=dt.date(2026, 11, 4))
    found("2", rule="late_disclosure", subject_kind="document", due=dt.date(2026, 11, 5), since=dt.date(2026, 11, 9))
    found("3", rule="late_disclosure", subject_kind="document", due=dt.date(2026, 9, 1), since=dt.date(2026, 9, 2))
    card, = held(session, county)
    assert [each.days for each in card.led] == [2, 2]
