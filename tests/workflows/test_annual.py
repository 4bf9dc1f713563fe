"""The annual report: 2,000 cases, every check, and the same figures by an independent count."""

import datetime as dt
import random
from collections import Counter
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from content import annual
from content.base import now
from content.cases import Case, Remedy
from workflows.outcomes import OUTCOMES
from workflows.reports.annual import report
from workflows.reports.rows import BROUGHT, CLASSES, DONE, LEFT, NEW, TOTAL, layout

YEARS = (2024, 2025, 2026)


@pytest.fixture
def queries(house):
    """Counts the statements of a block."""
    @contextmanager
    def counting():
        asked = []
        def note(*args):
            asked.append(args[2])
        event.listen(house.database.engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(house.database.engine, "before_cursor_execute", note)
    return counting


def make_cases(county, session, count):
    """Cases of three years in two departments, finished, open, withdrawn, with remedies; returns what was made."""
    rng = random.Random(711)
    made = []
    for number in range(count):
        received = dt.date(2024, 1, 1) + dt.timedelta(rng.randrange(1096))
        finished = received + dt.timedelta(rng.randrange(60)) if rng.random() < 0.9 else None
        if finished and finished > dt.date(2026, 12, 31):
            finished = None
        made.append({
            "type": "disclosure_request" if rng.random() < 0.97 else "record_correction", "number": f"T-{number}",
            "code_hash": "", "workflow": "disclosure_request", "state": "closed" if finished else "handling",
            "state_since": now(), "office_id": county.departments[rng.choice(("QY-mzj", "QY-scj"))],
            "department_id": county.departments["QY-mzj"], "channel": "internet", "submitted": received,
            "received": received if rng.random() < 0.9 else None, "clock": "", "provisional": False,
            "applicant_class": rng.choice(tuple(CLASSES)), "outcome": rng.choice(tuple(OUTCOMES)) if finished else "",
            "finished": finished, "imported": True, "created": now(), "sealed": b""})
    session.execute(Case.__table__.insert(), made)
    return [each for each in made if each["type"] == "disclosure_request"]


def independent(made, year, office_ids):
    """The same figures, counted one case after another."""
    rows = {row: Counter() for row in (NEW, BROUGHT, DONE, LEFT, *OUTCOMES)}
    for case in made:
        if case["office_id"] not in office_ids or case["submitted"].year > year:
            continue
        ended = case["finished"]
        hit = [NEW] if case["submitted"].year == year else []
        hit += [BROUGHT] if case["submitted"].year < year and (ended is None or ended.year >= year) else []
        hit += [DONE, case["outcome"]] if ended and ended.year == year else []
        hit += [LEFT] if ended is None or ended.year > year else []
        for row in hit:
            rows[row].update((case["applicant_class"], TOTAL))
    return {row: {column: rows[row][column] for column in (*CLASSES, TOTAL)} for row in rows}


def test_two_thousand_cases(county, session, queries):
    made = make_cases(county, session, 2000)
    tree = county.house.tree(session)
    every = {county.departments[code] for code in ("QY-mzj", "QY-scj")}
    for year in YEARS:
        for code, offices in (("QY", every), ("QY-scj", {county.departments["QY-scj"]})):
            with queries() as asked:
                found = report(session, tree, year, county.departments[code])
            assert found.requests == independent(made, year, offices)
            assert found.failed == [] and len(found.checks) > 40
            assert len(asked) <= 11
    assert found.requests[DONE][TOTAL] > 100


def test_a_year_without_cases_is_a_report_of_zeros(county, session):
    found = report(session, county.house.tree(session), 2025, county.departments["QY"])
    assert found.failed == []
    assert {count for row in found.requests.values() for count in row.values()} == {0}
    assert [row.title for row in layout(2025).rows][-1] == "四、结转下年度继续办理"


def test_last_years_paper_report_must_fit(county, session):
    make_cases(county, session, 50)
    county_id = county.departments["QY"]
    annual.enter(session, 2024, county_id, texts={}, figures={"requests": {LEFT: {"natural": 999}}}, actor_id=None)
    tree = county.house.tree(session)
    left = report(session, tree, 2024, county_id).requests[LEFT][TOTAL]  # what is counted, and what was on paper
    found = report(session, tree, 2025, county_id)
    assert left >= 999 and any("上年结转" in words and f"（{left}）" in words for words in found.failed)


def test_remedies_count_in_the_year_of_their_result(county, session):
    make_cases(county, session, 4)
    day = dt.date(2025, 6, 1)
    for number, (kind, result, filed, ended) in enumerate((
            ("reconsideration", "upheld", day, day), ("litigation", "pending", day, day),
            ("litigation_after", "corrected", day, dt.date(2026, 2, 1)),
            ("reconsideration", "upheld", dt.date(2024, 5, 1), dt.date(2024, 6, 1))), 1):
        session.get_one(Case, number).type = "disclosure_request"
        session.add(Remedy(case_id=number, kind=kind, result=result, filed=filed, day=ended))
    session.flush()
    found = report(session, county.house.tree(session), 2025, county.departments["QY"]).remedies
    assert {kind: {result: count for result, count in row.items() if count} for kind, row in found.items()} == {
        "reconsideration": {"upheld": 1, "total": 1}, "litigation": {"pending": 1, "total": 1},
        "litigation_after": {"pending": 1, "total": 1}}


@pytest.mark.parametrize(("before", "fits"), [(2, True), (5, False)])
def test_normative_documents_are_counted_from_what_is_published(county, session, before, fits):
    county_id = county.departments["QY"]
    for formed, abolished in (("2023-03-01", ""), ("2025-02-01", ""), ("2025-04-01", "2025-09-01"),
                              ("2022-01-01", "2025-01-02"), ("2021-01-01", "2024-01-02")):
        data = {"number": "清政发〔2025〕1号", "genre": "通知", "topic": "其他", "formed": formed, "validity": "有效",
                "standing": "normative"} | ({"abolished": abolished} if abolished else {})
        county.publish(session, county.write(session, path="zwgk/zcwj", type_name="policy", data=data))
    annual.enter(session, 2025, county_id, texts={}, actor_id=None,
                 figures={"active": {"normative": {"before": before}}})
    found = report(session, county.house.tree(session), 2025, county_id)
    assert found.active["normative"] == {"made": 2, "abolished": 2, "valid": 2, "before": before}
    assert (found.failed == []) == fits
