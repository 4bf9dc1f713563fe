"""An application for disclosure on its way: steps, dates, letters, and nobody's name where it does not belong."""

import datetime as dt
import json

import pytest
from sqlalchemy import select, text

from content import cases, holidays, journal
from content.base import SHANGHAI, local_date, now
from content.calendar import Year
from workflows.access import REQUESTER, SYSTEM
from workflows.applications import annul, calendar_changed, clock_of, draft_reply, facts_of_case
from workflows.engine import fire, offers
from workflows.moves import NotAllowed, Refused

FILED = dt.date(2026, 9, 18)
SECRETS = ("吴晓梅", "110101199003070011", "13800138000", "低保资金")


def at(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(10), SHANGHAI)


@pytest.fixture
def case(county, session):
    """An application that was registered and is being handled."""
    made, _ = county.apply(session, day=FILED)
    county.move(session, made, "register", "luoyan", now=at("2026-09-18"), received=FILED)
    county.move(session, made, "assign", "luoyan", now=at("2026-09-18"), handler=county.users["luoyan"],
                department=county.departments["QY-mzj"])
    return made


def reply(county, session, case, day: str, outcome="granted", **says):
    draft_reply(session, county.house, case, outcome, says or {"content": "见附件"}, actor_id=county.users["luoyan"])
    for name, by in (("draft_reply", "luoyan"), ("approve_reply", "zhoumin"), ("sign_reply", "wangjianguo")):
        county.move(session, case, name, by, now=at(day))


def test_all_the_way(county, session, case):
    assert (case.state, case.due, case.provisional) == ("handling", dt.date(2026, 10, 22), False)
    reply(county, session, case, "2026-10-15")
    assert (case.state, case.outcome, case.finished) == ("answered", "granted", dt.date(2026, 10, 15))
    county.move(session, case, "deliver", "luoyan", now=at("2026-10-16"), delivered=dt.date(2026, 10, 16), way="portal")
    fire(session, county.house, case, "rate", REQUESTER, now=at("2026-10-17"), stars=5)
    assert (case.state, case.satisfaction) == ("closed", 5)
    letter = next(each for each in case.messages if each.kind == "reply")
    body = cases.read_message(session, county.house, letter)
    assert letter.number.endswith("号答") and "吴晓梅" in body["to"] and "予以公开" in "".join(body["paragraphs"])


def test_everything_that_moves_the_clock(county, session, case):
    move = lambda name, by, day, **facts: county.move(session, case, name, by, now=at(day), **facts)  # noqa: E731
    move("ask_supplement", "luoyan", "2026-09-21", missing="请写明年度", supplement_by=dt.date(2026, 10, 16))
    assert (case.state, case.due, case.clock) == ("supplement", None, "waiting_supplement")
    fire(session, county.house, case, "supplement", REQUESTER, now=at("2026-09-28"), supplement="2025年度")
    assert case.due == dt.date(2026, 10, 30)
    move("assign", "luoyan", "2026-09-28", department=county.departments["QY-mzj"], handler=None)
    move("consult", "luoyan", "2026-09-29", whom="某公司", third="third_party", question="是否同意公开", address="")
    assert case.provisional
    move("opinion", "luoyan", "2026-10-12", opinion="同意")
    assert (case.due, case.provisional) == (dt.date(2026, 11, 6), False)
    move("extend", "wangjianguo", "2026-11-05", extension_days=10, why="需要汇总各乡镇的资料")
    assert (case.state, case.due) == ("handling", dt.date(2026, 11, 20))
    with pytest.raises(Refused, match="延长一次"):
        move("extend", "wangjianguo", "2026-11-06", extension_days=5, why="再等等")


def test_silence_ends_a_consultation_on_its_fifteenth_day(county, session, case):
    county.move(session, case, "consult", "luoyan", now=at("2026-09-21"), whom="某公司", third="third_party",
                question="是否同意公开", address="")
    with pytest.raises(Refused, match="15个工作日"):
        fire(session, county.house, case, "silence", SYSTEM, now=at("2026-10-19"))
    fire(session, county.house, case, "silence", SYSTEM, now=at("2026-10-20"))
    assert facts_of_case(case).consultations[-1].end == dt.date(2026, 10, 19)
    assert (case.state, case.provisional) == ("handling", False)


