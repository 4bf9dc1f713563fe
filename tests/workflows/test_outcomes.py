"""The outcomes of the annual table, and the fee by its worked values."""

import pytest

from workflows.outcomes import GROUPS, OUTCOMES, RECONSIDER_FIRST, fee_by_items, fee_by_pages

pytestmark = pytest.mark.nodatabase


def test_the_table_has_its_leaves():
    counts = [sum(each.group == group for each in OUTCOMES.values()) for group in GROUPS]
    assert counts == [1, 1, 8, 3, 5, 3]


def test_reconsideration_comes_first_for_what_is_withheld_under_articles_14_to_16():
    first = {each.code for each in OUTCOMES.values() if each.remedy == RECONSIDER_FIRST}
    assert first == {each.code for each in OUTCOMES.values() if each.group == "withheld"} - {"registry"} | {"partly"}


@pytest.mark.parametrize(("count", "yuan"), [(0, 0), (10, 0), (11, 100), (30, 2000), (31, 2200), (35, 3000), (40, 4000),
                                             (41, 4300), (50, 7000), (55, 9000)])
def test_fee_by_items(count, yuan):
    assert fee_by_items(count) == yuan


@pytest.mark.parametrize(("count", "yuan"), [(0, 0), (30, 0), (31, 10), (68, 380), (100, 700), (101, 720), (200, 2700),
                                             (201, 2740), (250, 4700)])
def test_fee_by_pages(count, yuan):
    assert fee_by_pages(count) == yuan


def test_a_count_below_nothing_is_refused():
    with pytest.raises(ValueError):
        fee_by_items(-1)
