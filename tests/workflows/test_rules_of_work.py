"""Rules about cases, reports, people and registers: what is well, what comes near, the first day on which it is over.

The days are those of 2026: 18 September + 20 working days = 22 October, + 7 = 29 September (domain vectors of the
calendar's own tests).
"""

import datetime as dt

import pytest
from sqlalchemy import event, select, update

from content import feedback, journal, outbox, people, withheld
from content.base import SHANGHAI
from content.cases import Case
from content.documents import Document, Live
from content.feedback import ErrorReport
from content.findings import change_setting
from content.outbox import FAILED
from content.people import User
from workflows import applications
from workflows.judging import judge

FILED = dt.date(2026, 9, 18)
REASON = "突发事件，先行公开"


def at(day: str, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), SHANGHAI)


@pytest.fixture
def said(county, session):
    """`said(rule, day)`: `[(severity, since, due)]` of what the rule finds on that day."""
    def look(rule: str, day: str) -> list[tuple]:
        session.flush()
        found = judge(session, county.house, dt.date.fromisoformat(day), rules=[rule])
        return [(each.found.severity, each.found.since.isoformat(), each.found.due and each.found.due.isoformat())
                for each in found]
    return look


@pytest.fixture
def case(county, session) -> Case:
    """An application received on 18 September 2026, registered and passed on."""
    made, _code = county.apply(session, day=FILED)
    county.move(session, made, "register", "luoyan", now=at("2026-09-18"), received=FILED)
    county.move(session, made, "assign", "luoyan", now=at("2026-09-21"), handler=county.users["luoyan"],
                department=county.departments["QY-mzj"])
    return made


# -- case_due -----------------------------------------------------------------------------------------------------

def test_a_case_turns_yellow_three_working_days_before_its_limit_and_red_the_day_after(said, case):
    assert said("case_due", "2026-10-18") == []
    assert said("case_due", "2026-10-19") == [("yellow", "2026-10-19", "2026-10-22")]
    assert said("case_due", "2026-10-22") == [("yellow", "2026-10-19", "2026-10-22")]
    assert said("case_due", "2026-10-23") == [("red", "2026-10-23", "2026-10-22")]


def test_what_waits_for_the_applicant_has_no_limit_and_begins_anew(county, session, said, case):
    county.move(session, case, "ask_supplement", "luoyan", now=at("2026-09-22"), missing="请写明年度",
                supplement_by=dt.date(2026, 11, 30))
    assert said("case_due", "2026-11-20") == []
    county.move(session, case, "supplement", "luoyan", now=at("2026-11-20"), supplement="2025年度")
    assert said("supplement_late", "2026-12-14") == []
    assert said("case_due", "2026-12-14") == []
    assert said("case_due", "2026-12-15") == [("yellow", "2026-12-15", "2026-12-18")]


def test_an_extension_goes_on_with_the_same_finding_and_a_look_back_does_not_know_it(county, session, said, case):
    before = judge(session, county.house, dt.date(2026, 10, 20), rules=["case_due"])
    county.move(session, case, "extend", "wangjianguo", now=at("2026-10-21"), extension_days=5, why="需要检索档案")
    assert said("case_due", "2026-10-23") == []
    after = judge(session, county.house, dt.date(2026, 10, 30), rules=["case_due"])
    assert [each.found.identity for each in after] == [each.found.identity for each in before] != []
    assert said("case_due", "2026-10-20")[0][0] == "yellow"


def test_what_is_answered_is_well_and_was_not_on_the_day_before(session, said, case):
    case.finished = dt.date(2026, 10, 26)
    assert said("case_due", "2026-10-26") == [] and said("case_due", "2026-10-25")[0][0] == "red"


def test_a_case_whose_facts_contradict_each_other_stops_no_look(county, session, said, case):
    county.move(session, case, "extend", "wangjianguo", now=at("2026-10-14"), extension_days=5, why="需要检索档案")
    other, _code = county.apply(session, day=FILED)
    case.received = dt.date(2026, 10, 15)
    assert len(said("case_due", "2026-12-31")) == 1 and other.number != case.number


def test_nothing_found_about_a_case_names_anybody(county, session, case):
    found = judge(session, county.house, dt.date(2027, 2, 1))
    about = [each.found for each in found if each.found.kind == "case"]
    assert about and not any("吴晓梅" in repr(each) or "低保" in repr(each) for each in about)
    assert {each.subject for each in about} == {case.number}


# -- supplement_late ----------------------------------------------------------------------------------------------

def test_a_form_that_nobody_looks_at_is_red_after_seven_working_days(county, session, said):
    made, _code = county.apply(session, day=FILED)
    county.move(session, made, "register", "luoyan", now=at("2026-09-18"), received=FILED)
    assert said("supplement_late", "2026-09-27") == []
    assert said("supplement_late", "2026-09-29")[0] == ("yellow", "2026-09-28", "2026-09-29")
    assert said("supplement_late", "2026-09-30") == [("red", "2026-09-30", "2026-09-29")]
    county.move(session, made, "assign", "luoyan", now=at("2026-10-08"), handler=None,
                department=county.departments["QY-mzj"])
    session.commit()
    assert said("supplement_late", "2026-10-08") == [] and said("supplement_late", "2026-10-07")[0][0] == "red"


