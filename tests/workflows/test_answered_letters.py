"""Letters (来信), a case type of its own definition file: their limit, their answer, who signs it, what is refused."""

import datetime as dt

import pytest

from content import cases, tree
from content.base import SHANGHAI
from workflows.applications import clock_of, file
from workflows.moves import Refused

FRIDAY = dt.date(2026, 11, 20)
NOON = dt.datetime.combine(FRIDAY, dt.time(12), SHANGHAI)


@pytest.fixture
def letter(county, session):
    made, _code = file(session, county.house, "letter", "letter", "filed", office_id=county.departments["QY-mzj"],
                       applicant={"name": "吴晓梅", "phone": "13800138000"}, applicant_class="natural",
                       request={"topic": "路灯不亮", "words": "建设路的路灯已经三天不亮。"}, channel="in_person",
                       submitted=FRIDAY, received=FRIDAY, at=NOON)
    return made


def handled(county, session, letter):
    county.move(session, letter, "accept", "luoyan", now=NOON, received=FRIDAY)
    county.move(session, letter, "assign", "luoyan", now=NOON, department=county.departments["QY-mzj"], handler=None)
    county.move(session, letter, "draft_answer", "luoyan", now=NOON, answer="路灯已于11月18日修复")


def test_seven_working_days_unless_a_column_promises_otherwise(county, session, letter):
    clock = clock_of(session, county.house, letter, FRIDAY)
    assert (letter.due, clock.steps[0].why) == (dt.date(2026, 12, 1), "收到来信，次日起算")
    tree.create(session, actor_id=None, name="局长信箱", slug="jzxx", department_id=county.departments["QY-mzj"],
                position=9, rule={"type": "reply", "working_days": 3})
    assert clock_of(session, county.house, letter, FRIDAY).due == dt.date(2026, 11, 25)
    other = county.apply(session, day=FRIDAY)[0]
    assert clock_of(session, county.house, other, FRIDAY).due == dt.date(2026, 12, 18)  # the statute's twenty


def test_the_answer_goes_out_as_it_was_signed_by_another(county, session, letter):
    handled(county, session, letter)
    county.move(session, letter, "return_answer", "wangjianguo", now=NOON, why="写明今后怎样检查")
    county.move(session, letter, "draft_answer", "luoyan", now=NOON, answer="路灯已修复，今后每月检查")
    letter.messages[-1].author_id = county.users["wangjianguo"]
    with pytest.raises(Refused, match="由另一位签发"):
        county.move(session, letter, "sign_answer", "wangjianguo", now=NOON)
    county.move(session, letter, "sign_answer", "yangsuqin", now=NOON)
    sent = next(each for each in letter.messages if each.kind == "letter_reply")
    said = "".join(cases.read_message(session, county.house, sent)["paragraphs"])
    assert "路灯不亮" in said and "今后每月检查" in said and "11月18日" not in said and sent.number.endswith("复")
    assert (letter.state, letter.clock, letter.finished) == ("answered", "answered", FRIDAY)
    county.move(session, letter, "deliver", "luoyan", now=NOON, delivered=FRIDAY, way="post")
    assert letter.state == "closed" and sent.delivered == FRIDAY


def test_what_is_not_accepted_is_told_with_the_reason(county, session, letter):
    with pytest.raises(Refused, match="请写明理由"):
        county.move(session, letter, "not_accept", "luoyan", now=NOON)
    county.move(session, letter, "not_accept", "luoyan", now=NOON, why="正在诉讼，由法院处理")
    told = next(each for each in letter.messages if each.kind == "letter_refusal")
    assert "由法院处理" in "".join(cases.read_message(session, county.house, told)["paragraphs"])
    assert (letter.state, letter.finished) == ("not_accepted", FRIDAY)
