"""What time does to published texts: they come into force, expire, are ended by others, and are archived by rule."""

from __future__ import annotations

import datetime as dt

import pytest
from factories import today

from content import journal
from content.base import now
from content.documents import Document, Live
from content.tree import Column, change
from content.validity import next_turn, validity_on
from workflows import due

POLICY = {"number": "清政办〔2023〕33号", "genre": "通知", "topic": "其他", "formed": "2023-05-01", "validity": "有效"}


def day(days: int) -> str:
    return (today() + dt.timedelta(days=days)).isoformat()


def policy(session, county, title, **data):
    written = county.write(session, path="zwgk/zcwj", type_name="policy", title=title, data=POLICY | data)
    return county.publish(session, written)


@pytest.mark.nodatabase
@pytest.mark.parametrize(("data", "then", "turn"), [
    ({}, "", None), ({"validity": "有效"}, "有效", None), ({"validity": "部分失效"}, "部分失效", None),
    ({"validity": "有效", "effective": day(1)}, "尚未施行", day(1)),
    ({"validity": "尚未施行", "effective": day(0)}, "有效", None),
    ({"validity": "有效", "effective": day(-5), "expires": day(9)}, "有效", day(9)),
    ({"validity": "有效", "expires": day(0)}, "失效", None), ({"validity": "废止", "expires": day(0)}, "废止", None),
    ({"validity": "有效", "abolished": day(-1), "expires": day(0)}, "废止", None),
])
def test_a_text_says_by_its_own_dates_whether_it_is_in_force(data, then, turn):
    assert validity_on(data, today()) == then
    assert next_turn(data, today()) == (dt.date.fromisoformat(turn) if turn else None)


def test_texts_turn_on_their_day_and_the_journal_says_so(session, county, house):
    document = policy(session, county, "办法", effective=day(1), expires=day(3))
    session.commit()
    assert (document.live.validity, document.live.turns) == ("尚未施行", today() + dt.timedelta(days=1))
    for days, validity in ((0, "尚未施行"), (1, "有效"), (2, "有效"), (3, "失效")):
        due.run(house, now() + dt.timedelta(days=days))
        session.expire_all()
        assert session.get_one(Live, document.id).validity == validity
        session.rollback()
    turns = [row.payload for row in journal.history(session, "document", document.id) if row.action == "document.turn"]
    assert turns == [{"before": "尚未施行", "after": "有效"}, {"before": "有效", "after": "失效"}]


def test_a_text_is_ended_by_another_once_that_one_takes_effect(session, county, house):
    old = policy(session, county, "旧办法")
    policy(session, county, "新办法", number="清政办〔2026〕12号", supersedes=old.id, effective=day(2))
    session.commit()
    assert (old.live.validity, old.live.turns) == ("有效", today() + dt.timedelta(days=2))
    session.rollback()
    due.run(house, now() + dt.timedelta(days=2))
    session.expire_all()
    assert session.get_one(Live, old.id).validity == "废止"


def test_columns_archive_by_their_rule_or_that_of_the_column_above(session, county, house):
    ago = now() - dt.timedelta(days=800)
    old = policy(session, county, "旧办法")
    old.live.published = ago
    over, young = policy(session, county, "失效的", expires=day(-1)), policy(session, county, "新办法")
    other = county.publish(session, county.write(session))
    other.live.published = ago
    session.commit()
    assert due.run(house) == 0
    change(session, session.get_one(Column, county.columns["zwgk"]), actor_id=None,
           archive={"years": 2, "out_of_force": True})
    session.commit()
    at = now()
    assert due.run(house, at) == 2
    session.expire_all()
    states = {each.id: (session.get_one(Document, each.id).state, session.get_one(Live, each.id).state)
              for each in (old, over, young, other)}
    assert states == {old.id: ("archived",) * 2, over.id: ("archived",) * 2, young.id: ("published", "public"),
                      other.id: ("published", "public")}
    assert session.get_one(Live, old.id).archived == at
    assert journal.history(session, "document", old.id)[-1].payload["why"] == "按栏目规则归档：公开满2年"
    session.rollback()
    assert due.run(house, at) == 0