def test_asking_on_the_seventh_day_is_in_time_and_on_the_eighth_stays_late(county, session, said, case):
    for day, found in (("2026-09-29", []), ("2026-09-30", [("red", "2026-09-30", "2026-09-29")])):
        with session.begin_nested() as undone:
            county.move(session, case, "ask_supplement", "luoyan", now=at(day), missing="请写明年度",
                        supplement_by=dt.date(2026, 12, 31))
            assert said("supplement_late", "2026-12-31") == found, day
            undone.rollback()


# -- letter_unanswered --------------------------------------------------------------------------------------------

def test_a_letter_is_red_when_three_months_are_over(county, session, said):
    made, _code = applications.file(
        session, county.house, "letter", "letter", "filed", office_id=county.departments["QY-mzj"],
        applicant={"name": "吴晓梅"}, request={"topic": "路灯不亮", "words": "…"}, applicant_class="natural",
        channel="internet", submitted=dt.date(2026, 5, 31), received=dt.date(2026, 5, 31))
    assert said("letter_unanswered", "2026-07-31") == []
    assert said("letter_unanswered", "2026-08-01") == [("yellow", "2026-08-01", "2026-08-31")]
    assert said("letter_unanswered", "2026-08-31")[0][0] == "yellow"
    assert said("letter_unanswered", "2026-09-01") == [("red", "2026-09-01", "2026-08-31")]
    made.finished = dt.date(2026, 9, 2)
    assert said("letter_unanswered", "2026-09-02") == []


def test_an_application_for_disclosure_is_no_letter(said, case):
    assert said("letter_unanswered", "2027-06-01") == []


# -- report_unanswered --------------------------------------------------------------------------------------------

@pytest.fixture
def report(county, session) -> ErrorReport:
    made = feedback.report(session, county.house.keys, page="/tzgg/", department_id=county.departments["QY-mzj"],
                           message="第二段有错字", contact="13800138000", column_id=county.columns["tzgg"])
    made.received = at("2026-09-18")
    return made


def test_a_report_is_answered_within_five_working_days(county, session, said, report):
    assert said("report_unanswered", "2026-09-22") == []
    assert said("report_unanswered", "2026-09-23") == [("yellow", "2026-09-23", "2026-09-24")]
    assert said("report_unanswered", "2026-09-25") == [("red", "2026-09-25", "2026-09-24")]
    feedback.answer(session, report, "已改正", actor_id=county.users["zhangli"])
    report.answered = at("2026-09-28")
    assert said("report_unanswered", "2026-09-28") == [] and said("report_unanswered", "2026-09-27")[0][0] == "red"


def test_a_limit_set_otherwise_later_does_not_undo_what_is_late(session, said, report):
    change_setting(session, "report_unanswered", {"days": 30}, since=dt.date(2026, 9, 26), actor_id=None,
                   at=at("2026-09-25"))
    assert said("report_unanswered", "2026-09-28") == [("red", "2026-09-25", "2026-09-24")]


# -- emergency_unconfirmed ----------------------------------------------------------------------------------------

def test_an_urgent_publication_is_yellow_at_once_and_red_after_a_working_day(county, session, said):
    document = county.write(session)
    county.move(session, document, "publish_urgently", "zhoumin", now=at("2026-09-18", 20), why=REASON)
    session.commit()
    assert said("emergency_unconfirmed", "2026-09-17") == []
    assert said("emergency_unconfirmed", "2026-09-18") == [("yellow", "2026-09-18", "2026-09-20")]  # 20日调休上班
    assert said("emergency_unconfirmed", "2026-09-20")[0][0] == "yellow"
    assert said("emergency_unconfirmed", "2026-09-21") == [("red", "2026-09-21", "2026-09-20")]
    county.move(session, document, "confirm", "helixin", now=at("2026-09-21"), statement="已逐项审查，可以公开")
    assert said("emergency_unconfirmed", "2026-09-21") == []


# -- withheld_review ----------------------------------------------------------------------------------------------

def test_what_is_withheld_is_looked_at_again_within_a_year(county, session, said):
    item = withheld.enter(session, department_id=county.departments["QY-mzj"], title="关于某某的请示", number="",
                          attribute="withheld", basis="第十六条：过程性信息", formed=dt.date(2025, 9, 1),
                          reviewed=dt.date(2025, 9, 18), actor_id=None)
    assert said("withheld_review", "2026-08-18") == []
    assert said("withheld_review", "2026-08-19") == [("yellow", "2026-08-19", "2026-09-18")]
    assert said("withheld_review", "2026-09-18")[0][0] == "yellow"
    assert said("withheld_review", "2026-09-19") == [("red", "2026-09-19", "2026-09-18")]
    [found] = judge(session, county.house, dt.date(2026, 9, 19), rules=["withheld_review"])
    assert "请示" not in repr(found)
    withheld.review(session, item, withheld.STAYS, "情形没有变化", day=dt.date(2026, 9, 20), actor_id=None)
    assert said("withheld_review", "2026-09-20") == []