def test_not_supplemented_in_time_is_given_up(county, session, case):
    county.move(session, case, "ask_supplement", "luoyan", now=at("2026-09-21"), missing="请写明年度",
                supplement_by=dt.date(2026, 9, 30))
    with pytest.raises(Refused, match="还没有过"):
        county.move(session, case, "drop_unsupplemented", "luoyan", now=at("2026-09-30"))
    fire(session, county.house, case, "drop_unsupplemented", SYSTEM, now=at("2026-10-01"))
    assert (case.state, case.outcome) == ("dropped", "not_supplemented")


def test_a_fee_stops_the_clock_until_it_is_paid(county, session, case):
    with pytest.raises(Refused, match="不收费"):
        county.move(session, case, "ask_fee", "luoyan", now=at("2026-09-21"), fee_basis="pages", fee_count=30)
    county.move(session, case, "ask_fee", "luoyan", now=at("2026-09-21"), fee_basis="pages", fee_count=68)
    letter = cases.read_message(session, county.house, case.messages[-1])
    assert "380元" in "".join(letter["paragraphs"]) and case.due is None
    county.move(session, case, "pay", "luoyan", now=at("2026-09-28"), paid=dt.date(2026, 9, 28))
    assert case.due == dt.date(2026, 10, 30)


def test_who_wrote_the_reply_does_not_sign_it(county, session, case):
    draft_reply(session, county.house, case, "granted", {"content": "见附件"}, actor_id=county.users["wangjianguo"])
    county.move(session, case, "draft_reply", "luoyan", now=at("2026-10-15"))
    county.move(session, case, "approve_reply", "zhoumin", now=at("2026-10-15"))
    with pytest.raises(Refused, match="另一位"):
        county.move(session, case, "sign_reply", "wangjianguo", now=at("2026-10-15"))


def test_a_reply_says_what_its_outcome_must_say(county, session, case):
    draft_reply(session, county.house, case, "third_party", {}, actor_id=county.users["luoyan"])
    with pytest.raises(Refused, match="理由"):
        county.move(session, case, "draft_reply", "luoyan", now=at("2026-10-15"))
    reply(county, session, case, "2026-10-15", "third_party", reason="第三方不同意公开，理由成立")
    words = "".join(cases.read_message(session, county.house, case.messages[-1])["paragraphs"])
    words += "".join("".join(cases.read_message(session, county.house, each).get("paragraphs", []))
                     for each in case.messages)
    assert "第十五条" in words and "先向" in words and "行政复议" in words


def test_others_may_do_nothing(county, session, case):
    for login in ("sunjing", "zhangli", "fangkai", "shenjie"):
        with pytest.raises(NotAllowed):
            county.move(session, case, "withdraw_request", login)
        assert offers(session, county.house, case, county.identity(session, login)) == []


def test_an_issued_letter_is_frozen(county, session, case):
    reply(county, session, case, "2026-10-15")
    letter = next(each for each in case.messages if each.kind == "reply")
    with pytest.raises(cases.Frozen):
        cases.change_message(session, county.house, letter, {"outcome": "granted"})
    assert len(letter.sha256) == 64


def test_number_and_code_open_a_case_and_nothing_else_does(county, session):
    made, code = county.apply(session)
    assert cases.by_code(session, county.house, made.number, code.lower().replace("-", " ")) is made
    other, _ = county.apply(session, "别的")
    assert cases.by_code(session, county.house, other.number, code) is None
    assert cases.by_code(session, county.house, "QY-2026-99999", code) is None
    assert cases.by_key(session, county.house, "id_number", "１１０１０１-19900307-0011") == [other, made]


