"""Findings have a life: found, ordered, put right, verified by somebody else; computing again keeps all of it."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import add_role
from sqlalchemy import select, update

from content import findings, journal
from content.documents import Listing, Live
from content.findings import Finding
from content.outbox import Delivery
from content.people import Role, User, delegate
from workflows.engine import fire, offers
from workflows.judging import judge
from workflows.moves import NotAllowed, Refused
from workflows.rules import Found, Rule
from workflows.supervision import scope_since, supervise

TODAY = dt.date(2026, 11, 20)
LATER = TODAY + dt.timedelta(days=1)
LATE = ["late_disclosure"]


@pytest.fixture
def document(county, session):
    """Published on 10 November, formed on 1 September."""
    found = county.publish(session, county.write(session))
    session.execute(update(Live).values(formed=dt.date(2026, 9, 1), published=at(2026, 11, 10)))
    session.execute(update(Listing).values(published=at(2026, 11, 10)))
    session.commit()
    return found


@pytest.fixture
def broken(monkeypatch):
    """A rule whose findings a test sets, about one column."""
    found: list[Found] = []
    rule = Rule("broken", "测试", "Test", "column", "依据", "办法", lambda look: list(found), frozenset({"document"}))
    monkeypatch.setattr("workflows.rules.all_rules", lambda: {"broken": rule})
    monkeypatch.setattr("workflows.judging.all_rules", lambda: {"broken": rule})
    return found


def at(*day: int) -> dt.datetime:
    return dt.datetime(*day, 2, tzinfo=dt.UTC)


def fault(county, cycle="2026-11-01", severity="red") -> Found:
    return Found("column", county.columns["tzgg"], "tzgg", county.departments["QY-mzj"], severity, TODAY, cycle,
                 "很久没有更新", column_id=county.columns["tzgg"])


def only(session) -> Finding:
    return session.scalars(select(Finding)).one()


def do(county, session, name, by, **facts):
    fire(session, county.house, only(session), name, county.identity(session, by), **facts)


ORDER = {"order_days": 5, "responsible": None, "demand": "补发应当公开的信息"}


# -- keeping ------------------------------------------------------------------------------------------------------

def test_looking_again_finds_the_same_row(county, session, document):
    first = supervise(session, county.house, TODAY, rules=LATE)
    finding = only(session)
    again = supervise(session, county.house, LATER, rules=LATE)
    assert (first.new, again.new, again.gone) == (1, 0, 0)
    assert only(session) is finding and finding.since == dt.date(2026, 11, 10) and finding.gone is None


def test_judging_writes_nothing(county, session, document):
    assert judge(session, county.house, TODAY, rules=LATE)
    assert not session.scalars(select(Finding)).all()


def test_a_look_back_leaves_out_what_came_later(county, session, document):
    assert not judge(session, county.house, dt.date(2026, 11, 9), rules=LATE)


def test_a_cause_that_goes_takes_an_unordered_finding_with_it(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    broken.clear()
    assert supervise(session, county.house, LATER).gone == 1
    assert only(session).state == "gone" and only(session).gone == LATER


def test_a_cause_that_comes_back_is_the_same_finding_and_the_next_cycle_another(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    broken.clear()
    supervise(session, county.house, TODAY)
    broken.append(fault(county))
    supervise(session, county.house, LATER)
    assert only(session).state == "found" and only(session).times == 2
    broken[:] = [fault(county, cycle="2026-11-15")]
    supervise(session, county.house, LATER)
    assert sorted(each.recurrence for each in session.scalars(select(Finding))) == [1, 2]


def test_from_yellow_to_red_it_stays_one_finding_and_the_journal_says_so(county, session, broken):
    broken.append(fault(county, severity="yellow"))
    supervise(session, county.house, TODAY)
    broken[:] = [fault(county)]
    supervise(session, county.house, LATER)
    session.commit()
    steps = [row.action for row in journal.history(session, "finding", only(session).id)]
    assert only(session).severity == "red" and steps == ["finding.find", "finding.turn"]


# -- the order ----------------------------------------------------------------------------------------------------

def test_an_order_is_numbered_has_a_deadline_and_tells_who_is_to_act(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    do(county, session, "order", "zhengguodong", now=at(2026, 11, 20), **ORDER)
    finding = only(session)
    assert finding.order_number == "督办〔2026〕1号" and finding.order_due == dt.date(2026, 11, 27)
    assert session.scalars(select(Delivery).where(Delivery.key.startswith(f"finding/{finding.id}/"))).all()


def test_it_is_put_right_when_its_cause_is_gone_and_verified_by_an_auditor(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    do(county, session, "order", "zhengguodong", **ORDER)
    with pytest.raises(Refused, match="问题还在"):
        do(county, session, "report", "zhangli", why="已经补发")
    broken.clear()
    supervise(session, county.house, TODAY)
    assert only(session).state == "rectified"
    do(county, session, "verify", "zhengguodong")
    assert only(session).state == "verified"


def test_a_repair_that_does_not_last_goes_back_to_who_was_ordered(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    do(county, session, "order", "zhengguodong", **ORDER)
    broken.clear()
    supervise(session, county.house, TODAY)
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    assert only(session).state == "ordered" and only(session).order_number


def test_what_nothing_undoes_is_answered_for(county, session, document):
    supervise(session, county.house, TODAY, rules=LATE)
    do(county, session, "order", "zhengguodong", **ORDER)
    do(county, session, "report", "zhangli", why="公开时漏填了形成日期，已经核对")
    do(county, session, "verify", "zhengguodong")
    assert supervise(session, county.house, LATER, rules=LATE).new == 0
    assert only(session).state == "verified"


def test_others_may_neither_order_nor_report(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    with pytest.raises(NotAllowed):
        do(county, session, "order", "zhangli", **ORDER)
    do(county, session, "order", "zhengguodong", **ORDER)
    with pytest.raises(NotAllowed):
        do(county, session, "report", "sunjing", why="不是我们单位的")
    assert not offers(session, county.house, only(session), county.identity(session, "sunjing"))


def test_an_appeal_is_decided_by_the_auditor_with_a_reason(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    do(county, session, "order", "zhengguodong", **ORDER)
    do(county, session, "appeal", "zhangli", why="栏目已经并入别处")
    with pytest.raises(Refused, match="理由"):
        do(county, session, "dismiss", "zhengguodong")
    do(county, session, "dismiss", "zhengguodong", why="属实")
    supervise(session, county.house, LATER)
    assert only(session).state == "dismissed"


def test_who_answers_for_a_column_does_not_dismiss_what_is_wrong_with_it(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    add_role(session, county, "zhengguodong", Role.EDITOR, "QY-mzj")
    with pytest.raises(Refused, match="另一位"):
        do(county, session, "dismiss", "zhengguodong", why="不算")


# -- within the day -----------------------------------------------------------------------------------------------

def test_a_look_within_the_day_takes_what_the_journal_touched_and_leaves_the_rest(county, session, document):
    supervise(session, county.house, TODAY, rules=LATE)
    session.commit()
    _, cursor = scope_since(session, 0)
    other = county.publish(session, county.write(session, title="关于供水检修的通知（二）"))
    session.commit()
    scope, newest = scope_since(session, cursor)
    assert other.id in scope.documents and document.id not in scope.documents and newest > cursor
    assert supervise(session, county.house, TODAY, rules=LATE, scope=scope).gone == 0
    assert only(session).gone is None


def test_after_a_change_of_settings_everything_is_judged(county, session):
    findings.change_setting(session, "late_disclosure", {"days": 30}, since=TODAY, actor_id=None, at=at(2026, 11, 20))
    session.commit()
    assert scope_since(session, 0)[0] is None


def test_a_threshold_holds_from_its_day_on_and_undoes_nothing(county, session, document):
    def change(since: dt.date) -> None:
        findings.change_setting(session, "late_disclosure", {"days": 60}, since=since, actor_id=None,
                                at=at(2026, 11, 15))
    change(LATER)
    assert judge(session, county.house, LATER, rules=LATE)
    session.execute(update(Live).values(published=at(2026, 11, 21)))
    assert not judge(session, county.house, LATER, rules=LATE)
    with pytest.raises(findings.Backdated, match="过去"):
        change(dt.date(2026, 11, 1))


# -- red does not vanish ------------------------------------------------------------------------------------------

def test_a_clock_that_was_set_back_undoes_nothing(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    broken[:] = [Found(**{**vars(fault(county, severity="yellow")), "since": TODAY - dt.timedelta(days=3)})]
    supervise(session, county.house, TODAY - dt.timedelta(days=2))
    assert only(session).severity == "red" and only(session).since == TODAY
    broken.clear()
    assert supervise(session, county.house, TODAY - dt.timedelta(days=5)).gone == 0
    assert only(session).state == "found" and only(session).gone is None


def test_what_was_dismissed_as_a_warning_is_looked_at_anew_when_it_turns_red(county, session, broken):
    broken.append(fault(county, severity="yellow"))
    supervise(session, county.house, TODAY)
    do(county, session, "dismiss", "zhengguodong", why="马上更新")
    supervise(session, county.house, TODAY)
    assert only(session).state == "dismissed"
    broken[:] = [fault(county)]
    supervise(session, county.house, LATER)
    assert only(session).state == "found" and only(session).severity == "red"


def test_who_let_another_report_a_repair_for_him_does_not_verify_it(county, session, broken):
    broken.append(fault(county))
    supervise(session, county.house, TODAY)
    do(county, session, "order", "zhengguodong", **ORDER)
    add_role(session, county, "zhangli", Role.AUDITOR, "QY-mzj")
    users = {name: session.get_one(User, county.users[name]) for name in ("zhangli", "sunjing")}
    delegate(session, users["zhangli"], users["sunjing"], TODAY, LATER, actor_id=users["zhangli"].id, why="出差")
    session.flush()
    broken.clear()
    stand_in = county.identity(session, "sunjing", TODAY)
    fire(session, county.house, only(session), "report", stand_in, why="已经补发", now=at(2026, 11, 20))
    session.commit()
    with pytest.raises(Refused, match="另一位"):
        do(county, session, "verify", "zhangli")
    do(county, session, "verify", "zhengguodong")
