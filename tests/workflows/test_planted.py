"""Every fault that is planted in a large county is found, and nothing else; a clean county has no finding."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from large_county import Large, grow, moment
from planted_faults import FAULTS, plant

from workflows import checks
from workflows.judging import judge
from workflows.rules import all_rules
from workflows.supervision import supervise

DAY = dt.date(2026, 11, 20)
SIZE = {"columns": 40, "documents": 200}


@pytest.fixture
def session(county):
    with county.house.database.writer() as opened:
        yield opened


def looked(made: Large) -> Counter[tuple[str, str]]:
    """What is found once every document was checked."""
    house = made.county.house
    while checks.run(made.session, house, 1000, at=moment(DAY)):
        made.session.commit()
    return Counter((each.rule.name, each.found.subject) for each in judge(made.session, house, DAY))


def test_every_rule_is_planted():
    """A new rule comes with its faults."""
    assert set(FAULTS) == set(all_rules())


def test_a_clean_county_has_no_finding(county, session):
    assert looked(grow(county, session, DAY, **SIZE)) == Counter()


def test_every_fault_is_found_and_nothing_else(county, session):
    made = grow(county, session, DAY, quiet=16, **SIZE)
    expected = Counter(plant(made))
    assert expected.total() >= 60 and {rule for rule, _subject in expected} == set(all_rules())
    found = looked(made)
    assert {"not found": expected - found, "too much": found - expected} == {"not found": Counter(),
                                                                             "too much": Counter()}
    kept = supervise(session, county.house, DAY)
    assert kept.new == expected.total() and supervise(session, county.house, DAY).new == 0