def test_nobody_is_named_in_the_clear(county, session, case):
    county.move(session, case, "consult", "luoyan", now=at("2026-09-29"), whom="某公司", third="third_party",
                question="吴晓梅申请的低保资金", address="")
    reply(county, session, case, "2026-10-15") if case.state == "handling" else None
    session.commit()
    for table in ("journal_payload", "case_file", "case_key", "case_fact", "case_message", "delivery"):
        rows = session.execute(text(f"SELECT * FROM {table}")).all()
        written = " ".join(str(value) for row in rows for value in row)
        for secret in SECRETS:
            assert secret not in written and json.dumps(secret)[1:-1] not in written, (table, secret)


def test_a_look_is_in_the_journal(county, session, case):
    found = cases.look(session, county.house, case, actor_id=county.users["luoyan"])
    assert found["applicant"]["name"] == "吴晓梅"
    session.commit()
    assert journal.history(session, "case", case.id)[-1].action == "case.look"


def test_erasure_leaves_figures_and_the_chain(county, session, case):
    cases.add_file(session, county.house, case, "id_photo", "身份证.jpg", "image/jpeg", b"picture")
    reply(county, session, case, "2026-10-15")
    session.commit()
    address = case.files[0].address
    cases.erase(session, county.house, case, actor_id=None, why="保存期满")
    session.commit()
    with pytest.raises(cases.Erased):
        cases.contents(session, county.house, case)
    assert (case.outcome, case.due, case.files) == ("granted", dt.date(2026, 10, 22), [])
    assert list(journal.verify(session)) == []
    with pytest.raises(FileNotFoundError):
        county.house.blobs.get(session, address)
    assert session.scalars(select(cases.CaseKey)).all() == []


def test_a_new_calendar_moves_open_cases_and_says_so(county, session):
    made, _ = county.apply(session, day=dt.date(2026, 12, 14))
    assert made.provisional and made.due == dt.date(2027, 1, 11)
    holidays.keep(session, [Year(2027, frozenset({dt.date(2027, 1, 1)}), frozenset())], actor_id=None)
    session.flush()
    assert calendar_changed(session, county.house, local_date(now())) == [made]
    assert made.due == dt.date(2027, 1, 12)
    session.commit()
    row = journal.history(session, "case", made.id)[-1]
    assert row.action == "case.due" and row.payload == {"before": "2027-01-11", "after": "2027-01-12"}


def test_a_fact_that_was_noted_wrongly_counts_no_more(county, session, case):
    county.move(session, case, "ask_supplement", "luoyan", now=at("2026-09-21"), missing="请写明年度",
                supplement_by=dt.date(2026, 9, 30))
    fact = case.facts[-1]
    annul(session, county.house, case, fact, actor_id=county.users["luoyan"], why="发错了", at=at("2026-09-22"))
    assert case.due == dt.date(2026, 10, 22) and fact.annulled
    assert clock_of(session, county.house, case, dt.date(2026, 9, 22)).status == "running"


def test_a_requester_suggests_once_that_what_he_got_be_disclosed_to_all(county, session, case):
    suggest = lambda: fire(session, county.house, case, "suggest_active", REQUESTER, now=at("2026-10-16"),  # noqa: E731
                           suggestion="全县低保户都关心，我家也是")
    with pytest.raises(Refused):
        suggest()
    reply(county, session, case, "2026-10-15")
    suggest()
    message = next(each for each in case.messages if each.kind == "active_suggestion")
    assert (message.direction, case.state) == ("in", "answered")
    assert "低保户" in cases.read_message(session, county.house, message)["text"]
    with pytest.raises(Refused, match="已经建议过"):
        suggest()
    session.flush()
    assert "低保户" not in str(session.scalars(select(journal.Payload.body)).all())


def test_what_was_not_disclosed_is_not_suggested(county, session, case):
    reply(county, session, case, "2026-10-15", "in_process", reason="讨论记录")
    assert "suggest_active" not in {each.transition.name for each in offers(session, county.house, case, REQUESTER)}
    with pytest.raises(Refused, match="第四十四条"):
        fire(session, county.house, case, "suggest_active", REQUESTER, suggestion="应当公开")
