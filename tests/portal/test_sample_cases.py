"""The sample county's applications: invented people, every kind of state, figures that add up."""

from __future__ import annotations

import pytest
import sample_county
from sqlalchemy import select

from content import journal
from content.cases import Case
from content.house import House
from content.privacy.checks import id_valid, uscc_valid
from portal import sample_cases
from workflows.reports.annual import report
from workflows.reports.rows import BROUGHT, NEW, TOTAL


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The sample county's house, which nothing here changes."""
    house = House.open(sample_county.copied(tmp_path_factory))
    yield house
    house.database.dispose()


@pytest.mark.parametrize("row", sample_cases.rows("cases.jsonl"), ids=lambda row: row["key"])
def test_whoever_applies_is_invented(row):
    person = row["applicant"]
    if row["applicant_class"] == "natural":
        assert person["id_number"].startswith("410399") and id_valid(person["id_number"])
    else:
        assert person["credit_code"][2:8] == "410399" and uscc_valid(person["credit_code"])
    assert person["phone"].startswith("138000122")


def test_every_stage_is_there_and_the_figures_add_up(county):
    with county.database.reader() as session:
        found = {case.state for case in session.scalars(select(Case))}
        assert found >= {"filed", "registered", "handling", "consulting", "review", "sign_off", "closed", "dropped",
                         "withdrawn"}
        tree = county.tree(session)
        made = report(session, tree, 2026, tree.departments.by_code["QY"].id)
        assert made.failed == [] and made.requests[BROUGHT][TOTAL] == 4
        assert made.requests[NEW][TOTAL] == len(sample_cases.rows("cases.jsonl"))
        assert made.remedies["reconsideration"]["upheld"] == 1
        assert list(journal.verify(session)) == []