# -- push_failures ------------------------------------------------------------------------------------------------

@pytest.fixture
def fail(session):
    """`fail(count, …)`: so many mails were given up on 18 September."""
    def failing(count: int, name: str = "x", **values) -> None:
        for number in range(count):
            made = outbox.post(session, "mail", "someone@example.com", f"{name}/{number}", text="…", **values)
            made.state, made.problem, made.next_at = FAILED, "550 <someone@example.com>", at("2026-09-18")
        session.flush()
    return failing


def test_failures_of_a_day_are_one_finding_yellow_then_red(county, session, said, fail):
    assert said("push_failures", "2026-09-18") == []
    fail(4)
    assert said("push_failures", "2026-09-18") == [("yellow", "2026-09-18", None)]
    assert said("push_failures", "2026-09-17") == []
    [found] = judge(session, county.house, dt.date(2026, 9, 19), rules=["push_failures"])
    assert (found.found.kind, found.found.subject, found.found.evidence["failed"]) == ("site", "/", 4)
    assert "example.com" not in repr(found)
    fail(1, "fifth")
    assert said("push_failures", "2026-09-18") == [("red", "2026-09-18", None)]


def test_a_recall_that_failed_is_red_and_belongs_to_the_organ(county, session, fail):
    document = county.publish(session, county.write(session))
    fail(1, document_id=document.id, recalls=1)
    [found] = judge(session, county.house, dt.date(2026, 9, 19), rules=["push_failures"])
    assert (found.found.severity, found.found.subject) == ("red", "QY-mzj")
    assert found.found.evidence["urls"] == [session.get_one(Live, document.id).url]


# -- delegation_expired -------------------------------------------------------------------------------------------

@pytest.fixture
def away(county, session) -> Document:
    """周敏, the only reviewer of the bureau, was away until Friday 18 September; a text waits for her."""
    found = county.write(session)
    county.settle_all(session, found)
    county.move(session, found, "submit", "zhangli", now=at("2026-09-16"))
    principal, other = (session.get_one(User, county.users[login]) for login in ("zhoumin", "helixin"))
    people.delegate(session, principal, other, dt.date(2026, 9, 14), FILED, actor_id=county.users["shenjie"],
                    why="出差")
    session.commit()
    return found


def test_a_delegation_that_ran_out_while_work_waits(said, away):
    assert said("delegation_expired", "2026-09-18") == []
    assert said("delegation_expired", "2026-09-19") == [("yellow", "2026-09-19", "2026-09-22")]
    assert said("delegation_expired", "2026-09-22")[0][0] == "yellow"
    assert said("delegation_expired", "2026-09-23") == [("red", "2026-09-23", "2026-09-22")]


def test_not_when_she_is_back(county, session, said, away):
    journal.record(session, "user.login", ("user", county.users["zhoumin"]), actor_id=county.users["zhoumin"],
                   at=at("2026-09-21"))
    session.commit()
    assert said("delegation_expired", "2026-09-20") != [] and said("delegation_expired", "2026-09-21") == []


def test_not_when_it_was_prolonged_when_another_may_do_it_or_when_nothing_waits(county, session, said, away):
    principal, other = (session.get_one(User, county.users[login]) for login in ("zhoumin", "helixin"))
    for mend in (lambda: people.delegate(session, principal, other, dt.date(2026, 9, 19), dt.date(2026, 9, 30),
                                         actor_id=county.users["shenjie"], why="延长"),
                 lambda: people.grant(session, session.get_one(User, county.users["sunjing"]), people.Role.REVIEWER,
                                      actor_id=None, department_id=county.departments["QY-mzj"]),
                 lambda: session.execute(update(Document).values(state="draft"))):
        with session.begin_nested() as undone:
            mend()
            assert said("delegation_expired", "2026-09-23") == []
            undone.rollback()
        session.expire_all()
    assert len(said("delegation_expired", "2026-09-23")) == 1


# -- cost ---------------------------------------------------------------------------------------------------------

def test_ten_times_as_much_asks_as_often(county, session, case, report, fail):
    rules = ["case_due", "supplement_late", "letter_unanswered", "report_unanswered", "emergency_unconfirmed",
             "withheld_review", "push_failures", "delegation_expired"]
    fail(1)

    def queries() -> int:
        sent, engine = [], session.get_bind()
        listen = lambda *_given: sent.append(1)  # noqa: E731
        session.flush()
        event.listen(engine, "before_cursor_execute", listen)
        judge(session, county.house, dt.date(2026, 10, 23), rules=rules)
        event.remove(engine, "before_cursor_execute", listen)
        return len(sent)
    judge(session, county.house, dt.date(2026, 10, 23), rules=rules)
    few = queries()
    for _ in range(10):
        made, _code = county.apply(session, day=FILED)
        made.received = FILED
        again = feedback.report(session, county.house.keys, page="/", department_id=county.departments["QY-mzj"],
                                message="错")
        again.received = at("2026-09-18")
    assert queries() == few and len(session.scalars(select(Case)).all()) == 11
