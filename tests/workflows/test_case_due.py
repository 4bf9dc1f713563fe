"""What falls due in cases: each thing on its day and once, by the system, and nobody is named in a reminder."""

import datetime as dt

import pytest
from sqlalchemy import select

from content import applicants, cases
from content.applicants import Applicant
from content.base import SHANGHAI
from content.cases import Case
from content.outbox import Delivery
from workflows.applications import draft_reply
from workflows.case_due import CaseDue

FILED = dt.date(2026, 9, 18)


def at(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(10), SHANGHAI)


@pytest.fixture
def handled(house, county):
    """The number of an application that is handled since 18 September 2026; its limit is 22 October."""
    with house.database.writer.begin() as session:
        case, _code = county.apply(session, day=FILED)
        county.move(session, case, "register", "luoyan", now=at("2026-09-18"), received=FILED)
        county.move(session, case, "assign", "luoyan", now=at("2026-09-18"), handler=county.users["luoyan"],
                    department=county.departments["QY-mzj"])
        return case.id


def run(house, day: str, years: int = 10) -> None:
    due = CaseDue(house, years)
    while due.run(at(day)):
        pass


def stored(house, number) -> Case:
    with house.database.reader() as session:
        return session.get_one(Case, number)


def test_whoever_does_not_supplement_gives_up_the_day_after(house, county, handled):
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Case, handled), "ask_supplement", "luoyan", now=at("2026-09-21"),
                    missing="请写明年度", supplement_by=dt.date(2026, 9, 30))
    run(house, "2026-09-30")
    assert stored(house, handled).state == "supplement"
    run(house, "2026-10-01")
    case = stored(house, handled)
    assert (case.state, case.outcome, case.clock, case.due) == ("dropped", "not_supplemented", "abandoned", None)


def test_silence_goes_on_after_the_fifteenth_day(house, county, handled):
    with house.database.writer.begin() as session:
        county.move(session, session.get_one(Case, handled), "consult", "luoyan", now=at("2026-09-21"), whom="某公司",
                    third="third_party", question="是否同意公开", address="")
    run(house, "2026-10-19")
    assert (stored(house, handled).state, stored(house, handled).provisional) == ("consulting", True)
    run(house, "2026-10-20")
    assert (stored(house, handled).state, stored(house, handled).provisional) == ("handling", False)


def test_one_reminder_before_the_limit_and_one_after(house, handled):
    for day in ("2026-10-18", "2026-10-19", "2026-10-20", "2026-10-23", "2026-10-26"):
        run(house, day)
    with house.database.reader() as session:
        mail = list(session.scalars(select(Delivery).order_by(Delivery.id)))
    assert [each.key.partition("/")[0] for each in mail] == ["case-due", "case-late"]
    assert {each.receiver for each in mail} == {"luoyan@qingyuan.example"}
    assert all("吴晓梅" not in str(each.message) and "低保" not in str(each.message) for each in mail)


def test_contents_are_erased_when_their_time_is_over(house, county, handled):
    with house.database.writer.begin() as session:
        case = session.get_one(Case, handled)
        draft_reply(session, house, case, "granted", {"content": "见附件"}, actor_id=county.users["luoyan"])
        for name, by in (("draft_reply", "luoyan"), ("approve_reply", "zhoumin"), ("sign_reply", "wangjianguo")):
            county.move(session, case, name, by, now=at("2026-10-15"))
    run(house, "2036-10-14")
    assert stored(house, handled).erased is None
    with house.database.writer.begin() as session:
        case = session.get_one(Case, handled)
        county.move(session, case, "remedy", "luoyan", now=at("2026-11-01"), remedy="litigation",
                    remedy_result="pending", remedy_day=dt.date(2026, 11, 1))
    run(house, "2036-10-20")
    assert stored(house, handled).erased is None
    with house.database.writer.begin() as session:
        case = session.get_one(Case, handled)
        county.move(session, case, "remedy", "luoyan", now=at("2027-11-01"), remedy="litigation",
                    remedy_result="upheld", remedy_day=dt.date(2027, 10, 1))
    run(house, "2036-10-20", years=0)
    assert stored(house, handled).erased is None
    run(house, "2036-10-20")
    case = stored(house, handled)
    assert case.erased is not None and case.outcome == "granted"
    with house.database.reader() as session, pytest.raises(cases.Erased):
        cases.contents(session, house, case)


def test_an_account_without_a_case_goes_after_a_year_and_one_with_a_case_stays(house, county, handled):
    with house.database.writer.begin() as session:
        day = at("2026-09-18")
        idle, used = (applicants.open_account(session, house, f"{name}@example.cn", "$argon2id$", at=day).id
                      for name in ("idle", "used"))
        applicants.hold(session, used, handled, at=day)

    def left() -> list[int]:
        with house.database.reader() as session:
            return list(session.scalars(select(Applicant.id).order_by(Applicant.id)))
    run(house, "2027-09-18")
    assert left() == [idle, used]
    run(house, "2027-09-19")
    assert left() == [used]
    with house.database.writer.begin() as session:
        applicants.put_away(session, used, handled)
    run(house, "2027-09-20")
    assert left() == []
