"""`gongkai supervise`, and the worker's part that keeps its findings: in full once a day, else what happened."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from factories import today
from sqlalchemy import select, update

from content import cursors, findings, journal
from content.base import now
from content.documents import Live
from content.findings import Finding
from portal import supervising
from portal.supervising import LEASE, ROWS, Busy, Supervising
from workflows import checks
from workflows.engine import fire

LATE = "late_disclosure"


@pytest.fixture
def late(county):
    """A document of the civil affairs bureau that was disclosed long after it was formed."""
    def make(title: str = "关于供水检修的通知") -> int:
        with county.house.database.writer.begin() as session:
            made = county.publish(session, county.write(session, title=title))
            session.execute(update(Live).where(Live.document_id == made.id).values(
                formed=today() - dt.timedelta(days=90)))
            return made.id
    return make


@pytest.fixture
def looks(county, monkeypatch):
    """Of each look of `Supervising`: whether it was a full one."""
    seen = []
    judge = supervising.judge

    def spy(*args, **more):
        seen.append(more["scope"] is None)
        return judge(*args, **more)
    monkeypatch.setattr(supervising, "judge", spy)
    return seen


def found(county) -> list[Finding]:
    with county.house.database.reader() as session:
        return list(session.scalars(select(Finding).where(Finding.rule == LATE)))


# -- the command --------------------------------------------------------------------------------------------------

def test_what_is_red_is_told_kept_and_makes_the_status_1(county, gongkai, late):
    number = late()
    status, out, _ = gongkai("supervise", "--rule", LATE, "--json")
    told = json.loads(out)
    (finding,) = told["findings"]
    assert (status, told["today"], told["summary"]["red"]) == (1, today().isoformat(), 1)
    with county.house.database.reader() as session:
        subject = session.get_one(Live, number).index_number
    assert finding | {"rule": LATE, "subject": subject, "subject_kind": "document", "department": "QY-mzj",
                      "severity": "red", "state": "found", "cycles_late": 0} == finding
    assert dt.date.fromisoformat(finding["due"]) < dt.date.fromisoformat(finding["since"]) == today()
    assert "第二十六条" in finding["basis"] and finding["evidence"]["url"].startswith("/doc/")
    assert told["summary"]["by_rule"] == {LATE: {"red": 1, "yellow": 0}}
    assert told["summary"]["by_department"] == {"QY-mzj": {"red": 1, "yellow": 0}}
    assert [each.subject_id for each in found(county)] == [number]
    assert f"{today().isoformat()}：红1，黄0" in gongkai("supervise", "--rule", LATE)[1].splitlines()


def test_another_day_is_judged_and_nothing_kept(county, gongkai, late):
    late()
    before = (today() - dt.timedelta(days=1)).isoformat()
    status, out, _ = gongkai("supervise", "--today", before, "--rule", LATE, "--json")
    assert (status, json.loads(out)["findings"], json.loads(out)["today"]) == (0, [], before)
    after = (today() + dt.timedelta(days=1)).isoformat()
    assert gongkai("supervise", "--today", after, "--rule", LATE)[0] == 1
    assert not found(county)


def test_a_department_stands_for_those_below_it(gongkai, late):
    late()
    for code, status in (("QY-mzj", 1), ("QY", 1), ("QY-scj", 0)):
        assert gongkai("supervise", "--rule", LATE, "--department", code)[0] == status


def test_what_was_dismissed_is_counted_and_left_out(county, gongkai, late):
    late()
    gongkai("supervise", "--rule", LATE)
    with county.house.database.writer.begin() as session:
        fire(session, county.house, session.scalars(select(Finding).where(Finding.rule == LATE)).one(), "dismiss",
             county.identity(session, "zhengguodong"), why="形成日期录入有误，已核实")
    status, out, _ = gongkai("supervise", "--rule", LATE, "--json")
    told = json.loads(out)
    assert (status, told["findings"], told["summary"]["red"], told["summary"]["dismissed"]) == (0, [], 0, 1)


@pytest.mark.parametrize("words", [("--rule", "no_such"), ("--department", "XX"), ("--today", "2026-02-30"),
                                   ("--today", "morgen"), ("--today", "0001-01-01"), ("--today", "9999-12-31")])
def test_what_is_unknown_is_refused_in_one_line(gongkai, words):
    status, out, err = gongkai("supervise", *words, "--json")
    assert (status, out, len(err)) == (2, "", 1) and words[1] in err[0]


def test_documents_that_wait_are_checked_first(county, gongkai):
    with county.house.database.writer.begin() as session:
        county.publish(session, county.write(session))
        assert checks.unchecked(session, county.house) == 1
    assert json.loads(gongkai("supervise", "--rule", LATE, "--json")[1])["summary"]["unchecked"] == 1
    assert json.loads(gongkai("supervise", "--json")[1])["summary"]["unchecked"] == 0


# -- the worker's part --------------------------------------------------------------------------------------------

def test_in_full_once_a_day_and_after_a_change_of_settings_else_what_happened(county, late, looks):
    part = Supervising(county.house, "one")
    late()
    part.run()
    part.run()
    assert looks == [True, False]  # the second reads what the first wrote, and finds nothing to ask
    assert part.run() == 0 and len(looks) == 2 and len(found(county)) == 1
    second = late("关于供水检修的通知（二）")
    assert part.run() >= 1 and looks[2:] == [False] and second in {each.subject_id for each in found(county)}
    part.run()
    with county.house.database.writer.begin() as session:
        findings.change_setting(session, LATE, {"days": 1000}, since=today(), actor_id=None, why="试")
    part.run()
    assert looks[-1] is True
    part.run(now() + dt.timedelta(days=1))
    assert looks[-1] is True


def test_two_share_one_look(county, late, looks):
    late()
    first, second = Supervising(county.house, "one"), Supervising(county.house, "two")
    with county.house.database.writer.begin() as session:
        assert cursors.lease(session, ROWS, "one", LEASE)
    assert second.run() == 0 and not looks
    assert first.run() >= 1 and second.run() == 0 and len(found(county)) == 1


def test_who_lost_its_lease_keeps_nothing(county, late, monkeypatch):
    late()
    judge = supervising.judge

    def slow(*args, **more):
        with county.house.database.writer.begin() as session:
            assert cursors.lease(session, ROWS, "two", LEASE, now() + LEASE * 2)
        return judge(*args, **more)
    monkeypatch.setattr(supervising, "judge", slow)
    with pytest.raises(Busy):
        Supervising(county.house, "one").run()
    assert not found(county)


def test_what_happened_while_it_was_judged_is_looked_at_next(county, late, monkeypatch):
    part, judge, made = Supervising(county.house, "one"), supervising.judge, []

    def meanwhile(*args, **more):
        judged = judge(*args, **more)
        if not made:
            made.append(late())
        return judged
    monkeypatch.setattr(supervising, "judge", meanwhile)
    part.run()
    assert not found(county)
    part.run()
    assert [each.subject_id for each in found(county)] == made


def test_one_rule_alone_brings_nobody_further(county, gongkai, late):
    late()
    gongkai("supervise", "--rule", LATE)
    with county.house.database.reader() as session:
        assert cursors.position(session, ROWS) == 0
    gongkai("supervise")
    with county.house.database.reader() as session:
        assert 0 < cursors.position(session, ROWS) <= journal.latest(session)
